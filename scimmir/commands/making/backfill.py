"""`scimmir backfill`: a deployment's runs for a range of dates."""

from datetime import datetime
from typing import Annotated

import typer

from scimmir.terminal import quiet_prefect


def backfill(
    deployment: Annotated[str, typer.Argument(help="Deployment, as in build-scimmir/build-scimmir.")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day, included.")],
    every: Annotated[str, typer.Option(help="One run for each day, week or month.")] = "month",
    param: Annotated[
        list[str] | None,
        typer.Option(help="name=value of a run, {first} and {last} standing for its dates; repeat for more."),
    ] = None,
) -> None:
    """Schedule a deployment's runs for a range of dates, one for each period; they run in turn."""
    quiet_prefect()
    from flows.backfill_runs import backfill_range

    typer.echo("\n".join(backfill_range(deployment, first.date(), last.date(), every, param or [])))
