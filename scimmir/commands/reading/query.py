"""`scimmir query`: SQL over a release."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption

# SQL may begin with a comment, which looks like an option.
CONTEXT = {"ignore_unknown_options": True}


class Format(StrEnum):
    """How query results are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def query(
    sql: Annotated[str, typer.Argument(help="One SELECT statement, in DuckDB's SQL.")],
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to ask; the latest by default.")] = None,
    format: Annotated[Format, typer.Option(help="How to print the result.")] = Format.table,
    max_rows: Annotated[int, typer.Option(min=1, help="Rows to print at most as a table.")] = 100,
    search: Annotated[
        str | None,
        typer.Option(
            help="Words to search for: the pairs found are the table found (rank, pair_id, score, reasons)."
        ),
    ] = None,
) -> None:
    """Run SQL over a release, read-only."""
    from warehouse.place import readable_warehouse
    from warehouse.query import csv_text, json_text, parquet_bytes, rich_view, run_query

    root = readable_warehouse(warehouse, release)
    found = None
    if search is not None:
        from scimmir.jobs.search import found_table  # imports numpy, which other queries need not wait for

        found = found_table(root, release, search)
    if format is Format.parquet:
        sys.stdout.buffer.write(parquet_bytes(root, sql, release=release, beside=found))
        return
    limit = max_rows if format is Format.table else None
    result = run_query(root, sql, release=release, max_rows=limit, beside=found)
    if format is Format.csv:
        typer.echo(csv_text(result), nl=False)
    elif format is Format.json:
        typer.echo(json_text(result))
    else:
        from rich.console import Console

        console = Console()
        console.print(rich_view(result, width=console.width))
