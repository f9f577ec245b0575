"""How far a caption goes: its lines, from the label on."""

from dataclasses import dataclass, field

from extractors.pdf.caption_evidence import ENOUGH, evidence_of
from extractors.pdf.labels import Label, is_other_label, read_label
from extractors.pdf.layout import Layout, PageLayout
from extractors.pdf.parameters import PdfParameters
from extractors.pdf.pieces import Piece

_WIDE = 1.6  # type sizes: wider than the space between two sentences of a loosely set line
_SIZE, _SIZE_ALONE = 0.8, 2.6  # points by which type may differ from line to line, and below a label alone
_FAR = 3  # lines below which a caption does not go on


def lines_of(
    page: PageLayout,
    start: int,
    label: Label,
    starts: frozenset[int],
    layout: Layout,
    parameters: PdfParameters,
) -> list[int]:
    """Return the pieces of the caption that begins with a piece."""
    first = page.page.pieces[start]
    column = layout.column_at(first.box)
    edges = _edges(page, start, starts, column or (0.0, page.page.frame.size[0]))
    taken = [start, *_right_of(page, start, starts, layout, edges)]
    lines = _Lines(page, layout, parameters, first, column, edges, starts, taken, label)
    for j in range(start + 1, len(page.page.pieces)):
        piece = page.page.pieces[j]
        if piece.box[1] > lines.bottom + _FAR * first.height:
            break
        if j in taken or lines.is_elsewhere(piece):
            continue
        if lines.ends_before(j):
            break
        if lines.meets(piece) and lines.is_near(piece):
            lines.take(j)
    return lines.taken


@dataclass
class _Lines:
    """The pieces of one caption as they are gathered from top to bottom."""

    page: PageLayout
    layout: Layout
    parameters: PdfParameters
    first: Piece
    column: tuple[float, float] | None
    edges: tuple[float, float]
    starts: frozenset[int]
    taken: list[int]
    label: Label
    left: float = field(init=False)
    right: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    size: float = field(init=False)
    leading: float | None = None
    alone: bool = field(init=False)

    def __post_init__(self) -> None:
        boxes = [self.page.page.pieces[k].box for k in self.taken]
        self.left, self.top = self.first.box[0], self.first.box[1]
        self.right, self.bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
        self.size = self.first.size
        self.alone = not self.label.rest and len(self.taken) == 1  # a label on a line of its own

    def is_elsewhere(self, piece: Piece) -> bool:
        """Return whether a piece is no line of text below the caption's first within its column."""
        above = piece.box[1] <= self.top + 0.5 * self.first.height
        beside = piece.box[0] > self.edges[1] or piece.box[2] < self.edges[0]
        return piece.turned or above or beside

    def meets(self, piece: Piece) -> bool:
        """Return whether a piece stands below some part of the lines taken."""
        return min(piece.box[2], self.right) - max(piece.box[0], self.left) > 0

    def is_near(self, piece: Piece) -> bool:
        """Return whether a piece follows without a wider gap than stands between the lines taken."""
        reach = max(
            self.parameters.caption_gap_lines * max(piece.height, self.first.height),
            1.2 * self.layout.line_gap,
        )
        if self.leading is not None:
            reach = min(reach, self.leading + 0.4 * piece.height)
        elif self.alone:
            reach = 1.2 * self.first.height
        return piece.box[1] - self.bottom <= reach

    def ends_before(self, j: int) -> bool:
        """Return whether the caption is over before a piece that stands below it."""
        piece = self.page.page.pieces[j]
        if not self.meets(piece):
            return False
        if not self.is_near(piece) or j in self.page.margins or is_other_label(piece.text):
            return True
        label = read_label(piece.text) if j in self.starts else None
        if label is not None and evidence_of(self.page, j, label, self.layout) >= ENOUGH:
            return True
        most = _SIZE_ALONE if self.alone and len(self.taken) == 1 else _SIZE
        if abs(piece.size - self.size) > most and len(piece.text.strip()) > 3:
            return True
        if self._on_last_row(piece):
            return False
        return not self._fits(piece) or _is_row(self.page, j, self.edges)

    def take(self, j: int) -> None:
        """Add a piece to the caption."""
        piece = self.page.page.pieces[j]
        gap, same_row = piece.box[1] - self.bottom, self._on_last_row(piece)
        self.taken.append(j)
        second = self.alone and len(self.taken) == 2
        if not same_row and self.leading is None and not second:
            self.leading = max(gap, 0.0)
        if second:
            self.size = piece.size
        self.left, self.right = min(self.left, piece.box[0]), max(self.right, piece.box[2])
        self.top, self.bottom = max(self.top, piece.box[1]), max(self.bottom, piece.box[3])

    def _on_last_row(self, piece: Piece) -> bool:
        return piece.box[1] - self.bottom < -0.5 * piece.height

    def _fits(self, piece: Piece) -> bool:
        return _fits(piece, self.left, self.right, self.column, self.alone)


