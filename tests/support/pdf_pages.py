"""Small PDFs for tests: pages with running text, drawings, images, tables and captions at known places."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Self

import pymupdf

from extractors.pdf import extract
from extractors.pdf.page.pieces import Box
from schemas.floats import Extraction, Float
from schemas.paper import Paper

WIDTH, HEIGHT = 612.0, 792.0
LEFT, RIGHT = 72.0, 540.0
ONE_COLUMN = ((LEFT, RIGHT),)
TWO_COLUMNS = ((54.0, 296.0), (316.0, 558.0))
WORDS = [
    "the",
    "field",
    "of",
    "each",
    "sample",
    "was",
    "held",
    "near",
    "its",
    "mean",
    "while",
    "pressure",
    "and",
    "flow",
    "were",
    "read",
    "in",
    "turn",
    "from",
    "both",
    "sides",
    "of",
    "a",
    "narrow",
    "channel",
    "so",
    "that",
    "every",
    "change",
    "in",
    "density",
    "could",
    "be",
    "told",
    "from",
    "noise",
    "by",
    "its",
    "slow",
    "return",
]


@cache
def _font(name: str) -> Any:
    return pymupdf.Font(name)


@cache
def width_of(text: str, *, size: float = 10, font: str = "tiro") -> float:
    return float(_font(font).text_length(text, fontsize=size))


class Pages:
    """A PDF under construction, in points from the upper left.

    `text`, `prose`, `plot` and `image` stand where they are told. `line`, `paragraph`, `drawing` and `table` stand at
    `y` unless they are told another height, and `y` goes on to where they end: a page is set from top to bottom.
    """

    def __init__(self) -> None:
        self.document: Any = pymupdf.open()
        self.page: Any = None
        self.writer: Any = None
        self.add()

    def add(self, width: float = WIDTH, height: float = HEIGHT) -> Self:
        self.flush()
        self.page = self.document.new_page(width=width, height=height)
        self.writer = pymupdf.TextWriter(self.page.rect)
        self.y = 80.0
        self.said = 0  # words of running text
        return self

    def flush(self) -> None:
        """Write the page's text at once: far faster than word by word."""
        if self.page is not None:
            self.writer.write_text(self.page)
            self.writer = pymupdf.TextWriter(self.page.rect)

    def text(self, x: float, y: float, text: str, *, size: float = 10, font: str = "tiro") -> float:
        """Write a line; return where it ends."""
        self.writer.append((x, y), text, font=_font(font), fontsize=size)
        return x + width_of(text, size=size, font=font)

    def prose(self, column: tuple[float, float], top: float, bottom: float, *, seed: int = 0) -> None:
        """Fill a column between two heights with justified lines of running text, size 10 on 12."""
        y, said = top + 9, seed
        while y <= bottom:
            said = self._justified(*column, y, said)
            y += 12

    def _justified(self, left: float, right: float, y: float, said: int, first: str = "") -> int:
        """Write a line of running text from one edge to the other; return how many of its words are said then."""
        line = [first] if first else []
        while True:
            word = WORDS[said % len(WORDS)]
            if sum(map(width_of, [*line, word])) + 2.5 * len(line) > right - left:
                break
            line.append(word)
            said += 1
        space = (right - left - sum(map(width_of, line))) / max(1, len(line) - 1)
        for word in line:
            left = self.text(left, y, word) + space
        return said

    def line(
        self, text: str, *, x: float = LEFT, y: float | None = None, size: float = 10, skip: float = 12
    ) -> Self:
        self.text(x, self.y if y is None else y, text, size=size)
        return self if y is not None else self.space(skip)

    def paragraph(self, lines: int, *, left: float = LEFT, right: float = RIGHT, mention: str = "") -> Self:
        """Set justified lines of running text; the second one begins with a mention where one is given."""
        for number in range(lines):
            first = mention if number == 1 else ""
            self.said = self._justified(left, right, self.y, self.said, first)
            self.space(12)
        return self

    def space(self, points: float) -> Self:
        self.y += points
        return self

    def plot(self, box: Box) -> Box:
        """Draw axes, a curve and ticks that fill a box."""
        x0, y0, x1, y1 = box
        shape = self.page.new_shape()
        shape.draw_line((x0, y0), (x0, y1))
        shape.draw_line((x0, y1), (x1, y1))
        step = (x1 - x0) / 8
        shape.draw_polyline([(x0 + step * k, y0 + (k * 37 % 11) / 11 * (y1 - y0)) for k in range(9)])
        shape.finish(width=1)
        shape.commit()
        return box

    def drawing(self, left: float, right: float, height: float, *, top: float | None = None) -> Box:
        """Draw a frame with ticks and a curve in it."""
        top = self.y if top is None else top
        bottom, wide = top + height, right - left
        self.page.draw_rect(pymupdf.Rect(left, top, right, bottom), color=(0, 0, 0), width=0.8)
        for x in (left + k * wide / 5 for k in range(1, 5)):
            self.page.draw_line((x, bottom), (x, bottom - 5))
        curve = [(left + k * wide / 20, top + height * (0.9 - 0.04 * (k * 7 % 19))) for k in range(21)]
        self.page.draw_polyline(curve, color=(0, 0, 1))
        self.y = max(self.y, bottom)
        return (left, top, right, bottom)

    def image(self, box: Box) -> Box:
        """Place a raster image without white."""
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 30))
        for x in range(40):
            for y in range(30):
                pixmap.set_pixel(x, y, (x * 6 % 200, y * 8 % 200, (x * y) % 200))
        self.page.insert_image(pymupdf.Rect(box), pixmap=pixmap, keep_proportion=False)
        return box

    def table(
        self, rows: Sequence[Sequence[str]], *, left: float, width: float, top: float | None = None
    ) -> Box:
        """Set a table with three rules; return its box from the first rule to the last."""
        top = self.y if top is None else top
        right, y = left + width, top

        def rule(at: float) -> None:
            self.page.draw_line((left, at), (right, at), width=0.6)

        rule(y)
        for k, row in enumerate(rows):
            for c, cell in enumerate(row):
                self.text(left + 3 + c * width / len(row), y + 11, cell, size=9)
            y += 14
            if k == 0:
                rule(y)
        rule(y)
        self.y = max(self.y, y)
        return (left, top, right, y)

    def data(self, **options: Any) -> bytes:
        self.flush()
        return bytes(self.document.tobytes(no_new_id=True, **options))

    def read(self) -> Extraction:
        return read(self.data())


def read(data: bytes) -> Extraction:
    """Return what is found in a PDF."""
    return extract(Paper("arxiv:2601.00001", {"paper.pdf": data}))


def region(item: Float, *, part: int = 0, height: float = HEIGHT) -> Box:
    """Return where a part of a float was found, in points from the upper left of its page."""
    viewport = item.graphics[part].viewport
    assert viewport is not None
    x0, y0, x1, y1 = viewport
    return (x0, height - y1, x1, height - y0)


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0.0) * max(high, 0.0)
    area: Callable[[Box], float] = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731
    return common / (area(a) + area(b) - common)
