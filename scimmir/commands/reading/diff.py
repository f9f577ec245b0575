"""`scimmir diff`: what came, went and changed between two releases, by stage and reason."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


class DiffFormat(StrEnum):
    """How differences are printed."""

    table = "table"
    json = "json"
    parquet = "parquet"


def diff(
    old: Annotated[str, typer.Argument(help="Older release.")],
    new: Annotated[str, typer.Argument(help="Newer release.")],
    warehouse: WarehouseOption = WAREHOUSE,
    format: Annotated[
        DiffFormat, typer.Option(help="A summary; or JSON or Parquet with a row for each difference.")
    ] = DiffFormat.table,
) -> None:
    """Show which pairs were added, removed and changed between two releases, by stage and reason."""
    import pyarrow.parquet as pq
    from rich.console import Console

    from warehouse import diff as differences
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, old)
    readable_warehouse(warehouse, new)
    folders = [root / "releases" / wanted_release(root, name).version for name in (old, new)]
    found = differences.compare_releases(*folders)
    if format is DiffFormat.json:
        typer.echo(differences.json_text(found), nl=False)
    elif format is DiffFormat.parquet:
        pq.write_table(found.table, sys.stdout.buffer)
    else:
        Console().print(differences.rich_summary(found))
