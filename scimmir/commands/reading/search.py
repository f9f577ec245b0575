"""`scimmir search`: pairs found by words or by a picture, each with the reasons."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption

if TYPE_CHECKING:
    from scimmir.jobs.search import Line


class Format(StrEnum):
    """How pairs that were found are printed."""

    text = "text"
    json = "json"


def search(
    words: Annotated[str, typer.Argument(help='Words, "a phrase", -what_it_must_not_have.')] = "",
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to search; the latest by default.")] = None,
    image: Annotated[Path | None, typer.Option(help="Search by this picture instead of by words.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="As in the page's addresses: class=fig_result, source=pmc …; repeat for more."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=240, help="Pairs to print at most.")] = 10,
    format: Annotated[Format, typer.Option(help="How to print them.")] = Format.text,
    embedder: Annotated[
        str | None, typer.Option(help="Embedder as in `scimmir build`; the release's own by default.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder of what makes the next search quick; ~/.cache/scimmir/serve by default."),
    ] = None,
) -> None:
    """Find pairs by captions, mentions, words in the picture and vectors together, each with its reasons."""
    from scimmir.jobs.search import open_release_search

    opened = open_release_search(warehouse, release, embedder=embedder, cache=cache)
    lines = opened.find(words=words, image=image, only=only or [], count=count)
    if format is Format.json:
        typer.echo(json.dumps([line.record() for line in lines], ensure_ascii=False, indent=2))
    else:
        typer.echo("\n\n".join(map(_text, lines)) or "no pair was found")


def _text(line: "Line") -> str:
    head = f"{line.rank}. {line.pair_id}  {line.label}".rstrip()
    return "\n".join([head, f"   {line.caption}", *(f"   - {reason}" for reason in line.reasons)])
