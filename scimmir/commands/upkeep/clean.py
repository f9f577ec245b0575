"""`scimmir clean`: frees the disk of old releases and of stage tables that no release needs."""

from collections import Counter
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption
from warehouse.cleaning import CleanParameters

DEFAULTS = CleanParameters()


def clean(
    warehouse: WarehouseOption = WAREHOUSE,
    keep_releases: Annotated[
        int | None, typer.Option(min=1, help="Newest releases that stay; all of them by default.")
    ] = DEFAULTS.keep_releases,
    keep_days: Annotated[
        float,
        typer.Option(min=0, help="Days for which stage tables stay that no release needs."),
    ] = DEFAULTS.keep_days,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; otherwise it is only listed.")] = False,
) -> None:
    """List (with --yes: remove) old releases, unneeded stage tables, and what killed builds left."""
    from warehouse.cleaning import clean_warehouse
    from warehouse.place import warehouse_path

    parameters = CleanParameters(keep_releases=keep_releases, keep_days=keep_days)
    plan = clean_warehouse(warehouse_path(warehouse), parameters, really=yes)
    for removal in plan.removals:
        if removal.kind == "release":
            typer.echo(f"release {removal.path.name} ({removal.bytes:,} bytes)")
    counts = Counter(removal.kind for removal in plan.removals)
    for remark in plan.remarks:
        typer.echo(remark)
    typer.echo(
        f"{'removed' if yes else 'would remove'} {counts['release']} releases, {counts['stage']} stage outputs and "
        f"{counts['leftover']} leftovers of killed builds: {plan.bytes:,} bytes"
    )
    if not yes and plan.removals:
        typer.echo("nothing was removed: say --yes for that")
