"""Rarer elements in captions and tables: what is printed is read, and each thing once."""

import pytest
from lxml import etree

from extractors.jats import extract
from extractors.jats.tables.cells import cell_html
from extractors.jats.tables.grid import read_tables
from extractors.jats.text.running import caption_text
from schemas.floats import Float
from schemas.paper import Paper

NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'
X_MATHML = "<mml:math><mml:mi>x</mml:mi></mml:math>"
Y_MATHML = "<mml:math><mml:mi>y</mml:mi></mml:math>"


@pytest.mark.parametrize(
    ("source", "caption", "cell"),
    [
        ("of <chem-struct>C<sub>6</sub>H<sub>6</sub></chem-struct>.", "of C₆H₆.", "of C<sub>6</sub>H<sub>6</sub>."),
        (
            "Chem <chem-struct-wrap><label>1</label><chem-struct>CH</chem-struct><graphic/></chem-struct-wrap>, so",
            "Chem 1 CH, so",
            "Chem<br/>1 CH<br/>, so",
        ),
        (
            "a <chem-struct-wrap><alternatives><chem-struct>CH</chem-struct><textual-form>CH</textual-form>"
            "<graphic/></alternatives></chem-struct-wrap> b",
            "a CH b",
            "a<br/>CH<br/>b",
        ),
        ("<abbrev>WHO<def><p>World Health Organization</p></def></abbrev> data", "WHO data", "WHO data"),
        ("see <inline-supplementary-material>Data 1</inline-supplementary-material>", "see Data 1", "see Data 1"),
        ("<disp-quote><p>So be it.</p><attrib>Anon.</attrib></disp-quote>", "So be it. Anon.", "So be it.<br/>Anon."),
        ("<speech><speaker>Q:</speaker><p>why?</p></speech>", "Q: why?", "Q:<br/>why?"),
        (
            "<verse-group><verse-line>one</verse-line><verse-line>two</verse-line></verse-group>",
            "one two",
            "one<br/>two",
        ),
        (
            "<statement><label>Theorem 1</label><p>It holds.</p></statement>",
            "Theorem 1 It holds.",
            "Theorem 1<br/>It holds.",
        ),
        (
            "<boxed-text><label>Box 1</label><caption><title>Key</title></caption><p>Red: hot.</p></boxed-text>",
            "Box 1 Key Red: hot.",
            "Box 1<br/>Key<br/>Red: hot.",
        ),
        ("<array><tbody><tr><td>a</td><td>b</td></tr></tbody></array>", "a b", "a  b"),
        ("a <private-char><glyph-data>0110</glyph-data></private-char> b", "a b", "a  b"),
        ("a <inline-graphic><alt-text>a square</alt-text></inline-graphic> b", "a b", "a  b"),
        ("<styled-content>r</styled-content><named-content>n</named-content><target>t</target>", "rnt", "rnt"),
        (
            "<citation-alternatives><mixed-citation>Oak 2020</mixed-citation>"
            "<element-citation>Oak2020</element-citation></citation-alternatives>",
            "Oak 2020",
            "Oak 2020",
        ),
        ("<ruby><rb>漢字</rb><rt>かんじ</rt></ruby>の", "漢字(かんじ)の", "漢字(かんじ)の"),
        ("<preformat>x = 1</preformat>", "x = 1", "x = 1"),
        (f"for <inline-formula>n = {X_MATHML}</inline-formula>.", "for n = x.", "for n = x."),
        (f"<inline-formula>{X_MATHML}, {Y_MATHML}</inline-formula>", "x, y", "x, y"),
        (f"<inline-formula>\n {X_MATHML}<tex-math>x</tex-math>\n</inline-formula>, z", "x, z", "x, z"),
        (
            f"so <disp-formula><label>(1)</label>{X_MATHML}</disp-formula>, and {Y_MATHML}",
            "so x, and y",
            "so<br/>x<br/>, and y",
        ),
    ],
)  # fmt: skip
def test_rarer_elements_are_read_once(source: str, caption: str, cell: str) -> None:
    assert caption_text(etree.fromstring(f"<caption {NAMESPACES}><p>{source}</p></caption>")) == caption
    assert cell_html(etree.fromstring(f"<td {NAMESPACES}>{source}</td>")) == cell


def figure(inner: str) -> Float:
    source = (
        f'<article {NAMESPACES}><body><fig id="f"><label>Fig. 1</label>{inner}'
        '<graphic xlink:href="f"/></fig></body></article>'
    )
    return extract(Paper("pmc:PMC1", {"PMC1/a.nxml": source.encode(), "PMC1/f.jpg": b"image"})).floats[0]


def test_notes_to_a_figures_caption_stand_at_its_end() -> None:
    noted = "<title>Growth<fn><label>*</label><p>Of mice.</p></fn></title><p>Bars<fn symbol='†'><p>SD</p></fn>.</p>"
    assert figure(f"<caption>{noted}</caption>").caption == "Growth. Bars. * Of mice. † SD"


def test_a_legend_is_part_of_the_caption() -> None:
    legend = '<legend><label>Key</label><list list-type="simple"><list-item><p>red, hot</p></list-item></list></legend>'
    assert figure(f"<caption><p>Growth.</p></caption>{legend}").caption == "Growth. Key red, hot"


def test_paragraphs_and_lists_beside_a_figures_caption_are_read_after_it() -> None:
    beside = "<p>Red: hot.</p><p><inline-graphic/>words of a picture</p><list list-type='order'><list-item><p>A</p></list-item></list>"
    assert figure(f"<caption><title>Growth</title></caption>{beside}").caption == "Growth. Red: hot. 1. A"
    assert figure("<p>Only a paragraph.</p>").caption == "Only a paragraph."


def notes_of(caption: str, cell: str, foot: str = "") -> tuple[list[str], tuple[str, ...]]:
    wrap = etree.fromstring(
        f"<table-wrap><caption>{caption}</caption><table><tbody><tr><td>{cell}</td></tr></tbody></table>"
        f"{foot}</table-wrap>"
    )
    table = read_tables(wrap, [wrap.find("table")])
    return [c.html for c in table.rows[0].cells], table.notes


def test_notes_written_in_a_tables_caption_and_cells_are_notes_of_the_table() -> None:
    cells, notes = notes_of(
        "<title>Growth<fn><label>*</label><p>Of mice.</p></fn></title>",
        "5<fn><label>a</label><p>Mean &amp; <bold>SD</bold>.</p></fn>",
        "<table-wrap-foot><fn><label>b</label><p>Last.</p></fn></table-wrap-foot>",
    )
    assert cells == ["5<sup>a</sup>"]
    assert notes == ("<sup>*</sup> Of mice.", "<sup>a</sup> Mean &amp; <b>SD</b>.", "<sup>b</sup> Last.")


def test_a_note_without_a_mark_is_a_note_all_the_same() -> None:
    assert notes_of("<p>Words.</p>", "5<fn><p>Mean.</p></fn>") == (["5"], ("Mean.",))
