"""Where a picture's content begins and ends, told by shares of its ink: steady under noise."""

import numpy as np
import numpy.typing as npt

MARGIN_SIDE = 256  # side of the copy on which margins are measured
MARGIN_INK = 0.004  # share of the ink on either side that may be cut away with the margin
MARGIN_NOISE = 10  # grey levels from the background that JPEG noise makes

Grey = npt.NDArray[np.floating]


def content_range(grey: Grey) -> tuple[float, float, float, float]:
    """Return the box of the content of a luminance of shape (MARGIN_SIDE, MARGIN_SIDE), in its pixels."""
    whole = (0.0, 0.0, float(MARGIN_SIDE), float(MARGIN_SIDE))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = np.median(border)
    if np.mean(np.abs(border - background) <= MARGIN_NOISE) < 0.5:
        return whole  # a photograph to the edge has no margin
    ink = np.maximum(0.0, np.abs(grey - background) - MARGIN_NOISE)
    if ink.sum() < MARGIN_SIDE:
        return whole
    left, right = _ink_range(ink.sum(axis=0))
    top, bottom = _ink_range(ink.sum(axis=1))
    return (left, top, right, bottom)


def _ink_range(profile: Grey) -> tuple[float, float]:
    """Return where the ink begins and ends, at least 1/16 of the side apart."""
    share = np.concatenate([[0.0], np.cumsum(profile)]) / profile.sum()
    low, high = np.interp([MARGIN_INK, 1 - MARGIN_INK], share, np.arange(len(share)))
    least = MARGIN_SIDE / 16
    if high - low < least:
        start = min(max(0.0, float(low + high - least) / 2), MARGIN_SIDE - least)
        return start, start + least
    return float(low), float(high)
