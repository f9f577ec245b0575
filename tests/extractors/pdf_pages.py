"""Small PDFs for tests: pages with running text, drawings, images, tables and captions at known places."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pymupdf

from extractors.pdf import extract
from extractors.pdf.page.pieces import Box
from schemas.floats import Extraction, Float
from schemas.paper import Paper

WIDTH, HEIGHT = 612.0, 792.0
ONE_COLUMN = ((72.0, 540.0),)
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
    """A PDF under construction; heights are baselines or tops in points from the upper edge."""

    def __init__(self) -> None:
        self.document: Any = pymupdf.open()
        self.page: Any = None
        self.writer: Any = None
        self.add()

    def add(self, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.flush()
        self.page = self.document.new_page(width=width, height=height)
        self.writer = pymupdf.TextWriter(self.page.rect)

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
        y, k = top + 9, seed
        while y <= bottom:
            line: list[str] = []
            while True:
                word = WORDS[k % len(WORDS)]
                if sum(map(width_of, [*line, word])) + 2.5 * len(line) > column[1] - column[0]:
                    break
                line.append(word)
                k += 1
            widths = [width_of(w) for w in line]
            space = (column[1] - column[0] - sum(widths)) / (len(line) - 1)
            x = column[0]
            for word, wide in zip(line, widths, strict=True):
                self.text(x, y, word)
                x += wide + space
            y += 12

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

    def image(self, box: Box) -> Box:
        """Place a raster image without white."""
        pixmap = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 30))
        for x in range(40):
            for y in range(30):
                pixmap.set_pixel(x, y, (x * 6 % 200, y * 8 % 200, (x * y) % 200))
        self.page.insert_image(pymupdf.Rect(box), pixmap=pixmap, keep_proportion=False)
        return box

    def table(self, x: float, top: float, rows: Sequence[Sequence[str]], *, step: float = 70) -> Box:
        """Set a table with three rules; return its box from the first rule to the last."""
        right = x + step * len(rows[0])
        y = top

        def rule(at: float) -> None:
            self.page.draw_line((x, at), (right, at), width=0.6)

        rule(y)
        for k, row in enumerate(rows):
            for c, cell in enumerate(row):
                self.text(x + 3 + step * c, y + 11, cell, size=9)
            y += 14
            if k == 0:
                rule(y)
        rule(y)
        return (x, top, right, y)

    def data(self, **options: Any) -> bytes:
        self.flush()
        return bytes(self.document.tobytes(no_new_id=True, **options))

    def read(self) -> Extraction:
        return read(self.data())


def read(data: bytes) -> Extraction:
    """Return what is found in a PDF."""
    return extract(Paper("arxiv:2601.00001", {"paper.pdf": data}))


def region(item: Float, height: float = HEIGHT) -> Box:
    """Return where a float was found, in points from the upper left of its page."""
    viewport = item.graphics[0].viewport
    assert viewport is not None
    x0, y0, x1, y1 = viewport
    return (x0, height - y1, x1, height - y0)


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0.0) * max(high, 0.0)
    area: Callable[[Box], float] = lambda box: (box[2] - box[0]) * (box[3] - box[1])  # noqa: E731
    return common / (area(a) + area(b) - common)
