"""Whether two pictures show the same, cut and bordered differently: aligned first, then compared place by place.

A perceptual hash changes with a crop or a border, and plots on the same axes have nearly the same hash. Here one
picture is laid onto the other (scale and shift by template matching, then an affine fit by enhanced correlation,
Evangelidis and Psarakis 2008), and what remains different is measured in small blocks: a copy differs a little
everywhere, another curve on the same axes differs wholly in a few places.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.embed_descriptor import content_box, open_rgb

VERSION = "1"  # 1: thumbnails of 96 pixels, local differences of an affine fit

SIDE = 96  # pixels of the square thumbnail
APART = 9.0  # the difference of pictures that no fit brings together

Thumbnail = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Thumbnails:
    """Thumbnails by row number; the pixels may lie on disk, and a choice of rows does not copy them."""

    def __init__(self, pixels: Thumbnail, places: npt.NDArray[np.int64] | None = None) -> None:
        self._pixels = pixels
        self._places = np.arange(len(pixels), dtype=np.int64) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, row: int) -> Thumbnail:
        return np.asarray(self._pixels[self._places[row]])

    def take(self, rows: npt.NDArray[np.int64]) -> "Thumbnails":
        """Return the thumbnails of these rows, in their order."""
        return Thumbnails(self._pixels, self._places[rows])


@dataclass(frozen=True, kw_only=True)
class AlignParameters:
    """How a fit is searched for and what it may do; sizes in pixels of the thumbnail.

    A copy cropped by 5 % needs a scale of 1.05; content boxes that noise moved need a few per cent more.
    """

    blur: float = 0.8
    scales: tuple[float, ...] = (1.0, 0.98, 1.02, 0.96, 1.04, 0.94, 1.06, 0.92, 1.08, 0.9, 1.1)
    # Correlations below which no fit is tried, at a quarter of the size and at half of it. Of 1,870 copies the
    # worst had 0.84 at half; of pictures that have nothing to do with each other 97 % had less than 0.52.
    likely: float = 0.75
    least_match: float = 0.8
    same: float = 0.15  # so small a difference needs no fit
    most_scale: float = 0.2
    most_shear: float = 0.05
    quantile: float = 0.99


def thumbnail(image: bytes | Image.Image) -> Thumbnail:
    """Return a picture's luminance, its margins cut away, squashed to shape (SIDE, SIDE).

    Raises:
        RecordError: image_unreadable where the bytes are no image.
    """
    grey = open_rgb(image).convert("L")
    resized = grey.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=content_box(grey), reducing_gap=3.0)
    return np.asarray(resized, dtype=np.uint8)


def remaining_difference(
    left: Thumbnail, right: Thumbnail, parameters: AlignParameters | None = None
) -> float:
    """Return how different two thumbnails remain when aligned: 0 for the same picture, APART where nothing fits.

    About 1 says that some places of the two have nothing in common.
    """
    if np.array_equal(left, right):
        return 0.0
    p = parameters or AlignParameters()
    one, other = (_blurred(thumb, p.blur) for thumb in (left, right))
    likely, _ = _scaled_and_shifted(one, other, SIDE // 4, p)
    if likely < p.likely:
        return APART
    as_they_are = _difference(one, other, np.eye(2, 3, dtype=np.float32), p)
    if as_they_are <= p.same:
        return as_they_are
    match, start = _scaled_and_shifted(one, other, SIDE // 2, p)
    if match < p.least_match:
        return as_they_are
    best = min(as_they_are, _fitted(one, other, start, p))
    if best <= p.same:
        return best
    return min(best, _fitted(one, other, np.eye(2, 3, dtype=np.float32), p))


def _blurred(thumb: Thumbnail, sigma: float) -> Floats:
    import cv2

    return np.asarray(cv2.GaussianBlur(thumb.astype(np.float32), (0, 0), sigma), dtype=np.float32)


def _fitted(one: Floats, other: Floats, start: Floats, p: AlignParameters) -> float:
    import cv2

    find: Any = cv2.findTransformECC  # its annotations deny the mask that may be None
    try:
        _, warp = find(one, other, start.copy(), cv2.MOTION_AFFINE, (3, 30, 1e-4), None, 5)
    except cv2.error:
        return APART
    scale = max(abs(warp[0, 0] - 1), abs(warp[1, 1] - 1))
    shear = max(abs(warp[0, 1]), abs(warp[1, 0]))
    if scale > p.most_scale or shear > p.most_shear:
        return APART
    return _difference(one, other, warp, p)


def _scaled_and_shifted(one: Floats, other: Floats, side: int, p: AlignParameters) -> tuple[float, Floats]:
    """Return the correlation that template matching finds, and the transform from one's places to the other's.

    Done on copies of `side` pixels, which are enough for a start.
    """
    import cv2

    small, pattern = (cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA) for x in (other, one))
    margin = side // 8
    template = pattern[margin : side - margin, margin : side - margin]
    best = (-2.0, 1.0, 0, 0)
    for scale in p.scales:
        size = round(side * scale)
        resized = cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR)
        pad = max(0, (side - size) // 2 + 1)
        resized = cv2.copyMakeBorder(resized, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
        found = cv2.matchTemplate(resized, template, cv2.TM_CCOEFF_NORMED)
        _, value, _, (x, y) = cv2.minMaxLoc(found)
        if value > best[0]:
            best = (value, size / side, x - pad, y - pad)
    match, scale, x, y = best
    back = 1 / scale
    warp = [[back, 0, SIDE // side * (x - margin) / scale], [0, back, SIDE // side * (y - margin) / scale]]
    return float(match), np.array(warp, np.float32)


def _difference(one: Floats, other: Floats, warp: Floats, p: AlignParameters) -> float:
    """Return the quantile of the local differences, relative to what both show there."""
    import cv2

    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(other, warp, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    common = cv2.warpAffine(np.ones_like(other), warp, (SIDE, SIDE), flags=flags) > 0.99
    x, y = laid[common], one[common]
    if len(x) < SIDE * SIDE / 2 or x.std() < 1e-3 or y.std() < 1e-3:
        return APART
    gain = float(((x - x.mean()) * (y - y.mean())).mean() / x.var())
    laid = gain * laid + float(y.mean() - gain * x.mean())
    apart = np.where(common, one - laid, 0.0).astype(np.float32)
    block = (SIDE // 12, SIDE // 12)
    seen = sum(cv2.blur((x - cv2.blur(x, block)) ** 2, block) for x in (one, laid))
    local = cv2.blur(apart * apart, block) / (seen + 0.1 * one.var())
    return float(np.quantile(local[common], p.quantile))
