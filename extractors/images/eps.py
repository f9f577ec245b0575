"""EPS and PostScript files as RGB pixels, by Ghostscript in a sandbox."""

import hashlib
import io
import re
import shutil
import struct
from collections.abc import Sequence
from functools import cache

from PIL import Image

from extractors.images.changes import changed
from extractors.images.normal import Box, ImageParameters, Normal, cut_box, is_photograph, shrunk
from extractors.images.raster import read_raster
from extractors.images.sniff import Sniffed
from extractors.images.store import Original
from runtime.sandbox import Finished, SandboxError, run_limited
from schemas.floats import Graphic
from schemas.reject import RecordError

_DOS_EPS = b"\xc5\xd0\xd3\xc6"
_NUMBER = rb"[ \t]+([-+]?[0-9]{1,9}(?:\.[0-9]{0,9})?(?:[eE][-+]?[0-9]{1,2})?)"
_BOX = re.compile(rb"^%%(HiRes)?BoundingBox:" + _NUMBER * 4, re.MULTILINE)
_LARGEST_POINTS = 20_000.0  # 7 m; larger boxes are mistakes
_SEARCHED = 1 << 20  # comments stand in the first or, "(atend)", in the last megabyte
_OUTPUT = "page1.png"

# Files made for printers choose a paper size, which at the resolution of a small box would be gigantic.
_KEEP_PAGE = b"%%EndComments\n/setpagedevice {pop} def /a4 {} def /letter {} def /legal {} def /note {} def\n"

_SAFE = ("-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPROMPT", "-dNOCACHE", "-dMaxBitmap=200000000")


def read_eps(sniffed: Sniffed, raw: bytes, graphic: Graphic, parameters: ImageParameters) -> Normal:
    """Return an EPS or PostScript file's bounding box (its first page) with its longest side at `max_side`.

    Raises:
        RecordError: ghostscript_missing, ghostscript_failed, timeout, memory_limit, image_blank (it draws
            nothing), image_unreadable.
    """
    program, preview = _sections(sniffed.data)
    if program is None:
        if preview is None:
            raise RecordError("image_unreadable", "eps: header without PostScript section")
        return read_raster(Sniffed("tiff", preview), raw, graphic, parameters)
    box, part = _parts(program, graphic, parameters)
    width, height = box[2] - box[0], box[3] - box[1]
    image = _render(program, part, graphic.page, parameters)
    image = changed(image, (part[2] - part[0], part[3] - part[1]), graphic, parameters.max_side)
    original = Original(
        format="eps", width=round(width, 3), height=round(height, 3), sha256=hashlib.sha256(raw).hexdigest()
    )
    return Normal(image, original, is_photograph(image, parameters))


def eps_as_pdf(sniffed: Sniffed, graphic: Graphic, parameters: ImageParameters) -> bytes | None:
    """Return a PDF file whose pages are the part shown of an EPS file's, None where it holds no PostScript.

    Raises RecordError: as `read_eps`.
    """
    program, _ = _sections(sniffed.data)
    if program is None:
        return None
    _, part = _parts(program, graphic, parameters)
    arguments = [
        *_SAFE,
        "-dEPSCrop",
        "-dAutoRotatePages=/None",
        "-sDEVICE=pdfwrite",
        "-sOutputFile=pages.pdf",
        "in.ps",
    ]
    return _ghostscript(arguments, _cropped(program, part), "pages.pdf", parameters).output


def _parts(program: bytes, graphic: Graphic, parameters: ImageParameters) -> tuple[Box, Box]:
    """Return the bounding box of a file and the part of it that a document shows, x0 y0 x1 y1 in points."""
    box = stated_box(program) or _drawn_box(program, parameters)
    cut = cut_box(box[2] - box[0], box[3] - box[1], graphic, (box[0], box[1]))
    if cut is None:
        return box, box
    return box, (box[0] + cut[0], box[3] - cut[3], box[0] + cut[2], box[3] - cut[1])


def ghostscript_version() -> str | None:
    """Return the version of the Ghostscript in PATH, or None where there is none that runs."""
    program = shutil.which("gs")
    return _stated_version(program) if program else None


