"""Tables as clean HTML and as plain text, and back: the one form in which LaTeX and JATS tables travel.

The HTML is a small, well-formed subset (readable by HTML and XML parsers alike):

    <table class="rule-below"><colgroup><col align="left" class="rule-left"/>…</colgroup>
    <thead><tr class="rule-above"><th colspan="2" align="center">…</th></tr></thead>
    <tbody><tr data-rules="1-2 4-4"><td>…</td></tr></tbody>
    <tfoot class="notes"><tr><td colspan="4">…</td></tr></tfoot></table>

Cells hold escaped text with b, i, u, sup, sub, br and code only; see `extractors.tables.inline`.
"""

import html as html_entities
import re
from collections.abc import Callable, Iterator

from lxml import etree
from lxml import html as lxml_html

from extractors.tables.grid import ALIGNMENTS, Grid, TableLimits, normal_form, normalise
from extractors.tables.inline import clean_characters, inline_html, local_name, readable_text
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

_TEXT_ALIGN = re.compile(r"text-align\s*:\s*([a-z]+)")
_PARTIAL_RULE = re.compile(r"(?<![0-9-])([0-9]{1,4})-([0-9]{1,4})(?![0-9-])")
_WHOLE_SPAN = 1 << 20  # stands for "to the end"; cut to the grid's size afterwards


def to_html(table: Table) -> str:
    """Return the table as clean HTML in one line; `from_html` reads it back without loss.

    Raises:
        RecordError: table_unreadable or table_empty, as `normalise` does.
    """
    return render(table)[0]


def to_text(table: Table) -> str:
    """Return the table as text: cells separated by tabs, a row a line, then the notes, one a line.

    A spanning cell's text stands once, at its first slot; the slots that it covers are empty. Super- and
    subscripts look as in captions: 10⁴, xᵢ, 10^(a/b).

    Raises:
        RecordError: table_unreadable or table_empty, as `normalise` does.
    """
    return render(table)[1]


def render(table: Table) -> tuple[str, str]:
    """Return the table as HTML and as text, as `to_html` and `to_text` do, in one go.

    Raises:
        RecordError: table_unreadable or table_empty, as `normalise` does.
    """
    normal, grid = normal_form(table)
    return _html(normal, grid.columns), _text(normal, grid)


def _html(table: Table, columns: int) -> str:
    head = "".join(map(_row_html, table.rows[: table.header_rows]))
    body = "".join(map(_row_html, table.rows[table.header_rows :]))
    notes = "".join(f'<tr><td colspan="{columns}">{note}</td></tr>' for note in table.notes)
    parts = [
        '<table class="rule-below">' if table.rule_below else "<table>",
        _columns_html(table, columns),
        f"<thead>{head}</thead>" if head else "",
        f"<tbody>{body}</tbody>" if body else "",
        f'<tfoot class="notes">{notes}</tfoot>' if notes else "",
        "</table>",
    ]
    return "".join(parts)


def _text(table: Table, grid: Grid) -> str:
    slots = [[""] * grid.columns for _ in range(grid.rows)]
    for y, x, cell in grid.placed:
        slots[y][x] = readable_text(cell.html)
    lines = ["\t".join(row) for row in slots]
    return "\n".join(lines + [readable_text(note) for note in table.notes])


def from_html(html: str) -> Table:
    """Return the first table of an HTML text; the exact inverse of `to_html`, lenient with other HTML.

    Raises:
        RecordError: table_unreadable without a table or past the limits, table_empty without text.
    """
    try:
        root = lxml_html.document_fromstring(clean_characters(html).encode(), parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise RecordError("table_unreadable", str(error).split("\n")[0][:200]) from error
    table = next((e for e in root.iter() if local_name(e) == "table"), None)
    if table is None:
        raise RecordError("table_unreadable", "no table element")
    return from_element(table)


def from_element(table: etree._Element, *, inline: Callable[[etree._Element], str] = inline_html) -> Table:
    """Return the table of a parsed `table` element (HTML, or JATS with or without namespace).

    Args:
        table: the element; only its own rows are read, not those of tables inside its cells.
        inline: returns a cell's content as inline HTML, where the source's own tags need other reading.

    Raises:
        RecordError: table_unreadable past the limits, table_empty without text.
    """
    sections = list(_rows_by_section(table))
    notes = [inline(cell) for kind, row in sections if kind == "notes" for cell in _cells_of(row)]
    ordered = [(kind, row) for wanted in ("head", "body", "foot") for kind, row in sections if kind == wanted]
    columns = _columns_of(table)
    aligns = tuple(_align_of(c) or "left" for c in columns) if any(map(_align_of, columns)) else ()
    rules = [_has_class(c, "rule-left") for c in columns]
    edge = bool(columns) and _has_class(columns[-1], "rule-right")
    return normalise(
        Table(
            rows=tuple(_row_of(row, inline, head=kind == "head") for kind, row in ordered),
            header_rows=sum(kind == "head" for kind, _ in ordered),
            column_align=aligns,
            vertical_rules=(*rules, edge),
            rule_below=_has_class(table, "rule-below"),
            notes=tuple(notes),
        )
    )


def _parser() -> lxml_html.HTMLParser:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True)


