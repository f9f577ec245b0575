"""How much speaks for a printed label being the beginning of a caption, and not a mention in the text."""

from extractors.pdf.labels import Label, reads_on
from extractors.pdf.layout import Layout, PageLayout
from extractors.pdf.pieces import Piece

ENOUGH = 3  # points of evidence from which a label begins a caption


def evidence_of(page: PageLayout, i: int, label: Label, layout: Layout) -> int:
    """Return how much speaks for a caption: the label's end, its font, the free space above."""
    piece = page.page.pieces[i]
    if reads_on(label.rest) and label.end in ("", "-"):
        return -5
    points = {":": 3, "|": 3, "：": 3, ".": 2, "": 0}.get(label.end, 1)
    first, rest = _fonts(piece, label)
    distinct = bool(rest) and first != rest
    points += 2 * distinct
    if not label.rest and len(piece.text.strip()) < 40:
        points += 2  # a label on a line of its own
    if abs(piece.size - layout.body_size) > 0.4:
        points += 1
    above = _line_above(page, i, layout.line_gap)
    if above is None:
        points += 2
    elif above in page.body and _goes_on(page.page.pieces[above], piece):
        points -= 2
    else:
        points += 1
    if not label.end and label.rest[:1].islower():
        points -= 3
    return points


def _fonts(piece: Piece, label: Label) -> tuple[tuple[bool, str], tuple[bool, str] | None]:
    """Return weight and font of the label and of the text behind it (None where there is none)."""
    place, first = 0, None
    for span in piece.spans:
        if span.text.strip():
            key = (span.bold, span.font)
            if first is None:
                first = key
            if place >= label.length - 2 and len(span.text.strip()) > 2:
                return first, key
        place += len(span.text)
    if place > label.length + 3 and len(piece.spans) == 1:
        return (first or (False, "")), first
    return (first or (False, "")), None


def _line_above(page: PageLayout, i: int, line_gap: float) -> int | None:
    """Return the line right above in the same column, None across a free line."""
    pieces, box = page.page.pieces, page.page.pieces[i].box
    reach = max(0.7 * pieces[i].height, 1.2 * line_gap)
    best = None
    for j in range(i - 1, -1, -1):
        other = pieces[j]
        if box[1] - other.box[1] > 60:
            break
        apart = box[1] - other.box[3]
        meets = min(box[2], other.box[2]) - max(box[0], other.box[0]) > 0
        right_above = -0.6 * pieces[i].height < apart <= reach and other.box[1] < box[1] - 2
        lowest = best is None or other.box[3] > pieces[best].box[3]
        if not other.turned and meets and right_above and lowest:
            best = j
    return best


def _goes_on(above: Piece, piece: Piece) -> bool:
    """Return whether a line may be the next one of the paragraph above."""
    return abs(above.size - piece.size) <= 0.4 and piece.box[0] <= above.box[0] + 25
