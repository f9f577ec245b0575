"""Canvases as files: PDF, EPS, SVG, and pixels in PNG, JPEG, GIF or TIFF.

The vector writers write no date and no random identifier: the same drawing gives the same bytes.
"""

import base64
import io
import zlib
from collections.abc import Sequence

import numpy as np
import pymupdf
from PIL import Image

from samples.drawing.canvas import FONTS, Block, Canvas, Label, Pixels, Stroke


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _unit(color: str) -> str:
    return " ".join(f"{v / 255:.3f}" for v in _rgb(color))


def _num(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _escaped(text: str) -> bytes:
    raw = text.encode("latin-1")
    return b"".join(
        b"\\" + bytes([c]) if c in b"()\\" else (bytes([c]) if c < 128 else b"\\%03o" % c) for c in raw
    )


# --- PDF -----------------------------------------------------------------------------------------------


def pdf_bytes(pages: Sequence[Canvas]) -> bytes:
    """Return a PDF file with one page for each canvas."""
    objects: list[bytes] = [b"", b""]
    fonts = {}
    for bold, (_, name) in FONTS.items():
        objects.append(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        )
        fonts[bold] = len(objects)
    kids = []
    for page in pages:
        images: list[int] = []
        for block in (item for item in page.items if isinstance(item, Block)):
            rows, columns = block.pixels.shape[:2]
            head = f"/Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceRGB"
            objects.append(_stream(head + " /BitsPerComponent 8", block.pixels.tobytes()))
            images.append(len(objects))
        objects.append(_stream("", _pdf_content(page)))
        names = " ".join(f"/I{i} {number} 0 R" for i, number in enumerate(images))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_num(page.width)} {_num(page.height)}] "
            f"/Contents {len(objects)} 0 R /Resources << /XObject << {names} >> "
            f"/Font << /F0 {fonts[False]} 0 R /F1 {fonts[True]} 0 R >> >> >>".encode()
        )
        kids.append(len(objects))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    )
    return _pdf_file(objects)


