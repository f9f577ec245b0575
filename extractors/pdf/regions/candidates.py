"""Which part of a page each caption belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.pdf.captions.finding import Caption
from extractors.pdf.page.pieces import Box
from extractors.pdf.regions.beside import SIDES, block_beside, bounds_beside, is_level, narrowed
from extractors.pdf.regions.spaces import Scene, free_space, spans_of, text_area

USUAL = {"figure": "above", "table": "below"}
OPPOSITE = {"above": "below", "below": "above"}
_OVERHANG, _OVERHANG_GAP = 24.0, 3.0  # width of what reaches over from the next column, free strip beside it
_STRIP = 12.0  # free width that ends what runs on beyond the text's edges
_NOTE_GAP = 9.0  # points between a table and its notes, less than between a float and the text
_PARTED = 8.0  # free height between a table and a figure that follows it
_RULE, _RULE_GAP = 2.5, 15.0  # height of a rule, free height between it and a figure
_SLICE = 6.0  # height of what reaches into a space from beyond its far edge
_FAR, _FAR_BESIDE = 60.0, 300.0  # points between a caption and its float; the same where both stand level
_EDGE = 2.0
CUT = 1.0  # points of its edges that a drawing runs across, from which a candidate is only a part of it
DRAWN = 20.0  # square points of ink other than text that make a drawing or a rule; letters leave specks


@dataclass(frozen=True)
class Candidate:
    """A part of the page that may be a caption's: where it lies from the caption, and what is in it.

    `cut` is how many points of its edges a drawing runs across; `across` is whether it stands in another column.
    """

    side: str
    box: Box
    space: Box
    drawn: float
    letters: int
    distance: float
    cut: float
    across: bool = False


def candidates_of(scene: Scene) -> list[dict[str, Candidate]]:
    """Return for each caption of the page what lies above, below and beside it."""
    scene = _with_sure(scene)
    spans = spans_of(scene)
    return [_around(scene, k, spans[k]) for k in range(len(scene.captions))]


def _with_sure(scene: Scene) -> Scene:
    """Return the scene with what can stand in one place only as obstacles for all others: tables, what is beside."""
    waiting: Sequence[int] = range(len(scene.captions))
    spans = spans_of(scene)
    for across in (False, True):  # what stands in other columns is only sure once the others are known
        sure, later = [], []
        for k in waiting:
            caption = scene.captions[k]
            found = _around(scene, k, spans[k])
            good = [c for c in found.values() if is_good(c, caption) and c.drawn >= DRAWN and c.cut <= CUT]
            if len(good) != 1:
                continue
            if good[0].across and not across:
                later.append(k)
            elif good[0].side in SIDES or (caption.label.kind == "table" and good[0].side == USUAL["table"]):
                sure.append((k, good[0]))
        scene = replace(
            scene, sure=scene.sure + tuple((k, c.box) for k, c in sure if not _contested(scene, k, c))
        )
        waiting = later
    return scene


def _contested(scene: Scene, k: int, candidate: Candidate) -> bool:
    """Return whether the space below a table's caption ends at a figure's, so that both may claim parts of it."""
    if candidate.side in SIDES or len(scene.ink.bands(candidate.box, gap=_PARTED)) < 2:
        return False
    return any(
        m != k
        and other.label.kind == "figure"
        and min(other.box[2], candidate.box[2]) > max(other.box[0], candidate.box[0])
        and abs(other.box[1] - candidate.space[3]) <= 2
        for m, other in enumerate(scene.captions)
    )


def _around(scene: Scene, k: int, span: tuple[float, float]) -> dict[str, Candidate]:
    caption = scene.captions[k]
    own, *wider = bounds_beside(scene, k)
    found = _beside(scene, k, own)
    blocks = {side: candidate.box for side, candidate in found.items()}
    for side in ("above", "below"):
        free = narrowed(span, blocks, caption.box, side)
        space = free_space(scene, k, free, side)
        candidate = None if space is None else _filled_space(scene, k, side, space)
        if candidate is not None:
            found[side] = _mended(scene, k, _widened(scene, k, candidate, free))
    for bounds in wider:
        if not any(is_good(c, caption) and c.cut <= CUT for c in found.values()):
            found |= {s: replace(c, across=True) for s, c in _beside(scene, k, bounds).items()}
    return found or _far_off(scene, k, span)


def _beside(scene: Scene, k: int, bounds: tuple[float, float]) -> dict[str, Candidate]:
    found = {}
    for side in SIDES:
        block = block_beside(scene, k, bounds, side)
        candidate = None if block is None else _candidate(scene, k, side, *block)
        if candidate is not None and is_good(candidate, scene.captions[k]):
            found[side] = candidate
    return found


def _filled_space(scene: Scene, k: int, side: str, space: Box) -> Candidate | None:
    """Return what a free space above or below a caption holds."""
    box = _filled(scene, space, side, scene.captions[k].label.kind)
    return None if box is None else _candidate(scene, k, side, box, space)


def _mended(scene: Scene, k: int, candidate: Candidate) -> Candidate:
    """Return a candidate that is cut as a whole where what cuts it stands beside it, not in its way."""
    if candidate.cut <= CUT:
        return candidate
    own = (candidate.box[0] - 1, candidate.box[2] + 1)
    space = free_space(scene, k, own, candidate.side)
    whole = None if space is None else _filled_space(scene, k, candidate.side, space)
    return whole if whole is not None and whole.cut < candidate.cut else candidate


def _far_off(scene: Scene, k: int, span: tuple[float, float]) -> dict[str, Candidate]:
    """Return what stands above or below a caption beyond its column: it hangs in the margin."""
    area = text_area(scene)
    caption = scene.captions[k]
    if area[0] - _EDGE <= span[0] and span[1] <= area[1] + _EDGE:
        return {}
    found = {}
    for side in ("above", "below"):
        space = free_space(scene, k, (min(area[0], span[0]), max(area[1], span[1])), side)
        candidate = None if space is None else _filled_space(scene, k, side, space)
        if candidate is not None and is_good(candidate, caption):
            found[side] = candidate
    return found


def _candidate(scene: Scene, k: int, side: str, box: Box, space: Box) -> Candidate | None:
    """Return a box in a free space as a candidate; None where it is too small for any float."""
    caption = scene.captions[k]
    if side == "below" and caption.label.kind == "table":
        box = _with_notes(scene, box, space)
    if min(box[2] - box[0], box[3] - box[1]) < scene.parameters.smallest_side:
        return None
    distance = {
        "above": caption.box[1] - box[3],
        "below": box[1] - caption.box[3],
        "left": caption.box[0] - box[2],
        "right": box[0] - caption.box[2],
    }[side]
    letters = sum(
        len(p.text)
        for p in scene.page.page.pieces
        if box[0] <= (p.box[0] + p.box[2]) / 2 <= box[2] and box[1] <= (p.box[1] + p.box[3]) / 2 <= box[3]
    )
    return Candidate(
        side, box, space, scene.ink.drawn_amount(box), letters, distance, scene.ink.crossing(box)
    )


def _filled(scene: Scene, space: Box, side: str, kind: str) -> Box | None:
    """Return the tight box of what a free space holds, from the caption to the last drawing or the first wide gap."""
    bands = scene.ink.bands(space, gap=3.0)
    if side == "above":
        bands.reverse()
    if not bands:
        return None
    taken: list[tuple[float, float]] = []
    waiting: list[tuple[float, float]] = []
    for band in bands:
        last = (waiting or taken)[-1] if waiting or taken else None
        gap = 0.0 if last is None else max(band[0] - last[1], last[0] - band[1])
        drawn = scene.ink.drawn_amount((space[0], band[0], space[2], band[1])) >= DRAWN
        if taken and gap >= _PARTED and _is_edge_of_next(scene, band, taken, space, side):
            break
        if taken and gap > (scene.parameters.far_gap if kind == "figure" else scene.parameters.row_gap):
            break
        if drawn:
            taken += [*waiting, band]
            waiting = []
        elif not taken or (not waiting and gap <= scene.parameters.part_gap):
            taken.append(band)
        else:
            waiting.append(band)
    if kind == "figure" and len(taken) > 1:
        last, before = taken[-1], taken[-2]
        apart = max(last[0] - before[1], before[0] - last[1])
        if last[1] - last[0] <= _RULE and apart >= _RULE_GAP:
            taken.pop()  # a rule across the page, as under titles and abstracts
    top, bottom = min(b[0] for b in taken), max(b[1] for b in taken)
    return scene.ink.tight((space[0], top, space[2], bottom))


def _is_edge_of_next(
    scene: Scene, band: tuple[float, float], taken: Sequence[tuple[float, float]], space: Box, side: str
) -> bool:
    """Return whether a band is the edge of what stands beyond the space: thin, at its end, of another width."""
    far = band[0] <= space[1] + _PARTED if side == "above" else band[1] >= space[3] - _PARTED
    if not far or band[1] - band[0] >= _SLICE:
        return False
    edge = scene.ink.tight((space[0], band[0], space[2], band[1]))
    own = scene.ink.tight((space[0], min(b[0] for b in taken), space[2], max(b[1] for b in taken)))
    return edge is not None and own is not None and (abs(edge[0] - own[0]) > 6 or abs(edge[2] - own[2]) > 6)


def _with_notes(scene: Scene, box: Box, space: Box) -> Box:
    """Return a table's box with the lines in small type that stand right below it."""
    taken = {i for caption in scene.captions for i in caption.pieces} | scene.page.margins
    left, right = box[0], box[2]
    bottom, last = box[3], None
    for i, piece in enumerate(scene.page.page.pieces):
        x0, y0, x1, y1 = piece.box
        if y0 < bottom - 2 or not space[0] < (x0 + x1) / 2 < space[2] or piece.turned:
            continue
        small = piece.size < scene.layout.body_size - 0.4 and (last is None or abs(piece.size - last) < 0.5)
        if i in taken or not small or y0 - bottom > _NOTE_GAP or not box[0] - 12 <= x0 <= box[2]:
            break
        left, right = min(left, x0), max(right, x1)
        bottom, last = max(bottom, y1), piece.size
    return (left, box[1], right, bottom)


