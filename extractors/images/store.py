"""The stored form of an image: its file bytes, its hashes and its row."""

import hashlib
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from runtime.pictures import pack, thumbnail
from schemas.annotations import ImageRow

JPEG_QUALITY = 90  # artefacts are invisible at normal size; half the bytes of quality 95
_HASH_SIDE = 32
_HASH_FREQUENCIES = 8


@dataclass(frozen=True, kw_only=True)
class Original:
    """The file an image was made from; width and height are pixels, or big points for vector files."""

    format: str
    width: float
    height: float
    sha256: str


def stored_row(
    pair_id: str,
    image: Image.Image,
    *,
    lossy: bool,
    origin: str,
    flat: bool = False,
    origin_paths: Sequence[str] = (),
    original: Original | None = None,
    found_by_name: bool = False,
) -> ImageRow:
    """Return the row of an RGB image, encoded as JPEG where `lossy`, else as PNG.

    `flat` tells that the image is mostly of one colour, as a table is; that is stored in half the time.
    """
    data, pixels = (_flat_png(image), image) if flat else _encode(image, lossy=lossy)
    return ImageRow(
        pair_id=pair_id,
        image=data,
        small_copy=pack(pixels),
        thumbnail=thumbnail(pixels).tobytes(),
        image_format="jpeg" if lossy else "png",
        width=pixels.width,
        height=pixels.height,
        image_sha256=hashlib.sha256(data).hexdigest(),
        pixel_sha256=pixel_sha256(pixels),
        phash=perceptual_hash(pixels),
        origin=origin,
        origin_paths=tuple(origin_paths),
        image_found_by_name=found_by_name,
        original_format=original.format if original else None,
        original_width=original.width if original else None,
        original_height=original.height if original else None,
        original_sha256=original.sha256 if original else None,
    )


def pixel_sha256(image: Image.Image) -> str:
    """Return the sha256 of an RGB image's size and pixels; equal for equal pictures in any file format."""
    digest = hashlib.sha256(f"{image.width}x{image.height}:".encode())
    digest.update(image.tobytes())
    return digest.hexdigest()


def perceptual_hash(image: Image.Image) -> int:
    """Return 64 bits: which of the lowest 8x8 DCT frequencies of the 32x32 luminance exceed their median.

    The most significant bit is the constant term, the others follow row by row.
    """
    small = image.convert("L").resize((_HASH_SIDE, _HASH_SIDE), Image.Resampling.BOX)
    basis = _dct_basis()
    luminance = np.asarray(small, dtype=np.float64)
    # Rounded: differences of the last bits between linear algebra libraries must not flip a sign.
    low = np.round(basis @ luminance @ basis.T, 6)
    bits = (low > np.median(low)).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def is_blank(image: Image.Image) -> bool:
    """Return whether an RGB image is of one colour, up to the noise of JPEG compression."""
    bands = image.getextrema()
    return all(isinstance(b, tuple) and b[1] - b[0] <= 2 for b in bands)


def is_grey(image: Image.Image) -> bool:
    """Return whether all pixels of an RGB image are grey."""
    red, green, blue = image.split()
    return (
        not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()
    )


def _encode(image: Image.Image, *, lossy: bool) -> tuple[bytes, Image.Image]:
    image = image.copy()
    image.info = {}  # else Pillow would store the original's colour profile and comments
    buffer = io.BytesIO()
    if not lossy:
        # On real figures and tables level 3 is as small as level 6 (within 3 %) and takes half the time.
        image.save(buffer, "PNG", compress_level=3)
        return buffer.getvalue(), image
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    with Image.open(io.BytesIO(buffer.getvalue())) as decoded:
        return buffer.getvalue(), decoded.convert("RGB")


def _flat_png(image: Image.Image) -> bytes:
    """Return an RGB image as PNG without line filters, for which Pillow tries five on every line.

    Typeset tables come out 5 % smaller than from Pillow, whose filters suit gradients, and in half the time.
    """
    lines = np.zeros((image.height, 1 + 3 * image.width), dtype=np.uint8)  # 0: the line is not filtered
    lines[:, 1:] = np.asarray(image).reshape(image.height, -1)
    header = struct.pack(">2I5B", image.width, image.height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 3)), (b"IEND", b""))
    parts = [
        struct.pack(">I", len(d)) + tag + d + struct.pack(">I", zlib.crc32(tag + d)) for tag, d in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@cache
def _dct_basis() -> npt.NDArray[np.float64]:
    k = np.arange(_HASH_FREQUENCIES)[:, None]
    n = np.arange(_HASH_SIDE)[None, :]
    return np.cos(np.pi * (2 * n + 1) * k / (2 * _HASH_SIDE))