def _stream(head: str, data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    return (
        f"<< {head} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out.write(f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _pdf_content(page: Canvas) -> bytes:
    out: list[bytes] = []
    images = 0
    for item in page.items:
        if isinstance(item, Stroke):
            out.append(_pdf_stroke(item, page.height))
        elif isinstance(item, Label):
            turn = "0 1 -1 0" if item.turned else "1 0 0 1"
            place = f"{turn} {_num(item.at[0])} {_num(page.height - item.at[1])} Tm"
            head = f"BT {_unit(item.color)} rg /F{int(item.bold)} {_num(item.size)} Tf {place} ("
            out.append(head.encode() + _escaped(item.text) + b") Tj ET")
        else:
            x, y, w, h = item.box
            out.append(
                f"q {_num(w)} 0 0 {_num(h)} {_num(x)} {_num(page.height - y - h)} cm /I{images} Do Q".encode()
            )
            images += 1
    return b"\n".join(out)


def _outline(item: Stroke, height: float) -> str:
    """Return a stroke's path, whose operators EPS_PROLOG names as PDF does."""
    points = (f"{_num(x)} {_num(height - y)} {'l' if i else 'm'}" for i, (x, y) in enumerate(item.points))
    return " ".join(points) + (" h" if item.closed else "")


def _pdf_stroke(item: Stroke, height: float) -> bytes:
    parts = [
        f"{_num(item.width)} w 1 j [{_num(item.dash)}] 0 d"
        if item.dash
        else f"{_num(item.width)} w 1 j [] 0 d"
    ]
    if item.color:
        parts.append(f"{_unit(item.color)} RG")
    if item.fill:
        parts.append(f"{_unit(item.fill)} rg")
    paint = {(True, True): "B", (True, False): "S", (False, True): "f", (False, False): "n"}
    parts.append(f"{_outline(item, height)} {paint[(bool(item.color), bool(item.fill))]}")
    return " ".join(parts).encode()


# --- EPS -----------------------------------------------------------------------------------------------

EPS_PROLOG = """/latin { findfont dup length dict begin { 1 index /FID ne { def } { pop pop } ifelse } forall
/Encoding ISOLatin1Encoding def currentdict end definefont pop } bind def
/F0 /Helvetica latin /F1 /Helvetica-Bold latin
/m { moveto } bind def /l { lineto } bind def /h { closepath } bind def
"""


def eps_bytes(page: Canvas) -> bytes:
    """Return an Encapsulated PostScript file of the canvas."""
    head = (
        f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 {round(page.width)} {round(page.height)}\n"
        f"%%LanguageLevel: 2\n%%EndComments\n{EPS_PROLOG}"
    )
    out = [head.encode()]
    for item in page.items:
        if isinstance(item, Stroke):
            out.append(_eps_stroke(item, page.height))
        elif isinstance(item, Label):
            turn = "90 rotate " if item.turned else ""
            place = f"gsave {_num(item.at[0])} {_num(page.height - item.at[1])} translate {turn}0 0 m"
            font = f"/F{int(item.bold)} findfont {_num(item.size)} scalefont setfont"
            head = f"{place} {font} {_unit(item.color)} setrgbcolor ("
            out.append(head.encode() + _escaped(item.text) + b") show grestore\n")
        else:
            out.append(_eps_block(item, page.height))
    return b"".join([*out, b"showpage\n%%EOF\n"])


def _eps_stroke(item: Stroke, height: float) -> bytes:
    parts = [f"newpath {_outline(item, height)}"]
    if item.fill:
        parts.append(f"gsave {_unit(item.fill)} setrgbcolor fill grestore")
    if item.color:
        dash = f"[{_num(item.dash)}]" if item.dash else "[]"
        parts.append(
            f"{_unit(item.color)} setrgbcolor {_num(item.width)} setlinewidth {dash} 0 setdash stroke"
        )
    return (" ".join(parts) + "\n").encode()


def _eps_block(item: Block, height: float) -> bytes:
    rows, columns = item.pixels.shape[:2]
    x, y, w, h = item.box
    return (
        (
            f"gsave {_num(x)} {_num(height - y - h)} translate {_num(w)} {_num(h)} scale\n"
            f"{columns} {rows} 8 [{columns} 0 0 -{rows} 0 {rows}] "
            f"currentfile /ASCIIHexDecode filter false 3 colorimage\n"
        ).encode()
        + item.pixels.tobytes().hex().encode()
        + b">\ngrestore\n"
    )


# --- SVG and pixels --------------------------------------------------------------------------------------


def svg_bytes(page: Canvas) -> bytes:
    """Return an SVG file of the canvas."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{_num(page.width)}pt" height="{_num(page.height)}pt" '
        f'viewBox="0 0 {_num(page.width)} {_num(page.height)}">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for item in page.items:
        if isinstance(item, Stroke):
            out.append(_svg_stroke(item))
        elif isinstance(item, Label):
            x, y = _num(item.at[0]), _num(item.at[1])
            turn = f' transform="rotate(-90 {x} {y})"' if item.turned else ""
            weight = ' font-weight="bold"' if item.bold else ""
            text = item.text.replace("&", "&amp;").replace("<", "&lt;")
            out.append(
                f'<text x="{x}" y="{y}" font-family="Helvetica" font-size="{_num(item.size)}" '
                f'fill="{item.color}"{weight}{turn}>{text}</text>'
            )
        else:
            png = io.BytesIO()
            Image.fromarray(item.pixels).save(png, "PNG", optimize=True)
            x, y, w, h = (_num(v) for v in item.box)
            data = base64.b64encode(png.getvalue()).decode()
            out.append(
                f'<image x="{x}" y="{y}" width="{w}" height="{h}" xlink:href="data:image/png;base64,{data}"/>'
            )
    return ("\n".join([*out, "</svg>"]) + "\n").encode()


def _svg_stroke(item: Stroke) -> str:
    points = " ".join(f"{_num(x)},{_num(y)}" for x, y in item.points)
    dash = f' stroke-dasharray="{_num(item.dash)}"' if item.dash else ""
    shape = "polygon" if item.closed else "polyline"
    return (
        f'<{shape} points="{points}" fill="{item.fill or "none"}" stroke="{item.color or "none"}" '
        f'stroke-width="{_num(item.width)}"{dash}/>'
    )


def pixels_of(page: Canvas, width: int) -> Pixels:
    """Return the canvas as RGB pixels, `width` columns wide."""
    with pymupdf.open(stream=pdf_bytes([page]), filetype="pdf") as document:  # type: ignore[no-untyped-call]
        zoom = pymupdf.Matrix(width / page.width, width / page.width)  # type: ignore[no-untyped-call]
        pixmap = document[0].get_pixmap(matrix=zoom, alpha=False)
        rgb = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.width, 3)
        return rgb.copy()


def raster_bytes(pixels: Pixels, image_format: str, *, quality: int = 88) -> bytes:
    """Return the pixels as a PNG, JPEG, GIF or TIFF file."""
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    if image_format == "PNG":
        image.save(out, "PNG", optimize=True)
    elif image_format == "JPEG":
        image.save(out, "JPEG", quality=quality)
    elif image_format == "GIF":
        image.quantize(64).save(out, "GIF")
    else:
        image.save(out, "TIFF", compression="tiff_lzw")
    return out.getvalue()
