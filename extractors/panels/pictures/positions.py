"""Panels without letters, where the caption tells their positions: cut where the gutters leave no other choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from extractors.panels.contract import POSITIONS, PicturePanel, PicturePanels
from extractors.panels.pictures.surface import PixelBox, Surface, prices, tight

_ROWS: Final = {"top": 0, "upper": 0, "middle": 1, "centre": 1, "lower": 2, "bottom": 2}
_COLUMNS: Final = {"left": 0, "middle": 1, "centre": 1, "right": 2}


@dataclass(frozen=True)
class PositionParameters:
    """When gutters alone divide a picture."""

    clean: float = 0.05  # price of a line that is a gutter
    other: float = (
        0.7  # a gutter that is no cut is narrower by this factor: else which ones are the cuts is a guess
    )
    least: int = 4  # pixels of the narrowest gutter
    uneven: float = 2.0  # the largest panel of a line to its smallest
    margin: float = 0.05  # of the picture's side: what lies beyond is cut off no panel


def is_position(label: str) -> bool:
    """Return whether a label names a position, such as `left` or `bottom right`."""
    return all(word in POSITIONS for word in label.split())


def find_by_position(
    of: Surface, labels: Sequence[str], parameters: PositionParameters | None = None
) -> PicturePanels:
    """Return a box for each position, or the reason why gutters alone do not tell where it is."""
    parameters = parameters or PositionParameters()
    lines = _lines(labels)
    whole = tight(of, (0, 0, of.width, of.height))
    if lines is None or whole is None:
        return PicturePanels(reason="boxes_unclear")
    boxes: dict[str, tuple[PixelBox, float]] = {}
    rows = _divided(of, whole, 1, len(lines), parameters)
    if rows is None:
        return PicturePanels(reason="boxes_unclear")
    for row, names in zip(rows[0], lines, strict=True):
        columns = _divided(of, row, 0, len(names), parameters)
        if columns is None:
            return PicturePanels(reason="boxes_unclear")
        boxes |= {name: (box, min(rows[1], columns[1])) for name, box in zip(names, columns[0], strict=True)}
    return PicturePanels(tuple(_panel(of, label, *boxes[label]) for label in labels))


def _panel(of: Surface, label: str, box: PixelBox, confidence: float) -> PicturePanel:
    x0, y0, x1, y1 = box
    fractions = (x0 / of.width, y0 / of.height, x1 / of.width, y1 / of.height)
    return PicturePanel(label, fractions, round(confidence, 4))


def _lines(labels: Sequence[str]) -> list[list[str]] | None:
    """Return the labels of each row from left to right; None where they make no rows, or one panel alone."""
    places: dict[str, tuple[int, int]] = {}
    upright = not any({"left", "right"} & set(label.split()) for label in labels)
    for label in labels:
        words = label.split()
        row = next((_ROWS[word] for word in words if word in _ROWS and (upright or len(words) > 1)), 0)
        column = 0 if upright else next((_COLUMNS[w] for w in reversed(words) if w in _COLUMNS), -1)
        if not upright and len(words) == 1 and words[0] in _ROWS and words[0] not in _COLUMNS:
            row, column = _ROWS[words[0]], 0  # a whole row beside others that are divided
        if column < 0 or len(words) > 2:
            return None
        places[label] = (row, column)
    if len(places) < 2 or len(set(places.values())) < len(places):
        return None
    rows = sorted({row for row, _ in places.values()})
    return [sorted((n for n in places if places[n][0] == row), key=lambda n: places[n][1]) for row in rows]


def _divided(
    of: Surface, box: PixelBox, axis: int, count: int, parameters: PositionParameters
) -> tuple[list[PixelBox], float] | None:
    """Return a box cut at its widest gutters into so many parts, and how sure that is."""
    if count == 1:
        return [box], 1.0
    gutters = sorted(_gutters(of, box, axis, parameters), key=lambda g: g[0] - g[1])
    cuts, others = gutters[: count - 1], gutters[count - 1 :]
    if len(cuts) < count - 1:
        return None
    narrowest = min(end - start for start, end in cuts)
    widest = max((end - start for start, end in others), default=0)
    if widest > parameters.other * narrowest:
        return None
    parts = []
    at = box[axis]
    for start, end in [*sorted(cuts), (box[axis + 2], box[axis + 2])]:
        part = list(box)
        part[axis], part[axis + 2] = at, start
        x0, y0, x1, y1 = part
        parts.append(tight(of, (x0, y0, x1, y1)))
        at = end
    found = [part for part in parts if part is not None]
    sizes = [part[axis + 2] - part[axis] for part in found]
    if len(found) < count or max(sizes) > parameters.uneven * min(sizes):
        return None
    return found, 1.0 - 0.4 * widest / narrowest


def _gutters(of: Surface, box: PixelBox, axis: int, parameters: PositionParameters) -> list[tuple[int, int]]:
    """Return where runs of blank lines begin and end inside a box."""
    clean = np.concatenate([[False], prices(of, box, axis) < parameters.clean, [False]])
    starts, ends = (
        np.nonzero(clean[1:] & ~clean[:-1])[0],
        np.nonzero(~clean[1:] & clean[:-1])[0],
    )
    start, end = box[axis], box[axis + 2]
    inner = parameters.margin * (end - start)
    return [
        (int(a) + start, int(b) + start)
        for a, b in zip(starts, ends, strict=True)
        if b - a >= parameters.least and a > inner and b < end - start - inner
    ]
