"""What is made of a picture where its pixels are at hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from runtime.pictures import LONGEST, SIDE, pack, small_copy, thumbnail, unpack


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90).convert("RGB")


@given(st.integers(1, 900), st.integers(1, 900))
def test_a_small_copy_keeps_the_proportions_and_comes_back_to_the_last_bit(width: int, height: int) -> None:
    picture = Image.new("RGB", (width, height), (200, 30, 40))
    copy = small_copy(picture)
    assert max(copy.size) == min(LONGEST, max(width, height))
    assert all(
        abs(side - whole * max(copy.size) / max(width, height)) <= 1
        for side, whole in zip(copy.size, (width, height), strict=True)
    )
    back = unpack(pack(picture))
    assert back.size == copy.size and back.tobytes() == copy.tobytes()
    assert small_copy(back) is back


def test_pixels_come_back_and_the_same_picture_gives_the_same_bytes() -> None:
    picture = noise(LONGEST, 300)
    assert unpack(pack(picture)).tobytes() == picture.tobytes()
    large = noise(1000, 700)
    assert pack(large) == pack(large) == pack(small_copy(large))


@pytest.mark.parametrize("keep", [0, 3, 4, -9])
def test_what_is_no_packed_copy_is_told(keep: int) -> None:
    whole = pack(noise(40, 30))
    with pytest.raises((ValueError, OSError)):
        unpack(whole[:keep])


def test_a_thumbnail_is_of_what_lies_within_the_margins() -> None:
    page = Image.new("RGB", (2000, 1500), "white")
    page.paste((0, 0, 0), (900, 700, 1300, 900))
    small = thumbnail(page)
    assert small.shape == (SIDE, SIDE) and np.mean(small < 60) > 0.9
