"""What did not become a pair: rejects by reason, each with the source that it was found in."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from schemas.reject import REASONS
from serve.release import ReleaseIndex
from warehouse.sql import sql_text

REJECTS_PER_PAGE = 25
SOURCE = "split_part(paper_key, ':', 1)"


@dataclass(frozen=True, kw_only=True)
class RejectFilter:
    """Which rejects are wanted; an empty text means any."""

    reason: str = ""
    stage: str = ""
    source: str = ""
    paper: str = ""
    pair: str = ""

    def query_string(self, **more: str | int) -> str:
        """Return the filter as the part of an address after the question mark; `more` replaces and adds."""
        return urlencode([(k, v) for k, v in {**vars(self), **more}.items() if v != ""])


@dataclass(frozen=True, kw_only=True)
class Lost:
    """One reject; texts that are not there are empty."""

    paper_key: str
    pair_id: str
    stage: str
    reason: str
    detail: str
    label: str
    caption: str
    snippet: str
    kept: str


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """One reason: how many rejects there are of it under the filter's other parts."""

    reason: str
    description: str
    count: int


class Rejects:
    """The rejects of one release; counts of recent filters are kept."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self.reasons = functools.lru_cache(maxsize=64)(self._reasons)
        self.values = functools.lru_cache(maxsize=2)(self._values)

    def _reasons(self, wanted: RejectFilter) -> tuple[ReasonCount, ...]:
        rows = self._index.rows(
            f"SELECT reason, count(*) FROM rejects{_where(wanted, but='reason')} GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return tuple(
            ReasonCount(reason=str(reason), description=REASONS.get(str(reason), ""), count=int(str(count)))
            for reason, count in rows
        )

    def _values(self, name: str) -> tuple[str, ...]:
        """Return the values of `stage` or `source`."""
        expression = {"stage": "stage", "source": SOURCE}[name]
        rows = self._index.rows(f"SELECT DISTINCT {expression} FROM rejects ORDER BY 1")
        return tuple(str(value) for (value,) in rows)

    def page(self, wanted: RejectFilter, number: int) -> tuple[Lost, ...]:
        """Return the rejects of a page, from 1, in the order of the release, with the pair kept instead."""
        rows = self._index.rows(
            "SELECT paper_key, coalesce(pair_id, ''), stage, reason, detail, coalesce(label, ''),"
            " coalesce(caption, ''), coalesce(snippet, ''), coalesce((SELECT any_value(duplicate_group) FROM"
            " duplicates WHERE duplicates.pair_id = rejects.pair_id AND rejects.stage = 'dedupe'), '')"
            f" FROM rejects{_where(wanted)} LIMIT ? OFFSET ?",
            [REJECTS_PER_PAGE, (number - 1) * REJECTS_PER_PAGE],
        )
        names = list(Lost.__dataclass_fields__)
        return tuple(Lost(**dict(zip(names, map(str, row), strict=True))) for row in rows)


def parse_reject_filter(items: Iterable[tuple[str, str]]) -> RejectFilter:
    """Return the filter that an address states; names that it does not know are left out."""
    known = RejectFilter.__dataclass_fields__
    return RejectFilter(**{name: value.replace("\x00", "") for name, value in items if name in known})


def reject_sql(wanted: RejectFilter) -> str:
    """Return one statement for `scimmir query` that lists the rejects of a filter."""
    return f"SELECT paper_key, pair_id, stage, reason, detail, caption\nFROM rejects{_where(wanted)}"


def _where(wanted: RejectFilter, *, but: str = "") -> str:
    columns = {
        "reason": "reason",
        "stage": "stage",
        "source": SOURCE,
        "paper": "paper_key",
        "pair": "pair_id",
    }
    parts = [
        f"{columns[name]} = {sql_text(value)}"
        for name, value in vars(wanted).items()
        if value and name != but
    ]
    return f"\nWHERE {' AND '.join(parts)}" if parts else ""
