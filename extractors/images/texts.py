"""The texts that a vector file (PDF, EPS, SVG) draws, and where they stand in its picture."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from lxml import etree

from extractors.images.eps import eps_as_pdf
from extractors.images.normal import Box, ImageParameters, cut_box
from extractors.images.sniff import Sniffed, sniff
from extractors.images.vector import page_of, svg_root, svg_size
from extractors.mupdf import mupdf, opened_pdf
from schemas.floats import Graphic
from schemas.reject import RecordError

Text = tuple[str, Box]  # in fractions of the picture's width and height, from its upper left
Matrix = npt.NDArray[np.float64]

_KEEPS_PLACES = frozenset({"size", "shape", "scale", "unsized"})  # changes that leave fractions as they are
_CAPITAL = 0.72  # height of a capital letter, of the size of its font
_WIDE = 0.6  # width of a letter, of the size of its font, where nothing tells it
_MOST = 4000  # texts of one drawing; a map has more, and none of them is a panel's letter
_FUNCTION = re.compile(r"(matrix|translate|scale)\s*\(([^)]*)\)")
_SIZE = re.compile(r"font-size\s*:\s*([0-9.]+)")


def drawn_texts(graphic: Graphic, raw: bytes, parameters: ImageParameters | None = None) -> tuple[Text, ...]:
    """Return the upright texts of a PDF page, an EPS file or an SVG drawing, with their boxes in its picture.

    Nothing is returned for other files, for a picture that is turned, mirrored or cut after it is read, and for a
    damaged file: the picture itself has its own reject for that.
    """
    if graphic.angle or any(change.split(" ")[0] not in _KEEPS_PLACES for change in graphic.changes):
        return ()
    parameters = parameters or ImageParameters()
    try:
        sniffed = sniff(raw, max_bytes=parameters.max_bytes)
        if sniffed.kind == "eps":
            return _eps_texts(sniffed, graphic, parameters)
        read = {"pdf": _pdf_texts, "svg": _svg_texts}.get(sniffed.kind)
        return tuple(read(sniffed.data, graphic))[:_MOST] if read else ()
    except RecordError:
        return ()


def _eps_texts(sniffed: Sniffed, graphic: Graphic, parameters: ImageParameters) -> tuple[Text, ...]:
    """Return the texts of an EPS file, which Ghostscript makes a PDF file of that holds the part shown alone."""
    data = eps_as_pdf(sniffed, graphic, parameters)
    if data is None:
        return ()
    whole = replace(graphic, page_box=None, trim=None, viewport=None)
    return tuple(_pdf_texts(data, whole))[:_MOST]


def _pdf_texts(data: bytes, graphic: Graphic) -> Iterator[Text]:
    pymupdf = mupdf()
    try:
        with opened_pdf(data) as document:
            if document.needs_pass or not 1 <= graphic.page <= document.page_count:
                return
            page = page_of(document, graphic)
            width, height = float(page.rect.width), float(page.rect.height)
            shown = cut_box(width, height, graphic) or (0.0, 0.0, width, height)
            blocks = page.get_text("dict", flags=pymupdf.TEXT_PRESERVE_WHITESPACE)["blocks"]
            yield from _of_blocks(blocks, (float(page.rect.x0), float(page.rect.y0)), shown)
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError, OSError):
        return
    except pymupdf.mupdf.FzErrorBase:
        return


def _of_blocks(blocks: list[dict[str, Any]], corner: tuple[float, float], shown: Box) -> Iterator[Text]:
    for block in blocks:
        for line in block.get("lines", ()):
            if line["dir"][0] < 0.99:
                continue
            for span in line["spans"]:
                x0, _, x1, _ = (float(v) for v in span["bbox"])
                foot = float(span["origin"][1]) - corner[1]
                box = (x0 - corner[0], foot - _CAPITAL * float(span["size"]), x1 - corner[0], foot)
                yield from _within(str(span["text"]).strip(), box, shown)


def _within(text: str, box: Box, shown: Box) -> Iterator[Text]:
    """Yield the text with its box in fractions of the part shown, where it has one and lies in it."""
    wide, tall = shown[2] - shown[0], shown[3] - shown[1]
    x0, y0, x1, y1 = (
        (box[0] - shown[0]) / wide,
        (box[1] - shown[1]) / tall,
        (box[2] - shown[0]) / wide,
        (box[3] - shown[1]) / tall,
    )
    if text and x1 > 0 and y1 > 0 and x0 < 1 and y0 < 1:
        yield text, (max(0.0, x0), max(0.0, y0), min(1.0, x1), min(1.0, y1))


def _svg_texts(data: bytes, graphic: Graphic) -> Iterator[Text]:
    root = svg_root(data)
    size = svg_size(root)
    if size is None:
        return
    box = _view_box(root) or (0.0, 0.0, size[0] / 0.75, size[1] / 0.75)
    if box[2] <= 0 or box[3] <= 0:
        return
    shown = cut_box(size[0], size[1], graphic) or (0.0, 0.0, size[0], size[1])
    x, y = size[0] / box[2], size[1] / box[3]
    start = np.array([[x, 0, -box[0] * x], [0, y, -box[1] * y], [0, 0, 1.0]])
    yield from _of_element(root, start, 16.0, shown)


def _view_box(root: etree._Element) -> Box | None:
    parts = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
    try:
        x, y, width, height = (float(part) for part in parts)
    except ValueError:
        return None
    return x, y, width, height


def _of_element(element: etree._Element, matrix: Matrix, size: float, shown: Box) -> Iterator[Text]:
    """Yield the texts of an element and of those in it; `size` is that of the font that it inherits."""
    moved = _moved(element.get("transform") or "", matrix)
    if moved is None:
        return
    size = _font_size(element, size)
    name = etree.QName(element).localname if isinstance(element.tag, str) else ""
    if name in {"defs", "symbol", "clipPath", "mask", "pattern", "marker"}:
        return
    if name in {"text", "tspan"} and (element.text or "").strip():
        yield from _placed(element, moved, size, shown)
    for child in element:
        yield from _of_element(child, moved, size, shown)


def _placed(element: etree._Element, matrix: Matrix, size: float, shown: Box) -> Iterator[Text]:
    parent = element.getparent()
    text = " ".join((element.text or "").split())
    try:
        x, y = (
            float(
                re.split(
                    r"[\s,]+", element.get(at) or (parent.get(at) if parent is not None else None) or "0"
                )[0]
            )
            for at in ("x", "y")
        )
    except ValueError:
        return
    wide = _WIDE * size * len(text)
    style = f"{element.get('style') or ''};text-anchor:{element.get('text-anchor') or ''}"
    x -= wide * (0.5 if "anchor:middle" in style.replace(" ", "") else 1.0 if "anchor:end" in style else 0.0)
    low = matrix @ np.array([x, y - _CAPITAL * size, 1.0])
    high = matrix @ np.array([x + wide, y, 1.0])
    yield from _within(text, (float(low[0]), float(low[1]), float(high[0]), float(high[1])), shown)


def _font_size(element: etree._Element, inherited: float) -> float:
    found = _SIZE.search(element.get("style") or "")
    stated = found.group(1) if found else re.sub(r"[^0-9.]", "", element.get("font-size") or "")
    try:
        return float(stated) or inherited
    except ValueError:
        return inherited


def _moved(transform: str, matrix: Matrix) -> Matrix | None:
    """Return the matrix of what lies in a transformed element; None where that turns or is not understood."""
    if _FUNCTION.sub("", transform).strip(" ,\n\t"):
        return None
    for name, inside in _FUNCTION.findall(transform):
        try:
            n = [float(v) for v in re.split(r"[\s,]+", inside.strip())]
        except ValueError:
            return None
        if name == "translate":
            step = np.array([[1, 0, n[0]], [0, 1, n[1] if len(n) > 1 else 0.0], [0, 0, 1.0]])
        elif name == "scale":
            step = np.array([[n[0], 0, 0], [0, n[-1], 0], [0, 0, 1.0]])
        elif len(n) == 6:
            step = np.array([[n[0], n[2], n[4]], [n[1], n[3], n[5]], [0, 0, 1.0]])
        else:
            return None
        matrix = matrix @ step
    return (
        matrix
        if abs(matrix[0, 1]) + abs(matrix[1, 0]) < 1e-6 and matrix[0, 0] > 0 and matrix[1, 1] > 0
        else None
    )
