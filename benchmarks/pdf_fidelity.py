"""Measure the PDF extractor against float positions that TeX itself wrote.

Run from the repository's root: `.venv/bin/python -m benchmarks.pdf_fidelity [--crops FOLDER]`. It needs
pdflatex (`apt-get install texlive-latex-extra texlive-publishers texlive-science`).

Papers of the corpus, of the sample and a few of our own are compiled with marks (`pdf_truth`). A float found
counts as right when kind and number agree and its region covers the true one with an intersection over union
of at least 0.8. Floats whose box shows no ink (their graphics file is missing or cannot be read by pdflatex)
are left out on both sides, and counted. Each difference is printed.

Leaves with status 1 where precision or recall are not above those that pdffigures2 publishes (94 % at 90 %),
with 2 where there is no TeX engine or no corpus. Compiled papers are kept below the system's folder for
temporary files, by the hash of their sources.
"""

import argparse
import itertools
import re
import shutil
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pymupdf

from benchmarks.pdf_papers import Source, corpus_sources, folder_sources, own_sources, sample_sources
from benchmarks.pdf_truth import Truth, compiled, read_marks, truths, turned
from extractors import images
from extractors.pdf import extract
from schemas.floats import Extraction, Float
from schemas.paper import Paper
from schemas.reject import RecordError

PRECISION, RECALL, IOU = 0.94, 0.90, 0.8  # pdffigures2's published figures, at its own threshold


def region_of(item: Float, heights: list[float]) -> tuple[int, tuple[float, float, float, float]]:
    graphic = item.graphics[0]
    x0, y0, x1, y1 = graphic.viewport or (0, 0, 0, 0)
    height = heights[graphic.page - 1]
    return graphic.page, (x0, height - y1, x1, height - y0)


def iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0) * max(high, 0)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def similarity(ours: str, theirs: str, number: str) -> float:
    """Return how alike two captions are, without the label that TeX's stretch of page includes."""
    theirs = re.sub(rf"^\W*\w+\.?\s+{re.escape(number)}\s*[.:|—–-]*\s*", "", theirs, flags=re.IGNORECASE)
    a, b = (re.sub(r"[\s\-‐]+", "", t).casefold() for t in (ours, theirs))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a or b else 1.0


@dataclass
class Score:
    """What the floats of one kind came to: true ones, found ones, right ones, and their captions' likeness."""

    true: int = 0
    found: int = 0
    right: int = 0
    captions: float = 0.0
    matched: int = 0

    @property
    def precision(self) -> float:
        """Share of the found floats that are right."""
        return self.right / max(self.found, 1)

    @property
    def recall(self) -> float:
        """Share of the true floats that were found right."""
        return self.right / max(self.true, 1)

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def __str__(self) -> str:
        return (
            f"true {self.true:3}  found {self.found:3}  right {self.right:3}  precision {self.precision:.3f}  "
            f"recall {self.recall:.3f}  captions {self.captions / max(self.matched, 1):.3f}"
        )


@dataclass
class Outcome:
    """One paper: its scores by kind, each difference in words, pages read and processor seconds."""

    scores: dict[str, Score]
    lines: list[str]
    pages: int
    seconds: float


def score_paper(source: Source, pdf: bytes, marks: str, crops: Path | None) -> Outcome:
    found, empty = truths(pdf, marks)
    pdf, found = turned(pdf, found, source.turn)
    paper = Paper(f"arxiv:{source.name}", {"paper.pdf": pdf})
    start = time.process_time()
    extraction = extract(paper)
    seconds = time.process_time() - start
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        heights = [float(page.rect.height) for page in document]
    out = Outcome({"figure": Score(), "table": Score()}, [], len(heights), seconds)
    if empty:
        out.lines.append(f"    {empty} floats show nothing")
    left = list(extraction.floats)
    for truth in found:
        match = next((f for f in left if f.kind == truth.kind and f.number == truth.number), None)
        out.scores[truth.kind].true += 1
        if match is None:
            out.lines.append(
                f"    missed {truth.kind} {truth.number} on page {truth.page}: {truth.caption[:60]}"
            )
            continue
        left.remove(match)
        score_float(out, match, truth, heights)
    out.lines += [f"    {f.label} on page {f.graphics[0].page} is not in TeX's list" for f in left]
    if marks_complete(source, marks, {(t.kind, t.number) for t in found}, empty):
        for item in left:
            out.scores[item.kind].found += 1
    out.lines += [f"    reject {r.label}: {r.reason} {r.detail}" for r in extraction.rejects]
    if crops is not None:
        save_crops(crops, source.name, extraction, paper)
    return out


