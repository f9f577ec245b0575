"""Divides compound figures: the words of a caption by panel, the picture by panel, and both together.

`contract.py` says what the halves tell each other, `agreement.py` when they agree.
"""

from extractors.panels import agreement, captions, pictures
from extractors.panels.agreement import AgreementParameters, SplitPanel, names_panels, split_figure
from extractors.panels.captions import split_caption
from extractors.panels.contract import (
    CAPTION_REASONS,
    PICTURE_REASONS,
    Box,
    CaptionPanel,
    CaptionPanels,
    PicturePanel,
    PicturePanels,
    PlacedLetter,
)
from extractors.panels.pictures import find_panels, placed_letters

__all__ = [
    "CAPTION_REASONS",
    "PICTURE_REASONS",
    "AgreementParameters",
    "Box",
    "CaptionPanel",
    "CaptionPanels",
    "PicturePanel",
    "PicturePanels",
    "PlacedLetter",
    "SplitPanel",
    "find_panels",
    "names_panels",
    "placed_letters",
    "split_caption",
    "split_figure",
    "versions",
]


def versions() -> dict[str, str]:
    """Return the versions that decide, with a figure, which panels are found in it."""
    return {
        "captions": captions.VERSION,
        "pictures": pictures.VERSION,
        "agreement": agreement.VERSION,
    }
