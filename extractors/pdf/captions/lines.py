"""How far a caption goes: which lines belong to the one that begins with a label."""

from collections.abc import Callable
from dataclasses import dataclass

from extractors.pdf.page.labels import Label, is_other_label
from extractors.pdf.page.layout import Layout, PageLayout
from extractors.pdf.page.pieces import Piece
from extractors.pdf.parameters import PdfParameters

_WIDE = 1.6  # type sizes: wider than the space between two sentences of a loosely set line
_OTHER_SIZE = 0.8  # points by which the type of one caption's lines differs
_LABEL_SIZE = 2.6  # the same where the label stands on a line of its own
_LOOK_ON = 3  # heights of a line below which no line goes on
_SHORT = 3  # letters of pieces that may be of any size: signs of a formula


@dataclass
class _Growing:
    """The lines taken so far and what they have in common."""

    taken: list[int]
    left: float
    right: float
    bottom: float
    size: float
    leading: float | None
    label_alone: bool
    hang: float  # where the text behind the label begins

    @property
    def only_label(self) -> bool:
        return self.label_alone and len(self.taken) == 1

    def take(self, j: int, piece: Piece, *, same_row: bool) -> None:
        gap = piece.box[1] - self.bottom
        if self.only_label:
            self.size = piece.size
        elif not same_row and self.leading is None:
            self.leading = max(gap, 0.0)
        self.taken.append(j)
        self.left, self.right = min(self.left, piece.box[0]), max(self.right, piece.box[2])
        self.bottom = max(self.bottom, piece.box[3])


def lines_of(
    page: PageLayout,
    start: int,
    label: Label,
    *,
    starts: frozenset[int],
    begins: Callable[[int], bool],
    layout: Layout,
    parameters: PdfParameters,
) -> list[int]:
    """Return the pieces of the caption that begins with a piece.

    Args:
        page: the page.
        start: index of the piece with the label.
        label: that label.
        starts: all pieces of the page that begin with a label.
        begins: whether one of those surely begins a caption.
        layout: the paper's columns.
        parameters: distances.
    """
    pieces = page.page.pieces
    first = pieces[start]
    column = layout.column_at(first.box)
    edges = _flanked(page, start, _edges(page, start, starts, column or (0.0, page.page.frame.size[0])))
    taken = [start, *_right_of(page, start, starts, layout, edges)]
    boxes = [pieces[k].box for k in taken]
    grown = _Growing(
        taken=taken,
        left=first.box[0],
        right=max(b[2] for b in boxes),
        bottom=max(b[3] for b in boxes),
        size=first.size,
        leading=None,
        label_alone=not label.rest and len(taken) == 1,
        hang=_hang(first, label),
    )
    for j in range(start + 1, len(pieces)):
        piece = pieces[j]
        if piece.box[1] > grown.bottom + _LOOK_ON * first.height:
            break
        if j in grown.taken or piece.turned or piece.box[1] <= first.box[1] + 0.5 * first.height:
            continue
        if piece.box[0] > edges[1] or piece.box[2] < edges[0]:
            continue
        meets = _meets(piece, grown.left, grown.right)
        if piece.box[1] - grown.bottom > _reach(grown, piece, first, layout, parameters):
            if meets:
                break
            continue
        if not meets:
            continue
        if j in page.margins or is_other_label(piece.text) or (j in starts and begins(j)):
            break
        same_row = piece.box[1] - grown.bottom < -0.5 * piece.height
        if not _goes_with(page, j, grown, column, edges, same_row=same_row):
            break
        grown.take(j, piece, same_row=same_row)
    return grown.taken


def _reach(grown: _Growing, piece: Piece, first: Piece, layout: Layout, parameters: PdfParameters) -> float:
    """Return the greatest free height below the lines so far across which the next one belongs to them."""
    reach = max(parameters.caption_gap_lines * max(piece.height, first.height), 1.2 * layout.line_gap)
    if grown.leading is not None:
        return min(reach, grown.leading + 0.4 * piece.height)
    return 1.2 * first.height if grown.label_alone else reach