@cache  # by the program's path: what PATH leads to may change
def _stated_version(program: str) -> str | None:
    try:
        done = run_limited(
            [program, "--version"], timeout_s=20, memory_bytes=1 << 30, max_output_bytes=1 << 16
        )
    except SandboxError:
        return None
    return done.output.decode("ascii", "replace").strip() or None


def stated_box(program: bytes) -> Box | None:
    """Return the bounding box that a file states, x0 y0 x1 y1 in points, or None if none makes sense.

    The high-resolution box wins; of several boxes, the first (the last megabyte holds those "at end").
    """
    pieces = [program[:_SEARCHED]]
    if len(program) > _SEARCHED:
        pieces.append(program[max(_SEARCHED, len(program) - _SEARCHED) :])
    plain: Box | None = None
    for piece in pieces:
        for match in _BOX.finditer(piece.replace(b"\r", b"\n")):
            box = _sensible(match.groups()[1:])
            if box and match.group(1):
                return box
            plain = plain or box
    return plain


def _sensible(values: Sequence[bytes]) -> Box | None:
    x0, y0, x1, y1 = (float(v) for v in values)
    fits = all(abs(v) <= _LARGEST_POINTS for v in (x0, y0, x1, y1))
    return (x0, y0, x1, y1) if fits and x1 - x0 >= 1 and y1 - y0 >= 1 else None


def _drawn_box(program: bytes, parameters: ImageParameters) -> Box:
    """Return the box of what the first page draws, for files that do not state it."""
    done = _ghostscript([*_SAFE, "-sDEVICE=bbox", "in.ps"], program, None, parameters)
    match = _BOX.search(done.log.encode())
    box = _sensible(match.groups()[1:]) if match else None
    if box is None:
        raise RecordError("image_blank", "eps: draws nothing")
    return box


def _render(program: bytes, part: Box, page: int, parameters: ImageParameters) -> Image.Image:
    width, height = part[2] - part[0], part[3] - part[1]
    resolution = parameters.max_side * 72 / max(width, height)
    arguments = [
        *_SAFE,
        "-dEPSCrop",
        "-dTextAlphaBits=4",
        "-dGraphicsAlphaBits=4",
        "-sDEVICE=png16m",
        f"-r{resolution:.6f}",
        "-sOutputFile=page%d.png",
        "in.ps",
    ]
    output = f"page{page}.png"
    done = _ghostscript(arguments, _cropped(program, part), output, parameters)
    with Image.open(io.BytesIO(done.output), formats=["PNG"]) as image:
        return shrunk(image.convert("RGB"), parameters.max_side)


def _cropped(program: bytes, part: Box) -> bytes:
    """Return the program behind a header that states a box."""
    # Our own header stands first, so that Ghostscript crops to the box that was read and checked here.
    header = (
        b"%%!PS-Adobe-3.0 EPSF-3.0\n%%%%BoundingBox: %d %d %d %d\n%%%%HiResBoundingBox: %f %f %f %f\n"
        % (
            *(int(v // 1) for v in part[:2]),
            *(int(-(-v // 1)) for v in part[2:]),
            *part,
        )
    )
    return header + _KEEP_PAGE + program


def _ghostscript(
    arguments: Sequence[str], program: bytes, output: str | None, parameters: ImageParameters
) -> Finished:
    try:
        return run_limited(
            ["gs", *arguments],
            files={"in.ps": program},
            output_file=output,
            timeout_s=parameters.ghostscript_timeout_s,
            memory_bytes=parameters.ghostscript_memory_bytes,
            max_output_bytes=parameters.max_bytes,
        )
    except SandboxError as error:
        reason = {"missing": "ghostscript_missing", "timeout": "timeout", "memory": "memory_limit"}
        raise RecordError(reason.get(error.kind, "ghostscript_failed"), error.detail) from error


def _sections(data: bytes) -> tuple[bytes | None, bytes | None]:
    """Return the PostScript and the TIFF preview of a file; DOS EPS binaries hold both behind a header."""
    if data.startswith(_DOS_EPS):
        if len(data) < 30:
            return None, None
        start, length, _, _, tiff, tiff_length = struct.unpack_from("<6I", data, 4)
        program = data[start : start + length] if start >= 28 else b""
        preview = data[tiff : tiff + tiff_length] if tiff >= 28 else b""
        return (program if b"%!" in program[:64] else None), (preview or None)
    start = data.find(b"%!", 0, 8192)
    return data[max(start, 0) :], None
