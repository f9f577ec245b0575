"""Where a letter stands that no text was read as: in the one place that the rows and columns of the others leave."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from extractors.panels.pictures.surface import PixelBox

LEAST = 3  # letters that tell rows and columns

_Place = tuple[int, int]


def place_left(known: Mapping[int, PixelBox], label: int) -> PixelBox | None:
    """Return the box of the one letter that is not seen, or None where more than one place, or none, is left for it.

    Args:
        known: the boxes of the other letters by the numbers of their labels.
        label: the number of the one that is not seen.
    """
    if len(known) < LEAST:
        return None
    names = sorted(known)
    boxes = np.array([known[name] for name in names])
    width, height = (int(np.median(boxes[:, axis + 2] - boxes[:, axis])) for axis in (0, 1))
    columns, rows = (_lines(boxes[:, axis], 0.6 * height) for axis in (0, 1))
    places = dict(
        zip(names, zip(_at(boxes[:, 1], rows), _at(boxes[:, 0], columns), strict=True), strict=True)
    )
    left = {
        place
        for by_row in (True, False)
        for place in _between(places, label, (len(rows), len(columns)), by_row=by_row)
    }
    if len(left) != 1:
        return None
    row, column = left.pop()
    x, y = round(columns[column]), round(rows[row])
    return x, y, x + width, y + height


def _lines(starts: np.ndarray, reach: float) -> list[float]:
    """Return the middle of each line on which letters begin."""
    groups: list[list[float]] = []
    for start in np.sort(starts).tolist():
        if groups and start - groups[-1][-1] <= reach:
            groups[-1].append(start)
        else:
            groups.append([start])
    return [float(np.median(group)) for group in groups]


def _at(starts: np.ndarray, lines: list[float]) -> list[int]:
    return [int(np.argmin(np.abs(np.array(lines) - start))) for start in starts.tolist()]


def _between(places: Mapping[int, _Place], label: int, size: _Place, *, by_row: bool) -> set[_Place]:
    """Return the free places between a label's neighbours, none where the others do not follow that order."""

    def key(place: _Place) -> _Place:
        return place if by_row else (place[1], place[0])

    order = [key(places[name]) for name in sorted(places)]
    if any(first >= second for first, second in pairwise(order)):
        return set()
    before = max((key(places[name]) for name in places if name < label), default=(-1, -1))
    after = min((key(places[name]) for name in places if name > label), default=(len(places), len(places)))
    taken = set(places.values())
    free = {(row, column) for row in range(size[0]) for column in range(size[1])} - taken
    return {place for place in free if before < key(place) < after}
