"""Whether two pictures show the same, cut and bordered differently: aligned first, then compared place by place.

A perceptual hash changes with a crop or a border, and plots on the same axes have nearly the same hash. Here one
picture is laid onto the other (scale and shift by template matching, then a finer fit), and what remains different is
measured in small blocks: a copy differs a little everywhere, another curve on the same axes differs wholly in a few
places.
"""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.pictures import open_rgb
from curation.similarity.shift_and_scale import Fit, fit
from runtime import pictures
from runtime.pictures import SIDE, Thumbnail, opencv

OUTLINE = 8  # pixels of the square on which two thumbnails are first compared
BLUR = 0.8  # pixels
APART = 9.0  # the difference of pictures that no fit brings together

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

    # Of 216 real pictures cropped by 5 % or at a third of the size, of which fits find 93 %, these lose 1 % and half
    # the time; the second outline is asked of pictures that may differ by `same` at most.
    outline: tuple[float, float] = (
        0.7,
        0.8,
    )  # correlation of outlines, without which nothing else is looked at
    likely: float = 0.8  # correlation at the best scale and shift, without which no fit is tried
    scales: tuple[float, ...] = (1.0, 0.96, 1.04, 0.92, 1.08)
    close: float = 0.85  # correlation from which on the pictures are also compared as they are
    same: float = 0.15  # so small a difference needs no fit
    # Of planted copies among 6,000 pictures 98.4 % are found; by OpenCV's affine fit in eight steps 98.3 %.
    steps: tuple[int, int] = (4, 2)  # of a fit, at half the size and at the whole
    most_scale: float = 0.2
    quantile: float = 0.99


def thumbnail(image: bytes | Image.Image) -> Thumbnail:
    """Return a picture's thumbnail (`runtime.pictures.thumbnail`), uint8 of shape (SIDE, SIDE).

    Raises:
        RecordError: image_unreadable where the bytes are no image.
    """
    return pictures.thumbnail(open_rgb(image))


class Prepared:
    """A thumbnail with what a comparison needs of it, which is worked out once however often it is compared."""

    def __init__(self, thumb: Thumbnail) -> None:
        self.thumb = thumb

    @functools.cached_property
    def outline(self) -> Floats:
        """Its outline."""
        return outline(self.thumb)

    @functools.cached_property
    def blurred(self) -> Floats:
        """Its pixels without the finest details."""
        blurred = opencv().GaussianBlur(self.thumb.astype(np.float32), (0, 0), BLUR)
        return np.asarray(blurred, dtype=np.float32)


def remaining_difference(
    left: Thumbnail | Prepared,
    right: Thumbnail | Prepared,
    *,
    at_most: float = 0.7,
    outlined: bool = False,
    parameters: AlignParameters | None = None,
) -> float:
    """Return how different two thumbnails remain when aligned: 0 for the same picture, APART where nothing fits.

    About 1 says that some places of the two have nothing in common. Cheap tests come first, and a costlier one
    only where it may still bring the difference down to `at_most`; above that, the result is an upper bound.
    `outlined` tells that the caller has held the outlines against each other.
    """
    left, right = (each if isinstance(each, Prepared) else Prepared(each) for each in (left, right))
    if np.array_equal(left.thumb, right.thumb):
        return 0.0
    p = parameters or AlignParameters()
    strict = at_most <= p.same
    if (strict or not outlined) and outline_agreement(left.outline, right.outline) < p.outline[strict]:
        return APART
    one, other = left.blurred, right.blurred
    likely, start = _scaled_and_shifted(one, other, p)
    if likely < p.likely:
        return APART
    best = APART
    if _correlation(one, other) >= p.close:
        best = _difference(one, other, None, p)
    return best if best <= p.same else min(best, _fitted(one, other, start, p))


def outline_agreement(one: Floats, other: Floats) -> float:
    """Return the correlation of two outlines; they are so coarse that a small shift hardly matters."""
    return float(one @ other)


def _correlation(one: Floats, other: Floats) -> float:
    x, y = one - one.mean(), other - other.mean()
    return float((x * y).sum() / max(1e-3, float(np.sqrt((x * x).sum() * (y * y).sum()))))


