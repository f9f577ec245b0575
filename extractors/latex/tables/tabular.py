"""A tabular's markup as rows and cells."""

import re
from dataclasses import replace

from extractors.latex.tables.cells import render_row
from extractors.latex.tables.columns import read_columns
from extractors.latex.tables.layout import lay_out, seen_ranges
from extractors.latex.tables.notes import take_notes
from extractors.latex.tables.rows import header_rows, split_rows
from extractors.latex.tables.tabularray import apply_keys
from extractors.latex.text.renderer import Renderer
from schemas.table import Cell, Table, TableRow

HEAD_ENDS = re.compile(r"\\end(firsthead|head|foot|lastfoot)(?![A-Za-z])")
CODE_BEFORE = re.compile(r"\\CodeBefore(?![A-Za-z]).*?\\Body(?![A-Za-z])|\\CodeAfter(?![A-Za-z]).*", re.S)


def read_table(
    to: Renderer, body: str, columns: str, *, head: str = "", formulae: bool = False, inner: str = ""
) -> Table | None:
    r"""Return the table, None where the markup holds no row.

    Args:
        to: renders the cells.
        body: what stands between \begin{tabular}{…} and \end{tabular}.
        columns: the column specification.
        head: rows that \tablehead gives apart from the body.
        formulae: whether the cells are mathematics, as in an array.
        inner: tabularray's specification by keys, of which the columns are one.
    """
    if "\\Code" in body:
        body = CODE_BEFORE.sub("", body)
    body, own_notes = take_notes(to, body)
    head_part, body = split_head(body)
    rows = split_rows(head + "\\\\" + head_part if head.strip() else head_part)
    for row in rows:
        row.in_head = True
    last = split_rows(body)
    rows.extend(last)
    rule_below = bool(rows) and not any(c.strip() for c in rows[-1].cells) and rows[-1].rule_above
    rows = [r for r in rows if r.spanning is not None or any(c.strip() for c in r.cells) or len(r.cells) > 1]
    if not rows:
        return None
    for row in rows if formulae else ():
        row.cells = [f"${cell}$" if cell.strip() else cell for cell in row.cells]
    specified = read_columns(columns)
    if inner:
        rule_below = apply_keys(inner, rows, specified) or rule_below
    layout = lay_out(to, specified, rows)
    grid = [render_row(to, row, layout) for row in rows]
    cells = merge_rowspans(grid)
    width = max(sum(c.colspan for _, c in row) for row in grid)
    aligned = (layout.align() + ["left"] * width)[: max(width, layout.width())]
    header = header_rows(rows)
    rules = layout.rules()
    return Table(
        rows=tuple(
            TableRow(
                cells=tuple(replace(c, header=i < header) for c in row),
                rule_above=raw.rule_above,
                partial_rules=seen_ranges(layout, raw.partial_rules),
            )
            for i, (row, raw) in enumerate(zip(cells, rows, strict=True))
        ),
        header_rows=header,
        column_align=tuple(aligned),
        vertical_rules=tuple((rules + [False] * width)[: len(aligned) + 1]) if rules else (),
        rule_below=rule_below,
        notes=tuple(n for n in own_notes if n),
    )


def split_head(body: str) -> tuple[str, str]:
    """Return a longtable's first head and its body; the repeated heads and feet are left out."""
    ends = list(HEAD_ENDS.finditer(body))
    if not ends:
        return "", body
    parts: dict[str, str] = {}
    start = 0
    for match in ends:
        parts.setdefault(match[1], body[start : match.start()])
        start = match.end()
    return parts.get("firsthead", parts.get("head", "")), body[start:] + parts.get("lastfoot", "")


def merge_rowspans(grid: list[list[tuple[int, Cell]]]) -> list[list[Cell]]:
    """Return the rows without the empty cells that a cell above (or, for negative spans, below) covers."""
    placed: list[dict[int, Cell]] = [dict(row) for row in grid]
    for r, row in enumerate(grid):
        for column, cell in row:
            if cell.rowspan < 0:
                top = max(0, r + cell.rowspan + 1)
                target = placed[top].get(column)
                if target is not None and not target.html:
                    placed[top][column] = replace(cell, rowspan=r - top + 1)
                    placed[r][column] = Cell(colspan=cell.colspan)
                else:
                    placed[r][column] = replace(cell, rowspan=1)
    for r, cells in enumerate(placed):
        for column, cell in list(cells.items()):
            if cell.rowspan > 1:
                placed[r][column] = replace(cell, rowspan=_cover(placed, r, column, cell))
    return [[cell for _, cell in sorted(cells.items())] for cells in placed]


def _cover(placed: list[dict[int, Cell]], r: int, column: int, cell: Cell) -> int:
    for below in range(r + 1, min(r + cell.rowspan, len(placed))):
        covered = [c for c in range(column, column + cell.colspan) if c in placed[below]]
        if any(placed[below][c].html for c in covered):
            return below - r
        for c in covered:
            del placed[below][c]
    return min(cell.rowspan, len(placed) - r)
