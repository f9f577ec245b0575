"""The captions of a page: which lines begin one, and how far it goes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractors.pdf.captions.lines import lines_of
from extractors.pdf.page.labels import Label, is_continuation, is_other_label, read_label, reads_on
from extractors.pdf.page.layout import Layout, PageLayout
from extractors.pdf.page.pieces import Box, Piece
from extractors.pdf.parameters import PdfParameters

_ENOUGH = 3  # points of evidence from which a label begins a caption


@dataclass(frozen=True)
class Caption:
    """A caption: its label, its pieces (indices into the page's) and the box around them."""

    page: int
    label: Label
    pieces: tuple[int, ...]
    box: Box
    evidence: int
    continued: bool = False


def captions_of(
    layouts: Sequence[PageLayout], layout: Layout, parameters: PdfParameters
) -> tuple[list[Caption], list[str]]:
    """Return the captions of all pages in reading order, and warnings."""
    found: list[Caption] = []
    warnings: list[str] = []
    for page in layouts:
        here = [c for c in _candidates(page, layout, parameters) if c.evidence >= _ENOUGH]
        if len(here) > parameters.max_captions:
            warnings.append(f"page {page.page.index + 1}: {len(here)} captions, taken for a list of floats")
            continue
        found.extend(here)
    return _best_of_each(found), warnings


def other_captions(page: PageLayout) -> list[Box]:
    """Return where algorithms, listings and films are captioned: no float of another kind spans them."""
    return [p.box for p in page.page.pieces if not p.turned and is_other_label(p.text) and len(p.text) < 200]


def _candidates(page: PageLayout, layout: Layout, parameters: PdfParameters) -> Iterable[Caption]:
    starts: dict[int, Label] = {}
    for i, piece in enumerate(page.page.pieces):
        if piece.turned or i in page.margins:
            continue
        label = read_label(piece.text)
        if label is not None:
            starts[i] = label
    for i, label in starts.items():
        evidence = _evidence(page, i, label, layout)
        if evidence < _ENOUGH:
            continue
        pieces = lines_of(
            page,
            i,
            label,
            starts=frozenset(starts),
            begins=lambda j: _evidence(page, j, starts[j], layout) >= _ENOUGH,
            layout=layout,
            parameters=parameters,
        )
        if _is_list_entry(page, pieces):
            continue
        boxes = [page.page.pieces[k].box for k in pieces]
        box = (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        said = " ".join([label.rest, *(page.page.pieces[k].text for k in pieces[1:])])
        yield Caption(page.page.index, label, tuple(pieces), box, evidence, is_continuation(said))


def _is_list_entry(page: PageLayout, pieces: Sequence[int]) -> bool:
    """Return whether it is an entry of a list of figures: dots lead to a page number."""
    return any("....." in page.page.pieces[k].text.replace(" ", "") for k in pieces)


def _evidence(page: PageLayout, i: int, label: Label, layout: Layout) -> int:
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
    if label.rest and is_continuation(label.rest):
        points += 2
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
        if (
            not other.turned
            and meets
            and -0.6 * pieces[i].height < apart <= reach
            and other.box[1] < box[1] - 2
            and (best is None or other.box[3] > pieces[best].box[3])
        ):
            best = j
    return best


def _goes_on(above: Piece, piece: Piece) -> bool:
    """Return whether a line may be the next one of the paragraph above."""
    return abs(above.size - piece.size) <= 0.4 and piece.box[0] <= above.box[0] + 25


def _best_of_each(found: list[Caption]) -> list[Caption]:
    """Return the captions without mentions: of several with one label those with the best evidence."""
    groups: dict[tuple[str, str], list[Caption]] = defaultdict(list)
    for caption in found:
        groups[caption.label.kind, caption.label.label.casefold()].append(caption)
    usual = {kind: _usual_end(found, kind) for kind in ("figure", "table")}
    kept: set[int] = set()
    for group in groups.values():
        plain = [c for c in group if not c.continued]
        best = max((_weight(c, usual) for c in plain), default=0)
        kept.update(id(c) for c in group if c.continued or _weight(c, usual) >= best)
    ordered = [c for c in found if id(c) in kept]
    seen: set[tuple[str, str]] = set()
    out = []
    for caption in ordered:
        key = (caption.label.kind, caption.label.label.casefold())
        out.append(caption if not caption.continued or key in seen else replace(caption, continued=False))
        seen.add(key)
    return out


def _weight(caption: Caption, usual: dict[str, str | None]) -> int:
    return caption.evidence + (2 if caption.label.end == usual[caption.label.kind] else 0)


def _usual_end(found: Sequence[Caption], kind: str) -> str | None:
    ends = [c.label.end for c in found if c.label.kind == kind]
    return max(sorted(set(ends)), key=ends.count, default=None)
