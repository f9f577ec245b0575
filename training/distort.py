"""Copies of a picture as papers, publishers and data sets make them: what an embedding must see through."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Floats = npt.NDArray[np.float64]

VERSION = "2"  # 1: crop, border, rescale, re-rasterise, blur, colour, grayscale, JPEG; 2: wider borders

_FILTERS = (
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
    Image.Resampling.BOX,
)


@dataclass(frozen=True, kw_only=True)
class DistortParameters:
    """How likely and how strong each change is; each is drawn on its own, so most copies undergo two or three.

    The strengths span what copies of figures show in practice: field-facts' list of re-encoded, resized,
    cropped, re-rasterised and grey copies.
    """

    crop: float = 0.5
    crop_most: float = 0.08  # of each side
    border: float = 0.35
    border_most: float = 0.1  # of the longest side, on each side: a wide figure gets much above and below
    rescale: float = 0.6
    rescale_least: int = 96  # pixels of the longest side
    shift: float = 0.3  # re-rasterised: a fraction of a pixel off and another filter
    blur: float = 0.25
    blur_most: float = 1.2  # pixels
    colour: float = 0.4
    gray: float = 0.2
    jpeg: float = 0.5
    jpeg_least: int = 20


def distort(
    image: Image.Image, rng: np.random.Generator, parameters: DistortParameters | None = None
) -> Image.Image:
    """Return a changed copy of an RGB picture; the same generator state gives the same copy."""
    p = parameters or DistortParameters()
    if rng.random() < p.crop:
        image = _cropped(image, rng.uniform(0, p.crop_most, 4))
    if rng.random() < p.border:
        image = _bordered(image, rng.uniform(0, p.border_most, 4))
    if rng.random() < p.rescale:
        image = _rescaled(image, rng, p)
    if rng.random() < p.shift:
        image = _shifted(image, rng.uniform(-0.5, 0.5, 2), rng.uniform(0.985, 1.015))
    if rng.random() < p.blur:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, p.blur_most))))
    if rng.random() < p.colour:
        image = _coloured(image, rng.uniform(0.7, 1.3, 3))
    if rng.random() < p.gray:
        image = ImageOps.grayscale(image).convert("RGB")
    if rng.random() < p.jpeg:
        image = _as_jpeg(image, int(rng.integers(p.jpeg_least, 92)))
    return image


def _cropped(image: Image.Image, shares: Floats) -> Image.Image:
    width, height = image.size
    left, top = int(shares[0] * width), int(shares[1] * height)
    right, bottom = width - int(shares[2] * width), height - int(shares[3] * height)
    return image.crop((left, top, max(left + 1, right), max(top + 1, bottom)))


def _bordered(image: Image.Image, shares: Floats) -> Image.Image:
    width, height = image.size
    left, top, right, bottom = (int(share * max(image.size)) for share in shares)
    out = Image.new("RGB", (width + left + right, height + top + bottom), "white")
    out.paste(image, (left, top))
    return out


def _rescaled(image: Image.Image, rng: np.random.Generator, p: DistortParameters) -> Image.Image:
    longest = max(image.size)
    target = int(
        np.exp(rng.uniform(np.log(p.rescale_least), np.log(max(p.rescale_least + 1, 1.5 * longest))))
    )
    size = tuple(max(1, round(side * target / longest)) for side in image.size)
    return image.resize((size[0], size[1]), _FILTERS[int(rng.integers(len(_FILTERS)))])


def _shifted(image: Image.Image, offset: Floats, scale: float) -> Image.Image:
    change = (scale, 0.0, float(offset[0]), 0.0, scale, float(offset[1]))
    return image.transform(
        image.size, Image.Transform.AFFINE, change, resample=Image.Resampling.BICUBIC, fillcolor="white"
    )


def _coloured(image: Image.Image, factors: Floats) -> Image.Image:
    for enhance, factor in zip(
        (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color), factors, strict=True
    ):
        image = enhance(image).enhance(float(factor))
    return image


def _as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    with Image.open(out) as opened:
        return opened.convert("RGB")
