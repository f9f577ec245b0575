"""Graphics files to normal images: every format, every reject reason, the figure composed of several."""

import gzip
import hashlib
import io
import struct
import zlib

import numpy as np
import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from extractors.images import (
    ImageParameters,
    find_placeholders,
    ghostscript_version,
    image_row,
    library_versions,
)
from extractors.images import eps as images_eps
from extractors.images.eps import stated_box
from schemas.annotations import ImageRow
from schemas.floats import Graphic
from schemas.reject import RecordError

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


@pytest.mark.parametrize("name", QUARTERED)
@pytest.mark.parametrize("misnamed", [False, True])
def test_every_format_gives_the_same_picture(name, misnamed):
    data = QUARTERED[name]
    row = row_of("x.png" if misnamed else name, data)
    check_quarters(row)
    assert row.original_sha256 == hashlib.sha256(data).hexdigest()
    assert row.image_sha256 == hashlib.sha256(row.image).hexdigest()
    assert row.image_format == ("jpeg" if "jpg" in name else "png")
    vector = name.split(".")[-1] in ("pdf", "svg", "svgz")
    assert (row.width, row.height) == ((1024, 512) if vector else (80, 40))
    assert row == row_of("x.png" if misnamed else name, data).__class__(**vars(row))


@needs_ghostscript
@pytest.mark.parametrize("name", EPS_FILES)
def test_every_form_of_eps_gives_the_same_picture(name):
    row = row_of(name, EPS_FILES[name])
    check_quarters(row)
    assert (row.width, row.height, row.image_format) == (1024, 512, "png")
    assert (row.original_format, row.original_width, row.original_height) == ("eps", 100, 50)


@needs_ghostscript
@pytest.mark.parametrize(
    "box",
    [b"", b"%%BoundingBox: 0 0 0 0", b"%%BoundingBox: 0 0 999999999 5", b"%%BoundingBox: a"],
    ids=["none", "empty", "huge", "no numbers"],
)
def test_a_bounding_box_without_sense_is_found_by_drawing(box):
    row = row_of(
        "a.ps",
        b"%!PS\n"
        + box
        + b"\n1 0 0 setrgbcolor 100 100 60 30 rectfill 0 setgray 100 100 9 9 rectfill showpage",
    )
    assert (row.width, row.original_format) == (1024, "eps")
    assert 1.9 < row.width / row.height < 2.1
    assert near(colour_at(row, 0.5, 0.5), RED)


@needs_ghostscript
def test_a_page_of_a_postscript_file_is_chosen():
    two = EPS + b"0 setgray 0 0 9 9 rectfill showpage\n"
    check_quarters(row_of("a.ps", two))
    assert colour_at(row_of("a.ps", two, page=2), 0.02, 0.97) == (0, 0, 0)


def test_the_preview_stands_in_for_a_dos_eps_without_program():
    tiff = saved(quarters(), "TIFF")
    data = b"\xc5\xd0\xd3\xc6" + struct.pack("<6IH", 0, 0, 0, 0, 30, len(tiff), 0xFFFF) + tiff
    check_quarters(row_of("a.eps", data))


def test_boxes_are_read_from_comments():
    assert stated_box(b"%!PS\n%%BoundingBox: 1 2 30 40\n%%HiResBoundingBox: 1.5 2.5 29.5 39.5\n") == (
        1.5,
        2.5,
        29.5,
        39.5,
    )
    assert stated_box(b"%!PS\n%%BoundingBox: (atend)\r%%BoundingBox: -1 -2 3 4\r") == (-1, -2, 3, 4)
    assert stated_box(b"%!PS\n%%BoundingBox: 5 5 5 5\n") is None
    assert stated_box(b"%!PS\n" + b"x" * (3 << 20) + b"\n%%BoundingBox: 0 0 9 9\n") == (0, 0, 9, 9)


# Sizes and storage


