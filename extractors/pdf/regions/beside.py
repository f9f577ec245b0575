"""What stands at the side of a caption, in its height: the picture or table of captions set beside it."""

from itertools import pairwise

from extractors.pdf.page.pieces import Box
from extractors.pdf.regions.spaces import Scene, column_span, free_space, text_area

SIDES = ("left", "right")
_JOINED = 12.0  # points of free height across which a picture goes on; floats are farther apart
_ASIDE = 6.0  # points by which its parts above and below the caption are wider
_OUT = 4.0  # points by which a caption may stand out above or below what it stands beside
_LEVEL = 0.3  # share of the lower one's height in which a caption and what stands beside it overlap
_EDGE = 1.5


def block_beside(scene: Scene, k: int, bounds: tuple[float, float], side: str) -> tuple[Box, Box] | None:
    """Return the box of what stands by itself at one side of a caption, and the free space that holds it.

    None where nothing does, and where what is there runs on above or below the caption or beyond the bounds.
    """
    x0, _, x1, _ = scene.captions[k].box
    space = free_space(scene, k, bounds, side)
    box = None if space is None else _grown(scene, k, space)
    if space is None or box is None or _runs_on(scene, bounds, side, box):
        return None
    if (side == "left" and box[2] >= x0 - _EDGE) or (side == "right" and box[0] <= x1 + _EDGE):
        return None
    return box, space


def bounds_beside(scene: Scene, k: int) -> list[tuple[float, float]]:
    """Return the bounds in which to look at the sides of a caption: its column, all columns, the page."""
    own, area = column_span(scene, scene.captions[k]), text_area(scene)
    wide = (min(own[0], area[0] - 1), max(own[1], area[1] + 1))
    return list(dict.fromkeys([own, wide, (0.0, scene.width)]))


def _runs_on(scene: Scene, bounds: tuple[float, float], side: str, box: Box) -> bool:
    """Return whether what is drawn runs on beyond the outer bound."""
    x = bounds[0] - 2.5 if side == "left" else bounds[1] + 0.5
    return scene.ink.drawn_amount((x, box[1], x + 2.0, box[3])) > 0.5


def _grown(scene: Scene, k: int, space: Box) -> Box | None:
    """Return the tight box of the bands of ink in the caption's height, and those above and below that join them."""
    _, top, _, bottom = scene.captions[k].box
    upper, lower = _limits(scene, k, space)
    own = (space[0], max(top, upper), space[2], min(bottom, lower))
    box = scene.ink.tight(own)
    while box is not None:
        # Only what joins it above and below in its own width: others may stand beside other captions.
        left, right = max(box[0] - _ASIDE, space[0]), min(box[2] + _ASIDE, space[2])
        bands = scene.ink.bands((left, upper, right, lower), gap=_JOINED)
        band = next((b for b in bands if b[0] < box[3] and b[1] > box[1]), None)
        grown = None if band is None else scene.ink.tight((left, band[0], right, band[1]))
        if grown is None or grown == box:
            return box
        box = grown
    return None


def _limits(scene: Scene, k: int, space: Box) -> tuple[float, float]:
    """Return between which heights a caption's picture stands: others may stand beside captions above and below."""
    own = scene.captions[k].box
    upper, lower = space[1], space[3]
    for m, caption in enumerate(scene.captions):
        box = caption.box
        if m == k or min(box[2], own[2]) - max(box[0], own[0]) <= 0:
            continue
        if box[3] <= own[1] + 1 and box[3] > space[1]:
            upper = max(upper, _parting(scene, space, box, own))
        elif box[1] >= own[3] - 1 and box[1] < space[3]:
            lower = min(lower, _parting(scene, space, own, box))
    return upper, lower


def _parting(scene: Scene, space: Box, first: Box, second: Box) -> float:
    """Return the height that parts what stands beside two captions, one below the other: the widest free strip."""
    middles = (first[1] + first[3]) / 2, (second[1] + second[3]) / 2
    for top, bottom in ((first[3] - _OUT, second[1] + _OUT), middles):
        bands = scene.ink.bands((space[0], top, space[2], bottom), gap=1.0)
        edges = [(top, top), *bands, (bottom, bottom)]
        gaps = [(b[0] - a[1], (a[1] + b[0]) / 2) for a, b in pairwise(edges)]
        if bands and max(gaps)[0] > 0:
            return max(gaps)[1]
    return (first[3] + second[1]) / 2


def is_level(box: Box, caption: Box) -> bool:
    """Return whether a box stands in the height of a caption, or the caption in its height."""
    overlap = min(box[3], caption[3]) - max(box[1], caption[1])
    return overlap >= _LEVEL * min(box[3] - box[1], caption[3] - caption[1])


def narrowed(
    span: tuple[float, float], blocks: dict[str, Box], caption: Box, side: str
) -> tuple[float, float]:
    """Return the span above or below a caption without what stands beside the caption and reaches into it."""
    left, right = span
    for place, box in blocks.items():
        reaches = box[1] < caption[1] - 3 if side == "above" else box[3] > caption[3] + 3
        if reaches and place == "left":
            left = max(left, box[2] + 1)
        elif reaches:
            right = min(right, box[0] - 1)
    return left, right
