"""How curation opens a picture and finds its content, and OpenCV as all of it uses it."""

import io
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from schemas.reject import RecordError

MARGIN_SIDE = 256  # side of the copy on which margins are measured
MARGIN_INK = 0.004  # share of the ink on either side that may be cut away with the margin
MARGIN_NOISE = 10  # grey levels from the background that JPEG noise makes

Array = npt.NDArray[np.float64]


@cache
def opencv() -> Any:
    """Return OpenCV, on one thread: the build runs one process per core, and the pictures are small."""
    import cv2

    cv2.setNumThreads(1)
    return cv2


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


def content_range(grey: Array) -> tuple[float, float, float, float]:
    """Return the box of the content of a luminance of shape (MARGIN_SIDE, MARGIN_SIDE), in its pixels."""
    whole = (0.0, 0.0, float(MARGIN_SIDE), float(MARGIN_SIDE))
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    background = np.median(border)
    if np.mean(np.abs(border - background) <= MARGIN_NOISE) < 0.5:
        return whole  # a photograph to the edge has no margin
    ink = np.maximum(0.0, np.abs(grey - background) - MARGIN_NOISE)
    if ink.sum() < MARGIN_SIDE:
        return whole
    left, right = _ink_range(ink.sum(axis=0))
    top, bottom = _ink_range(ink.sum(axis=1))
    return (left, top, right, bottom)


def _ink_range(profile: Array) -> tuple[float, float]:
    """Return where the ink begins and ends, at least 1/16 of the side apart."""
    share = np.concatenate([[0.0], np.cumsum(profile)]) / profile.sum()
    low, high = np.interp([MARGIN_INK, 1 - MARGIN_INK], share, np.arange(len(share)))
    least = MARGIN_SIDE / 16
    if high - low < least:
        start = min(max(0.0, float(low + high - least) / 2), MARGIN_SIDE - least)
        return start, start + least
    return float(low), float(high)
