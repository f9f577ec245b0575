"""PDF pages (by MuPDF) and SVG drawings (by typst's resvg) as RGB pixels."""

import hashlib
import io
import math
import re
from typing import Any

from lxml import etree
from PIL import Image

from extractors.images.changes import changed
from extractors.images.normal import (
    Box,
    ImageParameters,
    Normal,
    cut_box,
    fitted,
    is_photograph,
    shrunk,
)
from extractors.images.sniff import Sniffed
from extractors.images.store import Original
from extractors.mupdf import mupdf, opened_pdf
from extractors.typst_pages import compile_png
from schemas.floats import Graphic
from schemas.reject import RecordError

_SVG_TEMPLATE = """
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#let data = bytes(sys.inputs.svg)
#let side = float(sys.inputs.side) * 1pt
#context {
  let natural = measure(image(data, format: "svg"))
  let scale = side / calc.max(natural.width, natural.height)
  image(data, format: "svg", width: natural.width * scale, height: natural.height * scale)
}
"""
_PAGE_BOXES = {"mediabox": "MediaBox", "trimbox": "TrimBox", "bleedbox": "BleedBox", "artbox": "ArtBox"}
_LENGTH = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]{0,9})?)\s*(px|pt|pc|in|cm|mm|)\s*")
_POINTS = {"px": 0.75, "": 0.75, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4}


def read_pdf(sniffed: Sniffed, raw: bytes, graphic: Graphic, parameters: ImageParameters) -> Normal:
    """Return one page of a PDF file (its crop box or the box asked for, cut and turned), its longest side `max_side`.

    Raises:
        RecordError: image_unreadable (damaged, encrypted, no such page).
    """
    pymupdf = mupdf()
    try:
        with opened_pdf(sniffed.data) as document:
            if document.needs_pass:
                raise RecordError("image_unreadable", "pdf: encrypted")
            if not 1 <= graphic.page <= document.page_count:
                raise RecordError("image_unreadable", f"pdf: no page {graphic.page} of {document.page_count}")
            page = page_of(document, graphic)
            width, height = float(page.rect.width), float(page.rect.height)
            if not (0 < width < 1e6 and 0 < height < 1e6):
                raise RecordError("image_unreadable", f"pdf: page of {width:g} x {height:g} pt")
            box = cut_box(width, height, graphic) or (0.0, 0.0, width, height)
            image = _page_pixels(page, box, parameters.max_side)
    except MemoryError as error:
        raise RecordError("memory_limit", f"rendering {graphic.path}") from error
    except (RuntimeError, ValueError, TypeError, IndexError, AttributeError, KeyError, OSError) as error:
        raise RecordError("image_unreadable", f"pdf: {_first_line(error)}") from error
    except pymupdf.mupdf.FzErrorBase as error:
        raise RecordError("image_unreadable", f"pdf: {_first_line(error)}") from error
    image = changed(image, (box[2] - box[0], box[3] - box[1]), graphic, parameters.max_side)
    original = Original(
        format="pdf", width=round(width, 3), height=round(height, 3), sha256=hashlib.sha256(raw).hexdigest()
    )
    return Normal(image, original, is_photograph(image, parameters))


def read_svg(sniffed: Sniffed, raw: bytes, graphic: Graphic, parameters: ImageParameters) -> Normal:
    """Return an SVG drawing on white with its longest side at `max_side`, cut and turned.

    Raises:
        RecordError: image_unreadable where it is no well-formed SVG or has no size.
    """
    root = svg_root(sniffed.data)
    text = etree.tostring(root, encoding="unicode")
    inputs = {"svg": text, "side": str(parameters.max_side)}
    png = compile_png(_SVG_TEMPLATE, inputs, ppi=72.0, reason="image_unreadable")
    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")
    width, height = svg_size(root) or (float(image.width), float(image.height))
    box = cut_box(width, height, graphic)
    size = (width, height)
    if box is not None:
        scale = image.width / width
        image = image.crop(tuple(round(v * scale) for v in box))  # type: ignore[arg-type]
        size = (box[2] - box[0], box[3] - box[1])
    image = changed(shrunk(image, parameters.max_side), size, graphic, parameters.max_side)
    original = Original(
        format="svg", width=round(width, 3), height=round(height, 3), sha256=hashlib.sha256(raw).hexdigest()
    )
    return Normal(image, original, is_photograph(image, parameters))


def page_of(document: Any, graphic: Graphic) -> Any:
    """Return the page that a graphic shows, with the box that counts as the page for its crop box."""
    page = document[graphic.page - 1]
    return page if graphic.page_box is None else _with_box(document, page, graphic.page_box)


def _with_box(document: Any, page: Any, name: str) -> Any:
    """Return the page with one of its boxes as its crop box; as it is where it does not have that box."""
    box = document.xref_get_key(page.xref, _PAGE_BOXES[name])
    if name == "mediabox":  # a page may have it from the tree above
        box = ("array", "[{:g} {:g} {:g} {:g}]".format(*page.mediabox))
    if box[0] != "array":
        return page
    document.xref_set_key(page.xref, "CropBox", box[1])
    return document.reload_page(page)


def _page_pixels(page: Any, box: Box, max_side: int) -> Image.Image:
    pymupdf = mupdf()
    width, height = box[2] - box[0], box[3] - box[1]
    size = fitted(width, height, max_side)
    # From the page's corner, moved so that the part shown begins at a whole pixel.
    matrix = pymupdf.Matrix(size[0] / width, 0, 0, size[1] / height, 0, 0)
    clip = pymupdf.Rect(
        page.rect.x0 + box[0], page.rect.y0 + box[1], page.rect.x0 + box[2], page.rect.y0 + box[3]
    )
    pixels = page.get_pixmap(matrix=matrix, clip=clip, colorspace=pymupdf.csRGB, alpha=False, annots=False)
    image = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    # A clip that begins within a pixel touches one pixel more.
    return (
        image
        if image.size == size
        else image.crop((0, 0, min(size[0], image.width), min(size[1], image.height)))
    )


def svg_root(data: bytes) -> etree._Element:
    """Return the root of an SVG file. Raises RecordError (image_unreadable) where it is none."""
    # Editors write names of namespaces as entities: the file's own are resolved, within libxml2's bounds.
    parser = etree.XMLParser(
        resolve_entities="internal", no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RecordError("image_unreadable", f"svg: {_first_line(error)}") from error
    if etree.QName(root).localname != "svg":
        raise RecordError("image_unreadable", "svg: another kind of XML")
    return root


def svg_size(root: etree._Element) -> tuple[float, float] | None:
    """Return width and height in points, from the size stated or else from the view box."""
    width, height = (_LENGTH.fullmatch(root.get(name) or "") for name in ("width", "height"))
    if width and height:
        size = tuple(float(m.group(1)) * _POINTS[m.group(2)] for m in (width, height))
    else:
        numbers = re.split(r"[\s,]+", (root.get("viewBox") or "").strip())
        try:
            size = tuple(float(v) * _POINTS["px"] for v in numbers[2:4])
        except ValueError:
            return None
    if len(size) != 2 or not all(math.isfinite(v) and v > 0 for v in size):
        return None
    return size[0], size[1]


def _first_line(error: BaseException) -> str:
    return (str(error) or repr(error)).split("\n")[0][:200]