def _goes_with(
    page: PageLayout,
    j: int,
    grown: _Growing,
    column: tuple[float, float] | None,
    edges: tuple[float, float],
    *,
    same_row: bool,
) -> bool:
    piece = page.page.pieces[j]
    differs = abs(piece.size - grown.size) > (_LABEL_SIZE if grown.only_label else _OTHER_SIZE)
    if differs and len(piece.text.strip()) > _SHORT:
        return False
    if same_row:
        return True
    hangs = abs(piece.box[0] - grown.hang) <= 0.5 * piece.size and piece.box[2] <= edges[1] + 4
    fits = hangs or _fits(piece, grown.left, grown.right, column, grown.label_alone)
    if grown.leading is not None:  # what stands beside a caption of several lines is no row of its table
        edges = max(edges[0], grown.left), min(edges[1], grown.right)
    return fits and not _is_row(page, j, edges)


def _hang(first: Piece, label: Label) -> float:
    """Return about where the text behind the label begins, by its share of the letters."""
    share = label.length / max(len(first.text), 1)
    return first.box[0] + share * (first.box[2] - first.box[0])


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
        near = near and not _parted_below(page, start, right, pieces[j].box[0])
        edge = pieces[j].box[0] > edges[1] or any(abs(pieces[j].box[0] - c[0]) <= 2 for c in layout.columns)
        if not near or j in starts or edge or abs(pieces[j].size - pieces[start].size) > 2:
            break
        found.append(j)
        right = pieces[j].box[2]
    return found


def _parted_below(page: PageLayout, start: int, left: float, right: float) -> bool:
    """Return whether the gap in a line goes on through the next one: what is right of it is another column."""
    pieces, box = page.page.pieces, page.page.pieces[start].box
    low, high = box[3] - 1, box[3] + 1.2 * (box[3] - box[1])
    next_line = [
        p.box
        for p in pieces[start + 1 : start + 40]
        if not p.turned and low <= p.box[1] <= high and p.box[2] > box[0] and p.box[0] < right + 40
    ]
    before, behind = any(b[2] <= left + 1 for b in next_line), any(b[0] >= right - 1 for b in next_line)
    return before and behind and not any(b[0] < right - 1 and b[2] > left + 1 for b in next_line)


def _meets(piece: Piece, left: float, right: float) -> bool:
    return min(piece.box[2], right) - max(piece.box[0], left) > 0


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
        elif other[2] < box[0]:
            left = max(left, other[2])
    return left, right


def _flanked(page: PageLayout, start: int, edges: tuple[float, float]) -> tuple[float, float]:
    """Return the edges, drawn in where other text stands far left or right of a caption's first line."""
    pieces, box = page.page.pieces, page.page.pieces[start].box
    left, right = edges
    for j in range(max(0, start - 40), min(len(pieces), start + 40)):
        other = pieces[j].box
        level = min(other[3], box[3]) - max(other[1], box[1]) > 0.5 * (box[3] - box[1])
        if j == start or pieces[j].turned or not level:
            continue
        if box[0] - other[2] > _WIDE * pieces[start].size:
            left = max(left, other[2] + 1)
        elif other[0] - box[2] > _WIDE * pieces[start].size:
            right = min(right, other[0] - 1)
    return left, right


def _is_row(page: PageLayout, j: int, edges: tuple[float, float]) -> bool:
    """Return whether a line is the row of a table: another piece stands beside it at a wide gap."""
    pieces, box = page.page.pieces, page.page.pieces[j].box
    for k in range(max(0, j - 25), min(len(pieces), j + 25)):
        other = pieces[k].box
        inside = edges[0] - 4 <= other[0] and other[2] <= edges[1] + 4
        overlap = min(other[3], box[3]) - max(other[1], box[1])
        level = abs(other[3] - box[3]) <= 0.25 * (box[3] - box[1]) or abs(other[1] - box[1]) <= 1.0
        if k == j or pieces[k].turned or not inside or overlap <= 0.6 * (box[3] - box[1]) or not level:
            continue
        if max(other[0] - box[2], box[0] - other[2]) > _WIDE * pieces[j].size:
            return True
    return False
