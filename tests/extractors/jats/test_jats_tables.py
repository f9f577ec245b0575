"""Golden cases for the XHTML and CALS tables of JATS articles."""

import pytest
from lxml import etree

from extractors.jats.tables.grid import read_tables
from extractors.tables import to_text
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow


def table_of(inner: str, attributes: str = "", foot: str = "") -> Table:
    wrap = etree.fromstring(
        f'<table-wrap xmlns:mml="http://www.w3.org/1998/Math/MathML"><table {attributes}>{inner}</table>'
        f"{foot}</table-wrap>"
    )
    return read_tables(wrap, [wrap[0]])


def cells_of(inner: str, attributes: str = "") -> list[list[str]]:
    return [[c.html for c in row.cells] for row in table_of(inner, attributes).rows]


def test_a_table_with_head_spans_and_alignment() -> None:
    inner = (
        '<thead><tr><th rowspan="2" align="left">Name</th><th colspan="2" align="center">Value</th></tr>'
        "<tr><th>x</th><th>y</th></tr></thead>"
        '<tbody><tr><td>a</td><td align="char" char=".">1.5</td>'
        '<td style="text-align: right">2</td></tr></tbody>'
    )
    assert table_of(inner, 'frame="hsides" rules="groups"') == Table(
        rows=(
            TableRow(
                cells=(
                    Cell(html="Name", rowspan=2, header=True, align="left"),
                    Cell(html="Value", colspan=2, header=True, align="center"),
                ),
                rule_above=True,
            ),
            TableRow(cells=(Cell(html="x", header=True), Cell(html="y", header=True))),
            TableRow(
                cells=(Cell(html="a"), Cell(html="1.5", align="right"), Cell(html="2", align="right")),
                rule_above=True,
            ),
        ),
        header_rows=2,
        rule_below=True,
    )


@pytest.mark.parametrize(
    ("cell", "html"),
    [
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("<bold>B</bold> <italic>i</italic> <underline>u</underline>", "<b>B</b> <i>i</i> <u>u</u>"),
        ("10<sup>3</sup> H<sub>2</sub>", "10<sup>3</sup> H<sub>2</sub>"),
        ("<monospace>x</monospace>", "<code>x</code>"),
        ("one<break/>two", "one<br/>two"),
        ("<p>one</p><p>two</p>", "one<br/>two"),
        (
            '<list list-type="bullet"><list-item><p>a</p></list-item><list-item><p>b</p></list-item></list>',
            "• a<br/>• b",
        ),
        ("<list><list-item><label>1.</label><p>a</p></list-item></list>", "1. a"),
        ("<inline-formula><tex-math>$x &lt; \\alpha$</tex-math></inline-formula>", "x &lt; α"),
        ("<mml:math><mml:msup><mml:mi>R</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>", "R²"),
        ('<xref ref-type="table-fn" rid="n"><sup>a</sup></xref>5', "<sup>a</sup>5"),
        ("<table><tr><td>in</td><td>ner</td></tr></table>", "in  ner"),
        ("5<fn><p>note</p></fn>", "5"),
        ("<inline-graphic/>", ""),
        (" spaced ", "spaced"),
    ],
)  # fmt: skip
def test_cells_as_inline_html(cell: str, html: str) -> None:
    assert cells_of(f"<tr><td>{cell}</td></tr>")[0][0] == html


def test_lists_in_cells_print_their_marks() -> None:
    items = "<list-item><p>a</p></list-item><list-item><p>b</p></list-item>"
    bullets = table_of(f'<tr><td><list list-type="bullet">{items}</list></td></tr>')
    numbers = table_of(f'<tr><td><list list-type="order">{items}</list></td></tr>')
    assert to_text(bullets) == "• a • b"
    assert to_text(numbers) == "1. a 2. b"


def test_a_foot_written_before_the_body_is_printed_after_it() -> None:
    inner = "<tfoot><tr><td>sum</td></tr></tfoot><tbody><tr><td>1</td></tr></tbody>"
    assert cells_of(inner) == [["1"], ["sum"]]


def test_rows_of_rules_draw_lines_and_hold_no_cells() -> None:
    inner = (
        "<tr><td>a</td><td>b</td></tr><tr><td colspan='2'><hr/></td></tr><tr><td>c</td><td>d</td></tr>"
        "<tr><td/><td><hr/></td></tr><tr><td>e</td><td>f</td></tr>"
    )
    table = table_of(inner, 'frame="void"')
    assert [(row.cells[0].html, row.rule_above) for row in table.rows] == [
        ("a", False),
        ("c", True),
        ("e", False),
    ]


