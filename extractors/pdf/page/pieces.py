"""The text of a page as pieces: stretches of one line without a wide gap, in the page's reading frame."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

_LABEL_WORD = re.compile(r"\s*(?:Fig(?:ure|\.)|FIG(?:URE|\.)|Tab(?:le|\.)|TABLE)\s*")
_NUMBER = re.compile(r"\s*(?:[A-Z]?[.\-]?\d|[IVXL]+\b)")
_LOOSE = 2.5  # type sizes between two words of a very loosely set line

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Span:
    """A stretch of text in one font."""

    text: str
    size: float
    font: str
    bold: bool
    raised: bool = False


@dataclass(frozen=True)
class Piece:
    """Text that stands on one line without a gap wider than its letters; `box` is x0, y0, x1, y1, downwards.

    `turned` is true where it does not run in the reading direction of its page.
    """

    box: Box
    spans: tuple[Span, ...]
    size: float
    turned: bool = False

    @property
    def text(self) -> str:
        """The text as the PDF gives it."""
        return "".join(span.text for span in self.spans)

    @property
    def height(self) -> float:
        """The height of the line."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Word:
    """A word with its box in the reading frame."""

    text: str
    box: Box


@dataclass(frozen=True)
class Frame:
    """How a page as displayed is turned so that its text runs from left to right.

    `quarter` counts quarter turns clockwise; `width` and `height` are those of the page as displayed.
    """

    quarter: int
    width: float
    height: float

    def inside(self, box: Box) -> Box:
        """Return a box of the displayed page in the reading frame."""
        x0, y0, x1, y1 = box
        if self.quarter == 1:
            return (self.height - y1, x0, self.height - y0, x1)
        if self.quarter == 2:
            return (self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        if self.quarter == 3:
            return (y0, self.width - x1, y1, self.width - x0)
        return box

    def outside(self, box: Box) -> Box:
        """Return a box of the reading frame on the displayed page."""
        x0, y0, x1, y1 = box
        if self.quarter == 1:
            return (y0, self.height - x1, y1, self.height - x0)
        if self.quarter == 2:
            return (self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        if self.quarter == 3:
            return (self.width - y1, x0, self.width - y0, x1)
        return box

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in the reading frame."""
        return (self.height, self.width) if self.quarter % 2 else (self.width, self.height)


# The reading direction as displayed (x to the right, y downwards), by the quarter turn that levels it.
_DIRECTIONS = {(1, 0): 0, (0, -1): 1, (-1, 0): 2, (0, 1): 3}


@dataclass(frozen=True)
class RawLine:
    """A line as MuPDF gives it, on the page as displayed; `direction` is None where it runs aslant."""

    box: Box
    spans: tuple[Span, ...]
    size: float
    direction: tuple[int, int] | None


def displayed(box: Sequence[float], matrix: Sequence[float]) -> Box:
    """Return a box of the unrotated page on the page as displayed."""
    x0, y0, x1, y1 = (float(v) for v in box)
    a, b, c, d, e, f = (float(v) for v in matrix)
    xs, ys = (a * x0 + c * y0 + e, a * x1 + c * y1 + e), (b * x0 + d * y0 + f, b * x1 + d * y1 + f)
    return (min(xs), min(ys), max(xs), max(ys))


def raw_lines(page_text: dict[str, Any], matrix: Sequence[float], limit: int) -> tuple[list[RawLine], bool]:
    """Return the visible lines of a page's text as displayed, and whether there is invisible text."""
    found: list[RawLine] = []
    hidden = False
    a, b, c, d = (float(v) for v in matrix[:4])
    for block in page_text["blocks"]:
        for line in block.get("lines", ()):
            spans = []
            for span in line["spans"]:
                if span.get("alpha", 255) == 0 and not span.get("char_flags", 16) & 0b110000:
                    hidden = hidden or bool(span["text"].strip())
                else:
                    spans.append(_span(span))
            if not any(span.text.strip() for span in spans):
                continue
            u, v = line["dir"]
            turn = (a * u + c * v, b * u + d * v)
            rounded = (round(turn[0]), round(turn[1]))
            level = max(abs(turn[0] - rounded[0]), abs(turn[1] - rounded[1])) < 0.02
            found.append(
                RawLine(
                    displayed(line["bbox"], matrix),
                    tuple(spans),
                    _main_size(spans),
                    rounded if level and rounded in _DIRECTIONS else None,
                )
            )
            if len(found) >= limit:
                return found, hidden
    return found, hidden


def _span(span: dict[str, Any]) -> Span:
    font = str(span["font"])
    lowered = font.lower()
    flags = int(span["flags"])
    bold = bool(flags & 16) or any(
        m in lowered for m in ("bold", "-medi", "cmbx", "sfbx", "-bd", "black", "heavy")
    )
    return Span(str(span["text"]), round(float(span["size"]), 2), font, bold, bool(flags & 1))


def _main_size(spans: Sequence[Span]) -> float:
    sizes: Counter[float] = Counter()
    for span in spans:
        sizes[span.size] += len(span.text.strip())
    return max(sizes, key=lambda size: (sizes[size], size))


def frame_of(lines: Sequence[RawLine], width: float, height: float) -> Frame:
    """Return the frame in which most letters of the page run from left to right."""
    letters: Counter[int] = Counter()
    for line in lines:
        if line.direction is not None:
            letters[_DIRECTIONS[line.direction]] += sum(len(span.text) for span in line.spans)
    quarter = max(letters, key=lambda q: (letters[q], -q)) if letters else 0
    return Frame(quarter, width, height)


def pieces_of(lines: Sequence[RawLine], frame: Frame) -> list[Piece]:
    """Return the page's pieces from top to bottom; parts of a line that nearly touch are joined."""
    level: list[Piece] = []
    turned: list[Piece] = []
    for line in lines:
        along = line.direction is not None and _DIRECTIONS[line.direction] == frame.quarter
        piece = Piece(frame.inside(line.box), line.spans, line.size, turned=not along)
        (level if along else turned).append(piece)
    return sorted(_with_numbers(_joined(level)) + turned, key=lambda p: (p.box[1], p.box[0]))


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Join the parts into which MuPDF cuts lines at changes of height, such as formulae."""
    open_pieces: list[Piece] = []
    done: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (_middle(p), p.box[0])):
        still: list[Piece] = []
        for other in open_pieces:
            (still if other.box[3] > piece.box[1] else done).append(other)
        open_pieces = still
        match = next((k for k, other in enumerate(open_pieces) if _touching(other, piece)), None)
        if match is None:
            open_pieces.append(piece)
        else:
            open_pieces[match] = _union(open_pieces[match], piece)
    return _joined_once_more(done + open_pieces)


def _with_numbers(pieces: list[Piece]) -> list[Piece]:
    """Join "Figure" or "Table" with the number that stands far behind it on a loosely set line."""
    out = list(pieces)
    for word in pieces:
        if not _LABEL_WORD.fullmatch(word.text):
            continue
        right, level = word.box[2], _middle(word)
        near = [
            other
            for other in out
            if 0 <= other.box[0] - right <= _LOOSE * word.size
            and abs(_middle(other) - level) < 0.3 * word.height
            and _NUMBER.match(other.text)
        ]
        if near:
            out.remove(near[0])
            out[out.index(word)] = _union(word, near[0])
    return out


def _joined_once_more(pieces: list[Piece]) -> list[Piece]:
    """Join what only met when the part between had come, from left to right on each line."""
    out: list[Piece] = []
    recent: list[int] = []
    for piece in sorted(pieces, key=lambda p: (round(_middle(p)), p.box[0])):
        recent = [k for k in recent if out[k].box[3] > piece.box[1] - 2]
        match = next((k for k in recent if _touching(out[k], piece)), None)
        if match is None:
            out.append(piece)
            recent.append(len(out) - 1)
        else:
            out[match] = _union(out[match], piece)
    return out


def _middle(piece: Piece) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _touching(a: Piece, b: Piece) -> bool:
    size = min(a.size, b.size)
    gap = max(a.box[0], b.box[0]) - min(a.box[2], b.box[2])
    if gap > max(0.8 * size, 3.0):
        return False
    overlap = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    low = min(a.height, b.height)
    # Lines that touch one another overlap a little in height; parts of one line by most of it.
    return overlap > (0.45 * low if gap > -0.3 * size else 0.9 * low)


def _union(a: Piece, b: Piece) -> Piece:
    first, second = (a, b) if a.box[0] <= b.box[0] else (b, a)
    gap = second.box[0] - first.box[2]
    spans = first.spans
    if gap > 0.12 * max(a.size, b.size) and not first.text.endswith(" ") and not second.text.startswith(" "):
        spans = (*spans[:-1], replace(spans[-1], text=spans[-1].text + " "))
    box = (
        first.box[0],
        min(a.box[1], b.box[1]),
        max(a.box[2], b.box[2]),
        max(a.box[3], b.box[3]),
    )
    spans = spans + second.spans
    return Piece(box, spans, _main_size(spans), a.turned)
