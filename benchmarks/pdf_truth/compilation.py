r"""Papers compiled with pdflatex, and where TeX says that their floats stand.

A preamble of ours has TeX write where each float's box, and each caption in it, came to stand
(\pdfsavepos), and which numbers were given to captions at all. TeX's boxes have white margins, so the true
region of a float is the tight box around what the rendered page shows inside the float's box above and below
its caption.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.pdf_truth.shims import supply
from extractors.mupdf import mupdf
from extractors.pdf.page.pieces import Box, Frame

VERSION = "10"  # of the preamble and the shims: compiled papers of other versions are not taken
_SP = 72 / 72.27 / 65536  # big points of a scaled point
_DPI = 144
_ROUNDS = 14  # runs of pdflatex, each after something missing was supplied
_SECONDS = 100

Mask = npt.NDArray[np.bool_]

PREAMBLE = r"""\makeatletter
\newwrite\truth@file \immediate\openout\truth@file=truth.txt
\newcount\truth@count \newcount\truth@minis
\def\truth@id{0}\def\truth@mini{0}
\protected\def\truth@at#1{\pdfsavepos
  \begingroup\protected@edef\truth@x{#1}\edef\truth@x{\endgroup\noexpand\write\noexpand\truth@file{%
  \unexpanded\expandafter{\truth@x}|\noexpand\the\noexpand\pdflastxpos|\noexpand\the\noexpand\pdflastypos
  |\noexpand\the\noexpand\ReadonlyShipoutCounter}}\truth@x}
\def\truth@fb{\global\advance\truth@count1 \edef\truth@id{\the\truth@count}\def\truth@mini{0}%
  \truth@at{FB|\truth@id|\the\hsize}}
\let\truth@xfloat\@xfloat \def\@xfloat#1[#2]{\truth@xfloat{#1}[#2]\truth@fb}
\let\truth@endfloatbox\@endfloatbox
\def\@endfloatbox{\par\truth@at{FE|\truth@id|\the\hsize}\truth@endfloatbox}
\let\truth@minipage\@iiiminipage
\def\@iiiminipage#1#2[#3]#4{\truth@minipage{#1}{#2}[{#3}]{#4}\global\advance\truth@minis1
  \edef\truth@mini{\the\truth@minis}\truth@at{MB|\truth@mini|\the\hsize}}