def test_large_rasters_shrink_and_small_ones_stay():
    large = row_of("a.png", saved(quarters((3000, 1500)), "PNG"))
    assert (large.width, large.height, large.original_width, large.original_height) == (1024, 512, 3000, 1500)
    huge = row_of("a.jpg", saved(quarters((5000, 2500)), "JPEG"))
    assert (huge.width, huge.height, huge.original_width, huge.original_height) == (1024, 512, 5000, 2500)
    assert row_of("a.png", QUARTERED["a.png"], ImageParameters(max_side=50)).width == 50
    assert row_of("a.pdf", QUARTERED["a.pdf"], ImageParameters(max_side=333)).width == 333


def test_photographs_become_jpeg_and_drawings_png():
    assert row_of("a.png", saved(photograph(), "PNG")).image_format == "jpeg"
    assert row_of("a.tif", saved(photograph(), "TIFF")).image_format == "jpeg"
    assert row_of("a.jpg", saved(quarters(), "JPEG")).image_format == "jpeg"
    assert row_of("a.png", saved(photograph().quantize(256), "PNG")).image_format == "png"
    assert row_of("a.png", saved(photograph().convert("L"), "PNG")).image_format == "png"


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_hashes_are_those_of_the_stored_pixels(name):
    row = row_of(name, QUARTERED[name])
    image = decoded(row)
    assert (
        row.pixel_sha256
        == hashlib.sha256(f"{row.width}x{row.height}:".encode() + image.tobytes()).hexdigest()
    )


def test_equal_pixels_hash_alike_in_any_format():
    hashes = {
        row_of(name, QUARTERED[name]).pixel_sha256 for name in ("a.png", "palette.png", "a.bmp", "lzw.tiff")
    }
    assert len(hashes) == 1


def test_perceptual_hashes_are_near_for_copies_and_far_for_others():
    # Broad shapes, as figures have; noise has no low frequencies to compare.
    original = quarters((600, 400))
    draw = ImageDraw.Draw(original)
    draw.ellipse((50, 120, 350, 390), fill=(90, 60, 200))
    draw.polygon((400, 30, 590, 370, 300, 200), fill=(20, 20, 20))
    draw.line((0, 300, 600, 40), fill=RED, width=20)
    copy = original.resize((300, 200)).convert("RGB")
    other = original.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    hashes = [row_of("a", saved(i, k)).phash for i, k in ((original, "PNG"), (copy, "JPEG"), (other, "PNG"))]
    assert all(0 <= h < 2**64 for h in hashes)
    assert (hashes[0] ^ hashes[1]).bit_count() <= 6
    assert (hashes[0] ^ hashes[2]).bit_count() >= 16


# Modes


def test_alpha_is_flattened_on_white():
    image = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 20, 40))
    image.paste((0, 0, 0, 128), (20, 20, 40, 40))
    for data in (saved(image, "PNG"), saved(image, "WEBP", lossless=True)):
        row = row_of("a.png", data)
        assert colour_at(row, 0.2, 0.5) == BLUE
        assert colour_at(row, 0.8, 0.2) == WHITE
        assert near(colour_at(row, 0.8, 0.8), (127, 127, 127), 2)
    palette = saved(image.convert("RGB").quantize(4), "PNG", transparency=0)
    assert WHITE in {c for _, c in decoded(row_of("a.png", palette)).getcolors()}


def test_grey_of_one_eight_sixteen_and_thirty_two_bits():
    ramp = np.tile(np.linspace(0, 255, 64).round().astype(np.uint8), (32, 1))
    eight = Image.fromarray(ramp)
    sixteen = Image.fromarray(ramp.astype(np.uint16) * 257)
    real = Image.fromarray(ramp.astype(np.float32) / 255)
    rows = [
        row_of("a", saved(i, k))
        for i, k in ((eight, "PNG"), (sixteen, "PNG"), (sixteen, "TIFF"), (real, "TIFF"))
    ]
    assert len({row.pixel_sha256 for row in rows}) == 1
    one = row_of("a.tif", saved(eight.convert("1"), "TIFF", compression="group4"))
    assert {c for _, c in decoded(one).getcolors()} == {(0, 0, 0), WHITE}


