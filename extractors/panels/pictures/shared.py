"""Strips at the edge of a picture that belong to all of its panels: a common legend, the name of a common axis."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractors.panels.pictures.cuts import CLEAN
from extractors.panels.pictures.surface import PixelBox, Surface, prices, tight


@dataclass(frozen=True)
class SharedParameters:
    """When a strip counts as that of all panels; in shares of the drawing's length, but for `letters`."""

    thick: float = 0.12  # a thicker one is more than a line of text
    gutter: int = 3  # pixels of the narrowest gutter between it and the panels
    centred: float = 0.04  # its middle and the drawing's are no further apart
    own: float = 0.06  # of a panel's width: a strip that is centred so far on a panel's drawing is its own


def without_shared(
    of: Surface,
    whole: PixelBox,
    letters: Sequence[PixelBox],
    panels: Sequence[PixelBox],
    parameters: SharedParameters | None = None,
) -> PixelBox | None:
    """Return the drawing without strips that lie under, over or beside several panels; None where there is none.

    A strip is shared where it is centred on the drawing and not on the panels that it was cut up for.
    """
    parameters = parameters or SharedParameters()
    rest = whole
    for axis in (1, 0):
        for at_end in (True, False):
            cut = _strip(of, rest, letters, axis, at_end, parameters)
            if cut is not None and _is_shared(of, rest, panels, axis, at_end, cut, parameters):
                rest = _part(rest, axis, not at_end, cut)
    return None if rest == whole else tight(of, rest)


def _part(box: PixelBox, axis: int, at_end: bool, place: int) -> PixelBox:
    """Return what lies behind a place of a box, or before it."""
    kept = list(box)
    kept[axis if at_end else axis + 2] = place
    x0, y0, x1, y1 = kept
    return x0, y0, x1, y1


def _strip(
    of: Surface,
    box: PixelBox,
    letters: Sequence[PixelBox],
    axis: int,
    at_end: bool,
    parameters: SharedParameters,
) -> int | None:
    """Return where the outermost strip of a box ends, in the gutter beside it; None for one with a letter."""
    clean = prices(of, box, axis) < CLEAN
    if at_end:
        clean = clean[::-1]
    lines = np.nonzero(clean)[0]
    lines = lines[lines > 3]
    if not len(lines) or lines[0] > parameters.thick * len(clean):
        return None
    behind = np.nonzero(~clean[lines[0] :])[0]
    if not len(behind) or behind[0] < parameters.gutter:
        return None
    inner = int(lines[0]) + int(behind[0]) // 2
    place = box[axis + 2] - inner if at_end else box[axis] + inner
    outside = any(b[axis + 2] > place if at_end else b[axis] < place for b in letters)
    return None if outside else place


def _is_shared(
    of: Surface,
    box: PixelBox,
    panels: Sequence[PixelBox],
    axis: int,
    at_end: bool,
    place: int,
    parameters: SharedParameters,
) -> bool:
    along = 1 - axis
    content = tight(of, _part(box, axis, at_end, place))
    reached = [p for p in panels if (p[axis + 2] > place if at_end else p[axis] < place)]
    if content is None or not reached:
        return False
    middle = (content[along] + content[along + 2]) / 2
    length = box[along + 2] - box[along]
    of_drawing = (box[along] + box[along + 2]) / 2, (of.height if along else of.width) / 2
    if min(abs(middle - centre) for centre in of_drawing) > parameters.centred * length:
        return False
    return any(not _is_own(of, panel, axis, at_end, place, parameters) for panel in reached)


def _is_own(
    of: Surface, panel: PixelBox, axis: int, at_end: bool, place: int, parameters: SharedParameters
) -> bool:
    """Return whether a panel's part of a strip is centred on its drawing and no wider than that."""
    along = 1 - axis
    part = tight(of, _part(panel, axis, at_end, place))
    drawn = tight(of, _part(panel, axis, not at_end, place))
    if part is None or drawn is None:
        return part is None
    off = abs(part[along] + part[along + 2] - drawn[along] - drawn[along + 2]) / 2
    wider = max(drawn[along] - part[along], part[along + 2] - drawn[along + 2])
    return off <= parameters.own * (drawn[along + 2] - drawn[along]) and wider <= 4
