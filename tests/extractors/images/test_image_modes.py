"""Whatever its mode, its profile, its orientation and its cut, a picture comes out as RGB the right way up."""

import struct

import numpy as np
import pytest
from graphics_files import (
    BLUE,
    EPS,
    GREEN,
    QUARTERED,
    RED,
    WHITE,
    check_quarters,
    colour_at,
    decoded,
    near,
    needs_ghostscript,
    pdf,
    quarters,
    row_of,
    saved,
)
from PIL import Image, ImageCms

from schemas.reject import RecordError

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
