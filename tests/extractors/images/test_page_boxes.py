"""Which box of an included PDF page counts as the page."""

import io

import pymupdf
import pytest
from PIL import Image

from extractors.images import ImageParameters, image_row
from extractors.latex import extract
from schemas.paper import Paper

COLOURS = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "black": (0, 0, 0)}
BOXES = {"CropBox": (10, 170, 210, 320), "TrimBox": (210, 170, 410, 320), "BleedBox": (10, 20, 210, 170)}
PAPER = r"""\documentclass{article}\usepackage{graphicx}\begin{document}
\begin{figure}\includegraphics[%s]{page}\caption{A page of four quarters.}\end{figure}\end{document}"""


def page(*, turn: int = 0, boxes: tuple[str, ...] = tuple(BOXES)) -> bytes:
    """Return a page of four coloured quarters, whose media box does not begin at the origin."""
    document = pymupdf.open()
    sheet = document.new_page(width=400, height=300)
    for k, colour in enumerate(COLOURS.values()):
        x, y = 200 * (k % 2), 150 * (k // 2)
        # With a hole in white, since a picture of one colour is none.
        sheet.draw_rect((x, y, x + 200, y + 150), fill=[v / 255 for v in colour], width=0)
        sheet.draw_rect((x + 90, y + 65, x + 110, y + 85), fill=(1, 1, 1), width=0)
    content = b"1 0 0 1 10 20 cm\n" + b"\n".join(document.xref_stream(x) for x in sheet.get_contents())
    document.update_stream(sheet.get_contents()[0], content)
    document.xref_set_key(sheet.xref, "Contents", f"{sheet.get_contents()[0]} 0 R")
    document.xref_set_key(sheet.xref, "MediaBox", "[10 20 410 320]")
    document.xref_set_key(sheet.xref, "Rotate", str(turn))
    for name in boxes:
        document.xref_set_key(sheet.xref, name, "[{} {} {} {}]".format(*BOXES[name]))
    return bytes(document.tobytes())


def shown(options: str, data: bytes) -> tuple[float, set[str]]:
    """Return width by height of the picture, and the colours in the middle of its quarters."""
    files = {"main.tex": (PAPER % options).encode(), "page.pdf": data}
    (figure,) = extract(Paper("arxiv:2601.00001", files)).floats
    row = image_row(figure.pair_id, figure.graphics, files, ImageParameters())
    image = Image.open(io.BytesIO(row.image)).convert("RGB")
    points = [(image.width * x // 10, image.height * y // 10) for x in (2, 7) for y in (2, 7)]
    seen = [image.getpixel(p) for p in points]
    names = {
        name
        for name, colour in COLOURS.items()
        for s in seen
        if max(abs(a - b) for a, b in zip(s, colour, strict=True)) < 9
    }
    return image.width / image.height, names


@pytest.mark.parametrize(
    ("options", "colours"),
    [
        ("width=6cm", {"red"}),
        ("pagebox=cropbox,width=6cm", {"red"}),
        ("width=6cm,pagebox=mediabox", set(COLOURS)),
        ("pagebox={trimbox}", {"green"}),
        ("pagebox=bleedbox", {"blue"}),
        ("pagebox=artbox", {"red"}),  # it has none
        ("pagebox=mediabox,trim=200 0 0 150,clip", {"black"}),
    ],
)
def test_page_box_asked_for(options: str, colours: set[str]) -> None:
    ratio, seen = shown(options, page())
    assert seen == colours
    assert ratio == pytest.approx(4 / 3, abs=0.02)


def test_box_of_a_turned_page() -> None:
    ratio, seen = shown("pagebox=trimbox", page(turn=90))
    assert seen == {"green"}
    assert ratio == pytest.approx(3 / 4, abs=0.02)


def test_media_box_of_a_page_without_others() -> None:
    assert shown("pagebox=mediabox", page(boxes=()))[1] == set(COLOURS)