def score_float(out: Outcome, match: Float, truth: Truth, heights: list[float]) -> None:
    page, region = region_of(match, heights)
    overlap = iou(region, truth.region) if page == truth.page else 0.0
    alike = similarity(match.caption, truth.caption, truth.number)
    out.scores[truth.kind] += Score(0, 1, int(overlap >= IOU), alike, 1)
    if overlap < IOU or alike < 0.9:
        box, want = ([round(v) for v in b] for b in (region, truth.region))
        out.lines.append(
            f"    {truth.kind} {truth.number} page {truth.page}: IoU {overlap:.2f} caption {alike:.2f} "
            f"{box} should be {want}"
        )
    if alike < 0.9:
        out.lines += [f"      ours   {match.caption[:200]!r}", f"      theirs {truth.caption[:200]!r}"]


UNMARKED = re.compile(
    rb"longtable|supertabular|xtabular|sideways(?:table|figure)|captionof|deluxetable|wraptable|wrapfigure"
)


def marks_complete(source: Source, marks: str, shown: set[tuple[str, str]], empty: int) -> bool:
    """Return whether TeX's list can be held against floats that it lacks.

    Captions outside of boxes that our marks reach (longtable, rotated floats and the like) are found rightly
    and would count as wrong.
    """
    if any(UNMARKED.search(data) for name, data in source.files.items() if name.endswith((".tex", ".sty"))):
        return source.name.startswith("own")
    return not empty and len(shown) == sum(1 for m in read_marks(marks) if m[0] == "CB")


def save_crops(folder: Path, name: str, extraction: Extraction, paper: Paper) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for item in extraction.floats:
        row = images.image_row(item.pair_id, item.graphics, paper.files, images.ImageParameters())
        (folder / f"{name}-{item.pair_id.split(':')[-1]}.{row.image_format}").write_bytes(row.image)


def main() -> int:
    parser = argparse.ArgumentParser(description="Score the PDF extractor against positions written by TeX.")
    default = Path(__file__).parents[1].parent / "shared" / "corpus"
    parser.add_argument("--corpus", type=Path, default=default)
    parser.add_argument("--only", help="papers whose group/name holds this: corpus/9901, also/")
    parser.add_argument("--crops", type=Path, help="folder for the images of what was found")
    parser.add_argument("--also", type=Path, action="append", default=[], help="folder of more TeX documents")
    options = parser.parse_args()
    if shutil.which("pdflatex") is None or not options.corpus.is_dir():
        lacks = "TeX engine (pdflatex)" if shutil.which("pdflatex") is None else f"corpus at {options.corpus}"
        print(f"There is no {lacks}, so there is no truth to compare with; nothing was measured.")
        return 2
    totals: dict[str, Score] = defaultdict(Score)
    pages, seconds = 0, 0.0
    for group, sources in (
        ("own", own_sources()),
        ("sample", sample_sources()),
        ("corpus", corpus_sources(options.corpus)),
        ("also", itertools.chain.from_iterable(folder_sources(folder) for folder in options.also)),
    ):
        for source in sources:
            if options.only and options.only not in f"{group}/{source.name}":
                continue
            outcome = outcome_of(source, options.crops)
            if isinstance(outcome, str):
                print(f"{source.name:22} {outcome}")
                continue
            both = outcome.scores["figure"] + outcome.scores["table"]
            print(f"{source.name:22} {both}", *outcome.lines, sep="\n", flush=True)
            pages, seconds = pages + outcome.pages, seconds + outcome.seconds
            for name, score in (*outcome.scores.items(), (group, both), ("all", both)):
                totals[name] += score
    print("\nby kind and by origin of the paper")
    for name in ("own", "sample", "corpus", "also", "figure", "table", "all"):
        print(f"{name:22} {totals[name]}")
    print(f"{pages} pages, {pages / max(seconds, 1e-9):.0f} a second on one core")
    whole = totals["all"]
    kept = whole.precision > PRECISION and whole.recall > RECALL
    print(
        f"bounds: precision above {PRECISION} and recall above {RECALL} at IoU {IOU}: "
        f"{'kept' if kept else 'MISSED'}"
    )
    return 0 if kept else 1


def outcome_of(source: Source, crops: Path | None) -> Outcome | str:
    """Return what came of a paper, or why it could not be compiled or read."""
    result = compiled(source)
    if isinstance(result, str):
        return f"not compiled: {result}"
    try:
        return score_paper(source, *result, crops)
    except RecordError as error:
        return f"rejected: {error}"


if __name__ == "__main__":
    sys.exit(main())
