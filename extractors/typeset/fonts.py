"""Which characters the fonts have glyphs for, and the font for Chinese, Japanese and Korean.

Typst carries fonts for the scripts of Europe and for mathematics. Those of East Asia come from Droid Sans
Fallback, which PyMuPDF carries; typst reads fonts from folders only, so it is written into one.
"""

import hashlib
import os
import re
import stat
import struct
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from extractors.mupdf import mupdf

# Ranges for which the embedded fonts have glyphs, found by comparing renderings with a missing glyph's:
# Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic; Devanagari; Georgian; Cherokee; extended Latin and Greek,
# punctuation and symbols; presentation forms; mathematical letters. Not: Chinese, Japanese, Korean, Thai, the
# other scripts of India, emoji. Circled digits and letters have glyphs that overlap their neighbours.
_EMBEDDED = re.compile(
    "[\u0000-\u06ff\u0900-\u097f\u10a0-\u10ff\u13a0-\u13ff\u1d00-\u2bff\ufb00-\ufb4f\ufe00-\ufeff"
    "\ufffc\ufffd\U0001d400-\U0001d7ff]"
)
_EAST_ASIAN = re.compile("[\u2460-\u24ff\u3000-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]")
# Full-width forms of ASCII, which authors who write Chinese or Japanese use by habit.
_HALF_WIDTH = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}

FAMILY = "Droid Sans Fallback"
_FILE = "DroidSansFallback.ttf"


@dataclass(frozen=True)
class Coverage:
    """How much of a text can be set: with the East Asian font or without, and how many glyphs are missing."""

    east_asian: bool
    missing: int
    characters: int


def half_width(text: str) -> str:
    """Return text with full-width letters, digits and signs as ordinary ones."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def coverage(text: str) -> Coverage:
    """Return which fonts a text needs; spaces are not counted, full-width ASCII counts as ordinary."""
    text = "".join(half_width(text).split())
    rest = "" if text.isascii() else _EMBEDDED.sub("", text)
    east_asian = not text.isascii() and bool(_EAST_ASIAN.search(text))
    if east_asian:
        known = _font()[1]
        rest = "".join(c for c in rest if ord(c) not in known)
    return Coverage(east_asian=east_asian, missing=len(rest), characters=len(text))


@cache
def east_asian_folder() -> Path:
    """Return a folder that holds the font for Chinese, Japanese and Korean and nothing else.

    The file is named after its content, checked, and put in place in one step, so that processes that do so
    at the same time, or that were killed while they did, leave a whole file.
    """
    data = _font()[0]
    private = _private_folder()
    folder = private / hashlib.sha256(data).hexdigest()[:32]
    path = folder / _FILE
    if not (path.is_file() and path.read_bytes() == data):
        folder.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=private, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    return folder


def _private_folder() -> Path:
    """Return a folder that only this user can write to, kept from process to process."""
    folder = Path(tempfile.gettempdir()) / f"scimmir-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        return folder
    return Path(_own_folder().name)  # somebody else was there first


@cache
def _own_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="scimmir-fonts-")


@cache
def _font() -> tuple[bytes, frozenset[int]]:
    """Return the font's file and the characters that it has glyphs for (PyMuPDF takes 0.8 s to import)."""
    font = mupdf().Font("cjk")
    return _named(bytes(font.buffer)), frozenset(font.valid_codepoints())


def _named(font: bytes) -> bytes:
    """Return a TrueType font with a full table of names: without a PostScript name typst passes it over."""
    names = {1: FAMILY, 2: "Regular", 4: FAMILY, 6: FAMILY.replace(" ", "")}
    records = strings = b""
    for name_id, name in names.items():
        encoded = name.encode("utf-16-be")
        records += struct.pack(">6H", 3, 1, 0x409, name_id, len(encoded), len(strings))
        strings += encoded
    table = struct.pack(">3H", 0, len(names), 6 + len(records)) + records + strings
    table += bytes(-len(table) % 4)
    out = bytearray(font + bytes(-len(font) % 4))
    (count,) = struct.unpack_from(">H", out, 4)
    for entry in range(12, 12 + 16 * count, 16):
        if out[entry : entry + 4] == b"name":
            checksum = sum(struct.unpack(f">{len(table) // 4}I", table)) & 0xFFFFFFFF
            struct.pack_into(">3I", out, entry + 4, checksum, len(out), len(table))
    return bytes(out) + table
