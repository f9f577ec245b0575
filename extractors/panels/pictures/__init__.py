"""Where the panels of a compound picture are, and which letter each one has."""

from extractors.panels.pictures.drawn import placed_letters
from extractors.panels.pictures.finder import FinderParameters, find_panels

__all__ = ["FinderParameters", "find_panels", "placed_letters"]
