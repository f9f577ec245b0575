"""Numbers at an axis that no line covers are found, and dashes and markers are not taken for them."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import ocr
from extractors.ocr import rapidocr_engine
from extractors.ocr.detection import find_text
from extractors.ocr.ink import ink_of
from extractors.ocr.lone_letters import MOST_PIECES, find_lone_letters, kept, letter_height
from extractors.ocr.recognition import Reading


def corners(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def sides(found: np.ndarray) -> tuple[float, ...]:
    return (*found.min(axis=0), *found.max(axis=0))


LINES = [corners(20, 20 + 40 * place, 120, 37 + 40 * place) for place in range(3)]  # letters of 10 px


def page(*blocks: tuple[int, int, int, int]) -> np.ndarray:
    image = Image.new("RGB", (400, 300), "white")
    for block in blocks:
        ImageDraw.Draw(image).rectangle(block, fill="black")
    return np.asarray(image)


def lone_in(picture: np.ndarray, lines: list[np.ndarray]) -> list[np.ndarray]:
    return find_lone_letters(picture, ink_of(picture), lines)


def test_the_height_of_letters_is_that_of_lines_without_their_margin():
    assert letter_height(LINES) == pytest.approx(10)
    assert letter_height(LINES[:2]) is None
    assert letter_height([corners(0, 0, 40, 5)] * 3) is None


def test_pieces_of_a_letters_size_are_found_with_paper_around_and_neighbours_together():
    digit, pair = (200, 50, 205, 59), ((240, 50, 245, 59), (248, 50, 253, 59))
    dot, frame, covered = (300, 50, 301, 51), (150, 100, 390, 101), (60, 24, 66, 33)
    found = lone_in(page(digit, *pair, dot, frame, covered), LINES)
    assert [sides(each) for each in found] == [(196, 46, 210, 64), (236, 46, 258, 64)]


def test_nothing_is_looked_for_at_the_end_of_an_upright_label_or_among_markers():
    upright = [*LINES, corners(200, 60, 217, 200)]
    assert lone_in(page((205, 46, 211, 55)), upright) == []
    markers = [(130 + 12 * (place % 20), 5 + 14 * (place // 20), 136 + 12 * (place % 20), 13 + 14 * (place // 20))
               for place in range(160)]  # fmt: skip
    assert len(lone_in(page(*markers[::20]), LINES)) == 8
    assert lone_in(page(*markers), LINES) == []


def test_strokes_count_only_beside_numbers_and_letters_only_where_they_are_read_surely():
    digit, stroke, far = (corners(x, 50, x + 12, 70) for x in (200, 260, 320))
    marker, letter = corners(200, 200, 212, 220), corners(300, 120, 312, 140)
    readings = [
        Reading("0", 0.95),
        Reading("1", 0.95),
        Reading("l", 0.95),
        Reading("x", 0.95),
        Reading("G", 0.95),
    ]
    lone = [digit, stroke, far, marker, letter]
    assert kept(lone, readings, LINES, ["Time"] * 3) == [True, True, True, False, True]
    assert kept(lone[1:4], readings[1:4], LINES, ["Time"] * 3) == [False] * 3
    unsure = [Reading("0", 0.8), Reading("-", 0.99), Reading("", 0.0)]
    assert kept([digit, stroke, far], unsure, LINES, ["Time"] * 3) == [False] * 3
    flush = corners(20, 150, 120, 167)
    number = [*LINES, flush]
    below = corners(110, 180, 120, 197)
    assert kept([below], [Reading("1", 0.95)], number, ["Time"] * 3 + ["0.5"]) == [True]
    assert kept([below], [Reading("1", 0.95)], number, ["Time"] * 4) == [False]


def test_digits_that_the_detector_passes_over_are_read_beside_the_lines(monkeypatch, read_row):
    def long_lines(*arguments):
        return [line for line in find_text(*arguments) if np.ptp(line[:, 0]) > 60]

    monkeypatch.setattr(rapidocr_engine, "find_text", long_lines)
    font = ImageFont.load_default(size=18)
    image = Image.new("RGB", (640, 320), "white")
    draw = ImageDraw.Draw(image)
    for place, text in enumerate(["Number of layers", "Validation accuracy", "Training accuracy"]):
        draw.text((200, 60 + 60 * place), text, fill="black", font=font)
    for place in range(6):
        draw.text((60 + 100 * place, 280), str(3 * place % 10), fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    read = read_row(ocr.load_engine("rapidocr"), buffer.getvalue())
    assert read.ocr_text.splitlines()[-1].split() == ["0", "3", "6", "9", "2", "5"]


def test_in_a_picture_full_of_dots_or_of_one_colour_little_is_read():
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 1), np.uint8).repeat(3, axis=2)
    checks = np.kron(np.indices((150, 150)).sum(axis=0) % 2, np.ones((9, 9))).astype(np.uint8) * 255
    for pixels in (noise, np.stack([checks] * 3, axis=2), np.full((300, 400, 3), 7, np.uint8)):
        assert len(lone_in(pixels, LINES)) <= MOST_PIECES
