"""What options and boxes of a document do to a picture once its file is read: turns, mirrors, cuts, proportions."""

import math
from dataclasses import dataclass

from PIL import Image, ImageOps

from extractors.images.normal import QUARTERS, fitted, rotated
from schemas.floats import Graphic

_STRETCHED = 0.02  # proportions that differ by less are the author's rounding
_STRONGEST = 20.0  # proportions changed more than that are a slip of the source


@dataclass
class _Printed:
    """A picture with its printed size in big points, None where that depends on the page."""

    image: Image.Image
    width: float | None
    height: float | None


def changed(image: Image.Image, size: tuple[float, float], graphic: Graphic, max_side: int) -> Image.Image:
    """Return the RGB image turned by the graphic's angle and changed as it says, on white, within `max_side`.

    Args:
        image: what of the file is shown.
        size: its width and height in big points.
        graphic: says the angle and the changes; one that cannot be made is left out.
        max_side: the longest side allowed, in pixels.
    """
    printed = _Printed(image, *size)
    if graphic.angle:
        _turn(printed, graphic.angle, max_side)
    for change in graphic.changes:
        word, *numbers = change.split(" ")
        if word == "turn":
            _turn(printed, float(numbers[0]), max_side)
        elif word == "mirror":
            printed.image = ImageOps.mirror(printed.image)
        elif word in {"cut", "view"}:
            _cut(printed, numbers, corners=word == "view")
        elif word in {"size", "shape"}:
            _size(printed, numbers, max_side, known=word == "size")
        elif word == "scale":
            _scale(printed, float(numbers[0]), float(numbers[1]), max_side)
        elif word == "unsized":
            printed.width = printed.height = None
    return printed.image


def _turn(printed: _Printed, degrees: float, max_side: int) -> None:
    degrees = degrees % 360 if math.isfinite(degrees) else 0.0
    printed.image = rotated(printed.image, degrees, max_side)
    if printed.width is None or printed.height is None:
        return
    width, height = printed.width, printed.height
    cosine, sine = abs(math.cos(math.radians(degrees))), abs(math.sin(math.radians(degrees)))
    if degrees in QUARTERS:
        cosine, sine = round(cosine), round(sine)
    printed.width, printed.height = width * cosine + height * sine, width * sine + height * cosine


def _size(printed: _Printed, numbers: list[str], max_side: int, *, known: bool) -> None:
    width, height = (None if n == "!" else float(n) for n in numbers)
    ratio = printed.image.height / printed.image.width
    if width and height:
        _stretch(printed, width / height, max_side)
    printed.width = width or (height / ratio if height and known else None)
    printed.height = height or (width * ratio if width and known else None)
    if not known:
        printed.width = printed.height = None


def _scale(printed: _Printed, x: float, y: float, max_side: int) -> None:
    if x != y:
        _stretch(printed, printed.image.width * x / (printed.image.height * y), max_side)
    if printed.width is not None and printed.height is not None:
        printed.width, printed.height = printed.width * x, printed.height * y


def _stretch(printed: _Printed, aspect: float, max_side: int) -> None:
    """Give the picture other proportions: its longer side stays, so that nothing is lost."""
    image = printed.image
    factor = aspect * image.height / image.width
    if abs(factor - 1) < _STRETCHED or not 1 / _STRONGEST < factor < _STRONGEST:
        return
    side = min(max_side, max(image.size))
    printed.image = image.resize(fitted(aspect, 1.0, side), Image.Resampling.LANCZOS)


def _cut(printed: _Printed, numbers: list[str], *, corners: bool) -> None:
    """Cut margins away, or all outside two corners; margins may be negative and then cut nothing."""
    image = printed.image
    lengths = [_pixels(printed, n, horizontal=i % 2 == 0) for i, n in enumerate(numbers)]
    if any(n is None for n in lengths):
        return
    left, bottom, right, top = (n or 0.0 for n in lengths)
    if not corners:
        right, top = image.width - right, image.height - top
    box = (
        max(0, round(left)),
        max(0, round(image.height - top)),
        min(image.width, round(right)),
        min(image.height, round(image.height - bottom)),
    )
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        return
    if printed.width is not None and printed.height is not None:
        printed.width *= (box[2] - box[0]) / image.width
        printed.height *= (box[3] - box[1]) / image.height
    printed.image = image.crop(box)


def _pixels(printed: _Printed, number: str, *, horizontal: bool) -> float | None:
    image = printed.image
    if number.endswith("w"):
        return float(number[:-1]) * image.width
    if number.endswith("h"):
        return float(number[:-1]) * image.height
    length = printed.width if horizontal else printed.height
    if not length:
        return None if float(number) else 0.0
    return float(number) / length * (image.width if horizontal else image.height)
