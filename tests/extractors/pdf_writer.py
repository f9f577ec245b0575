"""Writes the pages that the tests of the PDF extractor read: text, drawings and tables at known places."""

import io

import pymupdf
from pdf_pages import HEIGHT, WIDTH, WORDS
from PIL import Image

LEFT, RIGHT = 72.0, 540.0
COLUMNS = ((54.0, 296.0), (316.0, 558.0))


class Pages:
    """A document that grows page by page; `y` is where the next line of text goes."""

    def __init__(self):
        self.document = pymupdf.open()
        self.new()

    def new(self):
        self.page = self.document.new_page(width=WIDTH, height=HEIGHT)
        self.y = 80.0
        self.said = 0
        return self

    def line(self, text, *, x=LEFT, size=10, font="tiro", skip=12.0, y=None):
        self.page.insert_text((x, self.y if y is None else y), text, fontsize=size, fontname=font)
        if y is None:
            self.y += skip
        return self

    def text(self, lines, *, left=LEFT, right=RIGHT, size=10, skip=12.0, mention=""):
        """Set justified lines of running text, so that the column's edges are there to be seen."""
        for number in range(lines):
            words, used = [], 0.0
            while True:
                word = mention if mention and number == 1 and not words else WORDS[self.said % len(WORDS)]
                wide = pymupdf.get_text_length(word, fontname="tiro", fontsize=size)
                if used + wide + 2.0 * len(words) > right - left:
                    break
                words.append(word)
                used += wide
                self.said += 1
            gap = (right - left - used) / max(1, len(words) - 1)
            x = left
            for word in words:
                self.page.insert_text((x, self.y), word, fontsize=size, fontname="tiro")
                x += pymupdf.get_text_length(word, fontname="tiro", fontsize=size) + gap
            self.y += skip
        return self

    def space(self, points):
        self.y += points
        return self

    def drawing(self, left, right, height, *, top=None):
        """Draw axes with a curve; return its box."""
        top = self.y if top is None else top
        box = (left, top, right, top + height)
        page = self.page
        page.draw_rect(pymupdf.Rect(box), color=(0, 0, 0), width=0.8)
        for k in range(1, 5):
            x = left + k * (right - left) / 5
            page.draw_line((x, top + height), (x, top + height - 5))
        page.draw_polyline(
            [
                (left + k * (right - left) / 20, top + height * (0.9 - 0.04 * ((k * 7) % 19)))
                for k in range(21)
            ],
            color=(0, 0, 1),
        )
        self.y = max(self.y, top + height)
        return box

    def image(self, left, right, height):
        """Put a raster image; return its box."""
        picture = Image.effect_noise((160, 100), 80).convert("RGB")
        out = io.BytesIO()
        picture.save(out, "PNG")
        box = (left, self.y, right, self.y + height)
        self.page.insert_image(pymupdf.Rect(box), stream=out.getvalue(), keep_proportion=False)
        self.y += height
        return box

    def table(self, rows, *, left, width, top=None, rules=True):
        """Set a table with rules as booktabs draws them; return its box."""
        top = self.y if top is None else top
        columns = len(rows[0])
        if rules:
            self.page.draw_line((left, top), (left + width, top), width=0.9)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                self.page.insert_text(
                    (left + 4 + c * width / columns, top + 12 + 13 * r), cell, fontsize=10, fontname="tiro"
                )
            if rules and r == 0:
                self.page.draw_line((left, top + 17), (left + width, top + 17), width=0.5)
        bottom = top + 8 + 13 * len(rows)
        if rules:
            self.page.draw_line((left, bottom), (left + width, bottom), width=0.9)
        self.y = max(self.y, bottom)
        return (left, top, left + width, bottom)

    def bytes(self):
        return self.document.tobytes()


def overlap(graphic, box, height=HEIGHT):
    """Return the intersection over union of a float's part of the page and a box from the upper left."""
    x0, y0, x1, y1 = graphic.viewport
    ours = pymupdf.Rect(x0, height - y1, x1, height - y0)
    want = pymupdf.Rect(box)
    common = abs(ours & want) if ours.intersects(want) else 0.0
    return common / (abs(ours) + abs(want) - common)