def _row_html(row: TableRow) -> str:
    start = '<tr class="rule-above">' if row.rule_above else "<tr>"
    if row.partial_rules:
        start = f'<tr data-rules="{" ".join(f"{first}-{last}" for first, last in row.partial_rules)}">'
    return start + "".join(map(_cell_html, row.cells)) + "</tr>"


def _cell_html(cell: Cell) -> str:
    tag = "th" if cell.header else "td"
    if cell.colspan == 1 and cell.rowspan == 1 and not cell.align:
        return f"<{tag}>{cell.html}</{tag}>"
    colspan = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    rowspan = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    align = f' align="{cell.align}"' if cell.align else ""
    return f"<{tag}{colspan}{rowspan}{align}>{cell.html}</{tag}>"


def _columns_html(table: Table, columns: int) -> str:
    if not table.column_align and not table.vertical_rules:
        return ""
    cols = []
    for x in range(columns):
        align = f' align="{table.column_align[x]}"' if table.column_align else ""
        classes = []
        if table.vertical_rules and table.vertical_rules[x]:
            classes.append("rule-left")
        if table.vertical_rules and x == columns - 1 and table.vertical_rules[columns]:
            classes.append("rule-right")
        class_ = f' class="{" ".join(classes)}"' if classes else ""
        cols.append(f"<col{align}{class_}/>")
    return f"<colgroup>{''.join(cols)}</colgroup>"


def _rows_by_section(table: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for child in table:
        name = local_name(child)
        if name == "tr":
            yield "body", child
        elif name in ("thead", "tbody", "tfoot"):
            kind = {"thead": "head", "tbody": "body", "tfoot": "foot"}[name]
            if name == "tfoot" and _has_class(child, "notes"):
                kind = "notes"
            for row in child:
                if local_name(row) == "tr":
                    yield kind, row


def _cells_of(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if local_name(cell) in ("td", "th")]


def _row_of(row: etree._Element, inline: Callable[[etree._Element], str], *, head: bool) -> TableRow:
    row_align = _align_of(row)
    cells = tuple(
        Cell(
            html=inline(cell),
            colspan=_span_of(cell, "colspan") or 1,
            rowspan=_span_of(cell, "rowspan") or _WHOLE_SPAN,
            header=local_name(cell) == "th",
            align=_align_of(cell) or row_align,
        )
        for cell in _cells_of(row)
    )
    rules = tuple(
        (int(first), int(last)) for first, last in _PARTIAL_RULE.findall(row.get("data-rules") or "")
    )
    return TableRow(cells=cells, rule_above=_has_class(row, "rule-above"), partial_rules=rules)


def _columns_of(table: etree._Element) -> list[etree._Element]:
    columns: list[etree._Element] = []
    for child in table:
        if local_name(child) == "col":
            columns += [child] * min(_span_of(child, "span") or 1, TableLimits().max_columns)
        elif local_name(child) == "colgroup":
            inner = [c for c in child if local_name(c) == "col"]
            for col in inner or [child]:
                columns += [col] * min(_span_of(col, "span") or 1, TableLimits().max_columns)
        if len(columns) > TableLimits().max_columns:
            break
    return columns


def _align_of(element: etree._Element) -> str | None:
    value = (element.get("align") or "").strip().lower()
    if value not in ALIGNMENTS:
        style = _TEXT_ALIGN.search((element.get("style") or "").lower())
        value = style.group(1) if style else ""
    return value if value in ALIGNMENTS else None


def _span_of(element: etree._Element, name: str) -> int:
    value = html_entities.unescape(element.get(name) or "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 1


def _has_class(element: etree._Element, name: str) -> bool:
    return name in (element.get("class") or "").split()