def profile_with_red_and_green_swapped() -> bytes:
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {}
    for i in range(struct.unpack_from(">I", data, 128)[0]):
        at = 132 + 12 * i
        entries[bytes(data[at : at + 4])] = at
    for first, second in ((b"rXYZ", b"gXYZ"),):
        one, two = entries[first], entries[second]
        data[one : one + 4], data[two : two + 4] = second, first
    return bytes(data).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def test_an_embedded_profile_is_applied_and_a_damaged_one_ignored():
    for kind in ("PNG", "TIFF"):
        swapped = row_of("a", saved(quarters(), kind, icc_profile=profile_with_red_and_green_swapped()))
        assert near(colour_at(swapped, 0.2, 0.2), GREEN)
        assert near(colour_at(swapped, 0.8, 0.2), RED)
        check_quarters(row_of("a", saved(quarters(), kind, icc_profile=b"nonsense" * 40)))


def test_colours_of_lab_are_converted():
    lab = Image.merge("LAB", [Image.new("L", (40, 40), v) for v in (128, 128, 128)])
    lab.paste((255, 128, 128), (0, 0, 20, 40))
    row = row_of("a.tif", saved(lab, "TIFF"))
    assert near(colour_at(row, 0.2, 0.5), WHITE)
    assert near(colour_at(row, 0.8, 0.5), (119, 119, 119), 3)


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    row = row_of("a.jpg", saved(quarters(), "JPEG", exif=exif, quality=100, subsampling=0))
    assert (row.width, row.height, row.original_width, row.original_height) == (40, 80, 40, 80)
    assert near(colour_at(row, 0.2, 0.2), BLUE)
    assert near(colour_at(row, 0.8, 0.2), RED)


def test_first_frame_or_the_page_named():
    pages = [quarters(), Image.new("RGB", (80, 40), WHITE)]
    pages[1].paste(BLUE, (0, 0, 40, 40))
    for kind in ("GIF", "TIFF"):
        data = saved(pages[0], kind, save_all=True, append_images=pages[1:])
        check_quarters(row_of("a", data))
        assert near(colour_at(row_of("a", data, page=2), 0.2, 0.2), BLUE)
    assert near(colour_at(row_of("a.pdf", pdf(pages=2), page=2), 0.1, 0.3), (0, 0, 0))


# Cut and turned


@pytest.mark.parametrize(
    ("name", "data", "unit"),
    [
        ("a.pdf", QUARTERED["a.pdf"], 100),
        ("a.svg", QUARTERED["a.svg"], 75),
        ("a.png", QUARTERED["a.png"], 80),
        ("dense.png", saved(quarters((800, 400)), "PNG", dpi=(720, 720)), 80),
        pytest.param("a.eps", EPS, 100, marks=needs_ghostscript),
    ],
    ids=["pdf", "svg", "png", "dense png", "eps"],
)
def test_trim_and_viewport_cut_in_big_points(name, data, unit):
    half, quarter = unit / 2, unit / 4
    trimmed = row_of(name, data, trim=(quarter, quarter, 0.0, 0.0))
    assert near(colour_at(trimmed, 0.1, 0.5), RED)
    assert near(colour_at(trimmed, 0.9, 0.9), GREEN)
    assert abs(trimmed.width - 3 * trimmed.height) <= 3
    seen = row_of(name, data, viewport=(0.0, 0.0, half, half))
    assert near(colour_at(seen, 0.1, 0.1), RED)
    assert near(colour_at(seen, 0.9, 0.9), BLUE)
    assert abs(seen.width - seen.height) <= 1
    both = row_of(name, data, viewport=(0.0, 0.0, half, half), trim=(0.0, quarter / 2, 0.0, 0.0))
    assert abs(4 * both.height - 3 * both.width) <= 6
    assert row_of(name, data, trim=(unit, 0.0, unit, 0.0)) == row_of(name, data)
    assert row_of(name, data, trim=(float("nan"), 0.0, 0.0, 0.0)) == row_of(name, data)


def test_a_cut_to_one_colour_is_blank():
    with pytest.raises(RecordError) as caught:
        row_of("a.png", QUARTERED["a.png"], viewport=(0.0, 20.0, 40.0, 40.0))
    assert caught.value.reason == "image_blank"


