"""Reading of short texts: letters, brackets, numerals, and words that are no names of panels."""

import io

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.panels.pictures.letters import NAMES, likelihood, read
from extractors.panels.pictures.tokens import _parts, patches, tokens


def written(*texts: str, size: int = 20, font: str = "helv", ink: int = 0, ground: int = 255) -> np.ndarray:
    """Return a grey picture with the texts far apart."""
    letters = ImageFont.truetype(io.BytesIO(pymupdf.Font(font).buffer), size)
    canvas = Image.new("L", (120 * len(texts), 80), ground)
    for i, text in enumerate(texts):
        ImageDraw.Draw(canvas).text((120 * i + 40, 25), text, ink, font=letters)
    return np.asarray(canvas)


def names(grey: np.ndarray) -> list[str]:
    """Return the name that the tallest text of each place is read as, from left to right; "" for none."""
    tallest = {token.box[0] // 120: token for token in sorted(tokens(grey), key=lambda token: token.height)}
    seen = [token for _, token in sorted(tallest.items())]
    likely = read(patches(grey, seen))
    return [NAMES[row.argmax()] if row.sum() > 0.5 else "" for row in likely]


@pytest.mark.parametrize("font", ["helv", "hebo", "tiro"])
@pytest.mark.parametrize("size", [12, 20, 32])
def test_letters_are_read(font: str, size: int) -> None:
    assert names(written("A", "b", "(c)", "D.", "e)", "(F)", size=size, font=font)) == list("abcdef")


def test_light_letters_on_dark_are_read() -> None:
    assert names(written("A", "B", "h", ink=240, ground=20)) == ["a", "b", "h"]


def test_roman_numerals_are_read() -> None:
    assert names(written("(ii)", "(iv)", "(vi)", size=24, font="tiro")) == ["ii", "iv", "vi"]


def test_words_and_numbers_are_no_names() -> None:
    assert set(names(written("Time", "100", "max", "0.5"))) == {""}


def test_a_label_of_another_form_is_no_text_s() -> None:
    likely = read(patches(grey := written("A"), tokens(grey)))

    assert likelihood(likely, "aa").tolist() == [0.0]
    assert likelihood(likely, "a")[0] > 0.8


def test_nothing_seen_reads_as_nothing() -> None:
    assert read(patches(np.full((50, 50), 255, np.uint8), [])).shape == (0, len(NAMES))


def test_a_letter_beside_a_curve_stays_a_letter() -> None:
    """What is far larger than a letter is no letter whose dot or full stop another one could be."""
    grey = np.full((160, 400), 255, np.uint8)
    canvas = Image.fromarray(grey)
    draw = ImageDraw.Draw(canvas)
    letters = ImageFont.truetype(io.BytesIO(pymupdf.Font("helv").buffer), 14)
    draw.line([(x, 70 + (x % 60)) for x in range(40, 260)], fill=0, width=2)
    draw.text((268, 110), "E", 0, font=letters)
    draw.line([(300 + x, 120 + x // 3) for x in range(90)], fill=0, width=2)
    draw.text((304, 100), "K", 0, font=letters)

    seen = tokens(np.asarray(canvas))
    read_as = [NAMES[row.argmax()] for row in read(patches(np.asarray(canvas), seen))]

    assert {"e", "k"} <= set(read_as)


def test_a_white_letter_on_what_glows_is_seen() -> None:
    glow = np.full((200, 300), 20, np.uint8)
    glow[:, ::5] = glow[::5] = 110  # threads that touch the letter
    canvas = Image.fromarray(glow)
    letters = ImageFont.truetype(io.BytesIO(pymupdf.Font("hebo").buffer), 18)
    ImageDraw.Draw(canvas).text((12, 10), "A", 255, font=letters)

    seen = tokens(np.asarray(canvas))
    likely = likelihood(read(patches(np.asarray(canvas), seen)), "a")

    assert likely.max() > 0.8


def test_parts_of_grain_are_told_apart_however_many_they_are() -> None:
    mask = np.zeros((603, 605), np.uint8)
    mask[1::2, 3::2] = 1  # 301 lines of 301 dots, more than 16 bits can number

    left, top, width, height, area = _parts(mask)

    assert sorted(zip(left.tolist(), top.tolist(), strict=True)) == [
        (x, y) for x in range(3, 605, 2) for y in range(1, 603, 2)
    ]
    assert {*width.tolist(), *height.tolist(), *area.tolist()} == {1}
