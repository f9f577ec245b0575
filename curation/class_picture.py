"""What a figure's picture shows of its kind: the labels of axes, which plots have and drawings lack, and marks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

VERSION = "1"  # 1: evenly spaced short labels, and marks

Boxes = npt.NDArray[np.float64]  # (n, 5): left, top, right, bottom, glyphs


@dataclass(frozen=True, kw_only=True)
class PictureParameters:
    """Sizes in pixels of the stored image, whose longest side is 1,024 at most.

    Chosen on the tuning half of the labels by eye of what is found, not by the classes' scores: labels of axes are
    6 to 30 pixels high there, and those of one axis differ by a pixel or two.
    """

    least_glyph: int = 5
    most_glyph: int = 40
    widest_glyph: float = 2.2  # width by height: "m" and ligatures; more is a line
    gap: float = 0.55  # between glyphs of one word, in heights
    label_glyphs: int = 6  # "-12.50"
    apart: float = 1.3  # between labels side by side, centre to centre, in heights
    apart_below: float = 1.6
    even: float = 0.08  # how much the distances of one axis differ
    most_glyphs: int = 6_000  # a bound on time; a page of text has about 4,000
    most_labels: int = 1_500


@dataclass(frozen=True, kw_only=True)
class PictureMeasures:
    """Longest evenly spaced row and column of short labels (counts), and how many small marks there are."""

    labels_across: int
    labels_down: int
    marks: int


def picture_measures(
    picture: Image.Image, parameters: PictureParameters = PictureParameters()
) -> PictureMeasures:
    """Return the measures of a picture, the same on every machine; nothing in it is recognised as a letter."""
    import cv2

    grey = np.asarray(picture.convert("L"))
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if (ink > 0).mean() > 0.5:  # light on dark
        ink = np.asarray(255 - ink, dtype=np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    parts = stats[1:]  # the first is the ground
    width, height, area = parts[:, 2], parts[:, 3], parts[:, 4]
    p = parameters
    fits = (height >= p.least_glyph) & (height <= p.most_glyph) & (width <= p.most_glyph) & (area >= 4)
    glyphs = parts[fits & (width <= p.widest_glyph * height)]
    words = _words(glyphs[np.argsort(glyphs[:, 0], kind="stable")][: p.most_glyphs], p)
    labels = words[words[:, 4] <= p.label_glyphs][: p.most_labels]
    across, down = _even_rows(labels, p)
    return PictureMeasures(labels_across=across, labels_down=down, marks=len(glyphs))


def _words(glyphs: npt.NDArray[Any], p: PictureParameters) -> Boxes:
    """Return glyphs, which come from left to right, joined where they stand side by side."""
    step = p.most_glyph // 2
    words: list[list[float]] = []
    shelves: dict[int, list[list[float]]] = {}
    for left, top, width, height, _ in glyphs.tolist():
        middle = top + height / 2
        shelf = int(middle // step)
        near = [word for row in (shelf - 1, shelf, shelf + 1) for word in shelves.get(row, ())]
        fitting = [word for word in near if _continues(word, left, middle, height, p)]
        if fitting:
            word = max(fitting, key=lambda found: found[2])
            word[1], word[3] = min(word[1], top), max(word[3], top + height)
            word[2], word[4] = max(word[2], left + width), word[4] + 1
        else:
            words.append([left, top, left + width, top + height, 1])
            shelves.setdefault(shelf, []).append(words[-1])
    return np.array(words, dtype=np.float64).reshape(-1, 5)


def _continues(word: list[float], left: float, middle: float, height: float, p: PictureParameters) -> bool:
    tall = word[3] - word[1]
    return (
        -2 <= left - word[2] < p.gap * max(tall, height)
        and abs((word[1] + word[3]) / 2 - middle) < 0.45 * max(tall, height)
        and 0.5 < height / tall < 2
    )


def _even_rows(labels: Boxes, p: PictureParameters) -> tuple[int, int]:
    """Return how many labels the longest evenly spaced row has, and the longest such column."""
    if len(labels) < 3:
        return 0, 0
    left, top, right, bottom = labels[:, :4].T
    tall, across, down = bottom - top, (left + right) / 2, (top + bottom) / 2
    row = column = 0
    for number in range(len(labels)):
        own = tall[number]
        alike = np.abs(tall - own) <= max(2.0, 0.2 * own)
        slack = max(1.5, 0.15 * own)
        row = max(row, _longest(across[alike & (np.abs(bottom - bottom[number]) <= slack)], p.apart * own, p))
        for edge in (right, across, left):
            same = alike & (np.abs(edge - edge[number]) <= slack)
            column = max(column, _longest(down[same], p.apart_below * own, p))
    return row, column


def _longest(places: npt.NDArray[np.float64], least: float, p: PictureParameters) -> int:
    """Return how many of the places follow each other at one distance, which is more than `least`."""
    if len(places) < 3:
        return 0
    distances = np.diff(np.sort(places)).tolist()
    best = 0
    for start, first in enumerate(distances):
        if first <= least:
            continue
        end = start
        while end < len(distances) and abs(distances[end] - first) <= max(2.0, p.even * first):
            end += 1
        best = max(best, end - start + 1)
    return best
