"""`scimmir config`: every setting with its value and where it comes from."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scimmir.settings import Loaded, foreign, shown


def config(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the settings that all commands share, each with its origin; secrets are masked."""
    loaded = context.obj
    assert isinstance(loaded, Loaded)
    rows = shown(loaded)
    if as_json:
        content = {
            "file": str(loaded.file) if loaded.file else None,
            "settings": {name: {"value": value, "origin": origin} for name, value, origin in rows},
            "environment": dict(foreign()),
        }
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    grid = Table("setting", "value", "origin")
    for row in rows:
        grid.add_row(*(Text(cell, overflow="fold") for cell in row))
    console = Console()
    console.print(grid)
    if foreign():
        console.print("Set in the environment, and read by the libraries underneath:")
        for name, value in foreign():
            console.print(Text(f"  {name}={value}"))
