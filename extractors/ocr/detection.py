"""Where text stands in a picture: a detector's map of text, and boxes around what it marks."""

from dataclasses import dataclass

import numpy as np

from extractors.ocr.engine import Pixels
from extractors.ocr.ink import Ink
from extractors.ocr.networks import Floats, Network
from runtime.pictures import opencv

_STRIDE = 32  # the detector takes sides that are multiples of it


@dataclass(frozen=True, kw_only=True)
class DetectionSettings:
    """How boxes are found; the thresholds are those that the detector was published with.

    Measured on 34 tables of articles with 2,084 lines: a short side of 384 px alone takes 524,000 px a table; stopped
    where letters have 12 px, 363,000, and 2,075 of the same lines are found; at 10 px 337,000 and 2,068. Pictures
    with large letters are not made smaller: that lost 15 to 76 lines.
    """

    short_side: int = 384  # pictures are enlarged until their short side has this,
    glyph_height: float = 12.0  # or letters have this height, in pixels
    long_side: int = 2016
    ink: float = 0.3  # of the map: text from here on
    box: float = 0.5  # the mean of the map over a box
    growth: float = 1.6  # the map shows the middle of a line: a box grows by this times area / perimeter
    least: float = 3.0  # pixels of the map: a smaller box is noise


def find_text(network: Network, rgb: Pixels, ink: Ink, settings: DetectionSettings) -> list[Floats]:
    """Return the corners of each line of text, shape (4, 2), clockwise from the upper left, in pixels."""
    cv2 = opencv()
    height, width = rgb.shape[:2]
    scale = _scale(rgb, ink, settings)
    seen = (max(_STRIDE, _whole(width * scale)), max(_STRIDE, _whole(height * scale)))
    small = cv2.resize(rgb, seen) if seen != (width, height) else rgb
    pixels = np.ascontiguousarray(small[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    pixels *= np.float32(2 / 255)
    pixels -= np.float32(1)
    text_map = network(pixels)[0, 0]
    ratio = np.array([width / seen[0], height / seen[1]], np.float32)
    found = []
    for corners in _boxes(text_map, settings):
        corners = np.round(corners * ratio)
        corners = np.clip(corners, 0, np.array([width - 1, height - 1], np.float32)).astype(np.float32)
        if (
            min(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[0] - corners[3]))
            > settings.least
        ):
            found.append(corners)
    return found


def _scale(rgb: Pixels, ink: Ink, settings: DetectionSettings) -> float:
    height, width = rgb.shape[:2]
    enlarged = max(1.0, settings.short_side / min(height, width))
    glyphs = glyph_height(ink)
    if glyphs is not None:
        enlarged = min(enlarged, max(1.0, settings.glyph_height / glyphs))
    return float(min(enlarged, settings.long_side / max(height, width)))


def glyph_height(ink: Ink) -> float | None:
    """Return the median height of what looks like letters, in pixels; None where there are few."""
    width, height = ink.width, ink.height
    letters = height[(height >= 4) & (height <= 80) & (width <= 3 * height) & (height <= 6 * width)]
    return float(np.median(letters)) if len(letters) >= 12 else None


def _whole(side: float) -> int:
    return round(side / _STRIDE) * _STRIDE


def _boxes(text_map: Floats, settings: DetectionSettings) -> list[Floats]:
    cv2 = opencv()
    mask = cv2.dilate((text_map > settings.ink).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        middle, sides, angle = cv2.minAreaRect(outline)
        if (
            min(sides) < settings.least
            or _mean(text_map, cv2.boxPoints((middle, sides, angle))) < settings.box
        ):
            continue
        grow = 2 * settings.growth * sides[0] * sides[1] / (2 * (sides[0] + sides[1]))
        grown = (sides[0] + grow, sides[1] + grow)
        if min(grown) >= settings.least + 2:
            found.append(_clockwise(cv2.boxPoints((middle, grown, angle))))
    return found


def _mean(text_map: Floats, corners: Floats) -> float:
    """Return the mean of the map inside a box."""
    cv2 = opencv()
    height, width = text_map.shape
    x0, y0 = np.clip(np.floor(corners.min(0)).astype(int), 0, [width - 1, height - 1])
    x1, y1 = np.clip(np.ceil(corners.max(0)).astype(int), 0, [width - 1, height - 1])
    mask = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(mask, [(corners - [x0, y0]).astype(np.int32)], 1)
    return float(cv2.mean(text_map[y0 : y1 + 1, x0 : x1 + 1], mask)[0])


def _clockwise(corners: Floats) -> Floats:
    """Return four corners in the order upper left, upper right, lower right, lower left."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (side[np.argsort(side[:, 1], kind="stable")] for side in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)
