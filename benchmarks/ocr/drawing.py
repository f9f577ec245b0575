"""Lines of text that are drawn to learn from, as OCR cuts them out of pictures."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import pymupdf

from extractors.ocr.engine import Pixels

FONTS = ("helv", "hebo", "heit", "tiro", "tibo", "tiit", "cour", "cobo")
WORDS = """
Method Model Baseline Ours Accuracy Precision Recall Mean SD Total Age Sex Male Female Control
Treatment Group Dataset Train Test Validation Parameter Value Learning rate Batch size Epochs Layers
Hidden Dropout Energy Time Temperature Pressure Frequency Distance Loss Error Score Rank Sample
Variable Effect Region Year Country n p CI 95% yes no Cancer Gene Protein Cell Patients Score (%)
(mm) (s) (kg) α β λ σ μ χ² R² F1 t vs. and of the in with
"""


def draw_line(
    chance: random.Random, write: Callable[[random.Random], str], fonts: Sequence[str] = FONTS
) -> tuple[Pixels, str]:
    """Return a line of text as it may be cut out of a picture, shape (height, width, 3), and what it says.

    Letters that the font does not have are left out.
    """
    size = chance.uniform(6, 22)
    page = pymupdf.open().new_page(width=900, height=2 * size)
    paper = chance.choice([1.0, 1.0, 1.0, 0.93, 0.85])
    page.draw_rect(page.rect, fill=(paper, paper, chance.choice([paper, 1.0])), color=None)
    writer = pymupdf.TextWriter(page.rect)
    ink = chance.choice([0.0, 0.0, 0.0, 0.25, 0.4])
    text = write(chance)
    font = pymupdf.Font(chance.choice(fonts))
    text = "".join(letter for letter in text if letter == " " or font.has_glyph(ord(letter)))
    writer.append((size, 1.4 * size), text, font=font, fontsize=size)
    writer.write_text(page, color=(ink, ink, chance.choice([ink, 0.6])))
    above, below, beside = (chance.uniform(0.0, 0.35) * size for _ in range(3))
    box = writer.text_rect
    box = pymupdf.Rect(box.x0 - beside, 0.55 * size - above, box.x1 + beside, 1.65 * size + below)
    zoom = chance.uniform(1.0, 3.0)
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=box & page.rect)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3), text


def table_text(chance: random.Random) -> str:
    """Return a number, or words, as they stand in a table's cells."""
    sign = chance.choice(["", "", "-", "<"])
    value = chance.uniform(0, 10 ** chance.randint(0, 4))
    number = f"{sign}{value:.{chance.randint(0, 4)}f}"
    kind = chance.random()
    if kind < 0.35:
        return number
    if kind < 0.5:
        return f"{number} {chance.choice(['±', '(', '–', '/', '×'])} {chance.uniform(0, 9):.2f}"
    return " ".join(chance.choices(WORDS.split(), k=chance.randint(1, 5)))
