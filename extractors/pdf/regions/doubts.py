"""Whether a part of a page can be the whole figure or table of its caption."""

from extractors.pdf.page.ink import Ink
from extractors.pdf.page.pieces import Box
from extractors.pdf.regions.candidates import DRAWN

_RATIO = 12.0  # times as long as wide: only framed lines of text and time lines are so long
_TWO_LINES = 18.0  # points: what is lower and that long is a rule or one line of text
_DEPTH = 6.0  # points on which a drawing runs beyond an edge; a rule along the edge does not
_CROSSING = 2.0  # points of the edges across which it does


def doubt(region: Box, ink: Ink) -> str | None:
    """Return why a region cannot be a figure or a table as a whole; None where it can."""
    short, long = sorted((region[2] - region[0], region[3] - region[1]))
    bare = ink.drawn_amount(region) < DRAWN
    if long > _RATIO * short and (bare or short < _TWO_LINES):
        return f"a sliver of {region[2] - region[0]:.0f} x {region[3] - region[1]:.0f} pt"
    if ink.crossing(region, depth=_DEPTH) > _CROSSING:
        return "a drawing runs on beyond the edge of what was found"
    return None
