"""How wide a table's columns will be: which of them are wrapped, and where long words may break.

All widths are in digits of normal size; they are estimates that decide about line breaks only.
"""

import re
import unicodedata
from dataclasses import dataclass

from extractors.tables import Grid, Run, inline_text, runs_of

COLUMN_GAP = 2.4  # distance between columns, in digits

EM = 0.5  # a digit of Computer Modern, in em


class _CharacterWidths(dict[str, float]):
    """Characters against a digit; what is not listed counts as 1, and as 2 in the scripts of East Asia."""

    def __missing__(self, character: str) -> float:
        return 2.0 if unicodedata.east_asian_width(character) in "WF" else 1.0


_EAST_ASIAN = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]")
_WIDTHS = _CharacterWidths(
    {
        **dict.fromkeys(map(chr, range(32, 127)), 1.0),
        **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ%&@+=<>−±×→∞∑", 1.5),
        **dict.fromkeys("MWmw—…", 1.9),
        **dict.fromkeys("bdhknpquvxy", 1.1),
        **dict.fromkeys("ijlt.,:;'!|()[]- ‘’", 0.66),
    }
)


@dataclass(frozen=True)
class Widths:
    """Column widths: what the cells need, and what a wrapped column gets (else None)."""

    natural: tuple[float, ...]
    wrapped: tuple[float | None, ...]

    def spanned(self, start: int, colspan: int) -> float:
        """Return the width of a cell over these columns."""
        columns = range(start, start + colspan)
        set_widths = (self.natural[x] if (w := self.wrapped[x]) is None else w for x in columns)
        return sum(set_widths) + COLUMN_GAP * (colspan - 1)


def line_width(html: str) -> float:
    """Return how wide a cell's longest line is."""
    width = longest = 0.0
    for run in runs_of(html):
        if run.newline:
            longest, width = max(longest, width), 0.0
        width += _run_width(run)
    return max(longest, width)


def _run_width(run: Run) -> float:
    return sum(map(_WIDTHS.__getitem__, run.text)) * scale_of(run)


def scale_of(run: Run) -> float:
    """Return how much wider than normal a run's tags make it."""
    if "sup" in run.styles or "sub" in run.styles:
        return 0.7
    return 1.15 if "b" in run.styles or "code" in run.styles else 1.0


def column_widths(grid: Grid, *, line: float, shortest: float) -> Widths:
    """Return the widths with which a table fits into a line, wrapping no column to less than `shortest`."""
    natural = [1.0] * grid.columns
    words = [1.0] * grid.columns
    for p in grid.placed:
        if p.cell.colspan == 1:
            natural[p.column] = max(natural[p.column], line_width(p.cell.html))
            words[p.column] = max(words[p.column], _longest_word(p.cell.html))
    cap = _wrap_cap(natural, line, shortest)
    # Rather a table somewhat wider than the line than words broken in two.
    wrapped = [max(cap, min(word * 1.05, cap * 1.6)) for word in words]
    pairs = zip(natural, wrapped, strict=True)
    return Widths(tuple(natural), tuple(w if width > w else None for width, w in pairs))


def _longest_word(html: str) -> float:
    scale = max((scale_of(run) for run in runs_of(html)), default=1.0)
    text = inline_text(html)
    if not text.isascii():
        text = _EAST_ASIAN.sub(" ", text)  # lines break between any two of these
    return max((sum(map(_WIDTHS.__getitem__, word)) for word in text.split()), default=0.0) * scale


def _wrap_cap(natural: list[float], line: float, shortest: float) -> float:
    """Return the width to which the widest columns are cut so that all together fit into a line."""
    left = line - COLUMN_GAP * (len(natural) - 1)
    ordered = sorted(natural)
    for i, width in enumerate(ordered):
        share = left / (len(ordered) - i)
        if width > share:
            return max(share, shortest)
        left -= width
    return ordered[-1]


def breakable(text: str, word: float, width: float, scale: float) -> tuple[str, float]:
    """Return the text with invisible break points in words that would stick out of their column.

    `word` is the width of the word that the text continues; that of its own last word comes back, too.
    """
    out = []
    for character in text:
        word = 0.0 if character.isspace() else word + _WIDTHS[character] * scale
        if word > 0.95 * width:
            out.append("\u200b")
            word = _WIDTHS[character] * scale
        out.append(character)
    return "".join(out), word
