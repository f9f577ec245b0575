"""The title as the first page prints it."""

import re
from collections.abc import Sequence

from extractors.pdf.page.pieces import Piece
from extractors.pdf.page.words import joined, readable

_TOP = 0.6  # share of the page above which the title stands
_LONGEST = 400
_WORD = re.compile(r"[^\W\d_]{2,}")
_ODD = re.compile(
    r"^(?:untitled|microsoft word|.*\.(?:docx?|tex|dvi|pdf|qxd|indd)$|arxiv:|\d+$)", re.IGNORECASE
)


def read_title(pieces: Sequence[Piece], *, height: float, declared: str, known: frozenset[str]) -> str | None:
    """Return the lines in the largest type on the upper part of the first page, else the declared title.

    Args:
        pieces: the first page's pieces from top to bottom.
        height: of that page.
        declared: title in the PDF's metadata, which is often empty or a file name.
        known: the paper's words, by which cut words are joined.
    """
    upper = [p for p in pieces if not p.turned and p.box[3] < _TOP * height and _WORD.search(p.text)]
    sizes = sorted({round(p.size, 1) for p in upper}, reverse=True)
    for size in sizes[:4]:
        lines = [p for p in upper if abs(p.size - size) < 0.3]
        text = joined([p.text for p in _run(lines)], known)
        if len(_WORD.findall(text)) >= 2 and len(text) <= _LONGEST:
            return text
    declared = readable(declared)
    return None if not declared or _ODD.match(declared) else declared[:_LONGEST]


def _run(lines: Sequence[Piece]) -> list[Piece]:
    """Return the first of the lines with those that follow without a wide gap."""
    run: list[Piece] = []
    for line in lines:
        if run and line.box[1] - run[-1].box[3] > 1.2 * line.height:
            break
        run.append(line)
    return run
