r"""Where TeX itself put the floats of a paper: compiles it with marks, and reads what they say.

A preamble of ours has TeX write where each float's box, and each caption in it, came to stand (\pdfsavepos).
TeX's boxes have white margins, so the true region of a float is the tight box around what the rendered page
shows inside the float's box above or below its caption.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymupdf

from benchmarks.pdf_papers import Source

VERSION = "4"  # of the preamble: compiled papers of other versions are not taken
_SP = 72 / 72.27 / 65536  # big points of a scaled point
_DPI = 144

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
\makeatother
"""


@dataclass(frozen=True)
class Truth:
    """A float as TeX set it: boxes in points from the upper left of the page as displayed."""

    kind: str
    number: str
    page: int
    region: tuple[float, float, float, float]
    caption: str


def compiled(source: Source) -> tuple[bytes, str] | str:
    """Return the PDF and what TeX wrote of its floats, or why there is none."""
    digest = hashlib.sha256((VERSION + PREAMBLE + source.main + "boxes" * source.boxes).encode())
    for name in sorted(source.files):
        digest.update(name.encode() + b"\0" + hashlib.sha256(source.files[name]).digest())
    kept = Path(tempfile.gettempdir()) / "scimmir-pdf-fidelity" / digest.hexdigest()[:24]
    if not kept.is_dir():
        kept.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as scratch:
            problem = compile_in(Path(scratch), source, kept)
        if problem:
            (kept / "problem").write_text(problem)
    if not (kept / "paper.pdf").is_file():
        return (kept / "problem").read_text() if (kept / "problem").is_file() else "no PDF"
    return (kept / "paper.pdf").read_bytes(), (kept / "truth.txt").read_text(errors="replace")


def compile_in(folder: Path, source: Source, kept: Path) -> str | None:
    for name, data in source.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    main = folder / source.main
    (main.parent / "zztruth.tex").write_text(PREAMBLE)
    demo = r"\PassOptionsToPackage{demo}{graphicx}" if source.boxes else ""
    job = demo + rf"\AddToHook{{begindocument/end}}{{\input{{zztruth}}}}\input{{{main.name}}}"
    environment = dict(os.environ, openin_any="p", openout_any="p", TEXMFVAR=str(folder / ".texmf"))
    for _ in range(2):
        try:
            done = subprocess.run(
                ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-jobname=paper", job],
                cwd=main.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=150,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "pdflatex needs more than 150 s"
    pdf, truth = main.parent / "paper.pdf", main.parent / "truth.txt"
    if not pdf.is_file() or not truth.is_file():
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        return next((line[:150] for line in lines if line.startswith("!")), "pdflatex gives no PDF")
    shutil.copy(pdf, kept / "paper.pdf")
    shutil.copy(truth, kept / "truth.txt")
    return None


def read_marks(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.replace("\r", "").splitlines() if line.count("|") >= 4]


def truths(pdf: bytes, marks_text: str) -> tuple[list[Truth], int]:
    """Return the true floats, and how many were left out because they show nothing."""
    marks = read_marks(marks_text)
    boxes: dict[tuple[str, str], list[list[str]]] = {}
    for mark in marks:
        if mark[0] in ("FB", "FE", "MB", "ME"):
            boxes.setdefault((mark[0][0], mark[1]), []).append(mark)
    captions: list[tuple[list[str], list[str]]] = []
    begun: list[str] | None = None
    for mark in marks:
        if mark[0] == "CB":
            begun = mark
        elif mark[0] == "CE" and begun is not None:
            captions.append((begun, mark))
            begun = None
    per_float: dict[str, int] = {}
    for first, _ in captions:
        per_float[first[1]] = per_float.get(first[1], 0) + 1
    found, empty = [], 0
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        inks: dict[int, np.ndarray] = {}
        for first, last in captions:
            inner = per_float[first[1]] > 1 or first[1] == "0"
            box = boxes.get(("M", first[4])) if inner else boxes.get(("F", first[1]))
            if not box or len(box) != 2 or box[0][-1] != box[1][-1]:
                continue
            page_index = int(box[0][-1]) - 1
            if not 0 <= page_index < document.page_count:
                continue
            page = document[page_index]
            if page_index not in inks:
                inks[page_index] = ink(page)
            truth = truth_of(page, inks[page_index], box, first, last)
            if truth is None:
                empty += 1
            else:
                found.append(truth)
    return found, empty


def ink(page: pymupdf.Page) -> np.ndarray:
    pixmap = page.get_pixmap(dpi=_DPI, colorspace=pymupdf.csGRAY)
    grey = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)[
        :, : pixmap.width
    ]
    return grey < 246


