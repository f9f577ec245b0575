"""What holds of every table and of every filter."""

from urllib.parse import parse_qsl

import duckdb
from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html

from serve.pages.table_html import KEPT, harmless_table
from serve.release.filters import (
    FACETS,
    NOT_STATED,
    WORDS_OF,
    Filter,
    parse_filter,
    search_terms,
    select_sql,
)
from serve.release.index import WORDS_TABLE

PIECES = st.sampled_from(
    [
        "<table>",
        "<tr>",
        "<td>",
        "</td>",
        "</table>",
        "<script>",
        "</script>",
        "<svg>",
        "<math>",
        "<style>",
        "<img/src=x/onerror=y>",
        "<a/href=javascript:z>",
        "<td/colspan=3/style=x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<template>",
        "<textarea>",
        "<noscript>",
        "<plaintext>",
        "&lt;script&gt;",
        "&#x0;",
        '"',
        "'",
        ">",
        "<",
        "x",
        "<iframe/srcdoc=q>",
        "<form/action=x>",
        "<td/onmouseover=x>",
        "<body/onload=x>",
        "<base/href=x>",
        "<meta/http-equiv=refresh>",
    ]
)


# A few letters, so that searches find something; marks and quotes; and everything else now and then.
ALPHABET = st.sampled_from("aAbßİıΣσςéÉ0² .-_'\"%\\(\n") | st.characters(exclude_categories=("Cs",))

ONE_PAIR = (
    "FROM (SELECT '' AS pair_id, '' AS subcategory, '' AS image_type, '' AS source, '' AS license_group, '' AS license_code,"
    " []::VARCHAR[] AS categories, '' AS published, '' AS split, '' AS paper_key, $1 AS caption)"
)


def count(wanted: Filter, caption: str) -> int:
    """Return how many pairs a filter finds of one that has this caption."""
    sql = select_sql(wanted, count=True).replace("FROM pairs", ONE_PAIR, 1)
    return duckdb.execute(sql, [caption]).fetchall()[0][0]


@examples(100)
@given(st.lists(PIECES, max_size=30).map(" ".join))
@example("<table><tr><td><svg><style><img src=x onerror=y></style></svg>1</td></tr></table>")
def test_of_any_table_only_known_elements_and_spans_remain(source: str) -> None:
    made = harmless_table(source)
    if made is None:
        return
    for element in html.fragment_fromstring(f"<div>{made}</div>", create_parent=False).iter():
        assert element.tag in KEPT
        assert set(element.attrib) <= {"colspan", "rowspan"}
    assert harmless_table(str(made)) is not None


texts = (
    st.text(max_size=20).map(lambda text: text.replace("\x00", "")).filter(lambda text: text.isprintable())
)
filters = st.builds(
    lambda chosen, words, paper: parse_filter([*chosen, ("q", words), ("paper", paper)]),
    st.lists(st.tuples(st.sampled_from([f.key for f in FACETS]), texts | st.just(NOT_STATED)), max_size=6),
    texts,
    texts,
)


@examples(60)
@given(filters)
def test_an_address_gives_back_its_filter(wanted: Filter) -> None:
    assert parse_filter(parse_qsl(wanted.query_string(), keep_blank_values=True)) == wanted


@examples(60)
@given(filters)
@example(parse_filter([("q", r"a\b 'x' \Q -\E [z- (?i) é̀ ﬁ “q” %_")]))
def test_any_filter_is_sql_that_runs(wanted: Filter) -> None:
    assert count(wanted, "a caption") in (0, 1)


@examples(60)
@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12))
def test_a_caption_is_found_by_itself(caption: str) -> None:
    phrase = " ".join(caption.replace('"', " ").split())
    if phrase:
        assert count(parse_filter([("q", f'"{phrase}"')]), phrase) == 1


@examples(60)
@given(
    st.text(alphabet=ALPHABET, max_size=24).map(lambda text: text.replace("\x00", "")),
    st.text(alphabet=ALPHABET, max_size=12).map(lambda text: text.replace("\x00", "")),
)
@example("Straße İstanbul ΑΣ", "i")
@example("one\ntwo  three", '"two three"')
@example("learning-rate", "learning-r")
@example("x.y", "-.y")
def test_the_words_of_a_copy_find_what_the_sql_to_copy_finds(caption: str, typed: str) -> None:
    with duckdb.connect() as con:
        con.execute(
            f"CREATE TABLE pairs AS SELECT 0 AS position, caption, {WORDS_OF} AS words FROM (SELECT $1 AS caption)",
            [caption],
        )
        con.execute(WORDS_TABLE.format(target="words", source="pairs"))
        for term in search_terms(typed):
            rows = con.execute(f"SELECT position FROM pairs WHERE {term.condition()}").fetchall()
            assert con.execute(term.positions_sql()).fetchall() == rows


def test_every_character_is_lowered_as_the_database_does() -> None:
    known = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    written = "".join(c for c in known if not c.isspace() and c != '"')
    (term,) = search_terms(f'"{written}"')
    assert term.text == duckdb.execute("SELECT lower($1)", [written]).fetchall()[0][0]
