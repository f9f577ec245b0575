"""Character and cell errors of OCR are those that one counts by hand."""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.ocr_quality import (
    KnownTable,
    edit_distance,
    fold,
    found_cells,
    markdown,
    measure,
    quality,
    word_errors,
)
from schemas.annotations import OcrRow


@lru_cache(maxsize=100_000)
def plain_distance(a, b):
    if not a or not b:
        return len(a) + len(b)
    same = plain_distance(a[1:], b[1:]) + (a[0] != b[0])
    return min(same, plain_distance(a[1:], b) + 1, plain_distance(a, b[1:]) + 1)


@settings(deadline=None)
@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_the_edit_distance_is_that_of_the_definition(a, b):
    assert edit_distance(a, b) == plain_distance(a, b)


def known(text, subcategory="table_result"):
    return KnownTable(
        pair_id="a:1", subcategory=subcategory, origin="typeset", width=400, height=100, text=text
    )


def read(text, error=None):
    return OcrRow(pair_id="a:1", ocr_text=text, ocr_engine="engine 1", ocr_error=error, ocr_boxes=())


SOURCE = "method\taccuracy (%)\nours\t91.4\nbase line\t−90.4"


def test_a_table_read_well_has_no_errors():
    row = measure(known(SOURCE), read("method accuracy (%)\nours 91.4\nbaseline -90.4"))
    assert (row.character_errors, row.cell_errors, row.cells, row.numbers, row.size) == (0, 0, 6, 2, "small")
    assert row.characters == len("methodaccuracy(%)ours91.4baseline-90.4")


def test_a_wrong_digit_is_one_character_one_cell_one_number():
    row = measure(known(SOURCE), read("method accuracy (%)\nours 97.4\nbase line -90.4"))
    assert (row.character_errors, row.ordered_errors, row.cell_errors, row.number_errors) == (1, 1, 1, 1)


def test_a_wrong_letter_is_no_wrong_number():
    row = measure(known(SOURCE), read("rnethod accuracy (%)\nours 91.4\nbase line -90.4"))
    assert (row.character_errors, row.cell_errors, row.number_errors) == (2, 1, 0)


def test_an_engine_that_failed_has_everything_wrong():
    row = measure(known(SOURCE), read("", error="timeout"))
    assert row.character_errors == row.ordered_errors == row.characters
    assert (row.cell_errors, row.number_errors, row.error) == (6, 2, "timeout")


def test_the_order_of_reading_costs_no_character():
    """Cells of two lines beside each other, read line by line."""
    row = measure(known("mean of all runs\tbest of five"), read("mean of best of\nall runs five"))
    assert (row.character_errors, row.cell_errors) == (0, 0)
    assert row.ordered_errors > 0


@pytest.mark.parametrize(
    ("source", "read_words", "errors"),
    [
        ("mean accuracy", "meanaccuracy", 0),  # glued together
        ("over-expressed", "over- expressed", 0),  # torn apart at the end of a line
        ("accuracy 91.4", "acuracy 97.4", 2),
        ("a b", "a b spurious", 8),
        ("alpha beta", "", 9),
        ("5 2015", "2015", 1),  # a digit is not taken from another number
        ("abc", "wxyz", 4),  # nothing in common: three replaced, one too many
    ],
)
def test_characters_are_compared_word_by_word(source, read_words, errors):
    assert word_errors(source.split(), read_words.split()) == errors


@settings(deadline=None)
@given(st.lists(st.text("abc1", min_size=1, max_size=6), max_size=12), st.randoms())
def test_words_in_another_order_have_no_errors(words, random):
    assert word_errors(words, random.sample(words, len(words))) == 0
    assert word_errors(words, []) == word_errors([], words) == sum(map(len, words))


def test_a_word_serves_one_cell_only():
    assert found_cells(["1", "1", "1"], ["1 x 1"]) == [True, True, False]
    assert found_cells(["5", "12 5"], ["12 5"]) == [False, True]


def test_a_cell_that_is_broken_into_lines_is_found_by_its_words():
    assert found_cells(["mean of all runs", "3"], ["mean of 3", "all runs"]) == [True, True]
    assert found_cells(["mean of all runs"], ["mean of", "runs"]) == [False]


@pytest.mark.parametrize(
    ("source", "same"),
    [("53.81ᶜ", "53.81c"), ("1.34^(a,c)", "1.34a,c"), ("x_i", "xi"), ("−3 – 4", "-3 - 4"), ("ﬁt", "fit")],
)
def test_raised_letters_and_dashes_are_folded(source, same):
    assert fold(source) == same


def test_rates_are_over_all_characters_not_over_tables():
    small, large = (
        measure(known("a\tb"), read("a c")),
        measure(known("\t".join("abcdefgh")), read("a b c d e f g h")),
    )
    q = quality([small, large])
    assert (q.tables, q.character_error, q.cell_error) == (2, 1 / 10, 1 / 10)
    text = markdown([small, large])
    assert "| engine 1 | all | 2 | 0 | 10.0 | 10.0 | 10.0 | 0.0 |" in text and "| small | 2 |" in text
