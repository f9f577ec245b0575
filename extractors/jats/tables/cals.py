"""Tables in the OASIS CALS exchange model: tgroup, colspec, row, entry."""

from dataclasses import dataclass, field

from lxml import etree

from extractors.jats.nodes import children, local
from extractors.jats.tables.cells import cell_html
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

MAX_COLUMNS = 200
MAX_CELLS = 100_000

_ALIGNMENTS = frozenset({"left", "center", "right"})


@dataclass
class _Columns:
    """The columns of one tgroup: numbers by name, alignments by number, and where rows above still reach.

    `lines` and `row_lines` tell where the columns' specifications draw vertical and horizontal lines; `drawn`
    collects, for each row of a section, the columns under which a line is drawn.
    """

    count: int
    numbers: dict[str, int] = field(default_factory=dict)
    aligns: dict[int, str] = field(default_factory=dict)
    lines: dict[int, bool] = field(default_factory=dict)
    row_lines: dict[int, bool] = field(default_factory=dict)
    spans: dict[str, tuple[str, str]] = field(default_factory=dict)
    covered: dict[int, int] = field(default_factory=dict)  # column -> rows below that it is still taken
    drawn: dict[int, set[int]] = field(default_factory=dict)


def read_cals(table: etree._Element, groups: list[etree._Element]) -> Table:
    """Return a CALS table as a grid; several tgroups follow one another.

    Raises:
        RecordError: table_unreadable where it has more columns or cells than any printed table.
    """
    rows: list[TableRow] = []
    header_rows = 0
    framed = (table.get("frame") or "topbot").lower()
    columns = _Columns(1)
    rule = framed in ("all", "topbot", "top", "")
    for group in groups:
        columns = _columns_of(group)
        for name in ("thead", "tbody", "tfoot"):
            for section in children(group, name):
                section_rows = _rows(section, columns, header=name == "thead", rule=rule)
                header_rows += len(section_rows) if name == "thead" and header_rows == len(rows) else 0
                rows += section_rows
                rule = bool(rows) and (name == "thead" or _ends_in_line(columns, len(section_rows) - 1))
    if sum(len(r.cells) for r in rows) > MAX_CELLS:
        raise RecordError("table_unreadable", f"more than {MAX_CELLS} cells")
    one = len(groups) == 1
    return Table(
        rows=tuple(rows),
        header_rows=header_rows,
        column_align=tuple(columns.aligns.get(n, "left") for n in range(columns.count))
        if one and columns.aligns
        else (),
        vertical_rules=_vertical_rules(columns, framed) if one else (),
        rule_below=framed in ("all", "topbot", "bottom", ""),
    )


def _vertical_rules(columns: _Columns, framed: str) -> tuple[bool, ...]:
    outer = framed in ("all", "sides")
    if not outer and not any(columns.lines.values()):
        return ()
    inner = [columns.lines.get(n, False) for n in range(columns.count - 1)]
    return (outer, *inner, outer)


def _columns_of(group: etree._Element) -> _Columns:
    specs = list(children(group, "colspec"))
    columns = _Columns(min(_number(group.get("cols")) or len(specs) or 1, MAX_COLUMNS))
    number = -1
    default = (group.get("align") or "").lower()
    for spec in specs[:MAX_COLUMNS]:
        number = _number(spec.get("colnum")) - 1 if _number(spec.get("colnum")) else number + 1
        if number >= MAX_COLUMNS:
            raise RecordError("table_unreadable", f"more than {MAX_COLUMNS} columns")
        columns.count = max(columns.count, number + 1)
        columns.numbers[spec.get("colname", f"col{number + 1}")] = number
        align = _align(spec.get("align") or default)
        if align:
            columns.aligns[number] = align
        columns.lines[number] = spec.get("colsep", group.get("colsep")) == "1"
        columns.row_lines[number] = spec.get("rowsep", group.get("rowsep")) == "1"
    for number in range(columns.count):
        columns.row_lines.setdefault(number, group.get("rowsep") == "1")
        columns.numbers.setdefault(f"col{number + 1}", number)
        columns.numbers.setdefault(str(number + 1), number)
    for span in children(group, "spanspec"):
        columns.spans[span.get("spanname", "")] = (span.get("namest", ""), span.get("nameend", ""))
    return columns