def truth_of(
    page: pymupdf.Page, mask: np.ndarray, box: list[list[str]], first: list[str], last: list[str]
) -> Truth | None:
    height = page.rect.height
    left = int(box[0][-3]) * _SP
    right = left + float(box[1][2].removesuffix("pt")) * 72 / 72.27
    top, bottom = height - int(box[0][-2]) * _SP, height - int(box[1][-2]) * _SP
    size = float(first[5])
    start, end = height - int(first[-2]) * _SP - 0.85 * size, height - int(last[-2]) * _SP + 0.35 * size
    words = page.get_text("words")
    for word in words:  # a label on a line of its own, above the caption's text
        if (
            re.fullmatch(r"(?i)(tab|fig).*", word[4])
            and left - 2 <= word[0] <= right
            and start - 2 * size <= word[1] < start
        ):
            start = word[1] - 0.5
    parts = [tight(mask, (left, top - 1, right, start)), tight(mask, (left, end, right, bottom + 1))]
    parts = [p for p in parts if p is not None and p[2] - p[0] > 6 and p[3] - p[1] > 6]
    if not parts:
        return None
    region = (
        min(p[0] for p in parts),
        min(p[1] for p in parts),
        max(p[2] for p in parts),
        max(p[3] for p in parts),
    )
    region = grown(mask, region)
    clip = pymupdf.Rect(left - 2, start, right + 2, end)
    words = [w for w in words if clip.contains(pymupdf.Point((w[0] + w[2]) / 2, (w[1] + w[3]) / 2))]
    if not words:  # the caption is beyond the page's edge: nobody could find it
        return None
    return Truth(first[2], first[3].strip(), page.number + 1, region, " ".join(w[4] for w in words))


def tight(
    mask: np.ndarray, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float] | None:
    s = _DPI / 72
    x0, y0, x1, y1 = (max(int(v * s + 0.5), 0) for v in box)
    part = mask[y0:y1, x0:x1]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    return ((x0 + columns[0]) / s, (y0 + rows[0]) / s, (x0 + columns[-1] + 1) / s, (y0 + rows[-1] + 1) / s)


def grown(mask: np.ndarray, region: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return the region with what runs on across the sides of TeX's box, up to 4 pt of white."""
    s, (x0, y0, x1, y1) = _DPI / 72, region
    columns = mask[int(y0 * s) : int(y1 * s), :].any(axis=0)
    a, b, gap = int(x0 * s), int(x1 * s) - 1, int(4 * s)
    while a > 0 and columns[max(a - gap, 0) : a].any():
        a = max(a - gap, 0) + int(np.flatnonzero(columns[max(a - gap, 0) : a])[0])
    while b < len(columns) - 1 and columns[b + 1 : b + 1 + gap].any():
        b = b + 1 + int(np.flatnonzero(columns[b + 1 : b + 1 + gap])[-1])
    return (min(x0, a / s), y0, max(x1, (b + 1) / s), y1)


def turned(pdf: bytes, found: list[Truth], turn: int) -> tuple[bytes, list[Truth]]:
    """Return the paper with its pages rotated, and its truth moved with them."""
    if not turn:
        return pdf, found
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        for page in document:
            page.set_rotation(turn)
        matrix = document[0].rotation_matrix
        moved = [
            Truth(t.kind, t.number, t.page, tuple((pymupdf.Rect(t.region) * matrix).normalize()), t.caption)
            for t in found
        ]
        return document.tobytes(), moved
