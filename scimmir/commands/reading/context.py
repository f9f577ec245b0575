"""`scimmir context`: what a caption writer would want to read of a pair."""

import json
import textwrap
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.paper import abstract_origin
from scimmir.terminal import WAREHOUSE, WarehouseOption

if TYPE_CHECKING:
    from scimmir.jobs.context import Context

WIDTH = 100


class ContextFormat(StrEnum):
    """How the context is printed."""

    text = "text"
    json = "json"


def context(
    pair_id: Annotated[str, typer.Argument(help="Name of a pair: arxiv:2310.01234:figure-3.")],
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to read; the latest by default.")] = None,
    neighbours: Annotated[
        int, typer.Option(min=0, help="Figures and tables before it, and as many after it.")
    ] = 2,
    format: Annotated[ContextFormat, typer.Option(help="How to print it.")] = ContextFormat.text,
) -> None:
    """Show what a caption writer would want to read of a pair: title, abstract, mentions, neighbours."""
    from scimmir.jobs.context import read_context
    from warehouse.place import readable_warehouse

    found = read_context(
        readable_warehouse(warehouse, release), pair_id, release=release, neighbours=neighbours
    )
    if format is ContextFormat.json:
        typer.echo(json.dumps(found.record(), ensure_ascii=False, indent=2))
    else:
        typer.echo(_text(found))


def _text(found: "Context") -> str:
    parts = [f"{found.label or found.kind}  {found.pair_id}  ({found.license_code or 'licence not stated'})"]
    origin = abstract_origin(found.abstract_source, found.abstract_license)
    parts += _part("Title", found.title)
    parts += _part(f"Abstract, from {origin}" if origin else "Abstract", found.abstract)
    parts += _part("Caption", found.caption)
    parts += _part("Caption of the whole figure", found.parent_caption)
    if found.table_text:
        parts.append(f"Table\n{textwrap.indent(found.table_text, '  ')}")
    for mention in found.mentions:
        parts += _part(f"Mention in {mention.section}" if mention.section else "Mention", mention.text)
    for other in found.neighbours:
        parts += _part(f"{other.relation.capitalize()}: {other.label or other.pair_id}", other.caption)
    return "\n\n".join(parts)


def _part(title: str, text: str) -> list[str]:
    """Return a title with its text below, wrapped; nothing where there is no text."""
    if not text:
        return []
    wrapped = [
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in text.split("\n")
    ]
    return ["\n".join([title, *wrapped])]
