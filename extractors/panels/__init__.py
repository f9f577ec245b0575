"""Divides compound figures: the words of a caption by panel, the picture by panel, and both together.

`contract.py` says what the halves tell each other.
"""

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
    "Box",
    "CaptionPanel",
    "CaptionPanels",
    "PicturePanel",
    "PicturePanels",
    "PlacedLetter",
    "find_panels",
    "placed_letters",
    "split_caption",
]
