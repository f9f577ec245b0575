"""A table's words put into rows and columns by where they stand."""

import html
from collections.abc import Sequence

from extractors.pdf.page.ink import Ink
from extractors.pdf.page.pieces import Box, Word
from extractors.pdf.page.words import readable
from extractors.tables import render
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

_MOST_ROWS = 200
_MOST_COLUMNS = 40
_CROSSING = (
    0.12  # share of the rows whose words may cross the free strip between two columns: headings that span
)
_GAP = 0.45  # free width between columns, in heights of a word
_RAGGED = 0.35  # share of empty slots from which the grid is not believed


def read_table(words: Sequence[Word], region: Box, ink: Ink) -> tuple[str, str] | None:
    """Return a table's words as HTML and as text; None where rows and columns cannot be told apart surely."""
    inside = [w for w in words if _within(w.box, region)]
    rows = _rows(inside)
    if not 2 <= len(rows) <= _MOST_ROWS:
        return None
    height = sorted(w.box[3] - w.box[1] for w in inside)[len(inside) // 2]
    edges = _columns(rows, region, _GAP * height)
    if not 2 <= len(edges) + 1 <= _MOST_COLUMNS:
        return None
    rules = ink.rules(region, shortest=0.5 * (region[2] - region[0]))
    grid = [_cells(row, edges, region) for row in rows]
    slots = len(grid) * (len(edges) + 1)
    empty = sum(not cell.html for row in grid for cell in row)
    alone = sum(sum(bool(cell.html) for cell in row) <= 1 for row in grid)
    if empty > _RAGGED * slots or alone > 0.34 * len(grid):
        return None
    try:
        return render(_table(rows, grid, [(r[1] + r[3]) / 2 for r in rules], len(edges) + 1))
    except RecordError:
        return None


def _within(box: Box, region: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return region[0] - 1 <= x <= region[2] + 1 and region[1] - 1 <= y <= region[3] + 1


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Return the words row by row: a word belongs to the row whose height holds its middle."""
    rows: list[list[Word]] = []
    top = bottom = 0.0
    for word in sorted(words, key=lambda w: ((w.box[1] + w.box[3]) / 2, w.box[0])):
        middle = (word.box[1] + word.box[3]) / 2
        if rows and top < middle < bottom and middle < (top + bottom) / 2 + 0.35 * (bottom - top):
            rows[-1].append(word)
        else:
            rows.append([word])
            top, bottom = word.box[1], word.box[3]
    return [sorted(row, key=lambda w: w.box[0]) for row in rows]


def _columns(rows: Sequence[Sequence[Word]], region: Box, gap: float) -> list[float]:
    """Return where the free strips between the columns run: few rows' words cross them."""
    events: list[tuple[float, int]] = []
    for row in rows:
        for first, last in _stretches(row, gap):
            events += [(first, 1), (last, -1)]
    most = int(_CROSSING * len(rows)) if len(rows) > 3 else 0
    edges: list[float] = []
    depth, start = 0, None
    for x, step in sorted(events, key=lambda event: (event[0], -event[1])):
        depth += step
        if depth <= most and start is None:
            start = x
        elif depth > most and start is not None:
            if x - start >= gap and edges_began(events, start):
                edges.append((start + x) / 2)
            start = None
    return [x for x in edges if region[0] < x < region[2]]


def edges_began(events: Sequence[tuple[float, int]], x: float) -> bool:
    """Return whether any word begins left of a place."""
    return any(step == 1 and at < x for at, step in events)


def _stretches(row: Sequence[Word], gap: float) -> list[tuple[float, float]]:
    """Return the stretches of a row between which there is room for a column's edge."""
    out: list[tuple[float, float]] = []
    for word in row:
        if out and word.box[0] - out[-1][1] < gap:
            out[-1] = (out[-1][0], max(out[-1][1], word.box[2]))
        else:
            out.append((word.box[0], word.box[2]))
    return out


def _cells(row: Sequence[Word], edges: Sequence[float], region: Box) -> list[Cell]:
    """Return a row's cells; a stretch of words across an edge makes a cell over several columns."""
    bounds = [region[0] - 2, *edges, region[2] + 2]
    slots: list[list[str]] = [[] for _ in range(len(bounds) - 1)]
    joins: set[int] = set()
    for word in row:
        x0, x1 = word.box[0], word.box[2]
        middle = (x0 + x1) / 2
        place = next((k for k in range(len(slots)) if middle < bounds[k + 1]), len(slots) - 1)
        slots[place].append(readable(word.text))
    for k, edge in enumerate(edges):
        left = [w for w in row if (w.box[0] + w.box[2]) / 2 < edge]
        right = [w for w in row if (w.box[0] + w.box[2]) / 2 >= edge]
        if (
            left
            and right
            and right[0].box[0] - max(w.box[2] for w in left) < 0.4 * (right[0].box[3] - right[0].box[1])
        ):
            joins.add(k)
    cells: list[Cell] = []
    k = 0
    while k < len(slots):
        last = k
        while last in joins and last + 1 < len(slots):
            last += 1
        text = " ".join(part for slot in slots[k : last + 1] for part in slot)
        cells.append(Cell(html=html.escape(text, quote=False), colspan=last - k + 1))
        k = last + 1
    return cells


def _table(
    rows: Sequence[Sequence[Word]], grid: Sequence[list[Cell]], rules: Sequence[float], columns: int
) -> Table:
    middles = [sum((w.box[1] + w.box[3]) / 2 for w in row) / len(row) for row in rows]
    above = [
        any((middles[i - 1] if i else -1e9) < rule < middles[i] for rule in rules) for i in range(len(rows))
    ]
    heads = next((i for i in range(1, len(rows)) if above[i]), 0)
    header_rows = heads if heads <= 4 and heads < len(rows) else 0
    out = tuple(
        TableRow(
            cells=tuple(
                Cell(html=c.html, colspan=c.colspan, header=i < header_rows) if i < header_rows else c
                for c in cells
            ),
            rule_above=above[i],
        )
        for i, cells in enumerate(grid)
    )
    return Table(rows=out, header_rows=header_rows, rule_below=any(rule > middles[-1] for rule in rules))
