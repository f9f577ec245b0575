"""Tables of JATS articles as a grid: the XHTML model, and the entry point for both models."""

import re
from collections.abc import Iterable
from itertools import islice

from lxml import etree

from extractors.jats.nodes import attribute, child, children, descendants, local
from extractors.jats.tables.cals import read_cals
from extractors.jats.tables.cells import cell_html, note_mark
from extractors.jats.tables.lines import lines_in, with_lines
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

MAX_SPAN = 1_000
MAX_CELLS = 100_000
MAX_NOTES = 200

# Numbers set on a decimal sign stand at the right of their column, as far as one can say.
_ALIGNMENTS = {"left": "left", "center": "center", "right": "right", "char": "right"}
_TEXT_ALIGN = re.compile(r"text-align\s*:\s*(left|center|right)")
_SECTIONS = ("thead", "tbody", "tfoot")


def read_tables(wrap: etree._Element, tables: list[etree._Element]) -> Table:
    """Return the tables of one float as one grid, with the float's footnotes.

    Several tables under one caption follow one another, as they are printed; the heading rows of the later
    ones stay where they stand.

    Raises:
        RecordError: table_unreadable without rows or with too many cells.
    """
    parts = [_read_table(table) for table in tables]
    rows = tuple(row for part in parts for row in part.rows)
    if not rows:
        raise RecordError("table_unreadable", "the table has no rows")
    first = parts[0]
    alone = len(parts) == 1
    return Table(
        rows=rows,
        header_rows=first.header_rows,
        column_align=first.column_align if alone else (),
        vertical_rules=first.vertical_rules if alone else (),
        rule_below=any(part.rule_below for part in parts),
        notes=table_notes(wrap, tables),
    )


def table_notes(wrap: etree._Element, tables: Iterable[etree._Element] = ()) -> tuple[str, ...]:
    """Return what is printed under a table as inline HTML: its footnotes and legends in document order.

    Those written inside the caption and in cells come first.
    """
    notes: list[str] = []
    for holder in (*children(wrap, "caption"), *tables):
        notes += [_note(fn) for fn in islice(descendants(holder, "fn"), MAX_NOTES)]
    notes += [cell_html(legend) for legend in children(wrap, "legend")]
    for foot in islice(descendants(wrap, "table-wrap-foot"), MAX_NOTES):
        for part in foot:
            name = local(part)
            if name == "fn-group":
                notes += [_note(fn) for fn in children(part, "fn")]
            elif name == "fn":
                notes.append(_note(part))
            elif name not in ("permissions", "title"):
                notes.append(cell_html(part))
        if foot.text and foot.text.strip():
            notes.append(cell_html(foot))
    return tuple(n for n in dict.fromkeys(notes) if n)[:MAX_NOTES]


def _note(fn: etree._Element) -> str:
    label, mark = child(fn, "label"), note_mark(fn)
    text = "<br/>".join(filter(None, (cell_html(part) for part in fn if part is not label)))
    return f"{mark} {text}" if mark and text else mark or text


def _read_table(table: etree._Element) -> Table:
    groups = list(children(table, "tgroup"))
    if groups:
        return read_cals(table, groups)
    rows: list[TableRow] = []
    header_rows = 0
    pending = _frame(table, "above")
    cells = 0
    lines = lines_in(table)
    for name, section in _sections(table):
        elements = [section] if local(section) == "tr" else list(children(section, "tr"))
        pending = pending or (bool(rows) and _draws_groups(table) and name != "tr")
        for n, element in enumerate(elements):
            if lines is not None:
                lines.note(len(rows), element)
            row = _row(element, header=name == "thead", rows_left=len(elements) - n, rule=pending)
            pending = _rules(table) in ("rows", "all")
            cells += len(row.cells)
            if cells > MAX_CELLS:
                raise RecordError("table_unreadable", f"more than {MAX_CELLS} cells")
            header_rows += name == "thead" and header_rows == len(rows)
            rows.append(row)
    ended = _frame(table, "below")
    if lines is not None and rows:
        header_rows -= sum(row < header_rows for row in lines.only)
        rows, drawn = with_lines(rows, lines)
        ended = ended or drawn
    return Table(
        rows=tuple(rows),
        header_rows=header_rows,
        column_align=_column_alignments(table),
        vertical_rules=_vertical_rules(table, rows),
        rule_below=ended,
    )


def _sections(table: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the table's sections in the order in which they are printed: heads, bodies, feet."""
    parts = [(local(c), c) for c in table if local(c) in (*_SECTIONS, "tr")]
    order = {"thead": 0, "tbody": 1, "tr": 1, "tfoot": 2}
    return sorted(parts, key=lambda part: order[part[0]])


def _row(element: etree._Element, *, header: bool, rows_left: int, rule: bool) -> TableRow:
    row_align = _align(element)
    cells = []
    for part in element:
        name = local(part)
        if name != "td" and name != "th":
            continue
        colspan, rowspan = part.get("colspan"), part.get("rowspan")
        cells.append(
            Cell(
                html=cell_html(part),
                # Nearly every cell of PMC's tables states spans of 1.
                colspan=1 if colspan is None or colspan == "1" else _span(colspan, most=MAX_SPAN),
                rowspan=1
                if rowspan is None or rowspan == "1"
                else _span(rowspan, most=rows_left, zero=rows_left),
                header=header or name == "th",
                align=_align(part) or row_align,
            )
        )
    return TableRow(cells=tuple(cells), rule_above=rule)


def _span(stated: str | None, *, most: int, zero: int = 1) -> int:
    if stated is None:
        return 1
    text = stated.strip()
    if not (text.isascii() and text.isdigit()):
        return 1
    number = int(text[:9]) if len(text.lstrip("0")) < 10 else most
    return max(1, min(number or zero, most))


def _align(element: etree._Element) -> str | None:
    stated = element.get("align")
    if stated is not None:
        known = _ALIGNMENTS.get(stated) or _ALIGNMENTS.get(stated.strip().lower())
        if known is not None:
            return known
    style = element.get("style")
    match = _TEXT_ALIGN.search(style.lower()) if style else None
    return match.group(1) if match else None


def _column_alignments(table: etree._Element) -> tuple[str, ...]:
    aligns: list[str | None] = []
    for part in table:
        name = local(part)
        columns = list(children(part, "col")) if name == "colgroup" else []
        for column in columns or ([part] if name in ("colgroup", "col") else []):
            align = _align(column) or (_align(part) if name == "colgroup" else None)
            aligns += [align] * _span(attribute(column, "span"), most=MAX_SPAN)
        if len(aligns) > MAX_SPAN:
            break
    return tuple(a or "left" for a in aligns[:MAX_SPAN]) if any(aligns) else ()


def _rules(table: etree._Element) -> str:
    return (table.get("rules") or "").strip().lower()


def _draws_groups(table: etree._Element) -> bool:
    """Return whether lines part head, bodies and feet, as they do in print where nothing else is said."""
    return _rules(table) in ("", "groups", "rows", "all")


def _frame(table: etree._Element, side: str) -> bool:
    frame = (table.get("frame") or "hsides").strip().lower()
    return frame in ("hsides", "box", "border", side)


def _vertical_rules(table: etree._Element, rows: list[TableRow]) -> tuple[bool, ...]:
    width = max((sum(c.colspan for c in row.cells) for row in rows[:50]), default=0)
    inner = _rules(table) in ("cols", "all")
    outer = (table.get("frame") or "").strip().lower() in ("box", "border", "vsides")
    if not (inner or outer) or not 0 < width <= MAX_SPAN:
        return ()
    return (outer, *[inner] * (width - 1), outer)
