"""Raster files (PNG, JPEG, GIF, TIFF, BMP, WebP, …) as RGB pixels on white."""

import hashlib
import io
import struct
import warnings

import numpy as np
from PIL import Image, ImageCms, ImageOps

from extractors.images.changes import changed
from extractors.images.normal import ImageParameters, Normal, cut_box, is_photograph, shrunk
from extractors.images.sniff import Sniffed
from extractors.images.store import Original
from schemas.floats import Graphic
from schemas.reject import RecordError

_FORMATS = {
    "png": "PNG",
    "jpeg": "JPEG",
    "gif": "GIF",
    "tiff": "TIFF",
    "bmp": "BMP",
    "webp": "WEBP",
    "jpeg2000": "JPEG2000",
    "ppm": "PPM",
}
_PLAIN_DENSITY = 72.0  # dots per inch where the file states none, as pdfTeX takes it

# What Pillow's decoders are documented to raise, or were seen to raise, on damaged files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    NotImplementedError,
    struct.error,
)


def read_raster(sniffed: Sniffed, raw: bytes, graphic: Graphic, parameters: ImageParameters) -> Normal:
    """Return the pixels of a raster file: turned upright, cut, on white, longest side at most `max_side`.

    Raises:
        RecordError: image_unreadable (damaged, truncated), image_too_large (more pixels than allowed).
    """
    try:
        # Pillow's own warning about many pixels; ours is an error, at a limit that can be set.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(sniffed, raw, graphic, parameters)
    except Image.DecompressionBombError as error:
        raise RecordError("image_too_large", f"{sniffed.kind}: {error}") from error
    except MemoryError as error:
        raise RecordError("memory_limit", f"decoding {graphic.path}") from error
    except _DAMAGE as error:
        raise RecordError("image_unreadable", f"{sniffed.kind}: {str(error)[:200] or repr(error)}") from error


def _read(sniffed: Sniffed, raw: bytes, graphic: Graphic, parameters: ImageParameters) -> Normal:
    with Image.open(io.BytesIO(sniffed.data), formats=[_FORMATS[sniffed.kind]]) as image:
        if graphic.page > 1 and getattr(image, "n_frames", 1) > 1:
            image.seek(graphic.page - 1)
        _check_size(image, parameters)
        width, height = image.size
        density = _density(image)
        orientation = image.getexif().get(0x0112, 1) if graphic.exif else 1
        if orientation in (5, 6, 7, 8):
            width, height = height, width
        size = (width * 72 / density[0], height * 72 / density[1])
        box = cut_box(*size, graphic)
        if box is None:
            _draft(image, parameters.max_side)
        image.load()
        upright = ImageOps.exif_transpose(image) if graphic.exif else image
        if box is not None:
            upright = upright.crop(_pixels(box, density, upright.size))
            size = (box[2] - box[0], box[3] - box[1])
        pixels = _rgb(upright, parameters.max_side)
    pixels = changed(pixels, size, graphic, parameters.max_side)
    original = Original(
        format=sniffed.kind, width=width, height=height, sha256=hashlib.sha256(raw).hexdigest()
    )
    lossy = sniffed.kind == "jpeg" or is_photograph(pixels, parameters)
    return Normal(pixels, original, lossy)


def _check_size(image: Image.Image, parameters: ImageParameters) -> None:
    if image.width * image.height > parameters.max_pixels:
        raise RecordError("image_too_large", f"{image.width} x {image.height} pixels")


def _draft(image: Image.Image, max_side: int) -> None:
    """Let a JPEG decoder halve a huge image while decoding, to no less than twice what is kept."""
    scale = 2 * max_side / max(image.size)
    if scale < 1:
        image.draft(None, (int(image.width * scale), int(image.height * scale)))


def _density(image: Image.Image) -> tuple[float, float]:
    stated = image.info.get("dpi")
    if not isinstance(stated, tuple) or len(stated) != 2:
        return (_PLAIN_DENSITY, _PLAIN_DENSITY)
    x, y = float(stated[0]), float(stated[1])
    return (x, y) if 1 < x < 1e5 and 1 < y < 1e5 else (_PLAIN_DENSITY, _PLAIN_DENSITY)


def _pixels(
    box: tuple[float, float, float, float], density: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    left, right = (round(v * density[0] / 72) for v in (box[0], box[2]))
    top, bottom = (round(v * density[1] / 72) for v in (box[1], box[3]))
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    return left, top, max(left + 1, min(right, size[0])), max(top + 1, min(bottom, size[1]))


def _rgb(image: Image.Image, max_side: int) -> Image.Image:
    """Return the image shrunk, in sRGB, on white."""
    profile = image.info.get("icc_profile")
    image = _eight_bits(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    elif image.mode in ("LA", "La", "RGBa", "RGBX"):
        image = image.convert("RGBA" if image.mode != "RGBX" else "RGB")
    if image.mode == "RGBA":
        image = _on_white(image)
    image = shrunk(image if image.mode != "1" else image.convert("L"), max_side)
    if image.mode in ("RGB", "CMYK") and isinstance(profile, bytes):
        image = _in_srgb(image, profile)
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        converted = ImageCms.profileToProfile(image, lab, _srgb(), outputMode="RGB")
        image = converted if converted is not None else image
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    # Premultiplying first would cost the same again; compositing at full size keeps thin lines right.
    flat = Image.new("RGB", image.size, (255, 255, 255))
    flat.paste(image, mask=image.getchannel("A"))
    return flat


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return images of 16 or 32 bits a sample as 8-bit grey; others as they are."""
    if not image.mode.startswith(("I", "F")):
        return image
    samples = np.nan_to_num(np.asarray(image, dtype=np.float64))
    if image.mode == "F" or samples.max(initial=0) > 65535 or samples.min(initial=0) < 0:
        low, high = float(samples.min(initial=0)), float(samples.max(initial=0))
        samples = (samples - low) * (255 / (high - low)) if high > low else samples * 0
    elif image.mode != "I" or samples.max(initial=0) > 255:
        samples = samples / 257  # 65535 becomes 255
    return Image.fromarray(np.round(samples).astype(np.uint8))


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Return the image converted from its embedded profile; a damaged or unfitting profile is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGB" and "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        converted = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted if converted is not None else image


def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