@pytest.mark.parametrize(
    ("attributes", "above", "vertical", "below"),
    [
        ("", [True, False], (), True),
        ('frame="box" rules="all"', [True, True], (True, True, True), True),
        ('frame="void" rules="none"', [False, False], (), False),
        ('frame="void" rules="cols"', [False, False], (False, True, False), False),
    ],
)
def test_rules_follow_frame_and_rules(
    attributes: str, above: list[bool], vertical: tuple[bool, ...], below: bool
) -> None:
    table = table_of("<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>", attributes)
    assert [row.rule_above for row in table.rows] == above
    assert (table.vertical_rules, table.rule_below) == (vertical, below)


def test_columns_state_their_alignment() -> None:
    inner = '<colgroup><col align="left"/><col align="right" span="2"/></colgroup><tr><td>a</td></tr>'
    assert table_of(inner).column_align == ("left", "right", "right")


@pytest.mark.parametrize(
    ("stated", "rowspan"),
    [("1000000000", 2), ("0", 2), ("-3", 1), ("x", 1), ("", 1), ("99999999999999999999", 2), ("2", 2)],
)
def test_hostile_spans_end_with_the_section(stated: str, rowspan: int) -> None:
    table = table_of(f'<tbody><tr><td rowspan="{stated}">a</td></tr><tr><td>b</td></tr></tbody>')
    assert table.rows[0].cells[0].rowspan == rowspan
    wide = table_of(f'<tr><td colspan="{stated}">a</td></tr>')
    assert wide.rows[0].cells[0].colspan <= 1000


def test_footnotes_and_legends_come_with_their_marks() -> None:
    foot = (
        "<table-wrap-foot><fn><label>a</label><p>First.</p></fn><fn><p><sup>b</sup> Second.</p></fn>"
        "<fn-group><fn symbol='*'><p>Third.</p></fn></fn-group>"
        "<p>SD: <italic>n</italic>.</p></table-wrap-foot>"
    )
    assert table_of("<tr><td>1</td></tr>", foot=foot).notes == (
        "<sup>a</sup> First.",
        "<sup>b</sup> Second.",
        "<sup>*</sup> Third.",
        "SD: <i>n</i>.",
    )


def test_two_tables_under_one_caption_follow_one_another() -> None:
    wrap = etree.fromstring(
        "<table-wrap><table><thead><tr><th>h</th></tr></thead><tr><td>1</td></tr></table>"
        "<table><thead><tr><th>k</th></tr></thead><tr><td>2</td></tr></table></table-wrap>"
    )
    table = read_tables(wrap, list(wrap))
    assert (to_text(table), table.header_rows) == ("h\n1\nk\n2", 1)


def test_a_table_without_rows_is_unreadable() -> None:
    with pytest.raises(RecordError, match="table_unreadable"):
        table_of("<colgroup/>")


def lines_of(table: Table) -> list[tuple[bool, tuple[tuple[int, int], ...]]]:
    return [(row.rule_above, row.partial_rules) for row in table.rows]


def test_a_rule_in_a_cell_is_drawn_under_its_columns() -> None:
    """As PMC has it: <hr/> at the end of a heading that spans columns."""
    table = table_of(
        '<thead><tr><th rowspan="2">a</th><th colspan="2">b<hr/></th><th colspan="2">c<hr/></th></tr>'
        "<tr><th>1</th><th>2</th><th>3</th><th>4</th></tr></thead>"
        "<tbody><tr><td>x<hr/></td><td>y<hr/></td><td>z<hr/></td><td>u<hr/></td><td>v<hr/></td></tr>"
        "<tr><td>x</td><td>y <hr/> y</td><td>z</td><td>u</td><td>v</td></tr></tbody>",
        'frame="void"',
    )
    assert lines_of(table) == [(False, ()), (False, ((1, 2), (3, 4))), (True, ()), (True, ())]
    assert not table.rule_below


def test_a_row_of_rules_is_a_rule_and_no_row() -> None:
    table = table_of(
        '<thead><tr><th rowspan="3">a</th><th colspan="2">b</th></tr><tr><th colspan="2"><hr/></th></tr>'
        "<tr><th>1</th><th>2</th></tr></thead>"
        "<tbody><tr><td>x</td><td>y</td><td>z</td></tr><tr><td><hr/></td><td/><td><hr/></td></tr>"
        '<tr><td>x</td><td>y</td><td>z</td></tr><tr><td colspan="2"><hr/></td></tr></tbody>',
        'frame="void" rules="none"',
    )
    assert lines_of(table) == [(False, ()), (False, ((1, 2),)), (False, ()), (False, ((0, 0), (2, 2)))]
    assert (table.header_rows, table.rows[0].cells[0].rowspan, table.rule_below) == (2, 2, True)
    assert to_text(table).splitlines()[2] == "x\ty\tz"