def _right_of(
    page: PageLayout, start: int, starts: frozenset[int], layout: Layout, edges: tuple[float, float]
) -> list[int]:
    """Return the pieces that go on the caption's first line after a wide space."""
    pieces, box = page.page.pieces, page.page.pieces[start].box
    row = [
        j
        for j in range(max(0, start - 40), min(len(pieces), start + 40))
        if j != start
        and not pieces[j].turned
        and pieces[j].box[0] >= box[2] - 2
        and min(pieces[j].box[3], box[3]) - max(pieces[j].box[1], box[1]) > 0.5 * (box[3] - box[1])
    ]
    found: list[int] = []
    right = box[2]
    for j in sorted(row, key=lambda k: pieces[k].box[0]):
        near = pieces[j].box[0] - right <= _WIDE * pieces[start].size
        edge = pieces[j].box[0] > edges[1] or any(abs(pieces[j].box[0] - c[0]) <= 2 for c in layout.columns)
        if not near or j in starts or edge or abs(pieces[j].size - pieces[start].size) > 2:
            break
        found.append(j)
        right = pieces[j].box[2]
    return found


def _fits(piece: Piece, left: float, right: float, column: tuple[float, float] | None, alone: bool) -> bool:
    """Return whether a line lies under the lines before it, as those of one caption do."""
    x0, _, x1, _ = piece.box
    if x1 <= right + 3 and (
        abs(x0 - left) <= 3 or (left <= x0 <= left + 0.5 * (right - left) and x1 >= right - 3)
    ):
        return True
    centred = abs((x0 + x1) / 2 - (left + right) / 2) <= 6
    if centred and (alone or (x1 - x0) <= 1.25 * (right - left)):
        return True
    hanging = left <= x0 <= left + 60 and x1 <= right + 3
    inside = column is not None and x0 >= column[0] - 3 and x1 <= column[1] + 3
    return hanging or (inside and (alone or abs(x0 - left) <= 3))


def _edges(
    page: PageLayout, start: int, starts: frozenset[int], column: tuple[float, float]
) -> tuple[float, float]:
    """Return the column's edges, drawn in where another caption stands beside this one."""
    pieces, box = page.page.pieces, page.page.pieces[start].box
    left, right = column
    for j in starts:
        other = pieces[j].box
        if j == start or abs(other[1] - box[1]) > 60:
            continue
        if other[0] > box[2]:
            right = min(right, other[0] - 5)
        elif other[2] < box[0] and other[1] != box[1]:
            left = max(left, other[2])
    return left, right


def _is_row(page: PageLayout, j: int, edges: tuple[float, float]) -> bool:
    """Return whether a line is the row of a table: another piece stands beside it at a wide gap."""
    pieces, box = page.page.pieces, page.page.pieces[j].box
    for k in range(max(0, j - 25), min(len(pieces), j + 25)):
        other = pieces[k].box
        inside = edges[0] - 4 <= other[0] and other[2] <= edges[1] + 4
        overlap = min(other[3], box[3]) - max(other[1], box[1])
        if k == j or pieces[k].turned or not inside or overlap <= 0.6 * (box[3] - box[1]):
            continue
        if max(other[0] - box[2], box[0] - other[2]) > _WIDE * pieces[j].size:
            return True
    return False