@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.svg"])
def test_angles_turn_counter_clockwise(name):
    row = row_of(name, QUARTERED[name], angle=90.0)
    assert row.height == 2 * row.width
    assert near(colour_at(row, 0.2, 0.2), GREEN)
    assert near(colour_at(row, 0.2, 0.8), RED)
    assert near(colour_at(row_of(name, QUARTERED[name], angle=-90.0), 0.8, 0.2), RED)
    assert near(colour_at(row_of(name, QUARTERED[name], angle=180.0), 0.2, 0.2), WHITE)
    tilted = row_of(name, QUARTERED[name], angle=30.0)
    assert near(colour_at(tilted, 0.01, 0.01), WHITE)
    assert max(tilted.width, tilted.height) <= 1024


def test_page_boxes_and_rotation_of_pdfs_count():
    turned = row_of("a.pdf", pdf(rotation=90))
    assert (turned.width, turned.height, turned.original_width) == (512, 1024, 50)
    assert near(colour_at(turned, 0.8, 0.2), RED)
    with pytest.raises(RecordError) as caught:
        row_of("a.pdf", pdf(crop=True))  # the crop box holds nothing but red
    assert caught.value.reason == "image_blank"


# Rejects


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def locked_pdf() -> bytes:
    document = pymupdf.open(stream=pdf(), filetype="pdf")
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="u")


REJECTS = {
    "nothing": ("image_empty", b""),
    "zeros": ("image_empty", b"\0" * 5000),
    "nothing gzipped": ("image_empty", gzip.compress(b"", mtime=0)),
    "git lfs": ("image_lfs_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"),
    "short gif": ("image_unreadable", b"GIF89a"),
    "html": ("image_unreadable", b"<html><body>404</body></html>"),
    "text": ("image_unreadable", b"plain text"),
    "cut png": ("image_unreadable", truncated(saved(photograph(), "PNG"))),
    "cut jpeg": ("image_unreadable", truncated(saved(photograph(), "JPEG"))),
    "cut tiff": ("image_unreadable", truncated(saved(photograph(), "TIFF"))),
    "cut webp": ("image_unreadable", truncated(saved(photograph(), "WEBP"))),
    "cut svgz": ("image_unreadable", truncated(gzip.compress(SVG, mtime=0))),
    "broken svgz": ("image_unreadable", gzip.compress(SVG, mtime=0)[:10] + b"\xff" * 50),
    "cut svg": ("image_unreadable", truncated(SVG)),
    "svg without width": ("image_unreadable", SVG.replace(b'width="100"', b'width="0"')),
    "svg with a foreign image": (
        "image_unreadable",
        SVG.replace(b"</svg>", b'<image href="file:///etc/passwd" width="9" height="9"/></svg>'),
    ),
    "svg with a foreign entity": (
        "image_unreadable",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
    ),
    "empty pdf": ("image_unreadable", b"%PDF-1.4\nnothing"),
    "locked pdf": ("image_unreadable", locked_pdf()),
    "short dos eps": ("image_unreadable", b"\xc5\xd0\xd3\xc6short"),
    "claims to be huge": ("image_too_large", png_claiming(60_000, 60_000)),
    "gzip bomb": ("image_too_large", gzip.compress(b" " * 3_000_000, mtime=0)),
    "too small": ("image_too_small", saved(quarters((40, 8)), "PNG")),
    "blank": ("image_blank", saved(Image.new("RGB", (50, 50), (10, 20, 30)), "PNG")),
    "transparent": ("image_blank", saved(Image.new("RGBA", (50, 50), (10, 20, 30, 0)), "PNG")),
}


def reject_of(name: str, data: bytes, parameters: ImageParameters = PARAMETERS, **changes) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        row_of(name, data, parameters, **changes)
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize(("reason", "data"), REJECTS.values(), ids=REJECTS)
def test_reject_reasons(reason, data):
    found, detail = reject_of("figures/x.png", data, ImageParameters(max_bytes=2_000_000))
    assert (found, "figures/x.png" in detail or reason == "image_too_small") == (reason, True)


