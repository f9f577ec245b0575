"""What the two halves of this room say to each other: panels of a caption, and panels of a picture.

A label is what both halves compare: lower case, without brackets and marks: `a`, `aa`, `iv`, `12`. Positions that a
caption names in place of letters ("left", "bottom right") are labels too, written as in POSITIONS, joined by a
space, the row first.
"""

from dataclasses import dataclass

from schemas.panel import OF_CAPTIONS, OF_PICTURES

Span = tuple[int, int]  # half open, characters of the caption
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in fractions of the picture's width and height

POSITIONS = ("top", "upper", "middle", "centre", "lower", "bottom", "left", "right")


@dataclass(frozen=True)
class CaptionPanel:
    """A panel that a caption names, and the words that are its own.

    `label` is its normalised name (`a`, `iv`, `2`; `top left` where the caption names positions), `printed` what the
    caption prints for it (`(A)`, `Top left`); `is_position` tells positions from letters. `spans` are the ranges of
    the caption that belong to it and not to all panels, in their order; a sentence on "(A, B)" is in the spans of
    both. They leave out what only names the panel.
    """

    label: str
    printed: str
    spans: tuple[Span, ...]
    is_position: bool = False


@dataclass(frozen=True)
class CaptionPanels:
    """The panels of a caption in the order of their names, and the ranges before and after that belong to all.

    Where `panels` is empty, `reason` says why: one of CAPTION_REASONS.
    """

    panels: tuple[CaptionPanel, ...] = ()
    preamble: tuple[Span, ...] = ()
    tail: tuple[Span, ...] = ()
    reason: str | None = None


CAPTION_REASONS = OF_CAPTIONS


@dataclass(frozen=True)
class PlacedLetter:
    """A text of at most four characters that a vector file draws, and where."""

    text: str
    box: Box


@dataclass(frozen=True)
class PicturePanel:
    """A panel found in a picture: its label of those asked for, its box, and how sure that is, 0 to 1."""

    label: str
    box: Box
    confidence: float


@dataclass(frozen=True)
class PicturePanels:
    """The panels of a picture, one for each label that was asked for; or none, and why: one of PICTURE_REASONS."""

    panels: tuple[PicturePanel, ...] = ()
    reason: str | None = None


PICTURE_REASONS = OF_PICTURES
