"""Tables to HTML and text and back: golden forms, the exact inverse, hostile grids."""

import string

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractors.tables import from_element, from_html, grid_of, normalise, to_html, to_text
from extractors.tables.inline import clean_inline, inline_text, readable_text, runs_of
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

RESULTS = Table(
    rows=(
        TableRow(
            cells=(
                Cell(html="Method", rowspan=2, header=True),
                Cell(html="Accuracy &amp; cost", colspan=2, header=True, align="center"),
            ),
            rule_above=True,
        ),
        TableRow(cells=(Cell(html="top-1", header=True), Cell(html="FLOP<sup>a</sup>", header=True))),
        TableRow(
            cells=(Cell(html="<b>Ours</b>"), Cell(html="81.3", align="right"), Cell(html="10<sup>9</sup>")),
            rule_above=True,
        ),
        TableRow(cells=(Cell(html="x &lt; y<br>second"), Cell(html="—"))),
    ),
    header_rows=2,
    column_align=("left", "right", "center"),
    vertical_rules=(False, True, False, True),
    rule_below=True,
    notes=("<sup>a</sup> per image",),
)
RESULTS_HTML = (
    '<table class="rule-below"><colgroup><col align="left"/><col align="right" class="rule-left"/>'
    '<col align="center" class="rule-right"/></colgroup>'
    '<thead><tr class="rule-above"><th rowspan="2">Method</th>'
    '<th colspan="2" align="center">Accuracy &amp; cost</th></tr>'
    "<tr><th>top-1</th><th>FLOP<sup>a</sup></th></tr></thead>"
    '<tbody><tr class="rule-above"><td><b>Ours</b></td><td>81.3</td><td>10<sup>9</sup></td></tr>'
    "<tr><td>x &lt; y<br/>second</td><td>—</td></tr></tbody>"
    '<tfoot class="notes"><tr><td colspan="3"><sup>a</sup> per image</td></tr></tfoot></table>'
)


def reason_of(function, *arguments) -> str:
    with pytest.raises(RecordError) as caught:
        function(*arguments)
    return caught.value.reason


def plain(*rows: tuple[str, ...]) -> Table:
    return Table(rows=tuple(TableRow(cells=tuple(Cell(html=c) for c in row)) for row in rows))


def test_html_of_a_table():
    assert to_html(RESULTS) == RESULTS_HTML


def test_html_is_read_back():
    assert from_html(RESULTS_HTML) == normalise(RESULTS)


def test_text_of_a_table():
    assert to_text(RESULTS) == (
        "Method\tAccuracy & cost\t\n\ttop-1\tFLOPᵃ\nOurs\t81.3\t10⁹\nx < y second\t—\t\nᵃ per image"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("10<sup>−4</sup> m<sub>i</sub>", "10⁻⁴ mᵢ"),
        ("x<sub>max</sub> and x<sub>ab</sub>", "xₘₐₓ and x_(ab)"),
        ("p<sup>Q</sup>, p<sup>a/b</sup>", "p^Q, p^(a/b)"),
        ("e<sup>x<sub>i</sub> + 1</sup>", "e^(xᵢ + 1)"),
        ("25 <sup>∘</sup>C", "25 °C"),
        ("5.1<sup>*†</sup> <b>a &lt; b<sup>2</sup></b>", "5.1*† a < b²"),
        ("a<sup> 2</sup>b<br/>c", "a ²b c"),
    ],
)
def test_scripts_stay_readable_in_text(html, text):
    assert readable_text(clean_inline(html)) == text
    assert to_text(plain((html, "x"))) == f"{text}\tx"


PARTIAL = Table(
    rows=(
        TableRow(cells=(Cell(html="a"), Cell(html="b", colspan=2), Cell(html="c")), rule_above=True),
        TableRow(cells=tuple(Cell(html=c) for c in "1234"), partial_rules=((3, 9), (1, 1), (-2, 0), (1, 2))),
        TableRow(cells=tuple(Cell(html=c) for c in "5678"), partial_rules=((2, 3), (0, 2))),
    )
)