def test_an_entity_bomb_is_refused():
    levels = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"x" * 99) for i in range(9)
    )
    assert (
        reject_of("a.svg", b"<!DOCTYPE svg [" + levels + b"]><svg><text>&e8;</text></svg>")[0]
        == "image_unreadable"
    )


def test_pages_that_are_not_there():
    assert reject_of("a.pdf", pdf(), page=2) == ("image_unreadable", "a.pdf: pdf: no page 2 of 1")
    two = saved(quarters(), "TIFF", save_all=True, append_images=[quarters()])
    assert reject_of("a.tif", two, page=9)[0] == "image_unreadable"


def test_files_that_are_not_there():
    with pytest.raises(RecordError) as caught:
        image_row("p", [graphic("x.png")], {}, PARAMETERS)
    assert (caught.value.reason, caught.value.detail) == ("image_missing", "x.png")
    with pytest.raises(RecordError) as caught:
        image_row("p", [], {}, PARAMETERS)
    assert caught.value.reason == "graphic_not_named"


@needs_ghostscript
@pytest.mark.parametrize(
    ("reason", "program"),
    [
        ("timeout", b"{} loop"),
        ("ghostscript_failed", b"no-such-operator"),
        ("ghostscript_failed", b"(/etc/passwd) (r) file 100 string readstring pop show showpage"),
        ("image_blank", b"showpage"),
    ],
    ids=["endless", "unknown operator", "foreign file", "empty page"],
)
def test_eps_that_fails(reason, program):
    assert reject_of("a.eps", EPS_HEAD + program, ImageParameters(ghostscript_timeout_s=1.5))[0] == reason


@needs_ghostscript
def test_eps_without_any_ink_and_box_is_blank():
    assert reject_of("a.ps", b"%!PS\nshowpage\n") == ("image_blank", "a.ps: eps: draws nothing")


@needs_ghostscript
@pytest.mark.parametrize(
    "form",
    [b"(%s) (w) file", b"{(%s) (w) file} stopped pop", b"(%%pipe%%touch %s) (w) file"],
    ids=["file", "stopped", "pipe"],
)
def test_eps_cannot_write_outside(form, tmp_path):
    target = tmp_path / "written"
    data = EPS_HEAD + EPS_BODY + form % str(target).encode() + b" pop showpage"
    try:
        row_of("a.eps", data)
    except RecordError as error:
        assert error.reason == "ghostscript_failed"
    assert not target.exists()


