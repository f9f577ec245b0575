"""How curation opens a picture, finds its content, and gives it to a network."""

import functools
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime.pictures import MARGIN_SIDE, content_range, opencv
from schemas.reject import RecordError

Levels = tuple[float, float, float]  # of red, green and blue


def open_rgb(image: bytes | Image.Image) -> Image.Image:
    """Return the image in RGB, itself where it is that already, or raise RecordError (image_unreadable)."""
    if isinstance(image, Image.Image):
        return image if image.mode == "RGB" else image.convert("RGB")
    try:
        with Image.open(io.BytesIO(image)) as opened:
            opened.load()
            return (
                opened
                if opened.mode == "RGB" and "transparency" not in opened.info
                else opened.convert("RGB")
            )
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise RecordError("image_unreadable", f"cannot be decoded for its embedding: {error}") from error


def content_box(picture: Image.Image) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of the content in pixels, by shares of ink: steady under noise."""
    width, height = picture.size
    small = picture.convert("L").resize((MARGIN_SIDE, MARGIN_SIDE), Image.Resampling.BICUBIC)
    left, top, right, bottom = content_range(np.asarray(small, dtype=np.float64))
    x, y = width / MARGIN_SIDE, height / MARGIN_SIDE
    return (left * x, top * y, right * x, bottom * y)


def network_input(picture: Image.Image, mean: Levels, spread: Levels) -> npt.NDArray[np.float32]:
    """Return a picture in RGB as networks take it: (level / 255 - mean) / spread, of shape (3, height, width)."""
    cv2 = opencv()
    found = np.empty((3, picture.height, picture.width), np.float32)
    planes = cv2.split(np.asarray(picture))
    for plane, table, held in zip(planes, _values(mean, spread), found, strict=True):
        cv2.LUT(plane, table, held)
    return found


@functools.cache
def _values(mean: Levels, spread: Levels) -> npt.NDArray[np.float32]:
    """Return what each level becomes in each channel, of shape (3, 256): looked up, not computed."""
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    means, spreads = (np.asarray(stated, np.float32)[:, None] for stated in (mean, spread))
    return np.asarray((levels - means) / spreads, np.float32)