def test_partial_rules_are_kept_in_order_within_the_grid():
    rows = normalise(PARTIAL).rows
    assert [row.partial_rules for row in rows] == [(), ((0, 0), (1, 2), (3, 3)), ()]
    assert [row.rule_above for row in rows] == [True, False, True]  # over all columns: a whole rule
    html = to_html(PARTIAL)
    assert '<tr data-rules="0-0 1-2 3-3"><td>1</td>' in html
    assert from_html(html) == normalise(PARTIAL)


@pytest.mark.parametrize("stated", ["", "x", "1", "2-1", "-1-2", "1-", "99999999999-1", "7-8", "1--2"])
def test_hostile_partial_rules_are_left_out(stated):
    table = from_html(f'<table><tr data-rules="{stated}"><td>a</td><td>b</td><td>c</td></tr></table>')
    assert table == plain(("a", "b", "c"))


def test_foreign_html_is_read():
    table = from_html(
        "<p>before<TABLE border=1><caption>no cell</caption><col span=2 align=right><tr><th>A<th>B</tr>"
        "<tr><td style='text-align: center'><p>one<p>two<td><em>x</em><script>alert(1)</script>"
        "<img src=x>&nbsp;y</tr><tfoot><tr><td colspan=99>sum</tfoot></TABLE><table><tr><td>other</table>"
    )
    assert table == Table(
        rows=(
            TableRow(cells=(Cell(html="A", header=True), Cell(html="B", header=True))),
            TableRow(cells=(Cell(html="one<br/>two", align="center"), Cell(html="<i>x</i>\xa0y"))),
            TableRow(cells=(Cell(html="sum", colspan=2),)),
        ),
        header_rows=1,
        column_align=("right", "right"),
    )


def test_a_table_inside_a_cell_leaves_its_text():
    table = from_html(
        "<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table></td><td>d</td></tr></table>"
    )
    assert to_text(table) == "a b c\td"


def test_an_element_with_namespace_and_own_reading_of_cells():
    root = etree.fromstring(
        '<x:table xmlns:x="urn:x"><x:tbody><x:tr><x:td>1<x:bold>2</x:bold></x:td></x:tr></x:tbody></x:table>'
    )
    assert to_text(from_element(root)) == "12"
    assert from_element(root).rows[0].cells[0].html == "1<b>2</b>"
    assert from_element(root, inline=lambda cell: f"<u>{len(cell)}</u>").rows[0].cells[0].html == "<u>1</u>"


@pytest.mark.parametrize("html", ["", "<", "no table", "<div><p>text</p></div>"])
def test_no_table_is_unreadable(html):
    assert reason_of(from_html, html) == "table_unreadable"


@pytest.mark.parametrize("html", ["<table></table>", "<table><tr><td>&nbsp;<br></td></tr></table>"])
def test_no_text_is_empty(html):
    assert reason_of(from_html, html) == "table_empty"


def test_hostile_grids_are_refused_and_hostile_spans_cut():
    assert reason_of(normalise, plain(("x",) * 201)) == "table_unreadable"
    assert reason_of(normalise, plain(*[("x",)] * 2001)) == "table_unreadable"
    assert reason_of(normalise, plain(*[("x",) * 101] * 1000)) == "table_unreadable"
    wide = Table(
        rows=(
            TableRow(cells=(Cell(html="a", colspan=10**9, rowspan=10**9),)),
            TableRow(cells=()),
        )
    )
    assert to_html(wide) == '<table><tbody><tr><td rowspan="2">a</td></tr><tr></tr></tbody></table>'
    assert from_html('<table><tr><td colspan="9999999999" rowspan="x">a</table>') == plain(("a",))


def test_spans_that_collide_are_cut():
    table = Table(
        rows=(
            TableRow(cells=(Cell(html="a"), Cell(html="b", rowspan=2), Cell(html="c"))),
            TableRow(cells=(Cell(html="d", colspan=3), Cell(html="e"))),
        )
    )
    placed = [(p.row, p.column, p.cell.colspan) for p in grid_of(table).placed]
    assert placed == [(0, 0, 1), (0, 1, 1), (0, 2, 1), (1, 0, 1), (1, 2, 1)]


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("<strong>a</strong><EM>b</EM>", "<b>a</b><i>b</i>"),
        ("<b>a<b>c</b></b>d", "<b>ac</b>d"),
        ("x<sup>y<sup>z</sup></sup>", "x<sup>y<sup>z</sup></sup>"),
        ("<b>open", "<b>open</b>"),
        ("</b>x</i>", "x"),
        ("<b> </b>a \n\t b<br><br/> ", "a b"),
        ("a<br><b>c</b>", "a<br/><b>c</b>"),
        ('<a href="x" onclick=y>link</a><script>s</script>', "links"),
        ("&lt;script&gt;&amp;amp;", "&lt;script&gt;&amp;amp;"),
        ("a\x00\x08\ud800b\ufffe", "ab"),
    ],
)
def test_inline_html_is_cleaned(html, clean):
    assert clean_inline(html) == clean


