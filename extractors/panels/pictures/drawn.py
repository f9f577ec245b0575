"""Letters whose place a vector file tells: short texts that stand alone in its drawing."""

import numpy as np
import numpy.typing as npt

from extractors.images import drawn_texts
from extractors.panels.contract import PlacedLetter
from schemas.floats import Graphic

_LONGEST = 6  # characters of `(viii)`
_ALONE = 0.4  # free space beside a letter, in heights: other words stand closer


def placed_letters(graphic: Graphic, raw: bytes) -> tuple[PlacedLetter, ...]:
    """Return the short texts of a PDF, EPS or SVG file that stand alone, as its picture shows them, or none.

    Args:
        graphic: the one graphics file of a float, with its cut and page.
        raw: the file's bytes.
    """
    texts = drawn_texts(graphic, raw)
    boxes = np.array([box for _, box in texts], np.float64).reshape(-1, 4)
    return tuple(
        PlacedLetter(text, box)
        for i, (text, box) in enumerate(texts)
        if len(text) <= _LONGEST and _alone(i, boxes)
    )


def _alone(number: int, boxes: npt.NDArray[np.float64]) -> bool:
    """Return whether no other text stands close beside the one of that number."""
    x0, y0, x1, y1 = boxes[number]
    line = np.minimum(y1, boxes[:, 3]) - np.maximum(y0, boxes[:, 1]) > 0.3 * (y1 - y0)
    # Heights are fractions of the height; the space is compared as one of the width, near enough for a letter.
    near = np.maximum(x0, boxes[:, 0]) - np.minimum(x1, boxes[:, 2]) < _ALONE * max(y1 - y0, x1 - x0)
    near[number] = False
    return not bool(np.any(line & near))


__all__ = ["placed_letters"]
