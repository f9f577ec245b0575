"""Lines that the cells and rows of an XHTML table draw: `<hr/>` in cells, rows of these, CSS borders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from extractors.jats.nodes import local
from extractors.tables import Grid, grid_of
from schemas.table import Cell, Table, TableRow

_BORDER = re.compile(r"border-(top|bottom)\s*:\s*([^;]*)")
_NO_BORDER = re.compile(r"\b(?:none|hidden|transparent|0(?:px|pt|em)?)\b")
_STYLES = etree.XPath(".//@style")


@dataclass
class Lines:
    """Which cells, by row and place in it, have a line above or below; which rows are nothing but a line."""

    has_rules: bool  # whether there are <hr/> at all
    has_borders: bool
    above: set[tuple[int, int]] = field(default_factory=set)
    below: set[tuple[int, int]] = field(default_factory=set)
    only: dict[int, bool] = field(default_factory=dict)  # row -> whether all of its cells are lines

    def note(self, row: int, element: etree._Element) -> None:
        """Take down the lines of a `tr`."""
        cells = [part for part in element if local(part) in ("td", "th")]
        if self.has_rules:
            ends = [place for place, cell in enumerate(cells) if len(cell) and _ends_in_line(cell)]
            self.below.update((row, place) for place in ends)
            if ends and not any("".join(cell.itertext()).strip() for cell in cells):
                self.only[row] = len(ends) == len(cells)
        if self.has_borders:
            own = _borders(element)
            for place, cell in enumerate(cells):
                borders = own | _borders(cell)
                if "bottom" in borders:
                    self.below.add((row, place))
                if "top" in borders:
                    self.above.add((row, place))


def lines_in(table: etree._Element) -> Lines | None:
    """Return where to take down a table's lines; None where nothing in it can draw one."""
    has_rules = next(table.iter("{*}hr"), None) is not None
    has_borders = any("border-" in style.lower() for style in _STYLES(table))
    return Lines(has_rules, has_borders) if has_rules or has_borders else None


def with_lines(rows: list[TableRow], lines: Lines) -> tuple[list[TableRow], bool]:
    """Return the rows with the lines as their rules, rows of lines taken out, and whether one ends the table.

    Raises:
        RecordError: table_unreadable where the grid exceeds the limits of tables.
    """
    if not (lines.above or lines.below):
        return rows, False
    grid = grid_of(Table(rows=tuple(rows)))
    drawn: dict[int, list[tuple[int, int]]] = {}
    for below, segment in _segments(grid, lines):
        drawn.setdefault(below, []).append(segment)
    kept: list[TableRow] = []
    rules: list[tuple[int, int]] = []
    rule = False
    for y, row in enumerate(rows):
        rules += drawn.get(y, [])
        rule = rule or row.rule_above
        if y in lines.only:
            continue
        rule = rule or _covers(rules, grid.columns)
        kept.append(
            TableRow(cells=_cells(y, row, lines), rule_above=rule, partial_rules=() if rule else tuple(rules))
        )
        rules, rule = [], False
    return kept, rule or _covers(rules + drawn.get(len(rows), []), grid.columns)


def _segments(grid: Grid, lines: Lines) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each line as the row that it stands above and the columns that it covers."""
    crossed: set[int] = set()
    row, place = 0, -1
    for p in grid.placed:
        row, place = p.row, place + 1 if p.row == row else 0
        columns = (p.column, p.column + p.cell.colspan - 1)
        crossed.update(range(p.row + 1, p.row + p.cell.rowspan))
        if (row, place) in lines.below:
            yield p.row + p.cell.rowspan, columns
        if (row, place) in lines.above:
            yield p.row, columns
    for y, whole in lines.only.items():
        if whole and y not in crossed:  # such a row is often shorter than the others
            yield y, (0, grid.columns - 1)


def _cells(y: int, row: TableRow, lines: Lines) -> tuple[Cell, ...]:
    if not lines.only or all(cell.rowspan == 1 for cell in row.cells):
        return row.cells
    return tuple(
        replace(cell, rowspan=cell.rowspan - sum(y < other < y + cell.rowspan for other in lines.only))
        for cell in row.cells
    )


def _covers(segments: list[tuple[int, int]], columns: int) -> bool:
    reached = 0
    for first, last in sorted(segments):
        if first > reached:
            return False
        reached = max(reached, last + 1)
    return reached >= columns > 0


def _ends_in_line(cell: etree._Element) -> bool:
    last = next(cell.iterchildren(reversed=True), None)
    return last is not None and local(last) == "hr" and not (last.tail or "").strip()


def _borders(element: etree._Element) -> set[str]:
    style = element.get("style")
    if not style:
        return set()
    return {side for side, value in _BORDER.findall(style.lower()) if not _NO_BORDER.search(value)}