def outline(thumb: Thumbnail) -> Floats:
    """Return a thumbnail at OUTLINE by OUTLINE pixels without its mean, and whether it is blank, as a unit vector."""
    small = opencv().resize(thumb, (OUTLINE, OUTLINE), interpolation=opencv().INTER_AREA)
    values = np.append(small.astype(np.float32), np.float32(0))
    values[:-1] -= values[:-1].mean()
    length = float(np.linalg.norm(values))
    if length <= 1:
        values[:], values[-1], length = 0, 1, 1.0
    return np.asarray(values / np.float32(length), dtype=np.float32)


def _fitted(one: Floats, other: Floats, start: Fit, p: AlignParameters) -> float:
    """Return what remains different after a fit, APART where there is none within bounds."""
    coarse, fine = p.steps
    found = fit(one, other, start, coarse=coarse, fine=fine)
    if found is None or max(abs(found.scale_x - 1), abs(found.scale_y - 1)) > p.most_scale:
        return APART
    return _difference(one, other, found, p)


def _shrunk(picture: Floats, side: int) -> Floats:
    cv2 = opencv()

    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def _scaled_and_shifted(one: Floats, other: Floats, p: AlignParameters) -> tuple[float, Fit]:
    """Return the correlation that template matching finds, and the fit from one's places to the other's.

    Done on copies of a quarter of the size, which are enough for a start.
    """
    cv2 = opencv()

    side = SIDE // 4
    small, pattern = _shrunk(other, side), _shrunk(one, side)
    margin = side // 8
    template = pattern[margin : side - margin, margin : side - margin]
    best = (-2.0, 1.0, 0, 0)
    for scale in p.scales:
        size = round(side * scale)
        pad = max(0, (side - size) // 2 + 1)
        resized = cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR) if size != side else small
        resized = cv2.copyMakeBorder(resized, pad, pad, pad, pad, cv2.BORDER_REPLICATE) if pad else resized
        found = cv2.matchTemplate(resized, template, cv2.TM_CCOEFF_NORMED)
        _, value, _, (x, y) = cv2.minMaxLoc(found)
        if value > best[0]:
            best = (value, size / side, x - pad, y - pad)
    match, scale, x, y = best
    back = 1 / scale
    across, down = (SIDE // side * (place - margin) / scale for place in (x, y))
    return float(match), Fit(back, across, back, down)


def _difference(one: Floats, other: Floats, found: Fit | None, p: AlignParameters) -> float:
    """Return the quantile of the local differences, relative to what both show there; None: as they lie."""
    cv2 = opencv()

    laid, rows, columns = other, slice(SIDE), slice(SIDE)
    if found is not None:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        matrix, border = found.matrix(), cv2.BORDER_REPLICATE
        laid = cv2.warpAffine(other, matrix, (SIDE, SIDE), flags=flags, borderMode=border)
        rows, columns = found.common(SIDE)
    x, y = laid[rows, columns], one[rows, columns]
    if x.size < SIDE * SIDE / 2:
        return APART
    x_mean, y_mean = float(x.mean()), float(y.mean())
    x, y = x - np.float32(x_mean), y - np.float32(y_mean)
    x_variance, y_variance = (float(np.vdot(values, values)) / values.size for values in (x, y))
    if min(x_variance, y_variance) < 1e-6:
        return APART
    gain = float(np.vdot(x, y)) / x.size / x_variance
    apart = np.zeros_like(one)
    apart[rows, columns] = y - np.float32(gain) * x
    block = (SIDE // 12, SIDE // 12)
    seen = _detail(one, block) + np.float32(gain * gain) * _detail(laid, block)
    whole = 0.1 * float(cv2.meanStdDev(one)[1][0, 0]) ** 2
    local = (cv2.blur(apart * apart, block) / (seen + np.float32(whole)))[rows, columns].ravel()
    place = int(p.quantile * (len(local) - 1))
    return float(np.partition(local, place)[place])


def _detail(picture: Floats, block: tuple[int, int]) -> Floats:
    """Return how much a picture changes within each place's block."""
    cv2 = opencv()

    change = picture - cv2.blur(picture, block)
    return np.asarray(cv2.blur(change * change, block), dtype=np.float32)
