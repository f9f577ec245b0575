"""Lines to learn from: what RapidOCR reads in the pictures of a release, and drawn and typeset ones of known text."""

import functools
import multiprocessing
import pickle
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.ocr.drawing import FONTS, draw_line, table_text
from benchmarks.ocr.student.typeset import set_lines, texts_of
from extractors.ocr import model_files, rapidocr_engine
from extractors.ocr.engine import Pixels, rgb_array
from extractors.ocr.networks import Network, choose_runtime, load_network
from extractors.ocr.recogniser import Recogniser, load_recogniser
from extractors.ocr.recognition import HEIGHT, Reading, is_level
from extractors.ocr.student import ROWS
from runtime.pictures import opencv
from schemas.reject import RecordError
from warehouse.versions import pair_files

WIDEST = 1600  # pixels of a line 48 high: a longer one is left out
LONGEST = 60  # letters of a line that is set
SURE = 0.35  # what the teacher reads with less in some letter teaches nothing
PICTURES = 12  # whose lines the teacher reads together
SIGNS = "±×−–≤≥≈<>=%$*†‡()[]/.,:;+-'\"&#αβγδλμσχΩ²³°→√∞"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CHINESE = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
CHINESE_FONTS = ("china-s", "china-t", "japan", "korea")
MORE_FONTS = ("helv", "tiro", "cour", "hebo", "tibo")
SUFFIXES = ("", "", "%", "*", "**", "†")


@dataclass(frozen=True)
class Line:
    """A line as the student sees it, 32 px high, with its width for 48; and what it says."""

    paper: str
    kind: str  # of the picture, or drawn or typeset
    gray: Pixels
    text: str
    sure: bool  # whether the teacher was


def lines_of(release: Path, figures: int, seed: int) -> Iterator[Line]:
    """Yield the level lines that OCR finds in all tables of a release and in some of its figures."""
    rows = [
        row
        for path in pair_files(release)
        for row in pq.read_table(path, columns=["pair_id", "paper_id", "kind", "image"]).to_pylist()
    ]
    rows.sort(key=lambda row: row["pair_id"])
    chosen = [row for row in rows if row["kind"] == "figure"]
    random.Random(seed).shuffle(chosen)
    wanted = [row for row in rows if row["kind"] == "table"] + chosen[:figures]
    lots = [wanted[start : start + PICTURES] for start in range(0, len(wanted), PICTURES)]
    with multiprocessing.get_context("spawn").Pool() as pool:
        for number, found in enumerate(pool.imap(_lines_in, lots), 1):
            print(f"{number} of {len(lots)} lots of {PICTURES} pictures read", flush=True)
            yield from found


def _lines_in(rows: Sequence[dict[str, Any]]) -> list[Line]:
    """Return the lines of some pictures; this runs in a worker."""
    find, teacher = _teacher()
    part = [
        (row, rapidocr_engine.find_in(find, picture))
        for row in rows
        if (picture := _decoded(row)) is not None
    ]
    readings = teacher.read([found.cut for _, found in part])
    return [
        line
        for (row, found), said in zip(part, readings, strict=True)
        for cut, reading in zip(found.cut, said, strict=True)
        for line in _line(row, cut, reading)
    ]


@functools.cache
def _teacher() -> tuple[Network, Recogniser]:
    runtime = choose_runtime()
    detector, recogniser = (path.read_bytes() for path in model_files())
    return load_network(detector, runtime), load_recogniser(recogniser, runtime, student=None)


def _decoded(row: dict[str, Any]) -> Pixels | None:
    try:
        return rgb_array(row["image"]["bytes"])
    except RecordError:
        return None


def _line(row: dict[str, Any], cut: Pixels, reading: Reading) -> Iterator[Line]:
    if is_level(cut) and HEIGHT * cut.shape[1] <= WIDEST * cut.shape[0]:
        sure = not reading.text or reading.least >= SURE
        yield Line(str(row["paper_id"]), str(row["kind"]), seen(cut), reading.text, sure)


def seen(line: Pixels) -> Pixels:
    """Return a line in gray, 32 px high and as wide as if it were 48."""
    cv2 = opencv()
    wide = max(1, round(HEIGHT * line.shape[1] / line.shape[0]))
    small: Pixels = cv2.resize(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), (wide, ROWS))
    return small


def drawn_lines(count: int, chance: random.Random) -> Iterator[Line]:
    """Yield lines as tables have them, of letters and signs at random, and some in Chinese."""
    for number in range(count):
        kind = chance.random()
        if kind < 0.55:
            picture, text = draw_line(chance, table_text)
        elif kind < 0.8:
            picture, text = draw_line(chance, _at_random, MORE_FONTS)
        elif kind < 0.92:
            picture, text = draw_line(chance, _decorated, FONTS)
        else:
            picture, text = draw_line(chance, _chinese, CHINESE_FONTS)
        if text.strip() and is_level(picture) and HEIGHT * picture.shape[1] <= WIDEST * picture.shape[0]:
            yield Line(f"drawn {number % 10}", "drawn", seen(picture), text, True)


def _at_random(chance: random.Random) -> str:
    return "".join(chance.choices(LETTERS + SIGNS + " ", k=chance.randint(1, 10))).strip() or "0"


def _decorated(chance: random.Random) -> str:
    number = f"{chance.uniform(0, 10 ** chance.randint(0, 4)):.{chance.randint(0, 4)}f}"
    after = (
        *SUFFIXES,
        f" (0.{chance.randint(0, 99)})",
        f"±{chance.uniform(0, 9):.2f}",
        f"−{chance.randint(0, 9)}",
    )
    return ("-" if chance.random() < 0.3 else "") + number + chance.choice(after)


def _chinese(chance: random.Random) -> str:
    return "".join(chance.choices(CHINESE, k=chance.randint(1, 6)))


def typeset_lines(release: Path, count: int, chance: random.Random) -> Iterator[Line]:
    """Yield lines set as our own tables are, of a release's cells and captions."""
    cells, sentences = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for path in pair_files(release):
        for row in pq.read_table(path, columns=["paper_id", "caption", "table_text"]).to_pylist():
            if row["caption"].split():
                sentences[row["paper_id"]].append(row["caption"])
            found = re.split(r"[\t\n]", row["table_text"] or "")
            cells[row["paper_id"]] += [cell for cell in found if cell.strip() and len(cell) < LONGEST]
    papers = [(paper, cells[paper], sentences[paper]) for paper in sorted(sentences)]
    wanted = [(paper, text) for paper, text in texts_of(papers, count, chance) if len(text) < LONGEST]
    pictures = set_lines([text for _, text in wanted], chance)
    for (paper, _), (picture, text) in zip(wanted, pictures, strict=True):
        if is_level(picture) and HEIGHT * picture.shape[1] <= WIDEST * picture.shape[0]:
            yield Line(paper, "typeset", seen(picture), text, True)


def read_once(path: Path, releases: Sequence[Path], *, figures: int, seed: int) -> list[Line]:
    """Return the lines of a file, which is written first where it is not there: reading takes minutes."""
    if not path.exists():
        lines = [line for release in releases for line in lines_of(release, figures, seed)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(lines))
    found: list[Line] = pickle.loads(path.read_bytes())  # ours, of the same command
    return found