\let\truth@endminipage\endminipage
\def\endminipage{\par\truth@at{ME|\truth@mini|\the\hsize}\truth@endminipage}
\protected\def\truth@cap#1{\begingroup\def\x{figure}\ifx\x\@captype\truth@mark{#1}\else
  \def\x{table}\ifx\x\@captype\truth@mark{#1}\fi\fi\endgroup}
\def\truth@mark#1{\leavevmode\truth@at{C#1|\truth@id|\@captype|\csname the\@captype\endcsname|\truth@mini|\f@size}}
\let\truth@caption\@caption
\long\def\@caption#1[#2]#3{\truth@caption{#1}[{#2}]{\truth@cap{B}#3\truth@cap{E}}}
\let\truth@contents\addcontentsline
\def\truth@number#1#2{\begingroup\def\x{#1}\def\y{#2}\ifx\x\y
  \protected@edef\x{\csname the#1\endcsname}\immediate\write\truth@file{A|#1|\x|0|0}\fi\endgroup}
\def\addcontentsline#1#2#3{\truth@number{figure}{#2}\truth@number{table}{#2}\truth@contents{#1}{#2}{#3}}
\ifx\Grot@start\@undefined\else \let\truth@turn\Grot@start \let\truth@turned\Grot@end
  \def\Grot@start{\truth@at{R|\Grot@cos|\Grot@sin}\truth@turn}
  \def\Grot@end{\truth@turned\truth@at{U|0|0}}\fi
\makeatother
"""


@dataclass(frozen=True)
class Source:
    """A paper to compile; `turn` is the rotation that its pages are given afterwards."""

    name: str
    group: str
    files: Mapping[str, bytes]
    main: str
    turn: int = 0


@dataclass(frozen=True)
class Truth:
    """A float as TeX set it: boxes in points from the upper left of the page as displayed."""

    kind: str
    number: str
    page: int
    region: Box
    caption: str
    beside: bool = False  # its caption stands at its side


@dataclass(frozen=True)
class Truths:
    """The true floats of a paper, the kinds and numbers of all captions, and how many floats show nothing."""

    floats: tuple[Truth, ...]
    captioned: frozenset[tuple[str, str]]
    empty: int


def compiled(source: Source) -> tuple[bytes, str] | str:
    """Return the PDF and what TeX wrote of its floats, or why there is none."""
    digest = hashlib.sha256((VERSION + PREAMBLE + source.main).encode())
    for name in sorted(source.files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(source.files[name]).digest())
    kept = Path(tempfile.gettempdir()) / "scimmir-pdf-fidelity" / digest.hexdigest()[:24]
    if not kept.is_dir():
        kept.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            problem = _compile_in(Path(scratch), source, kept)
        if problem:
            (kept / "problem").write_text(problem)
    if not (kept / "paper.pdf").is_file():
        return (kept / "problem").read_text() if (kept / "problem").is_file() else "no PDF"
    return (kept / "paper.pdf").read_bytes(), (kept / "truth.txt").read_text(errors="replace")


def _compile_in(folder: Path, source: Source, kept: Path) -> str | None:
    for name, data in source.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    main = folder / source.main
    (main.parent / "zztruth.tex").write_text(PREAMBLE)
    supplied: set[str] = set()
    runs, said = 0, ""
    for _ in range(_ROUNDS):
        output = _run(main)
        if output is None:
            return f"pdflatex needs more than {_SECONDS} s"
        said = output
        if supply(main.parent, said, supplied):
            runs = 0
            continue
        runs += 1
        if runs == 2:
            break
    pdf, truth = main.parent / "paper.pdf", main.parent / "truth.txt"
    if not pdf.is_file() or not truth.is_file():
        return next(
            (line[:150] for line in said.splitlines() if line.startswith("!")), "pdflatex gives no PDF"
        )
    shutil.copy(pdf, kept / "paper.pdf")
    shutil.copy(truth, kept / "truth.txt")
    return None


def _run(main: Path) -> str | None:
    """Run pdflatex once; return what it says, None where it does not end in time."""
    job = rf"\AddToHook{{begindocument/end}}{{\input{{zztruth}}}}\input{{{main.name}}}"
    environment = dict(os.environ, openin_any="p", openout_any="p", max_print_line="1000")
    (main.parent / "paper.pdf").unlink(missing_ok=True)
    try:
        done = subprocess.run(
            ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-jobname=paper", job],
            cwd=main.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode("utf-8", "replace")


def truths(pdf: bytes, marks_text: str) -> Truths:
    """Return the true floats of a compiled paper."""
    lines = marks_text.replace("\r", "").splitlines()
    marks = _placed([line.split("|") for line in lines if line.count("|") >= 4])
    boxes: dict[tuple[str, str], list[list[str]]] = {}
    for mark in marks:
        if mark[0] in ("FB", "FE", "MB", "ME"):
            boxes.setdefault((mark[0][0], mark[1]), []).append(mark)
    captions = _captions(marks)
    numbered = frozenset((m[1], m[2].strip()) for m in marks if m[0] == "A")
    per_float: dict[str, int] = {}
    for first, _ in captions:
        per_float[first[1]] = per_float.get(first[1], 0) + 1
    found, empty = [], 0
    inks: dict[int, Mask] = {}
    with mupdf().open(stream=pdf, filetype="pdf") as document:
        for first, last in captions:
            inner = per_float[first[1]] > 1 or first[1] == "0"
            box = boxes.get(("M", first[4])) if inner else boxes.get(("F", first[1]))
            if not box or len(box) != 2 or box[0][-1] != box[1][-1]:
                continue
            index = int(box[0][-1]) - 1
            if not 0 <= index < document.page_count:
                continue
            if index not in inks:
                inks[index] = _ink(document[index])
            truth = _truth_of(document[index], inks[index], box, first, last)
            empty += truth is None
            found += [truth] if truth else []
        for mark in (m for m in marks if m[0] == "G"):
            found = [t for t in found if (t.kind, t.number) != (mark[1], mark[2])]
            found += _marked(document, inks, mark)
    known = numbered | {(t.kind, t.number) for t in found}
    return Truths(tuple(found), known, empty)


def _marked(document: Any, inks: dict[int, Mask], mark: list[str]) -> list[Truth]:
    """Return the float whose body's box TeX wrote itself, as those with a caption beside them have it."""
    _, kind, number, *sizes, caption, x, y, page = mark
    index = int(page) - 1
    inks.setdefault(index, _ink(document[index]))
    left, base = int(x) * _SP, float(document[index].rect.height) - int(y) * _SP
    width, height, depth = (float(size.removesuffix("pt")) * 72 / 72.27 for size in sizes)
    region = _tight(inks[index], (left - 0.5, base - height - 0.5, left + width + 0.5, base + depth + 0.5))
    return [] if region is None else [Truth(kind, number, index + 1, region, caption, beside=True)]


def _placed(marks: list[list[str]]) -> list[list[str]]:
    """Return the marks where they come to stand: pdfTeX writes them as if boxes were never rotated.

    A caption in a rotated box is one of its own minipage; that of the float lies around the rotated box.
    """
    out: list[list[str]] = []
    turns: list[tuple[float, float, int, int]] = []
    for mark in marks:
        if mark[0] == "U":
            turns = turns[:-1]
        elif mark[0] == "R":
            turns.append((float(mark[1]), float(mark[2]), int(mark[3]), int(mark[4])))
        elif mark[0] != "A" and turns:
            x, y = int(mark[-3]), int(mark[-2])
            for cos, sin, x0, y0 in reversed(turns):
                dx, dy = x - x0, y - y0
                x, y = round(x0 + cos * dx - sin * dy), round(y0 + sin * dx + cos * dy)
            inner = "0" if mark[0] in ("CB", "CE") and turns[-1][1] else mark[1]
            out.append([mark[0], inner, *mark[2:-3], str(x), str(y), mark[-1]])
        else:
            out.append(mark)
    return out


def _captions(marks: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    begun: list[str] | None = None
    for mark in marks:
        if mark[0] == "CB":
            begun = mark
        elif mark[0] == "CE" and begun is not None:
            found.append((begun, mark))
            begun = None
    return found


def _ink(page: Any) -> Mask:
    pixmap = page.get_pixmap(dpi=_DPI, colorspace=mupdf().csGRAY)
    grey = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    return np.asarray(grey[:, : pixmap.width] < 246)


def _truth_of(page: Any, mask: Mask, box: list[list[str]], first: list[str], last: list[str]) -> Truth | None:
    """Return a float; None where its box shows no ink or its caption no word."""
    # In a float set sideways TeX's next line lies to the right; the page is looked at turned by a quarter.
    sideways = abs(int(box[0][-2]) - int(box[1][-2])) * _SP < 1 < abs(int(box[0][-3]) - int(box[1][-3])) * _SP
    frame = Frame(1 if sideways else 0, float(page.rect.width), float(page.rect.height))
    mask = np.rot90(mask, -frame.quarter)

    def place(mark: list[str]) -> tuple[float, float]:
        x, y = int(mark[-3]) * _SP, frame.height - int(mark[-2]) * _SP
        inside = frame.inside((x, y, x, y))
        return inside[0], inside[1]

    (left, top), (_, bottom) = place(box[0]), place(box[1])
    right = left + float(box[1][2].removesuffix("pt")) * 72 / 72.27
    size = float(first[5])
    start, end = place(first)[1] - 0.85 * size, place(last)[1] + 0.35 * size
    words = [(frame.inside(word[:4]), word[4]) for word in page.get_text("words")]
    for (x0, y0, *_), text in words:  # a label on a line of its own, above the caption's text
        if re.match(r"(?i)tab|fig", text) and left - 2 <= x0 <= right and start - 2 * size <= y0 < start:
            start = y0 - 0.5
    parts = [_tight(mask, (left, top - 1, right, start)), _tight(mask, (left, end, right, bottom + 1))]
    shown = [p for p in parts if p is not None and p[2] - p[0] > 6 and p[3] - p[1] > 6]
    if not shown:
        return None
    region = (
        min(p[0] for p in shown),
        min(p[1] for p in shown),
        max(p[2] for p in shown),
        max(p[3] for p in shown),
    )
    caption = [
        text
        for (x0, y0, x1, y1), text in words
        if left - 2 <= (x0 + x1) / 2 <= right + 2 and start <= (y0 + y1) / 2 <= end
    ]
    if not caption:  # the caption is beyond the page's edge: nobody could find it
        return None
    region = frame.outside(_grown(mask, region))
    return Truth(first[2], first[3].strip(), page.number + 1, region, " ".join(caption))


def _tight(mask: Mask, box: Box) -> Box | None:
    s = _DPI / 72
    x0, y0, x1, y1 = (max(int(v * s + 0.5), 0) for v in box)
    part = mask[y0:y1, x0:x1]
    rows, columns = np.flatnonzero(np.any(part, axis=1)), np.flatnonzero(np.any(part, axis=0))
    if not len(rows):
        return None
    return (
        (x0 + int(columns[0])) / s,
        (y0 + int(rows[0])) / s,
        (x0 + int(columns[-1]) + 1) / s,
        (y0 + int(rows[-1]) + 1) / s,
    )


def _grown(mask: Mask, region: Box) -> Box:
    """Return the region with what runs on across the sides of TeX's box, up to 4 pt of white."""
    s, (x0, y0, x1, y1) = _DPI / 72, region
    columns = np.asarray(np.any(mask[int(y0 * s) : int(y1 * s), :], axis=0))
    a, b, gap = int(x0 * s), int(x1 * s) - 1, int(4 * s)
    while a > 0 and columns[max(a - gap, 0) : a].any():
        a = max(a - gap, 0) + int(np.flatnonzero(columns[max(a - gap, 0) : a])[0])
    while b < len(columns) - 1 and columns[b + 1 : b + 1 + gap].any():
        b = b + 1 + int(np.flatnonzero(columns[b + 1 : b + 1 + gap])[-1])
    return (min(x0, a / s), y0, max(x1, (b + 1) / s), y1)


def turned(pdf: bytes, found: Truths, turn: int) -> tuple[bytes, Truths]:
    """Return the paper with its pages rotated, and its truth moved with them."""
    if not turn:
        return pdf, found
    with mupdf().open(stream=pdf, filetype="pdf") as document:
        for page in document:
            page.set_rotation(turn)
        matrix = document[0].rotation_matrix
        moved = []
        for truth in found.floats:
            x0, y0, x1, y1 = (mupdf().Rect(truth.region) * matrix).normalize()
            moved.append(replace(truth, region=(x0, y0, x1, y1)))
        return document.tobytes(), Truths(tuple(moved), found.captioned, found.empty)
