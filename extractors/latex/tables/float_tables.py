"""What the tables of a float are made of: several tabulars, notes, captions among the rows."""

import re
from dataclasses import dataclass

from extractors.latex.source.scanner import Scanner
from extractors.latex.walk.document import Tabular
from schemas.table import Table


@dataclass(frozen=True)
class Markup:
    """A table as HTML and as text."""

    html: str
    text: str


def has_rows(text: str, table: Tabular) -> bool:
    """Return whether a tabular holds anything at all."""
    return bool(text[table.start : table.end].strip())


def without_captions(body: str) -> str:
    r"""Return a longtable's body without its \caption and \label commands."""
    out = []
    pos = 0
    for match in re.finditer(r"\\(?:caption|label)\*?(?![A-Za-z])", body):
        if match.start() < pos:
            continue
        out.append(body[pos : match.start()])
        scan = Scanner(body, match.end())
        scan.optional()
        scan.argument()
        pos = scan.pos
    out.append(body[pos:])
    return "".join(out)


def joined(tables: list[Table], notes: tuple[str, ...]) -> Table:
    """Return several tabulars as one table, one below the other."""
    first = tables[0]
    all_notes = tuple(n for t in tables for n in t.notes) + notes
    if len(tables) == 1:
        return Table(
            rows=first.rows, header_rows=first.header_rows, column_align=first.column_align,
            vertical_rules=first.vertical_rules, rule_below=first.rule_below, notes=all_notes,
        )  # fmt: skip
    widest = max(tables, key=lambda t: len(t.column_align))
    return Table(
        rows=tuple(row for t in tables for row in t.rows),
        header_rows=first.header_rows,
        column_align=widest.column_align,
        vertical_rules=widest.vertical_rules,
        rule_below=tables[-1].rule_below,
        notes=all_notes,
    )
