"""What kind of image a file is, told from its content and never from its name."""

import zlib
from dataclasses import dataclass

from schemas.reject import RecordError

RASTER = frozenset({"png", "jpeg", "gif", "tiff", "bmp", "webp", "jpeg2000", "ppm"})

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"P4\n", "ppm"),
    (b"P5\n", "ppm"),
    (b"P6\n", "ppm"),
)
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_DOS_EPS = b"\xc5\xd0\xd3\xc6"
_HEAD = 4096


@dataclass(frozen=True)
class Sniffed:
    """A file's content, unpacked where it was gzipped, with its kind: pdf, eps, svg or one of RASTER."""

    kind: str
    data: bytes


def sniff(data: bytes, *, max_bytes: int) -> Sniffed:
    """Return the kind of an image file with its unpacked content.

    Raises:
        RecordError: image_empty, image_lfs_pointer, image_too_large, image_unreadable (unknown format).
    """
    if not data:
        raise RecordError("image_empty")
    if len(data) > max_bytes:
        raise RecordError("image_too_large", f"{len(data)} bytes")
    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(data, max_bytes)
    if data.startswith(_LFS_POINTER):
        raise RecordError("image_lfs_pointer")
    if not data.strip(b"\0 \t\r\n"):
        raise RecordError("image_empty", f"{len(data)} bytes of zeros or spaces")
    kind = _kind(data)
    if kind is None:
        raise RecordError("image_unreadable", f"unknown format, begins with {data[:12]!r}")
    return Sniffed(kind, data)


def _kind(data: bytes) -> str | None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data.startswith(_DOS_EPS):
        return "eps"
    head = data[:_HEAD].lstrip(b"\xef\xbb\xbf\x04\0 \t\r\n")
    if head.startswith(b"%!") or (head.startswith(b"\x1b%-12345X") and b"%!PS" in head):
        return "eps"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    return "svg" if _is_svg(data) else None


def _is_svg(data: bytes) -> bool:
    head = data[:_HEAD].replace(b"\0", b"")  # UTF-16 text, too
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<") and (b"<svg" in head or b":svg" in head)


def _gunzip(data: bytes, max_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        out = unpacker.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise RecordError("image_unreadable", f"gzip: {error}") from error
    if len(out) > max_bytes:
        raise RecordError("image_too_large", f"unpacks to more than {max_bytes} bytes")
    if not unpacker.eof:
        raise RecordError("image_unreadable", "gzip: truncated")
    if not out:
        raise RecordError("image_empty", "gzip of nothing")
    return out
