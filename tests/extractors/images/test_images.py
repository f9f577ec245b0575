"""Graphics files to normal images: every format, its size, and how the image is stored."""

import hashlib
import struct

import pytest
from graphics_files import (
    EPS,
    EPS_FILES,
    QUARTERED,
    RED,
    check_quarters,
    colour_at,
    decoded,
    near,
    needs_ghostscript,
    photograph,
    quarters,
    row_of,
    saved,
)
from PIL import Image, ImageDraw

from extractors.images import ImageParameters, library_versions
from extractors.images.eps import stated_box


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


def test_versions_are_told():
    assert set(library_versions()) == {"copies", "ghostscript", "pillow", "pymupdf", "typst"}
