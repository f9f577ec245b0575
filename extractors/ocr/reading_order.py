"""Puts the boxes that an OCR engine found into the order in which a person reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from schemas.annotations import TextBox


@dataclass(frozen=True, kw_only=True)
class ReadingOrderParameters:
    """When two boxes stand on one line.

    0.5: two lines of type never share half their height at any usual leading, while a superscript or a
    taller bracket on the same line shares more than half of the smaller box. Tried on rendered tables:
    0.3 to 0.6 gave the same lines.
    """

    min_overlap: float = 0.5


def lines_of(
    boxes: Iterable[TextBox], parameters: ReadingOrderParameters | None = None
) -> tuple[tuple[TextBox, ...], ...]:
    """Return the boxes as lines from top to bottom, each from left to right.

    A box joins the line whose vertical extent (the mean of its members', so that a slanted scan cannot
    chain one line into the next) it overlaps most, if that is at least `min_overlap` of the smaller height.
    The order of the input does not matter.
    """
    limits = parameters or ReadingOrderParameters()
    lines: list[list[TextBox]] = []
    for box in sorted(boxes, key=lambda b: (_middle(b), b.x0, b.x1, b.y0, b.y1, b.text)):
        best = max(lines, key=lambda line: _overlap(box, line), default=None)
        if best is not None and _overlap(box, best) >= limits.min_overlap:
            best.append(box)
        else:
            lines.append([box])
    lines.sort(key=lambda line: (fmean(_middle(b) for b in line), min(b.x0 for b in line)))
    return tuple(tuple(sorted(line, key=lambda b: (b.x0, b.x1, b.y0, b.y1, b.text))) for line in lines)


def text_of(lines: Iterable[Iterable[TextBox]]) -> str:
    """Return the text of the lines: boxes separated by one space, lines by a newline."""
    return "\n".join(" ".join(" ".join(box.text.split()) for box in line) for line in lines)


def _middle(box: TextBox) -> float:
    return (box.y0 + box.y1) / 2


def _overlap(box: TextBox, line: list[TextBox]) -> float:
    top, bottom = fmean(b.y0 for b in line), fmean(b.y1 for b in line)
    smaller = min(box.y1 - box.y0, bottom - top)
    if smaller <= 0:
        return 1.0 if top <= _middle(box) <= bottom else 0.0
    return (min(box.y1, bottom) - max(box.y0, top)) / smaller
