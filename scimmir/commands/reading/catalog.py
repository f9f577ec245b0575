"""`scimmir catalog`: the DuckDB file over all releases, written anew."""

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


def catalog(warehouse: WarehouseOption = WAREHOUSE) -> None:
    """Write catalog.duckdb anew, after the warehouse was moved or a release deleted."""
    from warehouse.catalog import rebuild
    from warehouse.place import readable_warehouse

    typer.echo(f"wrote {rebuild(readable_warehouse(warehouse))}")
