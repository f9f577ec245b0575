"""How many of the words in figures OCR reads, and what it costs: the truth is the text in the figures' own PDF files.

    python -m benchmarks.ocr.figures ../shared/corpus ../shared/papers --figures 200

Takes PDF figures from papers' archives that hold their words as text, draws them as a build stores them (longest side
1,024 px), and asks of every word whose type is at least 8 px there whether a box that OCR found at its place has it.
A word is what stands without space, in whatever fonts.
Exits 1 where fewer than 85 % are read, or fewer figures were found than asked for.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
# Of the size of type: letters further apart are of two words, and so far a letter of the same word may be raised or
# lowered: powers and indices are no words of their own.
GAP, RISE = 0.25, 0.5
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
        boxes = engine.read_file(figure.image)
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


@dataclass(frozen=True)
class _Letter:
    """A letter with its size, its box, and how far its origin lies along and above the line's direction."""

    text: str
    size: float
    box: pymupdf.Rect
    direction: tuple[float, float]
    along: float
    above: float

    def follows(self, other: "_Letter") -> bool:
        """Tell whether it is the next one of the same word: on the same line, and no gap between."""
        a, b = other.box, self.box
        gap = max(b.x0 - a.x1, a.x0 - b.x1, b.y0 - a.y1, a.y0 - b.y1, 0)
        return (
            self.direction == other.direction
            and self.along > other.along
            and abs(self.above - other.above) <= RISE * max(self.size, other.size)
            and gap <= GAP * self.size
        )


def _words(page: pymupdf.Page, scale: float) -> Iterator[Word]:
    """Yield the words all of whose type is large enough; a line that runs upwards has its words along its height."""
    for letters in _joined(list(_runs(page))):
        text = fold("".join(letter.text for letter in letters))
        box = pymupdf.Rect()
        for letter in letters:
            box |= letter.box
        middle = (box.tl + box.br) / 2
        size = min(letter.size for letter in letters) * scale
        if any(c.isalnum() for c in text) and size >= SMALLEST_TYPE and page.rect.contains(middle):
            yield Word(text, middle.x * scale, middle.y * scale, size)


def _runs(page: pymupdf.Page) -> Iterator[list[_Letter]]:
    """Yield the letters of each line between spaces or gaps."""
    for block in page.get_text("rawdict", flags=pymupdf.TEXTFLAGS_WORDS)["blocks"]:
        for line in block.get("lines", ()):
            run: list[_Letter] = []
            for letter in _letters(line):
                if run and (letter.text.isspace() or not letter.follows(run[-1])):
                    yield run
                    run = []
                if not letter.text.isspace():
                    run.append(letter)
            if run:
                yield run


def _letters(line: Mapping[str, Any]) -> Iterator[_Letter]:
    x, y = (round(part, 3) for part in line["dir"])
    for span in line["spans"]:
        for one in span["chars"]:
            at = one["origin"]
            yield _Letter(
                text=str(one["c"]),
                size=float(span["size"]),
                box=pymupdf.Rect(one["bbox"]),
                direction=(x, y),
                along=at[0] * x + at[1] * y,
                above=at[0] * y - at[1] * x,
            )


def _joined(runs: list[list[_Letter]]) -> list[list[_Letter]]:
    """Return runs with those put together of which one goes on where another ends, as -2 and 10 may be drawn."""
    words: list[list[_Letter]] = []
    for run in sorted(runs, key=lambda run: run[0].along):
        before = next((word for word in words if run[0].follows(word[-1])), None)
        if before is None:
            words.append(list(run))
        else:
            before += run
    return words


def is_read(word: Word, boxes: Sequence[TextBox]) -> bool:
    """Tell whether a box at a word's place holds it: as a word, or inside one where it was glued to others.

    Signs before and after count for nothing: many files draw a minus as a line, so that their text lacks it.
    """
    for box in boxes:
        if box.x0 <= word.x <= box.x1 and box.y0 <= word.y <= box.y1:
            text = fold(box.text)
            joined = word.text.replace(" ", "")
            if _bare(joined) in map(_bare, text.split()):
                return True
            if len(joined) >= SHORTEST_PIECE and joined in text.replace(" ", ""):
                return True
    return False


def _bare(text: str) -> str:
    """Return a text without what stands before its first and after its last letter or digit."""
    places = [place for place, character in enumerate(text) if character.isalnum()]
    return text[places[0] : places[-1] + 1] if places else text


if __name__ == "__main__":
    sys.exit(main())
