"""How a paper's pages are laid out: size of the running text, columns, and which pieces are running text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.pdf.page.blocks import formulae, headings
from extractors.pdf.page.document import PageText
from extractors.pdf.page.labels import read_label
from extractors.pdf.page.pieces import Box, Piece

_SHARE = 0.04  # of the long lines; so many share the edges of a column
_LEAST = 4
_EDGE = 2.0
_INDENT = 40.0
_HEAD_GAP = 40.0  # points between two rows of running heads
_NARROWEST = 0.25  # of the page's width: no column of text is narrower
_RAGGED = 8  # lines with one left edge that make a column where the right edges differ
_BEYOND = 0.3  # share of a column's lines that run on beyond its right edge, from which it is none
_SENTENCE = 5  # words from which a line alone is taken for a sentence
_HEAD_ROWS = 4
_HEAD_SHARE = 0.3  # of the pages bear their number at one place
_HEAD_ZONE = 0.2  # share of the page's height in which running heads and page numbers stand
_NUMBER = re.compile(r"[\s\divxlcIVXLC.\-–—|/]+")


@dataclass(frozen=True)
class Layout:
    """What the pages share: the size of the running text, and the columns' left and right edges."""

    body_size: float
    columns: tuple[tuple[float, float], ...]
    line_gap: float = 0.0  # free height between two lines of running text

    def column_at(self, box: Box) -> tuple[float, float] | None:
        """Return the narrowest column that holds a piece within its edges, None where none does."""
        holding = [c for c in self.columns if c[0] - 4 <= box[0] and box[2] <= c[1] + 4]
        return min(holding, key=lambda c: c[1] - c[0], default=None)


def layout_of(pages: Sequence[PageText]) -> Layout:
    """Return the layout of a paper's pages."""
    sizes: Counter[float] = Counter()
    edges: Counter[tuple[int, int]] = Counter()
    lefts: dict[int, list[float]] = {}
    lines = 0
    for page in pages:
        for piece in page.pieces:
            if piece.turned:
                continue
            sizes[round(piece.size * 2) / 2] += len(piece.text)
            width = piece.box[2] - piece.box[0]
            if width > 14 * piece.size and width > _NARROWEST * page.frame.size[0]:
                lines += 1
                edges[round(piece.box[0]), round(piece.box[2])] += 1
                lefts.setdefault(round(piece.box[0]), []).append(piece.box[2])
    body = max(sizes, key=lambda s: (sizes[s], s)) if sizes else 10.0
    least = max(_LEAST, _SHARE * lines)
    columns = _merged({edge: n for edge, n in edges.items() if _around(edges, edge) >= least}, edges)
    if not columns:  # ragged right: the left edge repeats, the right one does not
        for left, rights in sorted(lefts.items()):
            if len(rights) >= max(least, _RAGGED):
                columns.append((float(left), sorted(rights)[int(0.95 * (len(rights) - 1))]))
    elif len(columns) == 1:
        columns = [_ragged(columns[0], lefts)]
    return Layout(body, tuple(columns), _line_gap(pages, columns))


def _ragged(column: tuple[float, float], lefts: dict[int, list[float]]) -> tuple[float, float]:
    """Return the only column, wider where many of its lines run on beyond the right edge that a few share."""
    rights = sorted(lefts.get(round(column[0]), []))
    beyond = sum(right > column[1] + 2 * _EDGE for right in rights)
    if beyond < _BEYOND * len(rights):
        return column
    return column[0], rights[int(0.95 * (len(rights) - 1))]


def _line_gap(pages: Sequence[PageText], columns: Sequence[tuple[float, float]]) -> float:
    """Return the usual free height between two lines that fill a column."""
    gaps: Counter[float] = Counter()
    for page in pages:
        last: dict[tuple[float, float], Piece] = {}
        for piece in page.pieces:
            for column in columns:
                if abs(piece.box[0] - column[0]) <= _EDGE and abs(piece.box[2] - column[1]) <= _EDGE:
                    above = last.get(column)
                    gap = 0.0 if above is None else piece.box[1] - above.box[3]
                    if above is not None and -0.5 * piece.height <= gap < 3 * piece.height:
                        gaps[max(round(gap), 0)] += 1  # boxes of tall fonts overlap
                    last[column] = piece
    return max(gaps, key=lambda gap: (gaps[gap], -gap)) if gaps else 0.0


def _around(edges: Counter[tuple[int, int]], edge: tuple[int, int]) -> int:
    """Return how many lines have these edges, a point more or less."""
    x0, x1 = edge
    return sum(edges[x0 + i, x1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1))