def test_without_ghostscript_eps_is_refused_and_the_rest_works(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    images_eps.ghostscript_version.cache_clear()
    try:
        assert reject_of("a.eps", EPS)[0] == "ghostscript_missing"
        assert ghostscript_version() is None
        assert library_versions()["ghostscript"] == "none"
        check_quarters(row_of("a.pdf", QUARTERED["a.pdf"]))
    finally:
        images_eps.ghostscript_version.cache_clear()


def test_versions_are_told():
    assert set(library_versions()) == {"ghostscript", "pillow", "pymupdf", "typst"}


# Several graphics


def compose(*panels: tuple[str, int], **files: bytes) -> ImageRow:
    every = {**QUARTERED, **files}
    return image_row("p", [graphic(name, row=row) for name, row in panels], every, PARAMETERS)


def test_panels_of_a_row_get_one_height():
    row = compose(("a.png", 0), ("a.pdf", 0))
    assert (row.origin, row.origin_paths, row.width) == ("composed", ("a.png", "a.pdf"), 1024)
    assert (row.original_format, row.original_width) == ("png", 80)
    assert row.original_sha256 == hashlib.sha256(QUARTERED["a.png"]).hexdigest()
    assert near(colour_at(row, 0.1, 0.2), RED)
    assert near(colour_at(row, 0.6, 0.2), RED)
    assert near(colour_at(row, 0.6, 0.9), BLUE)
    gap = np.asarray(decoded(row))[:, row.width // 2 - 3 : row.width // 2 + 3]
    assert (gap == 255).all()


def test_rows_follow_their_numbers_and_are_centred():
    square = saved(Image.new("RGB", (100, 100), BLUE), "PNG")
    row = image_row(
        "p",
        [graphic("blue", row=1), graphic("red", row=0), graphic("red", row=0)],
        {"blue": square, "red": saved(Image.new("RGB", (100, 100), RED), "PNG")},
        PARAMETERS,
    )
    assert (row.width, row.height) == (212, 212)
    assert [near(colour_at(row, x, 0.2), RED) for x in (0.1, 0.9)] == [True, True]
    assert [near(colour_at(row, x, 0.8), WHITE) for x in (0.1, 0.9)] == [True, True]
    assert near(colour_at(row, 0.5, 0.8), BLUE)
    assert row.origin_paths == ("blue", "red", "red")


def test_many_panels_are_broken_into_rows_and_bounded():
    row = compose(*[("a.png", 0)] * 30)
    assert max(row.width, row.height) <= 1024
    assert 0.8 < row.width / row.height < 2.5
    stack = compose(*[("a.pdf", y) for y in range(9)])
    assert (stack.height, stack.width < 300) == (stack.height, True)
    assert 1000 < stack.height <= 1024
    with pytest.raises(RecordError) as caught:
        compose(*[("a.png", 0)] * 1000)
    assert caught.value.reason == "image_too_large"


def test_composed_photographs_become_jpeg_and_mixtures_stay_png():
    noise = saved(photograph(), "PNG")
    assert compose(("n", 0), ("n", 0), n=noise).image_format == "jpeg"
    assert compose(("a.jpg", 0), ("a.pdf", 0)).image_format == "png"


def test_one_unreadable_panel_rejects_the_figure_by_name():
    with pytest.raises(RecordError) as caught:
        compose(("a.png", 0), ("b.png", 0), **{"b.png": b""})
    assert (caught.value.reason, caught.value.detail) == ("image_empty", "b.png")


def test_placeholders_are_images_under_three_captions():
    items = [
        ("1", "One", "x"),
        ("2", "Two", "x"),
        ("3", "Three", "x"),
        ("4", "Four", "y"),
        ("5", "Five", "y"),
    ]
    assert find_placeholders(items) == {"1", "2", "3"}
    assert (
        find_placeholders([("1", "Same  text", "x"), ("2", "same text", "x"), ("3", "Other", "x")]) == set()
    )
    assert find_placeholders([]) == set()


# Anything at all

STARTS = [
    *QUARTERED.values(),
    b"",
    b"\x1f\x8b\x08",
    b"%PDF-1.7\n",
    b"RIFF\0\0\0\0WEBP",
    b"BM",
    b"P6\n2 2\n255\n",
    b"II+\0",
]
WITHOUT_PROCESS = st.sampled_from(STARTS)


@settings(max_examples=250, deadline=None)
@given(
    WITHOUT_PROCESS,
    st.binary(max_size=60),
    st.integers(0, 2000),
    st.sampled_from(["png", "pdf", "eps", "svg"]),
)
def test_any_bytes_give_an_image_or_a_reason(start, noise, at, extension):
    data = start[:at] + noise + start[at + len(noise) :]
    if b"%!" in data[:4096]:
        data = data.replace(b"%!", b"")  # Ghostscript's own test is below
    name = f"x.{extension}"
    try:
        row = row_of(name, data)
    except RecordError as error:
        assert error.reason.startswith("image_")
        return
    assert max(row.width, row.height) <= 1024


@needs_ghostscript
@settings(max_examples=12, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(EPS)))
def test_any_postscript_gives_an_image_or_a_reason(noise, at):
    data = EPS[:at] + noise + EPS[at + len(noise) :]
    try:
        row = row_of("x.eps", b"%!PS" + data, ImageParameters(ghostscript_timeout_s=3))
    except RecordError as error:
        assert error.reason.startswith(("image_", "ghostscript_failed", "timeout", "memory_limit"))
        return
    assert max(row.width, row.height) <= 1024
