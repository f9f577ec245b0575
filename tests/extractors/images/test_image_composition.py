"""The figure that is composed of several graphics."""

import hashlib

import numpy as np
import pytest
from graphics_files import (
    BLUE,
    PARAMETERS,
    QUARTERED,
    RED,
    WHITE,
    colour_at,
    decoded,
    graphic,
    near,
    photograph,
    saved,
)
from PIL import Image

from extractors.images import find_placeholders, image_row
from schemas.annotations import ImageRow
from schemas.reject import RecordError


def compose(*panels: tuple[str, int], **files: bytes) -> ImageRow:
    every = {**QUARTERED, **files}
    return image_row("p", [graphic(name, row=row) for name, row in panels], every, PARAMETERS)


def test_panels_of_a_row_get_one_height():
    row = compose(("a.png", 0), ("a.pdf", 0))
    assert (row.origin, row.origin_paths, row.width) == ("composed", ("a.png", "a.pdf"), 1024)
    assert (row.original_format, row.original_width) == ("png", 80)
    assert row.original_sha256 == hashlib.sha256(QUARTERED["a.png"]).hexdigest()
    assert near(colour_at(row, 0.1, 0.2), RED)
    assert near(colour_at(row, 0.6, 0.2), RED)
    assert near(colour_at(row, 0.6, 0.9), BLUE)
    gap = np.asarray(decoded(row))[:, row.width // 2 - 3 : row.width // 2 + 3]
    assert (gap == 255).all()


def test_rows_follow_their_numbers_and_are_centred():
    square = saved(Image.new("RGB", (100, 100), BLUE), "PNG")
    row = image_row(
        "p",
        [graphic("blue", row=1), graphic("red", row=0), graphic("red", row=0)],
        {"blue": square, "red": saved(Image.new("RGB", (100, 100), RED), "PNG")},
        PARAMETERS,
    )
    assert (row.width, row.height) == (212, 212)
    assert [near(colour_at(row, x, 0.2), RED) for x in (0.1, 0.9)] == [True, True]
    assert [near(colour_at(row, x, 0.8), WHITE) for x in (0.1, 0.9)] == [True, True]
    assert near(colour_at(row, 0.5, 0.8), BLUE)
    assert row.origin_paths == ("blue", "red", "red")


def test_many_panels_are_broken_into_rows_and_bounded():
    row = compose(*[("a.png", 0)] * 30)
    assert max(row.width, row.height) <= 1024
    assert 0.8 < row.width / row.height < 2.5
    stack = compose(*[("a.pdf", y) for y in range(9)])
    assert (stack.height, stack.width < 300) == (stack.height, True)
    assert 1000 < stack.height <= 1024
    with pytest.raises(RecordError) as caught:
        compose(*[("a.png", 0)] * 1000)
    assert caught.value.reason == "image_too_large"


def test_composed_photographs_become_jpeg_and_mixtures_stay_png():
    noise = saved(photograph(), "PNG")
    assert compose(("n", 0), ("n", 0), n=noise).image_format == "jpeg"
    assert compose(("a.jpg", 0), ("a.pdf", 0)).image_format == "png"


def test_one_unreadable_panel_rejects_the_figure_by_name():
    with pytest.raises(RecordError) as caught:
        compose(("a.png", 0), ("b.png", 0), **{"b.png": b""})
    assert (caught.value.reason, caught.value.detail) == ("image_empty", "b.png")


def test_placeholders_are_images_under_three_captions():
    items = [
        ("1", "One", "x"),
        ("2", "Two", "x"),
        ("3", "Three", "x"),
        ("4", "Four", "y"),
        ("5", "Five", "y"),
    ]
    assert find_placeholders(items) == {"1", "2", "3"}
    assert (
        find_placeholders([("1", "Same  text", "x"), ("2", "same text", "x"), ("3", "Other", "x")]) == set()
    )
    assert find_placeholders([]) == set()
