"""Small invented LaTeX papers by the thousand, each from its number alone, as arXiv's bulk tars hold them."""

import gzip
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

MONTH = "2601"
MTIME = 1_767_225_600  # 2026-01-01T00:00:00Z
PAPERS_PER_TAR = 1000
WORDS = (
    *(
        "spectral",
        "graph",
        "energy",
        "lattice",
        "neural",
        "sample",
        "variance",
        "kernel",
        "boundary",
        "layer",
    ),
    *("photon", "drift", "tensor", "field", "protein", "binding", "coastal", "erosion", "market", "signal"),
    *("network", "latency", "quantum", "dot", "polymer", "plasma", "orbit", "galaxy", "enzyme", "glacier"),
)

SOURCE = r"""\documentclass{article}
\usepackage{graphicx}
\title{TITLE}
\begin{document}
\maketitle
PROSE As Figure~\ref{f1} and Table~\ref{t1} show, it holds.
\begin{figure}\includegraphics{one.png}\caption{CAPTION1}\label{f1}\end{figure}
\begin{figure}\includegraphics{two.png}\caption{CAPTION2}\end{figure}
\begin{table}\caption{CAPTION3}\label{t1}
\begin{tabular}{lrr}\hline method & score & time \\ \hline ROWS \hline\end{tabular}\end{table}
\end{document}
"""


def invented_paper(number: int) -> bytes:
    """Return a gzipped tar with a paper of two figures and a table; the same number gives the same bytes."""
    rng = np.random.default_rng([20261121, number])

    def words(count: int) -> str:
        return " ".join(str(rng.choice(WORDS)) for _ in range(count))

    rows = "".join(
        f"{words(1)} {n} & {rng.uniform(0, 99):.2f} & {rng.integers(1, 9999)} \\\\ " for n in range(4)
    )
    text = SOURCE.replace("TITLE", words(6).title()).replace("PROSE", words(60)).replace("ROWS", rows)
    for part in (1, 2, 3):
        text = text.replace(f"CAPTION{part}", f"{words(9).capitalize()} in run {number}.")
    files = {"main.tex": text.encode(), "one.png": _plot(rng), "two.png": _plot(rng)}
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a gzipped tar of a paper's files, as arXiv has them; the same files give the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            _add(tar, name, data)
    return gzip.compress(out.getvalue(), compresslevel=1, mtime=MTIME)


def _plot(rng: np.random.Generator) -> bytes:
    """Return a small picture of bars and a curve that no other number has."""
    picture = Image.new("RGB", (160, 120), "white")
    draw = ImageDraw.Draw(picture)
    draw.line([(12, 6), (12, 108), (154, 108)], fill="black", width=2)
    colour = tuple(int(c) for c in rng.integers(0, 200, 3))
    for bar, height in enumerate(rng.integers(5, 100, int(rng.integers(4, 12)))):
        draw.rectangle([16 + bar * 12, 108 - int(height), 24 + bar * 12, 108], fill=colour)
    curve = [(14 + 7 * n, int(y)) for n, y in enumerate(rng.integers(8, 106, 20))]
    draw.line(curve, fill=tuple(int(c) for c in rng.integers(0, 255, 3)), width=2)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def write_bulk_tars(folder: Path, count: int, *, corpus: Path | None = None) -> None:
    """Write bulk tars with that many papers; of a corpus's bulk tars they are the members, under new ids."""
    folder.mkdir(parents=True, exist_ok=True)
    originals = list(_members(corpus)) if corpus else []
    for first in range(0, count, PAPERS_PER_TAR):
        path = folder / f"arXiv_src_{MONTH}_{first // PAPERS_PER_TAR + 1:03d}.tar"
        with tarfile.open(path, mode="w") as tar:
            for number in range(first, min(count, first + PAPERS_PER_TAR)):
                data = originals[number % len(originals)] if originals else invented_paper(number)
                _add(tar, f"{MONTH}/{MONTH}.{number + 1:05d}.gz", data)


def _members(corpus: Path) -> Iterator[bytes]:
    for path in sorted(corpus.rglob("arXiv_src_*.tar")):
        with tarfile.open(path) as tar:
            for member in tar:
                handle = tar.extractfile(member) if member.name.endswith(".gz") else None
                if handle is not None:
                    yield handle.read()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(data), MTIME
    tar.addfile(entry, io.BytesIO(data))
