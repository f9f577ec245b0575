"""Backfills: one run of a deployment for every day, week or month of a range of dates."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast, get_args

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound

from schemas.errors import UserError
from warehouse.stages import Json, canonical_json

Every = Literal["day", "week", "month"]
MOST_RUNS = 1000  # a slip in a year must not fill the queue


@dataclass(frozen=True)
class Period:
    """A range of dates, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


def periods(first: date, last: date, every: Every) -> Iterator[Period]:
    """Yield the days, the weeks or the calendar months of a range, oldest first, cut at the range's ends.

    Raises:
        UserError: the range is empty or has more than 1,000 periods.
    """
    if last < first:
        raise UserError(f"the range ends on {last}, before it begins on {first}")
    start = first
    for _ in range(MOST_RUNS):
        following = _next(start, every)
        yield Period(start, min(last, following - timedelta(days=1)))
        if following > last:
            return
        start = following
    raise UserError(f"more than {MOST_RUNS} runs from {first} to {last}: choose longer periods")


def _next(day: date, every: Every) -> date:
    if every == "month":
        return date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return day + timedelta(days=7 if every == "week" else 1)


def filled(value: Json, period: Period) -> Json:
    """Return a parameter's value with `{first}` and `{last}` in its texts replaced by the period's dates.

    A format may follow, as in `{first:%Y-%m}`.

    Raises:
        UserError: a text names something else in braces.
    """
    if isinstance(value, str):
        try:
            return value.format(first=period.first, last=period.last)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise UserError(f"{value!r}: only {{first}} and {{last}} stand for dates ({error})") from error
    if isinstance(value, list):
        return [filled(item, period) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, period) for name, item in value.items()}
    return value


def backfill_range(deployment: str, first: date, last: date, every: str, texts: list[str]) -> list[str]:
    """Schedule the runs of a range of dates as the command line states them, and return their names.

    Args:
        deployment: `<flow>/<deployment>`.
        first: first day.
        last: last day, included.
        every: day, week or month.
        texts: parameters as `name=value`, the value as JSON or as it stands.

    Raises:
        UserError: one of them cannot be understood, or there is no such deployment.
    """
    if every not in get_args(Every):
        raise UserError(f"--every {every}: one of {', '.join(get_args(Every))}")
    parameters: dict[str, Json] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UserError(f"--param {text}: write name=value")
        try:
            parameters[name] = json.loads(value)
        except ValueError:
            parameters[name] = value
    return backfill_runs(deployment, list(periods(first, last, cast(Every, every))), parameters)


def backfill_runs(deployment: str, wanted: list[Period], parameters: Mapping[str, Json]) -> list[str]:
    """Schedule one run of the deployment for each period, and return their names.

    They run in turn, as the deployment's limit says. Asking again for the same runs starts nothing new.

    Args:
        deployment: `<flow>/<deployment>`.
        wanted: the periods.
        parameters: what differs from the deployment's own parameters, to be filled for each period.

    Raises:
        UserError: there is no such deployment.
    """
    names = []
    with get_client(sync_client=True) as client:
        try:
            known = client.read_deployment_by_name(deployment)
        except ObjectNotFound as error:
            raise UserError(
                f"there is no deployment {deployment}: `prefect deployment ls` lists them"
            ) from error
        for period in wanted:
            own = {name: filled(value, period) for name, value in parameters.items()}
            identity = hashlib.sha256(canonical_json([deployment, str(period), own])).hexdigest()
            # A run that has begun is named after the flow's own template: the answer's name is not the period's.
            name = f"backfill {period}"
            client.create_flow_run_from_deployment(
                known.id,
                parameters=own,
                name=name,
                tags=["backfill"],
                idempotency_key=f"backfill-{identity[:32]}",
            )
            names.append(name)
    return names
