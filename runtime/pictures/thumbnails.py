"""The thumbnail by which pictures are laid upon each other: small, square, and without margins."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime.pictures.loading import opencv
from runtime.pictures.margins import MARGIN_SIDE, content_range

SIDE = 96  # pixels of the square

Thumbnail = npt.NDArray[np.uint8]


def thumbnail(picture: Image.Image) -> Thumbnail:
    """Return the luminance of a picture in RGB, its margins cut away, squashed to shape (SIDE, SIDE)."""
    grey = picture.convert("L")
    left, top, right, bottom = content_range(_squashed(np.asarray(grey)).astype(np.float32))
    x, y = grey.width / MARGIN_SIDE, grey.height / MARGIN_SIDE
    box = (left * x, top * y, right * x, bottom * y)
    # From the whole picture: from the squashed one, small copies of dense pictures differ by half as much again, and
    # a small copy of the whole has few pixels left between wide margins.
    return np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box), dtype=np.uint8)


def _squashed(grey: Thumbnail) -> Thumbnail:
    """Return a luminance at MARGIN_SIDE by MARGIN_SIDE, for its margins: OpenCV needs a third of Pillow's time."""
    cv2 = opencv()
    side, (height, width) = MARGIN_SIDE, grey.shape
    # One direction after the other: where one of the two grows, OpenCV would skip pixels in the other.
    methods = [cv2.INTER_AREA if length > side else cv2.INTER_LINEAR for length in (width, height)]
    grey = np.asarray(cv2.resize(grey, (side, height), interpolation=methods[0]), np.uint8)
    return np.asarray(cv2.resize(grey, (side, side), interpolation=methods[1]), np.uint8)
