"""One picture of four colours as graphics files of every format, and what the row shows that one becomes."""

import gzip
import io
import struct

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw

from extractors.images import ImageParameters, ghostscript_version, image_row
from schemas.annotations import ImageRow
from schemas.floats import Graphic

PARAMETERS = ImageParameters(ghostscript_timeout_s=20)
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)

needs_ghostscript = pytest.mark.skipif(ghostscript_version() is None, reason="Ghostscript is not installed")


def graphic(path: str, **changes) -> Graphic:
    return Graphic(**{"path": path, "page": 1, "angle": 0.0, "row": 0, **changes})


def row_of(name: str, data: bytes, parameters: ImageParameters = PARAMETERS, **changes) -> ImageRow:
    return image_row("p", [graphic(name, **changes)], {name: data}, parameters)


def decoded(row: ImageRow) -> Image.Image:
    image = Image.open(io.BytesIO(row.image))
    assert image.format == row.image_format.upper()
    assert (image.mode, image.size) == ("RGB", (row.width, row.height))
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return image


def colour_at(row: ImageRow, x: float, y: float) -> tuple[int, int, int]:
    return decoded(row).getpixel((int(x * row.width), int(y * row.height)))


def near(colour: tuple[int, ...], wanted: tuple[int, ...], tolerance: int = 6) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(colour, wanted, strict=True))


def quarters(size: tuple[int, int] = (80, 40), mode: str = "RGB") -> Image.Image:
    """Red, green over blue, white."""
    image = Image.new("RGB", size, WHITE)
    draw = ImageDraw.Draw(image)
    w, h = size[0] // 2, size[1] // 2
    draw.rectangle((0, 0, w - 1, h - 1), fill=RED)
    draw.rectangle((w, 0, size[0], h - 1), fill=GREEN)
    draw.rectangle((0, h, w - 1, size[1]), fill=BLUE)
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(size: tuple[int, int] = (300, 200)) -> Image.Image:
    rng = np.random.default_rng(7)
    return Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))


EPS_HEAD = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 50\n%%EndComments\n"
EPS_BODY = (
    b"1 0 0 setrgbcolor 0 25 50 25 rectfill 0 1 0 setrgbcolor 50 25 50 25 rectfill "
    b"0 0 1 setrgbcolor 0 0 50 25 rectfill\n"
)
EPS = EPS_HEAD + EPS_BODY + b"showpage\n%%EOF\n"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><style>.r{fill:red}</style>'
    b'<rect class="r" width="50" height="25"/><rect x="50" width="50" height="25" fill="lime"/>'
    b'<rect y="25" width="50" height="25" fill="blue"/></svg>'
)


def pdf(rotation: int = 0, crop: bool = False, pages: int = 1) -> bytes:
    document = pymupdf.open()
    for number in range(pages):
        page = document.new_page(width=100, height=50)
        if number == 0:
            page.draw_rect((0, 0, 50, 25), color=None, fill=(1, 0, 0))
            page.draw_rect((50, 0, 100, 25), color=None, fill=(0, 1, 0))
            page.draw_rect((0, 25, 50, 50), color=None, fill=(0, 0, 1))
        else:
            page.draw_rect((0, 0, 30, 30), color=None, fill=(0, 0, 0))
        if crop:
            page.set_cropbox(pymupdf.Rect(0, 0, 50, 25))
        page.set_rotation(rotation)
    return document.tobytes(no_new_id=True)


QUARTERED = {
    "a.png": saved(quarters(), "PNG"),
    "palette.png": saved(quarters().quantize(8), "PNG"),
    "a.jpg": saved(quarters(), "JPEG", quality=100, subsampling=0),
    "cmyk.jpg": saved(quarters(mode="CMYK"), "JPEG", quality=100, subsampling=0),
    "a.gif": saved(quarters(), "GIF"),
    "a.tif": saved(quarters(), "TIFF"),
    "lzw.tiff": saved(quarters(), "TIFF", compression="tiff_lzw"),
    "cmyk.tif": saved(quarters(mode="CMYK"), "TIFF"),
    "a.bmp": saved(quarters(), "BMP"),
    "a.webp": saved(quarters(), "WEBP", lossless=True),
    "a.pdf": pdf(),
    "a.svg": SVG,
    "a.svgz": gzip.compress(SVG, mtime=0),
}
EPS_FILES = {
    "a.eps": EPS,
    "a.epsi": EPS.replace(b"\n", b"\r"),
    "a.eps.gz": gzip.compress(EPS, mtime=0),
    "dos.eps": b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", 30, len(EPS), 0, 0, 0, 0, 0xFFFF) + EPS,
    "no_showpage.eps": EPS_HEAD + EPS_BODY,
    "at_end.eps": EPS.replace(b": 0 0 100 50", b": (atend)").replace(
        b"%%EOF", b"%%Trailer\n%%BoundingBox: 0 0 100 50\n%%EOF"
    ),
    "shifted.eps": EPS.replace(b": 0 0 100 50", b": 300 -700 400 -650").replace(
        b"%%EndComments\n", b"%%EndComments\n300 -700 translate\n"
    ),
    "paper.ps": EPS.replace(b"%%EndComments\n", b"%%EndComments\n<</PageSize [612 792]>> setpagedevice\n"),
}


def check_quarters(row: ImageRow) -> None:
    assert near(colour_at(row, 0.2, 0.2), RED)
    assert near(colour_at(row, 0.8, 0.2), GREEN)
    assert near(colour_at(row, 0.2, 0.8), BLUE)
    assert near(colour_at(row, 0.8, 0.8), WHITE)
    assert row.width == 2 * row.height
