"""Parts of the running text that fill no column: displayed formulae, headings and footnotes."""

import re
from collections.abc import Iterable, Iterator

from extractors.pdf.page.document import PageText
from extractors.pdf.page.ink import Ink
from extractors.pdf.page.labels import read_label
from extractors.pdf.page.pieces import Box, Piece

_EDGE = 3.0
_TALLEST = 110.0  # points: a formula of several lines
_ROOM = 3.0  # points between the parts of one formula
_FAR = 3.0  # heights of a line between a heading and its text
_LONGEST = 120  # letters of a heading
_EQUATION = re.compile(
    r"(?:^|\s)\(\s?(?:[A-Z]{1,2}\.?)?\d{1,3}(?:[.\-–]\d{1,3}){0,2}\s?[a-z]?\s?\)\s*[.,;]?\s*$"
)
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.|[A-Z]\.(?:\d{1,2}\.?)?)\s+[A-ZÀ-Þ]")
_RULE_SHARE = (0.1, 0.52)  # of a column's width that a footnote rule takes
_NOTE_GAP = 14.0  # points from the rule to the first note
_SIGN = re.compile(r"[\d*†‡§¶∗⋆,]{1,4}|[a-z]")
_SHORTEST_NOTE = 12  # letters
_NOTE_STEP = 7.0  # points between two notes


def formulae(page: PageText, columns: Iterable[tuple[float, float]], excluded: frozenset[int]) -> set[int]:
    """Return the pieces of numbered formulae: what stands at the height of a number at a column's right edge."""
    columns = tuple(columns)
    found: set[int] = set()
    for i, piece in enumerate(page.pieces):
        if piece.turned or i in excluded or not _EQUATION.search(piece.text) or read_label(piece.text):
            continue
        column = next(
            (c for c in columns if abs(piece.box[2] - c[1]) <= _EDGE and piece.box[0] > c[0] - _EDGE), None
        )
        if column is not None:
            found |= _formula(page, i, column, excluded)
    return found


def _formula(page: PageText, i: int, column: tuple[float, float], excluded: frozenset[int]) -> set[int]:
    top, bottom = page.pieces[i].box[1], page.pieces[i].box[3]
    near = [
        k
        for k in range(max(0, i - 80), min(len(page.pieces), i + 80))
        if k not in excluded
        and not page.pieces[k].turned
        and page.pieces[k].box[0] >= column[0] - _EDGE
        and page.pieces[k].box[2] <= column[1] + _EDGE
    ]
    taken = {i}
    grew = True
    while grew and bottom - top < _TALLEST:
        grew = False
        for k in near:
            box = page.pieces[k].box
            if k not in taken and box[1] < bottom + _ROOM and box[3] > top - _ROOM:
                taken.add(k)
                top, bottom, grew = min(top, box[1]), max(bottom, box[3]), True
    return taken if bottom - top < _TALLEST else {i}


def headings(
    page: PageText,
    columns: Iterable[tuple[float, float]],
    body: set[int],
    *,
    body_size: float,
    line_gap: float,
) -> set[int]:
    """Return the pieces that stand alone above running text, with a number or in bold type."""
    columns = tuple(columns)
    found: set[int] = set()
    for i in range(len(page.pieces) - 1, -1, -1):
        piece = page.pieces[i]
        if i in body or piece.turned or not 2 < len(piece.text.strip()) < _LONGEST or read_label(piece.text):
            continue
        bold = all(span.bold for span in piece.spans if span.text.strip())
        if not (_NUMBERED.match(piece.text) or bold) or piece.size < body_size - 1.2:
            continue
        column = next((c for c in columns if _heads(piece, c)), None)
        if (
            column is not None
            and _text_below(page, i, column, body | found, line_gap)
            and _alone(page, i, column)
        ):
            found.add(i)
    return found


def _heads(piece: Piece, column: tuple[float, float]) -> bool:
    x0, _, x1, _ = piece.box
    inside = x0 >= column[0] - _EDGE and x1 <= column[1] + _EDGE
    centred = abs((x0 + x1) - (column[0] + column[1])) <= 2 * _EDGE
    return inside and (abs(x0 - column[0]) <= _EDGE or centred)


def _text_below(page: PageText, i: int, column: tuple[float, float], body: set[int], line_gap: float) -> bool:
    box = page.pieces[i].box
    for k in range(i + 1, len(page.pieces)):
        other = page.pieces[k].box
        if other[1] < box[3] - 2 or other[2] < column[0] or other[0] > column[1]:
            continue
        return k in body and other[1] - box[3] <= _FAR * page.pieces[i].height + line_gap
    return False


def _alone(page: PageText, i: int, column: tuple[float, float]) -> bool:
    box = page.pieces[i].box
    for k in range(max(0, i - 20), min(len(page.pieces), i + 20)):
        other = page.pieces[k].box
        level = min(box[3], other[3]) - max(box[1], other[1]) > 0.5 * (box[3] - box[1])
        if k != i and level and other[0] < column[1] and other[2] > column[0]:
            return False
    return True


def footnotes(
    page: PageText, columns: Iterable[tuple[float, float]], ink: Ink, body_size: float
) -> Iterator[Box]:
    """Yield where footnotes stand: small type below a short rule at a column's left edge."""
    width, height = page.frame.size
    for left, right in columns:
        wide = right - left
        area = (left - 2, 0.3 * height, right, height)
        for x0, y0, x1, _ in ink.rules(area, shortest=_RULE_SHARE[0] * wide):
            if abs(x0 - left) > _EDGE or x1 - x0 > _RULE_SHARE[1] * wide or x1 > width:
                continue
            bottom = _notes_end(page, (left, y0, right), body_size)
            if bottom is not None:
                yield (left, y0 - 1, right, bottom)


def _notes_end(page: PageText, at: tuple[float, float, float], body_size: float) -> float | None:
    """Return how far down the notes below a rule go, None where there are none."""
    left, top, right = at
    end: float | None = None
    for piece in page.pieces:
        x0, y0, x1, y1 = piece.box
        if y0 < top - 2 or piece.turned or x1 < left or x0 > right:
            continue
        if piece.size > body_size - 0.4 or y0 - (end or top) > (_NOTE_GAP if end is None else _NOTE_STEP):
            break
        if end is None and (x0 > left + 30 or not _is_note(piece)):
            return None
        end = max(end or y1, y1)
    return end


def _is_note(piece: Piece) -> bool:
    """Return whether a line begins with a raised sign, as the first footnote does."""
    first = piece.spans[0]
    raised = first.raised or first.size < piece.size - 0.5
    return raised and _SIGN.fullmatch(first.text.strip()) is not None and len(piece.text) > _SHORTEST_NOTE
