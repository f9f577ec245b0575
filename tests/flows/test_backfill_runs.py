"""A range of dates becomes runs, one for each period."""

from datetime import date

import pytest

from flows.backfill_runs import backfill_range, filled, periods
from schemas.errors import UserError


def spans(first: str, last: str, every: str) -> list[str]:
    return [str(p) for p in periods(date.fromisoformat(first), date.fromisoformat(last), every)]  # type: ignore[arg-type]


def test_months_are_those_of_the_calendar_cut_at_the_ends() -> None:
    assert spans("2025-11-15", "2026-02-03", "month") == [
        "2025-11-15..2025-11-30",
        "2025-12-01..2025-12-31",
        "2026-01-01..2026-01-31",
        "2026-02-01..2026-02-03",
    ]


def test_weeks_and_days() -> None:
    assert spans("2026-01-01", "2026-01-10", "week") == ["2026-01-01..2026-01-07", "2026-01-08..2026-01-10"]
    assert spans("2026-02-28", "2026-03-01", "day") == ["2026-02-28..2026-02-28", "2026-03-01..2026-03-01"]


@pytest.mark.parametrize(("first", "last"), [("2026-02-01", "2026-01-01"), ("2000-01-01", "2026-01-01")])
def test_a_range_that_is_empty_or_too_long_is_refused(first: str, last: str) -> None:
    with pytest.raises(UserError):
        spans(first, last, "day")


def test_dates_are_filled_in_wherever_a_text_names_them() -> None:
    (period,) = periods(date(2026, 1, 1), date(2026, 1, 31), "month")
    value = {
        "inputs": ["s3://papers/{first:%y%m}", 3, None],
        "options": {"since": "{first}", "until": "{last}"},
    }
    assert filled(value, period) == {
        "inputs": ["s3://papers/2601", 3, None],
        "options": {"since": "2026-01-01", "until": "2026-01-31"},
    }
    with pytest.raises(UserError, match=r"only \{first\} and \{last\}"):
        filled("{month}", period)


@pytest.mark.parametrize(
    ("every", "text", "message"), [("year", "a=1", "--every year"), ("day", "version", "name=value")]
)
def test_a_wrong_call_is_one_sentence(every: str, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        backfill_range("a/b", date(2026, 1, 1), date(2026, 1, 1), every, [text])
