"""Connected pieces of a picture's ink, by which the size of its letters and lone letters are found."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from extractors.ocr.engine import Pixels
from runtime.pictures import opencv

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Ink:
    """The pieces of ink in a picture, each of shape (pieces,), in pixels: place, size and middle."""

    left: Whole
    top: Whole
    width: Whole
    height: Whole
    x: Whole
    y: Whole


def ink_of(rgb: Pixels) -> Ink:
    """Return the pieces of what is darker than the paper, or lighter than it where most of a picture is dark."""
    cv2 = opencv()
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    _, ink = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if 2 * cv2.countNonZero(ink) > ink.size:
        ink = 1 - ink
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, width, height = (stats[1:, side].astype(np.int64) for side in range(4))
    x, y = middles[1:].astype(np.int64).T
    return Ink(left=left, top=top, width=width, height=height, x=x, y=y)
