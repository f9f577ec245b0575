"""Several graphics of one float laid out as one picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from extractors.images.normal import ImageParameters, Normal, is_photograph

_LONGEST_ROW = 8.0  # width to height; panels of a longer row would be less than 128 px high
_BROKEN_ASPECT = 1.5  # what the panels of a broken row take together


@dataclass(frozen=True)
class _Place:
    left: int
    top: int
    width: int
    height: int


def compose(rows: Sequence[Sequence[Normal]], parameters: ImageParameters) -> tuple[Image.Image, bool]:
    """Return the panels as one RGB image, longest side at most `max_side`, and whether it is a photograph.

    Panels of a row get the same height; rows are centred. All rows are as high as the one with the most
    panels when that fills the line, unless a row is too wide for that. A row so long that its panels would
    be illegible is broken into several. No set of panels is enlarged as a whole.
    """
    rows = [part for row in rows for part in _broken(row)]
    sizes = [[normal.image.size for normal in row] for row in rows]
    places, size = _layout(sizes, parameters)
    canvas = Image.new("RGB", size, (255, 255, 255))
    for row, placed in zip(rows, places, strict=True):
        for normal, place in zip(row, placed, strict=True):
            panel = normal.image.resize(
                (place.width, place.height), Image.Resampling.LANCZOS, reducing_gap=2.0
            )
            canvas.paste(panel, (place.left, place.top))
    lossy = [normal.lossy for row in rows for normal in row]
    return canvas, all(lossy) or (any(lossy) and is_photograph(canvas, parameters))


def _broken(row: Sequence[Normal]) -> list[Sequence[Normal]]:
    aspect = sum(normal.image.width / normal.image.height for normal in row)
    if aspect <= _LONGEST_ROW:
        return [row]
    count = min(len(row), round(math.sqrt(aspect / _BROKEN_ASPECT)))
    length = -(-len(row) // count)
    return [row[i : i + length] for i in range(0, len(row), length)]


def _layout(
    sizes: Sequence[Sequence[tuple[int, int]]], parameters: ImageParameters
) -> tuple[list[list[_Place]], tuple[int, int]]:
    gap = min(parameters.panel_gap, parameters.max_side // (4 * max(len(sizes), *map(len, sizes))))
    aspects = [[width / height for width, height in row] for row in sizes]
    line = [parameters.max_side - gap * (len(row) - 1) for row in aspects]
    full = [room / sum(row) for room, row in zip(line, aspects, strict=True)]  # height when it fills the line
    most = max(map(len, aspects))
    common = max(height for height, row in zip(full, aspects, strict=True) if len(row) == most)
    heights = [min(height, common) for height in full]
    room = parameters.max_side - gap * (len(heights) - 1)
    growth = max(s[1] / height for row, height in zip(sizes, heights, strict=True) for s in row)
    scale = min(1.0, room / sum(heights), growth)
    scaled = [
        [(max(1, int(aspect * height * scale)), max(1, int(height * scale))) for aspect in row]
        for row, height in zip(aspects, heights, strict=True)
    ]
    widths = [sum(width for width, _ in row) + gap * (len(row) - 1) for row in scaled]
    places: list[list[_Place]] = []
    top = 0
    for row, width in zip(scaled, widths, strict=True):
        left = (max(widths) - width) // 2
        placed = []
        for panel_width, panel_height in row:
            placed.append(_Place(left, top, panel_width, panel_height))
            left += panel_width + gap
        places.append(placed)
        top += row[0][1] + gap
    return places, (min(max(widths), parameters.max_side), min(top - gap, parameters.max_side))
