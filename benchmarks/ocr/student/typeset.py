"""Lines set as our own tables are: cells and captions of papers, by typst, in the fonts that it embeds."""

import io
import random
import tempfile
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from extractors.ocr.engine import Pixels

LINES_PER_PAGE = 250  # that typst sets at once, at one resolution
HEIGHTS = (12.0, 42.0)  # pixels of an em
SIZE = 10.0  # points
SIGNS = ("*", "**", "***", "a", "b", "†", "2", "−1")
RULES = """#set text(size: 10pt, top-edge: "ascender", bottom-edge: "descender")
#set super(typographic: false, baseline: -0.4em, size: 0.7em)
"""
FONTS = ("New Computer Modern",) * 6 + ("Libertinus Serif", "DejaVu Sans Mono")


def set_lines(texts: Sequence[str], chance: random.Random) -> Iterator[tuple[Pixels, str]]:
    """Yield pictures of texts in their order, shape (height, width, 3), each with what stands there."""
    import typst

    with tempfile.TemporaryDirectory() as nothing:  # no file is read
        compiler = typst.Compiler(root=nothing, ignore_system_fonts=True)
        for start in range(0, len(texts), LINES_PER_PAGE):
            pages, said = zip(
                *(_page(text, chance) for text in texts[start : start + LINES_PER_PAGE]), strict=True
            )
            ppi = 72 * chance.uniform(*HEIGHTS) / SIZE
            made = compiler.compile(input=(RULES + "\n".join(pages)).encode(), format="png", ppi=ppi)
            pictures = [made] if isinstance(made, bytes) else made or []  # of a single page, or of several
            for picture, text in zip(pictures, said, strict=True):
                with Image.open(io.BytesIO(picture)) as opened:
                    yield np.asarray(opened.convert("RGB")), text


def _page(text: str, chance: random.Random) -> tuple[str, str]:
    """Return a page of typst for a text, and what is read there: now and then a raised sign stands behind it."""
    sides = ", ".join(
        f"{side}: {chance.uniform(*room):.1f}pt"
        for side, room in (
            ("left", (0, 4)),
            ("right", (0, 4)),
            ("top", (-1, 2.5)),
            ("bottom", (-1, 2.5)),
        )
    )
    raised = chance.choice(SIGNS) if chance.random() < 0.12 else ""
    weight = "bold" if chance.random() < 0.2 else "regular"
    style = "italic" if chance.random() < 0.1 else "normal"
    font = chance.choice(FONTS)
    behind = f"#super({_quoted(raised)})" if raised else ""
    return (
        f'#page(width: auto, height: auto, margin: ({sides}))[#text(font: "{font}", weight: "{weight}", '
        f'style: "{style}")[#{_quoted(text)}{behind}]]',
        text + raised,
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def texts_of(
    papers: Sequence[tuple[str, Sequence[str], Sequence[str]]], count: int, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield names of papers with one of their cells, half of them with other digits, or a stretch of their sentences.

    Args:
        papers: of each its name, cells of tables, and sentences.
        count: how many texts.
        chance: decides.
    """
    for _ in range(count):
        paper, cells, sentences = chance.choice(papers)
        if cells and chance.random() < 0.6:
            text = chance.choice(cells)
            if chance.random() < 0.5:
                text = "".join(str(chance.randint(0, 9)) if letter.isdigit() else letter for letter in text)
        else:
            words = chance.choice(sentences).split()
            begin = chance.randrange(len(words))
            text = " ".join(words[begin : begin + chance.randint(1, 8)])
        yield paper, " ".join(text.split())
