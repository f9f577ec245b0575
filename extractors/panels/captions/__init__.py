"""Which words of a caption belong to which panel of its figure."""

from extractors.panels.captions.split import split_caption

__all__ = ["split_caption"]
