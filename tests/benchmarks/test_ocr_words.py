"""The words that OCR of figures is measured on: what stands without space, in whatever fonts and pieces."""

import pymupdf
import pytest

from benchmarks.ocr.figures import drawn, is_read
from schemas.annotations import TextBox


def figure(*pieces: tuple[float, float, str, str, float]) -> bytes:
    """Return a PDF file of pieces of text: their place, text, font and size."""
    document = pymupdf.open()
    page = document.new_page(width=1024, height=512)
    for x, y, text, font, size in pieces:
        page.insert_text((x, y), text, fontname=font, fontsize=size)
    return document.tobytes()


def words(*pieces: tuple[float, float, str, str, float]) -> list[str]:
    found = drawn("f", figure((700, 400, "one two six", "helv", 20), *pieces))
    assert found is not None
    return sorted({word.text for word in found.words} - {"one", "two", "six"})


def test_a_word_in_two_fonts_is_one_word_and_a_gap_divides_two():
    width = pymupdf.Font("helv").text_length("ab", 20)
    assert words((100, 100, "ab", "helv", 20), (100 + width, 100, "cd", "tiro", 20)) == ["abcd"]
    assert words((100, 100, "ab", "helv", 20), (112 + width, 100, "cd", "tiro", 20)) == ["ab", "cd"]


def test_a_power_belongs_to_its_number_and_small_type_is_left_out():
    width = pymupdf.Font("helv").text_length("10", 20)
    assert words((100, 100, "10", "helv", 20), (100 + width, 93, "3", "helv", 12)) == ["103"]
    assert words((100, 100, "10", "helv", 20), (100 + width, 93, "3", "helv", 7)) == []
    assert words((100, 100, "tiny", "helv", 7)) == []


@pytest.mark.parametrize(
    ("read", "right"),
    [("-2", True), ("2", True), ("2)", True), ("x 2", True), ("12", False), ("2.5", False), ("-", False)],
)
def test_signs_around_a_word_count_for_nothing_and_letters_do(read, right):
    found = drawn("f", figure((700, 400, "one two six", "helv", 20), (100, 100, "2", "helv", 20)))
    assert found is not None
    word = next(word for word in found.words if word.text == "2")
    there = TextBox(text=read, confidence=1.0, x0=word.x - 20, y0=word.y - 20, x1=word.x + 20, y1=word.y + 20)
    elsewhere = TextBox(text=read, confidence=1.0, x0=0, y0=0, x1=20, y1=20)
    assert is_read(word, [there]) == right
    assert not is_read(word, [elsewhere])
