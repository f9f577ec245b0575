"""Tabulars that hold pictures: tables of words and numbers with icons, or pictures laid out with their labels."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.latex.source.graphics import GRAPHICS_COMMANDS
from extractors.latex.source.options import POINTS, parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.tables.rows import split_rows
from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.document import FloatBody

PICTURE = re.compile(
    r"\\(" + "|".join(sorted(GRAPHICS_COMMANDS - {"special"}, key=len, reverse=True)) + r")(?![A-Za-z])"
)
LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(?:true\s*)?(bp|pt|in|cm|mm|pc|em|ex|px)(?![A-Za-z])")
OF_TEXT = re.compile(r"(\d*\.?\d*)\s*\\(?:textwidth|linewidth|columnwidth|hsize|textheight)")
OF_LINE = re.compile(
    r"(\d*\.?\d*)\s*\\(?:baselineskip|fontheight|fontcharht|ht|f@size|strut|normalbaselineskip)"
)
RESIZED = re.compile(r"\\(?:resizebox\*?|scalebox|scalerel\*?|adjustbox|inlinegraphics|emoji[a-z]*)")
PANEL_LABEL = re.compile(r"\(?[a-z0-9]{1,3}\)|[a-zA-Z][.):]?\Z|\([A-Z]\)")
DIGITS = re.compile(r"\d")
TEXT_WIDTH, LINE = 345.0, 12.0  # in points, of LaTeX's own classes
TINY, SMALL = 23.0, 36.0  # 8 mm and 1.25 cm: an icon in a line, a thumbnail
LONG_TEXT = 60
SMALL_SCALE = 0.12


@dataclass
class Content:
    """What a tabular's cells hold: pictures by size, words, numbers; `beside` are words in rows of pictures."""

    pictures: int = 0
    files: int = 0
    largest: float | None = 0.0  # the largest picture's height or width in points, None where one has no size
    words: int = 0
    numbers: int = 0
    beside: int = 0
    plain_rows: int = 0  # rows with words in two cells or more, and no picture


def settle_pictures(to: Renderer, text: str, body: FloatBody) -> None:
    """Tell tables with icons from pictures in a tabular: the former lose their pictures, the latter the table."""
    for table in body.tabulars:
        inside = [g for g in body.graphics if table.start <= g.pos < table.end]
        if table.nested or not inside:
            continue
        content = measure(to, text[table.start : table.end])
        content.files = len({g.shown.name for g in inside})
        kind = body.captions[-1].counter if body.captions else body.kind
        table.has_graphics = not is_table(content, kind)
        if not table.has_graphics:
            body.graphics = [g for g in body.graphics if not table.start <= g.pos < table.end]


def is_table(content: Content, kind: str) -> bool:
    """Return whether a tabular with pictures is a table of words and numbers, judged as a reader would.

    Icons and repeated signs (a tick, a cross) never make a figure of a table with words. Larger pictures do,
    unless most of their rows is words or numbers; what is called a figure has to be a table all the more.
    """
    pictures, words = content.pictures, content.words
    if not words:
        return False
    size = content.largest
    repeated = content.files * 2 <= pictures and pictures > 2
    if kind != "table":
        icons = size is not None and size <= TINY
        return content.numbers >= pictures and words >= (2 if icons or repeated else 4) * pictures
    if size is not None and size <= TINY:
        return repeated or words * 2 >= pictures or content.numbers > 1
    if size is not None and size <= SMALL:
        return repeated or words >= pictures
    if content.beside >= 2 * pictures or (repeated and size is None):
        return True
    wanted = 2 if size is None else 4
    return content.plain_rows > 1 and words >= wanted * pictures


def measure(to: Renderer, body: str) -> Content:
    """Return what the cells of a tabular's body hold."""
    content = Content()
    for row in split_rows(body):
        cells = [(list(sizes(cell)), to.plain(cell)) for cell in row.cells]
        pictures = sum(len(found) for found, _ in cells)
        content.pictures += pictures
        for found, _ in cells:
            for size in found:
                if content.largest is not None:
                    content.largest = None if size is None else max(content.largest, size)
        words = [t for found, t in cells if t and not PANEL_LABEL.match(t) and (not found or _small(found))]
        content.words += len(words)
        content.numbers += sum(DIGITS.search(t) is not None for t in words)
        if pictures:
            content.beside += sum(1 + (len(t) > LONG_TEXT) for t in words)
        else:
            content.plain_rows += len(words) > 1
    return content


def _small(found: list[float | None]) -> bool:
    """Return whether what stands beside pictures in a cell is words with an icon, and no picture's label."""
    return all(size is not None and size <= TINY for size in found)


def sizes(cell: str) -> Iterator[float | None]:
    """Yield the printed size of each picture in a cell, in points; None where nothing says it."""
    for match in PICTURE.finditer(cell):
        scan = Scanner(cell, match.end())
        scan.star()
        keys = parse_keys(scan.optional() or "")
        found = [s for s in (length(keys[k]) for k in ("width", "height", "totalheight") if k in keys) if s]
        if not found and "scale" in keys and _number(keys["scale"]) <= SMALL_SCALE:
            found = [SMALL / 2]
        yield min(found) if found else _boxed(cell[: match.start()])


def _boxed(before: str) -> float | None:
    """Return the size that a box round a picture gives it, None where there is none."""
    box = list(RESIZED.finditer(before))[-1:]
    if not box:
        return None
    if not box[0][0].startswith(("\\resizebox", "\\scalebox")):
        return LINE
    scan = Scanner(before, box[0].end())
    if box[0][0].startswith("\\scalebox"):
        return SMALL / 2 if _number(scan.argument()) <= SMALL_SCALE else None
    found = [s for s in (length(scan.argument()), length(scan.argument())) if s]
    return min(found) if found else None


def length(text: str) -> float | None:
    """Return a length in points, None where it is no such length."""
    match = LENGTH.search(text)
    if match is not None:
        return float(match[1]) * POINTS[match[2]]
    for pattern, unit in ((OF_LINE, LINE), (OF_TEXT, TEXT_WIDTH)):
        match = pattern.search(text)
        if match is not None:
            return unit * (float(match[1]) if match[1] and match[1] != "." else 1.0)
    return None


def _number(text: str) -> float:
    match = re.match(r"\s*(\d*\.?\d+)", text)
    return float(match[1]) if match else 1.0
