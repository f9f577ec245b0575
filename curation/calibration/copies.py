"""Copies of a picture as they turn up elsewhere, made in fixed ways: to calibrate and to test curation with."""

import io
from collections.abc import Callable
from typing import Any

import pymupdf
from PIL import Image, ImageFilter, ImageOps

mupdf: Any = pymupdf  # its calls carry no annotations

VERSION = "1"  # 1: eleven ways


def _scaled(image: Image.Image, factor: float) -> Image.Image:
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def _cropped(image: Image.Image, share: float) -> Image.Image:
    """Return the picture without `share` of its width and height, half of that at each edge."""
    x, y = round(image.width * share / 2), round(image.height * share / 2)
    return image.crop((x, y, image.width - x, image.height - y))


def _bordered(image: Image.Image) -> Image.Image:
    return ImageOps.expand(image, border=round(0.05 * max(image.size)), fill="white")


def _from_pdf(image: Image.Image) -> Image.Image:
    """Return the picture as it comes out of a page that shows it at another resolution."""
    out = io.BytesIO()
    image.save(out, "PNG")
    with mupdf.open() as document:
        width, height = image.width * 0.61, image.height * 0.61
        page = document.new_page(width=width + 20, height=height + 20)
        area = mupdf.Rect(10.3, 10.7, 10.3 + width, 10.7 + height)
        page.insert_image(area, stream=out.getvalue())
        pixels = page.get_pixmap(matrix=mupdf.Matrix(1.37, 1.37), clip=area)
        return Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)


def _palette(image: Image.Image) -> Image.Image:
    return image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32).convert("RGB")


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half": lambda image: _scaled(image, 0.5),
    "third": lambda image: _scaled(image, 1 / 3),
    "enlarged": lambda image: _scaled(image, 1.6),
    "jpeg_30": lambda image: _jpeg(image, 30),
    "half_jpeg_50": lambda image: _jpeg(_scaled(image, 0.5), 50),
    "crop_5_percent": lambda image: _cropped(image, 0.05),
    "border": _bordered,
    "from_pdf": _from_pdf,
    "grayscale": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(1.0)),
    "palette": _palette,
}


def copies_of(image: Image.Image) -> dict[str, Image.Image]:
    """Return the copies of an RGB picture by the name of the way in which each was made."""
    return {name: change(image) for name, change in COPIES.items()}
