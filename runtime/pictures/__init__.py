"""What is made of a picture where its pixels are at hand, so that nobody needs to decode it again, and OpenCV."""

from runtime.pictures.copies import LONGEST, pack, small_copy, unpack
from runtime.pictures.loading import opencv
from runtime.pictures.margins import MARGIN_SIDE, content_range
from runtime.pictures.thumbnails import SIDE, Thumbnail, thumbnail

VERSION = "1"  # of packed copies and thumbnails, which stage tables hold

__all__ = [
    "LONGEST",
    "MARGIN_SIDE",
    "SIDE",
    "VERSION",
    "Thumbnail",
    "content_range",
    "opencv",
    "pack",
    "small_copy",
    "thumbnail",
    "unpack",
]
