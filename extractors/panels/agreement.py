"""Panels of a figure where its caption and its picture agree on them: the same letters, each with words and a box."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from PIL import Image

from extractors.panels.captions import split_caption
from extractors.panels.contract import Box, CaptionPanel, PicturePanel, PlacedLetter
from extractors.panels.pictures import find_panels

VERSION = "1"  # 1: letters, words and boxes agree


@dataclass(frozen=True, kw_only=True)
class AgreementParameters:
    """When boxes count as those of panels; all must hold, or the figure stays whole.

    least_side: pixels; a smaller piece shows nothing.
    least_confidence: of the box and letter of every panel.
    most_shared: of the smaller of two boxes, the part that lies in the other.
    most_of_picture: of the picture, the part that one panel of several may take.
    """

    least_side: int = 32
    least_confidence: float = 0.0
    most_shared: float = 0.1
    most_of_picture: float = 0.95


@dataclass(frozen=True)
class SplitPanel:
    """A panel of a figure: its letter as printed, its words, its box in the picture, and how sure all of it is."""

    label: str
    letter: str
    caption: str
    box: Box
    confidence: float


def names_panels(caption: str, raw: str | None = None, *, positions: bool = False) -> str | None:
    """Return why a figure stays whole whatever its picture shows, a reason of UNSPLIT; None where it may be cut.

    Args:
        caption: the caption as text.
        raw: the caption as its source writes it, which tells bold letters.
        positions: whether panels that are named by their places alone ("left") count.
    """
    found = split_caption(caption, raw)
    if found.reason is not None:
        return found.reason
    return "positions_only" if found.panels[0].is_position and not positions else None


def split_figure(
    caption: str,
    picture: Image.Image,
    drawn_letters: Sequence[PlacedLetter] = (),
    *,
    raw: str | None = None,
    positions: bool = False,
    parameters: AgreementParameters | None = None,
) -> tuple[SplitPanel, ...] | str:
    """Return the panels of a figure, in the order of their letters, or why it stays whole: a reason of UNSPLIT.

    Args:
        caption: the caption as text.
        picture: the whole picture, RGB.
        drawn_letters: letters that a vector file draws in it, and where.
        raw: the caption as its source writes it, which tells bold letters.
        positions: whether panels that are named by their places alone ("left") count.
        parameters: when boxes count as panels.
    """
    reason = names_panels(caption, raw, positions=positions)
    if reason is not None:
        return reason
    named = split_caption(caption, raw).panels
    found = find_panels(picture, [panel.label for panel in named], drawn_letters)
    if found.reason is not None:
        return found.reason
    boxes = {panel.label: panel for panel in found.panels}
    if len(boxes) != len(found.panels) or boxes.keys() != {panel.label for panel in named}:
        return "letters_missing"
    disagreement = _disagreement(found.panels, picture.size, parameters or AgreementParameters())
    if disagreement is not None:
        return disagreement
    return tuple(
        SplitPanel(
            panel.label,
            _letter(panel),
            _words(caption, panel),
            boxes[panel.label].box,
            boxes[panel.label].confidence,
        )
        for panel in named
    )


def _disagreement(
    panels: Sequence[PicturePanel], size: tuple[int, int], limits: AgreementParameters
) -> str | None:
    """Return why boxes are no panels of one picture."""
    for panel in panels:
        x0, y0, x1, y1 = panel.box
        if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1) or panel.confidence < limits.least_confidence:
            return "boxes_unclear"
        if (x1 - x0) * (y1 - y0) > limits.most_of_picture:
            return "boxes_unclear"
        if min((x1 - x0) * size[0], (y1 - y0) * size[1]) < limits.least_side:
            return "too_small"
    pairs = combinations((panel.box for panel in panels), 2)
    return "boxes_unclear" if any(_shared(*pair) > limits.most_shared for pair in pairs) else None


def _shared(one: Box, other: Box) -> float:
    """Return the part of the smaller of two boxes that lies in the other."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0.0, width) * max(0.0, height) / smaller


def _letter(panel: CaptionPanel) -> str:
    """Return a panel's letter in the case in which the caption prints it; a position as it is."""
    upper = panel.label.upper()
    if panel.is_position or upper not in panel.printed or panel.label in panel.printed:
        return panel.label
    return upper


def _words(caption: str, panel: CaptionPanel) -> str:
    return " ".join(caption[start:end] for start, end in panel.spans)
