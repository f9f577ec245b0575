"""The figures of the sample's papers, one function each, by field; `media.py` says which stands in which file."""

from samples.figures.media import MEDIA, Media, drawing, media_bytes, paper_media

__all__ = ["MEDIA", "Media", "drawing", "media_bytes", "paper_media"]