@pytest.mark.parametrize(
    ("style", "drawn"),
    [
        ("border-bottom: thin solid #000000;", (False, ((1, 1),))),
        ("border-bottom:none", (False, ())),
        ("BORDER-BOTTOM: 0px solid", (False, ())),
        ("border-color: #000; border-top: 1px solid", (False, ())),
    ],
)
def test_borders_of_cells_are_rules(style: str, drawn: tuple[bool, tuple[tuple[int, int], ...]]) -> None:
    inner = f'<tr><td>a</td><td style="{style}">b</td></tr><tr><td>c</td><td>d</td></tr>'
    assert lines_of(table_of(inner, 'frame="void" rules="none"'))[1] == drawn


def test_borders_of_rows_and_above_cells_are_rules() -> None:
    table = table_of(
        '<tr><td>a</td><td style="border-top: 1px solid">b</td></tr>'
        '<tr style="border-top: thin solid #000"><td>c</td><td>d</td></tr>',
        'frame="void" rules="none"',
    )
    assert lines_of(table) == [(False, ((1, 1),)), (True, ())]


@pytest.mark.parametrize(
    ("group", "first", "last", "lines"),
    [
        ("", "", "", [(True, ()), (False, ())]),
        ('rowsep="1"', "", "", [(True, ()), (True, ())]),
        ('rowsep="1"', 'rowsep="0"', "", [(True, ()), (False, ((1, 2),))]),
        ("", 'rowsep="1"', "", [(True, ()), (False, ((0, 0),))]),
        ("", 'rowsep="1"', 'rowsep="1"', [(True, ()), (False, ((0, 0), (2, 2)))]),
    ],
)
def test_cals_entries_draw_lines_under_themselves(
    group: str, first: str, last: str, lines: list[tuple[bool, tuple[tuple[int, int], ...]]]
) -> None:
    wrap = etree.fromstring(
        f'<table-wrap><table frame="topbot"><tgroup cols="3" {group}><tbody>'
        f"<row><entry {first}>a</entry><entry>b</entry><entry {last}>c</entry></row>"
        "<row><entry>d</entry><entry>e</entry><entry>f</entry></row></tbody></tgroup></table></table-wrap>"
    )
    assert lines_of(read_tables(wrap, list(wrap))) == lines


CALS = """<table xmlns="http://docs.oasis-open.org/ns/oasis-exchange/table" frame="topbot">
<tgroup cols="3"><colspec colname="c1" align="left"/><colspec colname="c2" align="center" colsep="1"/>
<colspec colname="c3" align="char"/><spanspec spanname="s" namest="c2" nameend="c3"/>
<thead><row rowsep="1"><entry morerows="1">Name</entry><entry spanname="s">Value</entry></row>
<row><entry>x</entry><entry>y</entry></row></thead>
<tbody><row><entry>a</entry><entry namest="c2" nameend="c3" align="right">wide</entry></row>
<row><entry colname="c3">only third</entry></row></tbody></tgroup></table>"""


def test_a_cals_table() -> None:
    wrap = etree.Element("table-wrap")
    wrap.append(etree.fromstring(CALS))
    table = read_tables(wrap, list(wrap))
    assert [[(c.html, c.colspan, c.rowspan, c.header, c.align) for c in row.cells] for row in table.rows] == [
        [("Name", 1, 2, True, "left"), ("Value", 2, 1, True, None)],
        [("x", 1, 1, True, "center"), ("y", 1, 1, True, "right")],
        [("a", 1, 1, False, "left"), ("wide", 2, 1, False, "right")],
        [("", 1, 1, False, None), ("", 1, 1, False, None), ("only third", 1, 1, False, "right")],
    ]
    assert [row.rule_above for row in table.rows] == [True, False, True, False]
    assert [row.partial_rules for row in table.rows] == [(), ((1, 2),), (), ()]  # "Name" stands over both
    assert table.header_rows == 2
    assert table.column_align == ("left", "center", "right")
    assert table.vertical_rules == (False, False, True, False)
    assert to_text(table).splitlines()[3] == "\t\tonly third"


def test_cals_spans_and_columns_are_bounded() -> None:
    wrap = etree.Element("table-wrap")
    wrap.append(
        etree.fromstring(
            '<table><tgroup cols="999999999"><tbody><row><entry morerows="999999999">a</entry></row>'
            "<row><entry>b</entry></row></tbody></tgroup></table>"
        )
    )
    table = read_tables(wrap, list(wrap))
    assert table.rows[0].cells[0].rowspan == 2
    assert len(table.rows[0].cells) <= 200
    wrap[0][0].insert(0, etree.Element("colspec", colnum="500", colname="far"))
    with pytest.raises(RecordError, match="table_unreadable"):
        read_tables(wrap, list(wrap))
