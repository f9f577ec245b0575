"""How many of the words in figures OCR reads, and what it costs: the truth is the text in the figures' own PDF files.

    python -m benchmarks.ocr.figures ../shared/corpus ../shared/papers --figures 200

Takes PDF figures from papers' archives that hold their words as text, draws them as a build stores them (longest side
1,024 px), and asks of every word whose type is at least 8 px there whether a box that OCR found at its place has it.
Exits 1 where fewer than 85 % are read, or fewer figures were found than asked for.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from evaluation.ocr_quality import fold
from extractors import ocr
from schemas.annotations import TextBox
from schemas.reject import RecordError
from sources.inventory import take_inventory
from sources.read import read_paper

LONGEST_SIDE = 1024
SMALLEST_TYPE = 8.0  # pixels
LEAST_WORDS, MOST_WORDS = 3, 400  # of a figure; a page with more is a paper
RECALL = 0.85
SIZES = ("type of 8 to 12 px", "type of 12 to 20 px", "type of 20 px on")
LENGTHS = ("one character", "two characters", "three characters and more")
SHORTEST_PIECE = 3  # characters of a word that may stand inside a longer one


@dataclass(frozen=True)
class Word:
    """A word of the truth: its text, its middle and the size of its type, in pixels."""

    text: str
    x: float
    y: float
    type_size: float


@dataclass(frozen=True)
class Figure:
    """A figure drawn as a build stores it, with its words."""

    name: str
    image: bytes
    words: tuple[Word, ...]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path, nargs="+")
    parser.add_argument("--figures", type=int, default=200)
    parser.add_argument("--misses", action="store_true", help="print the words that were not read")
    arguments = parser.parse_args()
    found = list(figures_in(arguments.papers))
    random.Random(0).shuffle(found)
    found = found[: arguments.figures]
    engine = ocr.load_engine("rapidocr")
    seconds, right, wrong = 0.0, Counter[str](), Counter[str]()
    for figure in found:
        start = time.process_time()
        boxes = engine.read(figure.image)
        seconds += time.process_time() - start
        for word in figure.words:
            read = is_read(word, boxes)
            for group in (size_of(word), length_of(word)):
                (right if read else wrong)[group] += 1
            if arguments.misses and not read:
                print(f"{figure.name}: {word.text!r} at {word.x:.0f}, {word.y:.0f}")
    words = sum(right[size] + wrong[size] for size in SIZES)
    recall = sum(right[size] for size in SIZES) / max(1, words)
    print(f"{len(found)} figures, {words} words of at least {SMALLEST_TYPE:.0f} px; {engine.identity}")
    for group in (*SIZES, *LENGTHS):
        print(f"  {group}: {right[group]} of {right[group] + wrong[group]} read")
    print(f"word recall {recall:.3f}; {seconds / max(1, len(found)):.2f} processor seconds a figure")
    failures = []
    if recall < RECALL:
        failures.append(f"{recall:.3f} of the words are read, not {RECALL}")
    if len(found) < arguments.figures:
        failures.append(f"there are {len(found)} such figures, not {arguments.figures}")
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    return 1 if failures else 0


def size_of(word: Word) -> str:
    """Return the name of the group that a word's size of type belongs to."""
    return SIZES[(word.type_size >= 12) + (word.type_size >= 20)]


def length_of(word: Word) -> str:
    """Return the name of the group that a word's length belongs to."""
    return LENGTHS[min(len(word.text), 3) - 1]


def figures_in(papers: Sequence[Path]) -> Iterator[Figure]:
    """Yield the PDF figures with words of all papers, each file's bytes once."""
    seen = set()
    for ref in take_inventory(list(papers)).papers:
        try:
            files = read_paper(ref).files
        except RecordError:
            continue
        for name, data in sorted(files.items()):
            if name.lower().endswith(".pdf") and data not in seen:
                seen.add(data)
                figure = drawn(f"{ref.key} {name}", data)
                if figure is not None:
                    yield figure


def drawn(name: str, data: bytes) -> Figure | None:
    """Return a PDF file of one page as a figure; None where it is none, or its words are few or tiny."""
    try:
        with pymupdf.open(stream=data, filetype="pdf") as document:
            if document.page_count != 1:
                return None
            page = document[0]
            scale = LONGEST_SIDE / max(page.rect.width, page.rect.height)
            words = tuple(_words(page, scale))
            if not LEAST_WORDS <= len(words) <= MOST_WORDS:
                return None
            image = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False).tobytes("png")
    except (RuntimeError, ValueError):
        return None
    return Figure(name, image, words)


def _words(page: pymupdf.Page, scale: float) -> Iterator[Word]:
    """Yield the words whose type is large enough; a line that runs upwards has its words along its height."""
    for block in page.get_text("rawdict", flags=pymupdf.TEXTFLAGS_WORDS)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                letters: list[dict[str, object]] = []
                for letter in [*span["chars"], {"c": " "}]:
                    if not str(letter["c"]).isspace():
                        letters.append(letter)
                        continue
                    text = fold("".join(str(one["c"]) for one in letters))
                    if any(c.isalnum() for c in text) and span["size"] * scale >= SMALLEST_TYPE:
                        box = pymupdf.Rect()
                        for one in letters:
                            box |= pymupdf.Rect(one["bbox"])
                        middle = (box.tl + box.br) / 2 * scale
                        if page.rect.contains((box.tl + box.br) / 2):
                            yield Word(text, middle.x, middle.y, span["size"] * scale)
                    letters = []


def is_read(word: Word, boxes: Sequence[TextBox]) -> bool:
    """Tell whether a box at a word's place holds it: as a word, or inside one where it was glued to others."""
    for box in boxes:
        if box.x0 <= word.x <= box.x1 and box.y0 <= word.y <= box.y1:
            text = fold(box.text)
            joined = word.text.replace(" ", "")
            if joined in text.split() or (len(joined) >= SHORTEST_PIECE and joined in text.replace(" ", "")):
                return True
    return False


if __name__ == "__main__":
    sys.exit(main())
