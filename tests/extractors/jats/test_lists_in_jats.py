"""Lists in captions, cells and paragraphs of JATS articles keep their labels and ordinals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from extractors.jats.tables.cells import cell_html
from extractors.jats.text.lists import item_marks
from extractors.jats.text.running import caption_text, readable

AB = "<list-item><p>a;</p></list-item><list-item><p>b.</p></list-item>"


def caption(inner: str) -> str:
    return caption_text(etree.fromstring(f"<caption>{inner}</caption>"))


def cell(inner: str) -> str:
    return cell_html(etree.fromstring(f"<td>{inner}</td>"))


@pytest.mark.parametrize(
    ("kind", "marks"),
    [
        ("order", ("1.", "2.")),
        ("alpha-lower", ("a.", "b.")),
        ("alpha-upper", ("A.", "B.")),
        ("roman-lower", ("i.", "ii.")),
        ("roman-upper", ("I.", "II.")),
        ("bullet", ("•", "•")),
        ("simple", ("", "")),
        ("none", ("", "")),
        ("of-its-own", ("", "")),
    ],
)
def test_every_type_of_list_draws_its_marks(kind: str, marks: tuple[str, str]) -> None:
    source = f'<list list-type="{kind}">{AB}</list>'
    first, second = (f"{mark} " if mark else "" for mark in marks)
    assert caption(f"<p>Steps: {source}</p>") == f"Steps: {first}a; {second}b."
    assert cell(source) == f"{first}a;<br/>{second}b."


def test_labels_of_items_come_before_ordinals() -> None:
    items = (
        "<list-item><label>A</label><p>Mice.</p></list-item>"
        "<list-item><label><bold>B, C</bold></label><p>Survival.</p></list-item><list-item><p>Rest.</p></list-item>"
    )
    whole = f'<p>Damage.</p><list list-type="order">{items}</list><p>Bars.</p>'
    assert caption(whole) == "Damage. A Mice. B, C Survival. 3. Rest. Bars."
    assert cell(f'<list list-type="order">{items}</list>') == "A Mice.<br/><b>B, C</b> Survival.<br/>3. Rest."


def test_a_mark_that_the_text_writes_itself_is_read_once() -> None:
    items = "<list-item><p>1. one</p></list-item><list-item><p>(2) two</p></list-item><list-item><p>3</p></list-item>"
    assert caption(f'<list list-type="order">{items}</list>') == "1. one (2) two 3. 3"
    assert caption('<list list-type="bullet"><list-item><p>• dot</p></list-item></list>') == "• dot"


def test_nested_lists_count_for_themselves() -> None:
    inner = f'<list list-type="alpha-lower">{AB}</list>'
    source = f'<list list-type="roman-upper"><list-item><p>one</p>{inner}</list-item><list-item>x</list-item></list>'
    assert caption(source) == "I. one a. a; b. b. II. x"
    assert cell(source) == "I. one<br/>a. a;<br/>b. b.<br/>II. x"


def test_a_list_goes_on_from_another() -> None:
    three = AB + "<list-item><p>c</p></list-item>"
    first = f'<list id="l1" list-type="order">{AB}</list>'
    second = f'<list id="l2" list-type="order" continued-from="l1">{three}</list>'
    third = '<list list-type="order" continued-from="l2"><list-item><p>z</p></list-item></list>'
    assert caption(f"{first}<p>then</p>{second}<p>and</p>{third}").endswith("then 3. a; 4. b. 5. c and 6. z")
    lost = '<list id="l9" list-type="order" continued-from="l9"><list-item><p>z</p></list-item></list>'
    assert caption(lost) == "1. z"


def test_words_before_ordinals_titles_and_labels_of_lists() -> None:
    source = f'<list list-type="order" prefix-word="Step"><label>List 1</label><title>How</title>{AB}</list>'
    assert caption(source) == "List 1 How Step 1. a; Step 2. b."


def test_definition_lists_have_marks_heads_and_labels() -> None:
    item = "<def-item><term>{0}</term><def><p>{0}x</p></def></def-item>"
    two = item.format("AB") + item.format("CD")
    heads = f"<def-list><term-head>Short</term-head><def-head>Long</def-head>{two}</def-list>"
    assert caption(heads) == "Short Long AB ABx CD CDx"
    assert caption(f'<def-list list-type="alpha-upper">{two}</def-list>') == "A. AB ABx B. CD CDx"


def test_paragraphs_that_mention_a_float_read_lists_the_same_way() -> None:
    assert readable(etree.fromstring(f'<p>By <list list-type="order">{AB}</list></p>')) == "By 1. a; 2. b."


@given(st.integers(1, 120), st.sampled_from(["order", "alpha-lower", "roman-lower"]))
def test_ordinals_are_distinct_and_one_for_each_item(count: int, kind: str) -> None:
    items = "<list-item><p>x</p></list-item>" * count
    marks = item_marks(etree.fromstring(f'<list list-type="{kind}">{items}</list>'))
    assert len(set(marks.values())) == count


def test_ordinals_beyond_the_alphabet_and_of_high_roman_numbers() -> None:
    def last(kind: str, count: int) -> str:
        holder = etree.fromstring(f'<list list-type="{kind}">' + "<list-item/>" * count + "</list>")
        return list(item_marks(holder).values())[-1]

    assert [last("alpha-lower", n) for n in (26, 27, 53)] == ["z.", "aa.", "ba."]
    assert [last("roman-upper", n) for n in (4, 9, 49, 94)] == ["IV.", "IX.", "XLIX.", "XCIV."]