def _rows(section: etree._Element, columns: _Columns, *, header: bool, rule: bool) -> list[TableRow]:
    elements = list(children(section, "row"))
    columns.covered, columns.drawn = {}, {}
    rows = []
    for n, element in enumerate(elements):
        cells = _cells(element, columns, header=header, row_number=n, rows_left=len(elements) - n)
        rules = _segments(columns.drawn.get(n - 1, set()))
        rule = rule or rules == ((0, columns.count - 1),)
        rows.append(TableRow(cells=tuple(cells), rule_above=rule, partial_rules=() if rule else rules))
        rule = False
    return rows


def _ends_in_line(columns: _Columns, last_row: int) -> bool:
    """Return whether a line is drawn under all columns of the section read last."""
    return _segments(columns.drawn.get(last_row, set())) == ((0, columns.count - 1),)


def _segments(numbers: set[int]) -> tuple[tuple[int, int], ...]:
    """Return column numbers as runs of neighbours, each with its first and last."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


def _is_lined(entry: etree._Element | None, row: etree._Element, columns: _Columns, first: int) -> bool:
    stated = (entry.get("rowsep") if entry is not None else None) or row.get("rowsep")
    return stated == "1" if stated else columns.row_lines.get(first, False)


def _cells(
    row: etree._Element, columns: _Columns, *, header: bool, row_number: int, rows_left: int
) -> list[Cell]:
    """Place a row's entries; a column that the row leaves out gets an empty cell."""
    drawn = columns.drawn
    cells: list[Cell] = []
    free = 0  # the next column to fill
    taken = {column for column, rows in columns.covered.items() if rows > 0}
    reach: dict[int, int] = {}
    for entry in row:
        if local(entry) not in ("entry", "entrytbl"):
            continue
        first, last = _place(entry, columns, free, taken)
        if first >= MAX_COLUMNS:
            raise RecordError("table_unreadable", f"more than {MAX_COLUMNS} columns")
        cells += [Cell(header=header) for column in range(free, first) if column not in taken]
        rowspan = min(_number(entry.get("morerows")) + 1, rows_left)
        align = _align(entry.get("align") or row.get("align"))
        cells.append(
            Cell(
                html=cell_html(entry),
                colspan=last - first + 1,
                rowspan=rowspan,
                header=header,
                align=align or (columns.aligns.get(first) if last == first else None),
            )
        )
        reach.update(dict.fromkeys(range(first, last + 1), rowspan))
        if _is_lined(entry, row, columns, first):
            drawn.setdefault(row_number + rowspan - 1, set()).update(range(first, last + 1))
        free = last + 1
    cells += [Cell(header=header) for column in range(free, columns.count) if column not in taken]
    left_out = [c for c in range(columns.count) if c not in taken and c not in reach]
    drawn.setdefault(row_number, set()).update(c for c in left_out if _is_lined(None, row, columns, c))
    columns.covered = {c: rows - 1 for c, rows in (columns.covered | reach).items() if rows > 1}
    return cells


def _place(entry: etree._Element, columns: _Columns, free: int, taken: set[int]) -> tuple[int, int]:
    start, end = columns.spans.get(entry.get("spanname", ""), (None, None))
    start = entry.get("namest") or entry.get("colname") or start
    end = entry.get("nameend") or end
    first = columns.numbers.get(start or "", -1)
    if first < free or first in taken:
        first = free
        while first in taken:
            first += 1
    last = min(columns.numbers.get(end or "", first), MAX_COLUMNS - 1)
    while last > first and any(c in taken for c in range(first, last + 1)):
        last -= 1
    return first, max(first, last)


def _align(stated: str | None) -> str | None:
    text = (stated or "").strip().lower()
    return text if text in _ALIGNMENTS else ("right" if text == "char" else None)


def _number(stated: str | None) -> int:
    text = (stated or "").strip()
    return min(int(text[:9]), 1_000_000) if text.isascii() and text.isdigit() else 0