def _widened(scene: Scene, k: int, candidate: Candidate, span: tuple[float, float]) -> Candidate:
    """Return the candidate of a wider span where its drawing or rules run on beyond the column's edge."""
    caption = scene.captions[k]
    x0, y0, x1, y1 = candidate.box
    beside = [
        c.box
        for m, c in enumerate(scene.captions)
        if m != k and min(c.box[3], caption.box[3]) > max(c.box[1], caption.box[1])
    ]
    left, right = span
    if x1 >= right - 1.5 and not any(b[0] >= caption.box[2] - 2 for b in beside):
        right = _outwards(scene, right, candidate.box, span)
    if x0 <= left + 1.5 and not any(b[2] <= caption.box[0] + 2 for b in beside):
        left = _outwards(scene, left, candidate.box, span)
    if (left, right) == span:
        return candidate
    space = free_space(scene, k, (left, right), candidate.side)
    wider = None if space is None else _filled_space(scene, k, candidate.side, space)
    return wider if wider and wider.box[3] - wider.box[1] > 0.6 * (y1 - y0) else candidate


def _outwards(scene: Scene, edge: float, box: Box, span: tuple[float, float]) -> float:
    """Return how far a drawing runs on beyond an edge of its span, up to a free strip."""
    area = text_area(scene)
    inner = area[0] + 5 < edge < area[1] - 5
    if inner:  # the edge between two columns, across which the neighbour's labels may reach
        strips = scene.ink.strips(box, gap=_OVERHANG_GAP)
        if len(strips) > 1 and edge == span[1] and strips[-1][1] - strips[-1][0] < _OVERHANG:
            return strips[-2][1] + 1
        if len(strips) > 1 and edge == span[0] and strips[0][1] - strips[0][0] < _OVERHANG:
            return strips[1][0] - 1
        if not _crosses(scene, edge, box[1], box[3]):
            return edge
        return area[1] + 1 if edge == span[1] else area[0] - 1
    if edge == span[1]:
        strips = scene.ink.strips((edge - 6, box[1], scene.width, box[3]), gap=_STRIP)
        return strips[0][1] + 1 if strips and strips[0][0] < edge + 1 else edge
    strips = scene.ink.strips((0.0, box[1], edge + 6, box[3]), gap=_STRIP)
    return strips[-1][0] - 1 if strips and strips[-1][1] > edge - 1 else edge


def _crosses(scene: Scene, x: float, y0: float, y1: float) -> bool:
    return scene.ink.drawn_amount((x - 1.5, y0, x + 1.5, y1)) > 0.5


def is_good(candidate: Candidate, caption: Caption) -> bool:
    """Return whether a candidate looks like a figure or a table by itself."""
    beside = candidate.side in SIDES
    if candidate.distance > (_FAR_BESIDE if beside and is_level(candidate.box, caption.box) else _FAR):
        return False
    if candidate.drawn >= DRAWN:
        return True
    near = candidate.distance <= (_FAR if beside else 30)
    return candidate.letters >= 4 and near and caption.label.kind == "table"


def overlap(a: Box, b: Box) -> float:
    """Return the share of the smaller box that the other one covers."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