def _merged(
    frequent: dict[tuple[int, int], int], edges: Counter[tuple[int, int]]
) -> list[tuple[float, float]]:
    kept: list[tuple[int, int]] = []
    for edge in sorted(frequent, key=lambda e: (-_around(edges, e), e)):
        if all(max(abs(edge[0] - k[0]), abs(edge[1] - k[1])) > _EDGE for k in kept):
            kept.append(edge)
        if len(kept) >= 12:
            break
    return [(float(x0), float(x1)) for x0, x1 in sorted(kept)]


@dataclass(frozen=True)
class PageLayout:
    """The pieces of a page by what they are; the sets hold indices into the page's pieces."""

    page: PageText
    body: frozenset[int]
    margins: frozenset[int]  # running heads, page numbers
    stamps: frozenset[int]  # line numbers and stamps beside the text
    apart: frozenset[int]  # headings and displayed formulae

    def boxes(self, indices: Iterable[int]) -> list[Box]:
        """Return the boxes of some pieces."""
        return [self.page.pieces[i].box for i in sorted(indices)]


def page_layouts(pages: Sequence[PageText], layout: Layout) -> list[PageLayout]:
    """Return each page's pieces by what they are."""
    repeated = _repeated_heads(pages)
    out = []
    for page in pages:
        margins = frozenset(_margins(page, repeated))
        stamps = frozenset(_stamps(page, layout))
        body = _strong(page, layout, margins) | _single(page, layout, margins)
        body = _spread(page, layout, body, margins | stamps)
        apart = formulae(page, layout.columns, margins | stamps) - body
        apart |= (
            headings(page, layout.columns, body | apart, body_size=layout.body_size, line_gap=layout.line_gap)
            - margins
        )
        out.append(PageLayout(page, frozenset(body), margins, stamps, frozenset(apart)))
    return out


def _head_key(piece: Piece, page: PageText) -> tuple[int, int, str] | None:
    """Return where and what a piece in the head or foot zone is, its digits left out."""
    height = page.frame.size[1]
    if _HEAD_ZONE * height < piece.box[1] and piece.box[3] < (1 - _HEAD_ZONE) * height:
        return None
    text = piece.text.strip()
    bare = _NUMBER.fullmatch(text) is not None  # numbers are told apart by where they stand
    across = round((piece.box[0] + piece.box[2]) / 30) if bare else 0
    return (round(piece.box[1] / 3), across, "#" if bare else re.sub(r"\d+", "#", text.lower()))


def _repeated_heads(pages: Sequence[PageText]) -> set[tuple[int, int, str]]:
    seen: Counter[tuple[int, int, str]] = Counter()
    for page in pages:
        keys = {_head_key(p, page) for p in page.pieces if not p.turned}
        seen.update(k for k in keys if k is not None)
    least = max(2, _HEAD_SHARE * len(pages))
    return {key for key, n in seen.items() if n >= (least if key[2] == "#" else 2)}


def _margins(page: PageText, repeated: set[tuple[int, int, str]]) -> Iterable[int]:
    """Yield the pieces of running heads and feet: rows at the page's edge that repeat, and what is on them."""
    level = [i for i, p in enumerate(page.pieces) if not p.turned]
    for edge, sign in ((1, 1), (3, -1)):
        rows: list[list[int]] = []
        for i in sorted(level, key=lambda k: sign * page.pieces[k].box[edge]):
            apart = abs(page.pieces[i].box[edge] - page.pieces[rows[-1][0]].box[edge]) if rows else 0.0
            if rows and apart <= 4:
                rows[-1].append(i)
            elif not rows or apart <= _HEAD_GAP:
                rows.append([i])
            else:
                break
            if len(rows) > _HEAD_ROWS:
                break
        for row in rows:
            known = [i for i in row if _head_key(page.pieces[i], page) in repeated]
            labelled = any(read_label(page.pieces[i].text) for i in row)
            if not known or labelled or len(known) * 2 < len(row):
                break
            yield from row


def _stamps(page: PageText, layout: Layout) -> Iterable[int]:
    if not layout.columns:
        return
    left, right = min(c[0] for c in layout.columns), max(c[1] for c in layout.columns)
    for i, piece in enumerate(page.pieces):
        beside = piece.box[2] < left - 2 or piece.box[0] > right + 2
        far = piece.box[2] < left - 8 or piece.box[0] > right + 8
        long = piece.turned and piece.box[3] - piece.box[1] > 100 and piece.size >= 9
        if (beside and piece.text.strip().isdigit() and not piece.turned) or (far and long):
            yield i


