"""What every reader of graphics files shares: parameters, the cut of a graphic, and its turned RGB result."""

import math
from dataclasses import dataclass

from PIL import Image

from extractors.images.store import Original
from schemas.floats import Graphic


@dataclass(frozen=True, kw_only=True)
class ImageParameters:
    """How images are normalised and what is refused."""

    max_side: int = 1024
    min_side: int = 16  # smaller ones are spacers, icons and rules
    max_pixels: int = 150_000_000  # the largest scans; 450 MB decoded (Pillow itself refuses 179 million)
    max_bytes: int = 256 * 1024 * 1024
    photo_colours: float = 0.125  # distinct colours per pixel from which an image counts as a photograph
    ghostscript_timeout_s: float = 30.0
    ghostscript_memory_bytes: int = 1024 * 1024 * 1024
    panel_gap: int = 12  # white pixels between the panels of a composed figure


@dataclass(frozen=True)
class Normal:
    """A graphic as RGB pixels; `lossy` where it is a photograph and JPEG stores it well."""

    image: Image.Image
    original: Original
    lossy: bool


Box = tuple[float, float, float, float]
QUARTERS = {
    90.0: Image.Transpose.ROTATE_90,
    180.0: Image.Transpose.ROTATE_180,
    270.0: Image.Transpose.ROTATE_270,
}


def cut_box(
    width: float, height: float, graphic: Graphic, corner: tuple[float, float] = (0.0, 0.0)
) -> Box | None:
    """Return left, top, right, bottom (from the upper left, in the unit of the size) of the part shown.

    None stands for the whole; a cut that leaves nothing is a slip of the source and is ignored.

    Args:
        width: natural width in big points.
        height: natural height in big points.
        graphic: its viewport is taken first, then trimmed, as graphicx does.
        corner: coordinates of the lower left, where a file states a bounding box that begins elsewhere.
    """
    bounds = _bounds(graphic)
    if not graphic.trim and not graphic.viewport and not bounds:
        return None
    x0, y0, x1, y1 = _numbers(graphic.viewport) or (0.0, 0.0, width, height)
    if bounds:
        x0, y0, x1, y1 = (v - corner[i % 2] for i, v in enumerate(bounds))
    left, bottom, right, top = _numbers(graphic.trim) or (0.0, 0.0, 0.0, 0.0)
    x0, y0, x1, y1 = max(x0 + left, 0.0), max(y0 + bottom, 0.0), min(x1 - right, width), min(y1 - top, height)
    if x1 - x0 < 1 or y1 - y0 < 1 or (x0, y0, x1, y1) == (0.0, 0.0, width, height):
        return None
    return (x0, height - y1, x1, height - y0)


def shrunk(image: Image.Image, max_side: int) -> Image.Image:
    """Return the image with its longest side at most `max_side`; never enlarged."""
    if max(image.size) <= max_side:
        return image
    return image.resize(
        fitted(image.width, image.height, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0
    )


def fitted(width: float, height: float, max_side: int) -> tuple[int, int]:
    """Return whole pixels of the same proportions whose longest side is `max_side`."""
    scale = max_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def rotated(image: Image.Image, degrees: float, max_side: int) -> Image.Image:
    """Return the RGB image rotated counter-clockwise by 0 to 360 degrees, on white, within `max_side`."""
    if not degrees:
        return image
    if degrees in QUARTERS:
        return image.transpose(QUARTERS[degrees])
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255))
    return shrunk(turned, max_side)


def is_photograph(image: Image.Image, parameters: ImageParameters) -> bool:
    """Return whether an RGB image has so many colours that it is a photograph, not a drawing or a screen."""
    most = max(4096, int(image.width * image.height * parameters.photo_colours))
    return image.getcolors(most) is None


def _bounds(graphic: Graphic) -> Box | None:
    words = graphic.changes[0].split(" ") if graphic.changes else []
    return _numbers(tuple(map(float, words[1:]))) if words[:1] == ["bounds"] else None


def _numbers(values: tuple[float, ...] | None) -> Box | None:
    if values is None or len(values) != 4 or not all(map(math.isfinite, values)):
        return None
    return (values[0], values[1], values[2], values[3])
