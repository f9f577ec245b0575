"""Local binary patterns of pictures: what they count, what they leave out, and how they turn with the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from curation.looks.texture import LIGHTER, NUMBERS, picture_texture


def blank(width: int = 60, height: int = 40) -> Image.Image:
    return Image.new("RGB", (width, height), "white")


def test_an_empty_picture_has_no_patterns():
    assert not picture_texture(blank()).any()
    shade = Image.fromarray(np.tile(np.arange(200, 200 + LIGHTER, dtype=np.uint8), (20, 1))).convert("RGB")
    assert not picture_texture(shade).any()  # neighbours that are hardly lighter are noise


def test_an_edge_has_one_pattern_and_a_point_eight():
    edge = blank()
    ImageDraw.Draw(edge).rectangle((30, 0, 60, 40), fill="black")
    (place,) = np.flatnonzero(picture_texture(edge))
    assert picture_texture(edge)[place] == 1.0
    point = Image.new("RGB", (60, 40), "black")
    point.putpixel((20, 20), (255, 255, 255))
    found = picture_texture(point)
    assert np.count_nonzero(found) == 8 and np.allclose(found[found > 0] ** 2, 1 / 8)


def test_what_is_drawn_across_differs_from_what_is_drawn_down():
    across, down = blank(), blank(40, 60)
    for place in (5, 17, 30):
        ImageDraw.Draw(across).line((0, place, 60, place), fill="black", width=3)
        ImageDraw.Draw(down).line((place, 0, place, 60), fill="black", width=3)
    one, other = picture_texture(across), picture_texture(down)
    assert sorted(one) == pytest.approx(sorted(other)) and one @ other < 0.5


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_shares_of_any_picture_add_up_to_one_or_nothing(width: int, height: int, seed: int):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = picture_texture(Image.fromarray(levels))
    assert found.shape == (NUMBERS,) and found.dtype == np.float32
    assert (found**2).sum() == pytest.approx(1.0, abs=1e-5) or not found.any()