def _strong(page: PageText, layout: Layout, margins: frozenset[int]) -> set[int]:
    """Return the lines that fill a column from edge to edge."""
    found = set()
    for i, piece in enumerate(page.pieces):
        if piece.turned or i in margins:
            continue
        for x0, x1 in layout.columns:
            if abs(piece.box[0] - x0) <= _EDGE and abs(piece.box[2] - x1) <= _EDGE:
                found.add(i)
                break
    return found


def _single(page: PageText, layout: Layout, margins: frozenset[int]) -> set[int]:
    """Return the lines that stand alone at a column's left edge and read like a sentence."""
    found = set()
    for i, piece in enumerate(page.pieces):
        if piece.turned or i in margins or abs(piece.size - layout.body_size) > 0.6:
            continue
        column = layout.column_at(piece.box)
        if column is None or len(piece.text.split()) < _SENTENCE or read_label(piece.text) is not None:
            continue
        widest = min((c for c in layout.columns if abs(c[1] - column[1]) <= _EDGE), default=column)
        begins = abs(piece.box[0] - widest[0]) <= _EDGE
        if begins and not _has_neighbour(page, i, column):
            found.add(i)
    return found


def _has_neighbour(page: PageText, i: int, column: tuple[float, float]) -> bool:
    """Return whether another piece stands on the same line of the column."""
    box = page.pieces[i].box
    for j in range(max(0, i - 20), min(len(page.pieces), i + 20)):
        other = page.pieces[j].box
        overlap = min(box[3], other[3]) - max(box[1], other[1])
        if j != i and overlap > 0.5 * (box[3] - box[1]) and column[0] - 4 <= other[0] <= column[1]:
            return True
    return False


def _spread(page: PageText, layout: Layout, strong: set[int], excluded: frozenset[int]) -> set[int]:
    """Return the strong lines with the lines of their paragraphs: indented, short or beside a float."""
    body = set(strong)
    for step in (1, -1):
        indices = range(len(page.pieces)) if step == 1 else range(len(page.pieces) - 1, -1, -1)
        waiting = [i for i in indices if i in body]
        while waiting:
            i = waiting.pop()
            for j in _next_lines(page, i, step, layout.line_gap):
                if j in body or j in excluded or not _same_text(page.pieces[i], page.pieces[j], layout):
                    continue
                if not _in_row(page, j, layout):
                    body.add(j)
                    waiting.append(j)
    return body


def _in_row(page: PageText, j: int, layout: Layout) -> bool:
    """Return whether a line is the first cell of a row: it is short, and another piece stands far right of it."""
    box = page.pieces[j].box
    column = layout.column_at(box)
    if column is None or box[2] - box[0] > 0.5 * (column[1] - column[0]):
        return False
    for k in range(max(0, j - 20), min(len(page.pieces), j + 20)):
        other = page.pieces[k].box
        overlap = min(box[3], other[3]) - max(box[1], other[1])
        if overlap > 0.5 * (box[3] - box[1]) and box[2] + 1.5 * page.pieces[j].size < other[0] < column[1]:
            return True
    return False


def _next_lines(page: PageText, i: int, step: int, line_gap: float) -> Iterable[int]:
    """Yield the lines right below (step 1) or above (step -1) a line."""
    pieces, box = page.pieces, page.pieces[i].box
    reach = max(0.55 * pieces[i].height, 1.2 * line_gap)
    j = i + step
    while 0 <= j < len(pieces):
        other = pieces[j].box
        gap = other[1] - box[3] if step == 1 else box[1] - other[3]
        if step == 1 and gap > reach:
            return
        if step == -1 and box[1] - other[1] > 40 + line_gap:
            return
        if -0.5 * pieces[i].height < gap <= reach and abs(other[1] - box[1]) > 0.4 * pieces[i].height:
            yield j
        j += step


def _same_text(line: Piece, other: Piece, layout: Layout) -> bool:
    if other.turned or abs(line.size - other.size) > 0.7:
        return False
    if min(line.box[2], other.box[2]) - max(line.box[0], other.box[0]) <= 0:
        return False
    column = layout.column_at(line.box)
    if column is None:
        return False
    begins = -_EDGE <= other.box[0] - column[0] <= _INDENT
    ends = abs(other.box[2] - column[1]) <= _EDGE
    width = column[1] - column[0]
    return (begins and other.box[2] <= column[1] + 4 and other.box[2] - other.box[0] > 0.04 * width) or (
        ends and other.box[0] >= column[0] - _EDGE and other.box[2] - other.box[0] > 0.3 * width
    )
