"""`scimmir compare-models`: results of evaluations side by side, in the layout of SciMMIR's tables."""

from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


def compare_models(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of results; all in the warehouse's evaluations/ by default."),
    ] = None,
    warehouse: WarehouseOption = WAREHOUSE,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write tables.md, tables.tex and plots into.")
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Also show what SciMMIR's paper states, in tables of its own.")
    ] = False,
) -> None:
    """Put results of evaluations side by side in SciMMIR's layout: Markdown, LaTeX and plots."""
    from evaluation.comparison import markdown, published_sections, read_results, sections, write_comparison
    from warehouse.place import warehouse_path

    found = sections(read_results(folders or [warehouse_path(warehouse) / "evaluations"]))
    reference = published_sections() if published else []
    typer.echo(markdown([*found, *reference]), nl=False)
    if output is not None:
        write_comparison(output, found, reference)
        typer.echo(f"Markdown, LaTeX and plots: {output}")
