"""What is done to a picture once it is read: turned, mirrored, cut, stretched, in the order that is given."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from extractors.images import ImageParameters, image_row
from extractors.images.eps import ghostscript_version
from schemas.annotations import ImageRow
from schemas.floats import Graphic

NAMES = {(255, 0, 0): "R", (0, 255, 0): "G", (0, 0, 255): "B", (255, 255, 255): "W"}
COLOURS = {name: colour for colour, name in NAMES.items()}


def quarters(kind: str = "PNG", **options: object) -> bytes:
    """Return a picture of 80 x 40 pixels, at 72 dpi: red and green over blue and white."""
    image = Image.new("RGB", (80, 40), COLOURS["W"])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 39, 19), fill=COLOURS["R"])
    draw.rectangle((40, 0, 80, 19), fill=COLOURS["G"])
    draw.rectangle((0, 20, 39, 40), fill=COLOURS["B"])
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def row(*changes: str, data: bytes = b"", angle: float = 0.0, **said: object) -> ImageRow:
    shown = Graphic(path="a", page=1, angle=angle, changes=changes, row=0, **said)
    return image_row("p", [shown], {"a": data or quarters()}, ImageParameters())


def seen(found: ImageRow) -> str:
    """Return the colours at the middle of the upper left, upper right, lower left and lower right quarters."""
    with Image.open(io.BytesIO(found.image)) as image:
        at = [(x * image.width // 4, y * image.height // 4) for y in (1, 3) for x in (1, 3)]
        pixels = [image.getpixel(place) for place in at]
    return "".join(
        NAMES[min(NAMES, key=lambda c: sum(abs(a - b) for a, b in zip(c, p, strict=True)))] for p in pixels
    )


PICTURES = {
    "as it is": ((), "RGBW", (80, 40)),
    "mirror": (("mirror",), "GRWB", (80, 40)),
    "turn": (("turn 90",), "GWRB", (40, 80)),
    "turn back": (("turn -90",), "BRWG", (40, 80)),
    "mirror, then turn": (("mirror", "turn 90"), "RBGW", (40, 80)),
    "turn, then mirror": (("turn 90", "mirror"), "WGBR", (40, 80)),
    "upside down in a mirror": (("mirror", "turn 180"), "BWRG", (80, 40)),
    "cut in points": (("cut 40 0 0 0",), "GGWW", (40, 40)),
    "cut in shares": (("cut 0.5w 0 0 0",), "GGWW", (40, 40)),
    "cut after a turn": (("turn 90", "cut 0 0 0 0.5h"), "RBRB", (40, 40)),
    "cut in points as printed": (("size 40 !", "cut 20 0 0 0"), "GGWW", (40, 40)),
    "cut in points of a height": (("size ! 20", "cut 0 10 0 0"), "RGRG", (80, 20)),
    "cut in points of a scale": (("scale 0.5 0.5", "cut 20 0 0 0"), "GGWW", (40, 40)),
    "cut in points of an unknown size": (("unsized", "cut 20 0 0 0"), "RGBW", (80, 40)),
    "cut in shares of an unknown size": (("unsized", "cut 0.5w 0 0 0"), "GGWW", (40, 40)),
    "cut twice": (("cut 20 0 0 0", "cut 20 0 0 0"), "GGWW", (40, 40)),
    "nothing left": (("cut 40 0 41 0",), "RGBW", (80, 40)),
    "corners": (("view 0 20 80 40",), "RGRG", (80, 20)),
    "negative margins": (("cut -10 0 40 0",), "RRBB", (40, 40)),
    "proportions": (("shape 1 1",), "RGBW", (80, 80)),
    "printed size": (("size 72 144",), "RGBW", (40, 80)),
    "stretched": (("scale 1 2",), "RGBW", (80, 80)),
    "rounded proportions": (("size 100 50.5",), "RGBW", (80, 40)),
    "slip": (("size 1000 1",), "RGBW", (80, 40)),
}


@pytest.mark.parametrize(("changes", "colours", "size"), PICTURES.values(), ids=PICTURES)
def test_changes_in_order(changes: tuple[str, ...], colours: str, size: tuple[int, int]) -> None:
    found = row(*changes)
    assert (seen(found), (found.width, found.height)) == (colours, size)


def test_the_angle_comes_first() -> None:
    assert seen(row("mirror", angle=90.0)) == seen(row("turn 90", "mirror"))


@settings(deadline=None)
@given(st.lists(st.sampled_from(["turn 90", "turn 180", "turn -90", "mirror"]), max_size=6))
def test_any_turns_and_mirrors_end_where_they_should(changes: list[str]) -> None:
    with Image.open(io.BytesIO(quarters())) as image:
        expected = image.convert("RGB")
    for change in changes:
        _, *degrees = change.split(" ")
        turned = expected.rotate(float(degrees[0]), expand=True) if degrees else None
        expected = turned if turned is not None else expected.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    with Image.open(io.BytesIO(row(*changes).image)) as image:
        assert image.tobytes() == expected.tobytes()


def test_orientation_of_the_file_counts_unless_the_document_says_no() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    data = quarters("JPEG", exif=exif, quality=100, subsampling=0)
    as_stored, upright = row(data=data, exif=False), row(data=data)
    assert (seen(as_stored), as_stored.original_width, as_stored.width) == ("RGBW", 80, 80)
    assert (seen(upright), upright.original_width, upright.width) == ("BRWG", 40, 40)


def test_a_cut_is_of_the_picture_as_stored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = quarters("JPEG", exif=exif, quality=100, subsampling=0)
    assert seen(row(data=data, exif=False, viewport=(40.0, 0.0, 80.0, 40.0))) == "GGWW"


@pytest.mark.skipif(ghostscript_version() is None, reason="Ghostscript is not installed")
def test_a_bounding_box_is_told_in_the_files_own_coordinates() -> None:
    program = (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 100 100 180 140\n%%EndComments\n"
        b"1 0 0 setrgbcolor 100 120 40 20 rectfill 0 1 0 setrgbcolor 140 120 40 20 rectfill\n"
        b"0 0 1 setrgbcolor 100 100 40 20 rectfill\nshowpage\n"
    )
    assert seen(row(data=program)) == "RGBW"
    assert seen(row("bounds 140 100 180 140", data=program)) == "GGWW"


def test_a_picture_found_by_its_name_is_noted() -> None:
    assert row(found_by_name=True).image_found_by_name
    assert not row().image_found_by_name
