"""Where a table's cells stand, and the canonical form of a table."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from extractors.tables.inline import clean_inline, inline_text
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

ALIGNMENTS = ("left", "center", "right")


@dataclass(frozen=True, kw_only=True)
class TableLimits:
    """How large a table's grid may be; printed tables stay far below, hostile spans do not."""

    max_columns: int = 200
    max_rows: int = 2000
    max_slots: int = 100_000  # rows times columns


class PlacedCell(NamedTuple):
    """One cell at its place in the grid, its spans cut to what is free."""

    row: int
    column: int
    cell: Cell


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells of a table on a regular grid; slots that no cell covers are empty."""

    rows: int
    columns: int
    placed: tuple[PlacedCell, ...]


def grid_of(table: Table, limits: TableLimits = TableLimits()) -> Grid:
    """Return every cell with its row and column, placed as HTML places cells.

    A span that would run over another cell, past the last row, or past the last column in which a cell
    begins is cut.

    Raises:
        RecordError: table_unreadable where the grid exceeds the limits.
    """
    if len(table.rows) > limits.max_rows:
        raise RecordError("table_unreadable", f"more than {limits.max_rows} rows")
    placed: list[PlacedCell] = []
    free_from: dict[int, int] = {}  # column -> first row that no cell from above covers
    for y, row in enumerate(table.rows):
        x = 0
        for cell in row.cells:
            while free_from.get(x, 0) > y:
                x += 1
            if x >= limits.max_columns:
                raise RecordError("table_unreadable", f"more than {limits.max_columns} columns")
            if cell.colspan == 1 and cell.rowspan == 1:  # nearly every cell
                free_from[x] = y + 1
                placed.append(PlacedCell(y, x, cell))
                x += 1
                continue
            colspan = min(max(cell.colspan, 1), limits.max_columns - x)
            if colspan > 1:
                colspan = next((i for i in range(1, colspan) if free_from.get(x + i, 0) > y), colspan)
            rowspan = min(max(cell.rowspan, 1), len(table.rows) - y)
            for column in range(x, x + colspan):
                free_from[column] = y + rowspan
            if colspan != cell.colspan or rowspan != cell.rowspan:
                cell = replace(cell, colspan=colspan, rowspan=rowspan)
            placed.append(PlacedCell(y, x, cell))
            x += colspan
    begun = max((p.column + 1 for p in placed), default=0)
    ended = max((p.column + p.cell.colspan for p in placed), default=0)
    columns = max(begun, min(len(table.column_align), ended))
    if columns * len(table.rows) > limits.max_slots:
        raise RecordError("table_unreadable", f"{len(table.rows)} rows of {columns} columns")
    cut = tuple(placed) if ended <= columns else tuple(_cut(p, columns) for p in placed)
    return Grid(rows=len(table.rows), columns=columns, placed=cut)


def _cut(placed: PlacedCell, columns: int) -> PlacedCell:
    colspan = min(placed.cell.colspan, columns - placed.column)
    return placed._replace(cell=replace(placed.cell, colspan=colspan))


def normalise(table: Table, limits: TableLimits = TableLimits()) -> Table:
    """Return the table in its canonical form: clean cells, spans that fit, column lists of full length.

    Leading rows of header cells only count as header rows. An alignment that repeats the column's is dropped.
    Partial rules that overlap are joined; one over all columns is a rule over the row.

    Raises:
        RecordError: table_unreadable where the grid exceeds the limits, table_empty without text in a cell.
    """
    return normal_form(table, limits)[0]


def normal_form(table: Table, limits: TableLimits = TableLimits()) -> tuple[Table, Grid]:
    """Return a table in its canonical form and the grid of its canonical cells."""
    grid = grid_of(table, limits)
    aligns = _full_aligns(table.column_align, grid.columns)
    rules = _full_rules(table.vertical_rules, grid.columns)
    cells: list[list[Cell]] = [[] for _ in table.rows]
    placed: list[PlacedCell] = []
    for place in grid.placed:
        y, x, cell = place
        html = clean_inline(cell.html)
        align = cell.align if cell.align in ALIGNMENTS else None
        if aligns and align == aligns[x]:
            align = None
        if html != cell.html or align != cell.align:
            cell = replace(cell, html=html, align=align)
            place = PlacedCell(y, x, cell)
        cells[y].append(cell)
        placed.append(place)
    if not any(inline_text(cell.html) for row in cells for cell in row):
        raise RecordError("table_empty", f"{grid.rows} rows of {grid.columns} columns without text")
    rows = tuple(_row(row, tuple(c), grid.columns) for c, row in zip(cells, table.rows, strict=True))
    notes = tuple(note for note in map(clean_inline, table.notes) if inline_text(note))
    normal = Table(
        rows=rows,
        header_rows=_header_rows(rows, table.header_rows),
        column_align=aligns,
        vertical_rules=rules,
        rule_below=table.rule_below,
        notes=notes,
    )
    return normal, Grid(rows=grid.rows, columns=grid.columns, placed=tuple(placed))


def _row(row: TableRow, cells: tuple[Cell, ...], columns: int) -> TableRow:
    """Return a row with its partial rules in order, within the grid and apart from one another."""
    if not row.partial_rules:
        return TableRow(cells=cells, rule_above=row.rule_above)
    joined: list[tuple[int, int]] = []
    for first, last in sorted((max(a, 0), min(b, columns - 1)) for a, b in row.partial_rules):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        elif first <= last:
            joined.append((first, last))
    if row.rule_above or joined == [(0, columns - 1)]:
        return TableRow(cells=cells, rule_above=True)
    return TableRow(cells=cells, partial_rules=tuple(joined))


def _full_aligns(given: tuple[str, ...], columns: int) -> tuple[str, ...]:
    if not given:
        return ()
    padded = (*given, *["left"] * columns)[:columns]
    return tuple(a if a in ALIGNMENTS else "left" for a in padded)


def _full_rules(given: tuple[bool, ...], columns: int) -> tuple[bool, ...]:
    before = given[:-1] if len(given) > columns else given
    edge = given[-1] if len(given) > columns else False
    full = (*(before + (False,) * columns)[:columns], edge)
    return full if any(full) else ()


def _header_rows(rows: tuple[TableRow, ...], stated: int) -> int:
    leading = 0
    while leading < len(rows) and rows[leading].cells and all(c.header for c in rows[leading].cells):
        leading += 1
    stated = min(max(stated, 0), len(rows))
    return stated if leading == len(rows) else max(stated, leading)