def test_runs_carry_their_tags_and_lines():
    runs = [(run.text, run.styles, run.newline) for run in runs_of("a<b>x<sup>2</sup></b><br/>&lt;")]
    assert runs == [("a", (), False), ("x", ("b",), False), ("2", ("b", "sup"), False), ("<", (), True)]


PIECES = [
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<sup>",
    "</sup>",
    "<sub>",
    "<br>",
    "<br/>",
    "<code>",
    "</code>",
    " ",
    "&amp;",
]
fragments = st.lists(
    st.one_of(
        st.text(max_size=6), st.sampled_from([*PIECES, "&lt;b&gt;", "<", "\n", "<script>", "<p>", "&#0;"])
    ),
    max_size=8,
).map("".join)
cells = st.builds(
    Cell,
    html=fragments,
    colspan=st.integers(-1, 4),
    rowspan=st.integers(-1, 4),
    header=st.booleans(),
    align=st.sampled_from([None, "left", "center", "right", "justify"]),
)
rows = st.builds(
    TableRow,
    cells=st.lists(cells, max_size=4).map(tuple),
    rule_above=st.booleans(),
    partial_rules=st.lists(st.tuples(st.integers(-1, 7), st.integers(-1, 7)), max_size=3).map(tuple),
)
tables = st.builds(
    Table,
    rows=st.lists(rows, max_size=5).map(tuple),
    header_rows=st.integers(-1, 4),
    column_align=st.lists(st.sampled_from(["left", "center", "right"]), max_size=6).map(tuple),
    vertical_rules=st.lists(st.booleans(), max_size=7).map(tuple),
    rule_below=st.booleans(),
    notes=st.lists(fragments, max_size=3).map(tuple),
)


@examples(150)
@given(fragments)
def test_cleaning_again_changes_nothing(html):
    assert clean_inline(clean_inline(html)) == clean_inline(html)


@examples(100)
@given(tables)
def test_reading_undoes_writing(table):
    try:
        canonical = normalise(table)
    except RecordError as error:
        assert error.reason == "table_empty"
        return
    html = to_html(table)
    assert from_html(html) == canonical
    assert to_html(canonical) == html
    assert {e.tag for e in etree.fromstring(html).iter()} <= {
        *("table", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
        *("b", "i", "u", "sup", "sub", "br", "code"),
    }
    width = grid_of(canonical).columns
    lines = to_text(table).split("\n")
    assert [line.count("\t") for line in lines[: len(table.rows)]] == [width - 1] * len(table.rows)
    for row in canonical.rows:
        ends = [column for rule in row.partial_rules for column in rule]
        assert ends == sorted(ends) and all(0 <= column < width for column in ends)
        assert not (row.rule_above and row.partial_rules)


@examples(100)
@given(
    st.lists(
        st.one_of(
            st.text(string.printable, max_size=8),
            st.sampled_from(
                [
                    "<table>",
                    "<tr>",
                    "<td>",
                    "<th colspan=3>",
                    "</table>",
                    "<td rowspan=0>",
                    "<tfoot>",
                    "<col>",
                ]
            ),
        ),
        max_size=25,
    ).map("".join)
)
def test_any_text_gives_a_table_or_a_reason(html):
    try:
        table = from_html(html)
    except RecordError as error:
        assert error.reason in ("table_unreadable", "table_empty")
        return
    assert from_html(to_html(table)) == table


def test_long_hostile_cells_take_linear_time():
    for piece in ("<a ", "x<br>", "<b>", "</b><", "&", "<sup>x"):
        assert inline_text(clean_inline(piece * 20_000)) is not None
