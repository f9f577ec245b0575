"""A picture that was scaled and shifted is laid back to a fraction of a pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.similarity.shift_and_scale import Fit, fit

SIDE = 96
SCALES, SHIFTS = st.floats(0.9, 1.12), st.floats(-8, 8)
FITS = st.builds(Fit, SCALES, SHIFTS, SCALES, SHIFTS)


def picture(seed: int = 0) -> np.ndarray:
    """Return blots of several sizes, without an edge at the border."""
    noise = np.random.default_rng(seed).random((SIDE, SIDE)).astype(np.float32)
    blots = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (2, 5))
    return np.asarray((blots - blots.min()) / np.ptp(blots) * 200, np.float32)


def changed(template: np.ndarray, true: Fit) -> np.ndarray:
    """Return the picture that `true` lays onto the template."""
    return cv2.warpAffine(
        template, true.matrix(), (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


@pytest.mark.parametrize("true", [Fit(1.05, -3, 0.96, 2), Fit(0.93, 4.5, 1.08, -4), Fit(1, 1.5, 1, -0.5)])
@pytest.mark.parametrize(("contrast", "brightness"), [(1, 0), (0.6, 40)])
def test_a_fit_is_found_whatever_the_brightness(true: Fit, contrast: float, brightness: float) -> None:
    template = picture()
    other = changed(template, true) * np.float32(contrast) + np.float32(brightness)
    start = Fit(true.scale_x + 0.02, true.x - 1.5, true.scale_y - 0.02, true.y + 1.5)
    found = fit(template, other, start, coarse=4, fine=2)
    assert found is not None
    assert np.abs(found.matrix() - true.matrix()).max() < 0.25
    assert np.abs(start.matrix() - true.matrix()).max() > 1


def test_there_is_no_fit_of_a_negative_nor_of_a_blank_picture() -> None:
    template, start = picture(), Fit(1, 0, 1, 0)
    assert fit(template, 255 - template, start, coarse=4, fine=2) is None
    assert fit(template, np.full_like(template, 255), start, coarse=4, fine=2) is None
    assert fit(np.full_like(template, 255), template, start, coarse=4, fine=2) is None


@settings(deadline=None)
@given(FITS)
def test_halving_and_doubling_undo_each_other(one: Fit) -> None:
    assert np.allclose(one.halved().doubled().matrix(), one.matrix(), atol=1e-4)
    # The centre of a small pixel is that of four large ones.
    small, large = 10.0, 20.5
    assert one.halved().scale_x * small + one.halved().x == pytest.approx(
        (one.scale_x * large + one.x - 0.5) / 2, abs=1e-6
    )


@settings(deadline=None)
@given(FITS)
def test_what_two_pictures_have_in_common_is_what_the_other_covers(one: Fit) -> None:
    rows, columns = one.common(SIDE)
    places = np.arange(SIDE)
    for covered, scale, shift in ((rows, one.scale_y, one.y), (columns, one.scale_x, one.x)):
        there = scale * places + shift
        inside = (there >= -0.02) & (there <= SIDE - 1 + 0.02)
        assert set(range(SIDE)[covered]) <= set(places[inside].tolist())
        assert set(places[(there >= 0) & (there <= SIDE - 1)].tolist()) <= set(range(SIDE)[covered])
