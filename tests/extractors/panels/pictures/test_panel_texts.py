"""Letters that PDF, EPS and SVG files place themselves, through what cuts a page, and those that are no letters."""

import pymupdf
import pytest

from extractors.images import ghostscript_version
from extractors.panels.pictures import placed_letters
from schemas.floats import Graphic


def graphic(**changes: object) -> Graphic:
    stated = {
        "path": "f",
        "page": 1,
        "page_box": None,
        "trim": None,
        "viewport": None,
        "angle": 0.0,
        "row": 0,
    }
    return Graphic(**{**stated, **changes})  # type: ignore[arg-type]


def pdf() -> bytes:
    with pymupdf.open() as document:
        page = document.new_page(width=400, height=200)
        page.insert_text((20, 30), "(a)", fontsize=12)
        page.insert_text((220, 30), "B", fontsize=20)
        page.insert_text((40, 120), "m", fontsize=12)  # a word follows closely
        page.insert_text((52, 120), "per second", fontsize=12)
        page.insert_text((300, 150), "x", fontsize=12, rotate=90)
        return bytes(document.tobytes())


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 400 200">
<g transform="translate(10 20)"><text x="0" y="20" font-size="20">A</text></g>
<text transform="matrix(2 0 0 2 200 40)" style="font-size:10px"><tspan x="0" y="0">B</tspan></text>
<text x="100" y="100" transform="rotate(90)">r</text><defs><text x="9" y="9">d</text></defs></svg>"""


def rounded(raw: bytes, of: Graphic) -> dict[str, tuple[float, ...]]:
    return {letter.text: tuple(round(v, 2) for v in letter.box) for letter in placed_letters(of, raw)}


def test_letters_of_a_pdf_page() -> None:
    assert rounded(pdf(), graphic()) == {"(a)": (0.05, 0.11, 0.09, 0.15), "B": (0.55, 0.08, 0.58, 0.15)}


def test_letters_of_the_part_that_is_shown() -> None:
    assert rounded(pdf(), graphic(trim=(200.0, 100.0, 0.0, 0.0))) == {"B": (0.1, 0.16, 0.17, 0.3)}


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 100 50 300 150
/Helvetica findfont 12 scalefont setfont
110 130 moveto (A) show 210 130 moveto (\\(b\\)) show
gsave 250 70 translate 90 rotate 0 0 moveto (x) show grestore showpage
"""


@pytest.mark.skipif(ghostscript_version() is None, reason="Ghostscript is not installed")
def test_letters_of_an_eps_file() -> None:
    assert rounded(EPS, graphic()) == {"A": (0.05, 0.11, 0.09, 0.2), "(b)": (0.55, 0.11, 0.62, 0.2)}
    assert rounded(EPS, graphic(trim=(100.0, 0.0, 0.0, 0.0))) == {"(b)": (0.1, 0.11, 0.25, 0.2)}


def test_letters_of_a_drawing() -> None:
    assert rounded(SVG, graphic()) == {"A": (0.03, 0.13, 0.06, 0.2), "B": (0.5, 0.13, 0.53, 0.2)}


@pytest.mark.parametrize(
    ("of", "raw"),
    [
        pytest.param(graphic(angle=90.0), pdf(), id="turned"),
        pytest.param(graphic(changes=("mirror",)), pdf(), id="mirrored"),
        pytest.param(graphic(page=7), pdf(), id="no_such_page"),
        pytest.param(graphic(), b"%PDF-1.4 damaged", id="damaged"),
        pytest.param(graphic(), b"<svg", id="no_xml"),
        pytest.param(graphic(), b"%!PS damaged", id="no_program"),
        pytest.param(graphic(), b"\x89PNG\r\n\x1a\n", id="pixels"),
    ],
)
def test_files_that_place_no_letters(of: Graphic, raw: bytes) -> None:
    assert placed_letters(of, raw) == ()


def test_a_scaled_picture_keeps_its_places() -> None:
    assert rounded(pdf(), graphic(changes=("size 100 !", "scale 2 1"))) == rounded(pdf(), graphic())
