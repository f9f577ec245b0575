"""Where a caption's figure or table may be: the free parts of the page beside the caption."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.pdf.captions.finding import Caption, other_captions
from extractors.pdf.page.blocks import footnotes
from extractors.pdf.page.ink import Ink
from extractors.pdf.page.layout import Layout, PageLayout
from extractors.pdf.page.pieces import Box
from extractors.pdf.parameters import PdfParameters

_TOUCH = 3.0
_APART = 8.0  # width of a strip between two floats side by side
_STEPS = 120.0  # points by which captions side by side may differ in height


@dataclass(frozen=True)
class Scene:
    """A page with all that is known of it before its regions are sought."""

    page: PageLayout
    layout: Layout
    ink: Ink
    captions: tuple[Caption, ...]
    obstacles: tuple[Box, ...]  # running text, captions, running heads
    parameters: PdfParameters
    sure: tuple[tuple[int, Box], ...] = ()  # boxes of floats already sure, with their caption's index

    @property
    def width(self) -> float:
        """Width of the page in its reading frame."""
        return self.page.page.frame.size[0]

    @property
    def height(self) -> float:
        """Height of the page in its reading frame."""
        return self.page.page.frame.size[1]


def scene_of(
    page: PageLayout, layout: Layout, ink: Ink, captions: Sequence[Caption], parameters: PdfParameters
) -> Scene:
    """Return the page with what bounds its regions; lines of captions are no running text."""
    taken = {i for caption in captions for i in caption.pieces}
    pieces = page.page.pieces
    obstacles = [pieces[i].box for i in sorted((page.body | page.margins | page.apart) - taken)]
    obstacles += [caption.box for caption in captions] + other_captions(page)
    obstacles += footnotes(page.page, layout.columns, ink, layout.body_size)
    return Scene(page, layout, ink, tuple(captions), tuple(obstacles), parameters)


def spans_of(scene: Scene) -> list[tuple[float, float]]:
    """Return for each caption of the page the left and right bounds between which its float stands."""
    spans = [column_span(scene, caption) for caption in scene.captions]
    spans = [_beside_text(scene, c, s) for c, s in zip(scene.captions, spans, strict=True)]
    return _parted(scene, spans)


def text_area(scene: Scene) -> tuple[float, float]:
    """Return the left and right edges of the page's text; of the page where no column is known."""
    columns = [c for c in scene.layout.columns if _used(scene, c)] or list(scene.layout.columns)
    if not columns:
        return 0.0, scene.width
    return min(c[0] for c in columns), max(c[1] for c in columns)


def _gutters(scene: Scene) -> list[tuple[float, float]]:
    """Return the free strips between two columns, as their left and right edges."""
    columns = scene.layout.columns
    # The page's own columns count: a paper may begin with a page of one column, or shift its even pages.
    used = [c for c in columns if _used(scene, c)] or list(columns)
    found = _between(used)
    if not found:  # a page with text in one of two columns only
        found = {g for g in _between(columns) if all(c[1] <= g[0] + 1 or c[0] >= g[1] - 1 for c in used)}
    return sorted(found)


def _between(columns: Sequence[tuple[float, float]]) -> set[tuple[float, float]]:
    found = set()
    for left in columns:
        for right in columns:
            apart = right[0] - left[1]
            similar = abs((left[1] - left[0]) - (right[1] - right[0])) < 0.25 * (left[1] - left[0])
            if 3 <= apart <= 60 and similar:
                found.add((left[1], right[0]))
    return found


def _used(scene: Scene, column: tuple[float, float]) -> bool:
    pieces = scene.page.page.pieces
    return (
        any(
            abs(pieces[i].box[0] - column[0]) <= 2 and abs(pieces[i].box[2] - column[1]) <= 2
            for i in scene.page.body
        )
        or not scene.page.body
    )


def column_span(scene: Scene, caption: Caption) -> tuple[float, float]:
    """Return the left and right bounds of a caption's column; of all columns where it runs across."""
    x0, _, x1, _ = caption.box
    left, right = text_area(scene)
    left, right = min(left, x0) - 1, max(right, x1) + 1
    for gutter in _gutters(scene):
        middle = (gutter[0] + gutter[1]) / 2
        if x1 <= gutter[1]:
            right = min(right, max(middle, x1 + 1))
        elif x0 >= gutter[0]:
            left = max(left, min(middle, x0 - 1))
    return left, right


def _beside_text(scene: Scene, caption: Caption, span: tuple[float, float]) -> tuple[float, float]:
    """Return the span without the part in which running text flows around the float."""
    left, right = span
    x0, y0, x1, y1 = caption.box
    pieces = scene.page.page.pieces
    for i in scene.page.body - set(caption.pieces):
        box = pieces[i].box
        if box[3] <= y0 + 1 or box[1] >= y1 - 1 or box[2] <= left or box[0] >= right:
            continue
        if box[2] <= x0 + 2:
            left = max(left, box[2] + 1)
        elif box[0] >= x1 - 2:
            right = min(right, box[0] - 1)
    return left, right


def _parted(scene: Scene, spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the spans, those of captions that stand side by side cut between them."""
    out = []
    for k, caption in enumerate(scene.captions):
        left, right = spans[k]
        for m, other in enumerate(scene.captions):
            if m == k:
                continue
            if other.box[0] >= caption.box[2] - 2:
                cut = _cut_between(scene, caption, other)
                right = right if cut is None else min(right, cut)
            elif other.box[2] <= caption.box[0] + 2:
                cut = _cut_between(scene, other, caption)
                left = left if cut is None else max(left, cut)
        out.append((left, right))
    return out


def _cut_between(scene: Scene, first: Caption, second: Caption) -> float | None:
    """Return where to part two captions of which the first stands left of the second; None where not at all."""
    upper, lower = (first, second) if first.box[1] <= second.box[1] else (second, first)
    if lower.box[1] - upper.box[3] > _STEPS:
        return None
    overlap = upper.box[3] - lower.box[1]
    low = min(upper.box[3] - upper.box[1], lower.box[3] - lower.box[1])
    if overlap >= 0.3 * low or _is_white(scene, (upper.box[0], upper.box[3] + 1, upper.box[2], lower.box[3])):
        return _cut(scene, first, second)
    # The one has its float above, the other below: a strip parts both floats and both captions.
    strip = (first.box[2], upper.box[1], second.box[0], lower.box[3])
    inked = [(strip[0], strip[0]), *scene.ink.strips(strip, gap=_APART), (strip[2], strip[2])]
    for a, b in pairwise(inked):
        box = (a[1], strip[1], b[0], strip[3])
        if b[0] - a[1] >= _APART and not any(_meets(box, o) for o in scene.obstacles):
            return (a[1] + b[0]) / 2
    return None


def _is_white(scene: Scene, box: Box) -> bool:
    return scene.ink.tight(box) is None and not any(_meets(box, o) for o in scene.obstacles)


def _meets(a: Box, b: Box) -> bool:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide > 1 and high > 1


def _cut(scene: Scene, first: Caption, second: Caption) -> float:
    """Return where to part two captions side by side: the free strip above or below them, else the middle."""
    low, high = (first.box[0] + first.box[2]) / 2, (second.box[0] + second.box[2]) / 2
    middle = (first.box[2] + second.box[0]) / 2
    best, cut = 3.0, middle
    for y0, y1 in _heights_near(scene, first, second):
        strips = scene.ink.strips((low, y0, high, y1), gap=3.0)
        for a, b in pairwise(strips):
            width = b[0] - a[1] - 0.1 * abs((a[1] + b[0]) / 2 - middle)
            if width > best:
                best, cut = width, (a[1] + b[0]) / 2
    return min(max(cut, first.box[2]), max(second.box[0], first.box[2]))


def _heights_near(scene: Scene, first: Caption, second: Caption) -> list[tuple[float, float]]:
    top, bottom = min(first.box[1], second.box[1]), max(first.box[3], second.box[3])
    return [
        (highest_free(scene, (first.box[0], second.box[2]), top), top),
        (bottom, lowest_free(scene, (first.box[0], second.box[2]), bottom)),
    ]


def highest_free(scene: Scene, span: tuple[float, float], bottom: float) -> float:
    """Return how far up no obstacle stands in a span, from a height on."""
    return max(
        (
            b[3]
            for b in (*scene.obstacles, *_across(scene, span))
            if b[3] <= bottom + 4 and b[1] < bottom - 4 and _in_span(b, span)
        ),
        default=0.0,
    )


def lowest_free(scene: Scene, span: tuple[float, float], top: float) -> float:
    """Return how far down no obstacle stands in a span, from a height on."""
    return min(
        (
            b[1]
            for b in (*scene.obstacles, *_across(scene, span))
            if b[1] >= top - 4 and b[3] > top + 4 and _in_span(b, span)
        ),
        default=scene.height,
    )


def _in_span(box: Box, span: tuple[float, float]) -> bool:
    return min(box[2], span[1]) - max(box[0], span[0]) > _TOUCH


def _across(scene: Scene, span: tuple[float, float]) -> list[Box]:
    """Return the text that runs across an inner edge of the span: titles over two columns."""
    area = text_area(scene)
    inner = [x for x in span if area[0] + 5 < x < area[1] - 5]
    return [
        p.box
        for p in scene.page.page.pieces
        if not p.turned and any(p.box[0] < x - 12 and p.box[2] > x + 12 for x in inner)
    ]


def free_space(scene: Scene, k: int, span: tuple[float, float], side: str) -> Box | None:
    """Return the free part of the page above, below, left or right of a caption."""
    x0, y0, x1, y1 = scene.captions[k].box
    others = tuple(box for m, box in scene.sure if m != k)
    if others:
        scene = replace(scene, obstacles=scene.obstacles + others)
    if side == "above":
        box = (span[0], highest_free(scene, span, y0), span[1], y0)
    elif side == "below":
        box = (span[0], y1, span[1], lowest_free(scene, span, y1))
    else:
        strip = (span[0], x0 - 1) if side == "left" else (x1 + 1, span[1])
        middle = (y0 + y1) / 2
        box = (strip[0], highest_free(scene, strip, middle), strip[1], lowest_free(scene, strip, middle))
    wide, high = box[2] - box[0], box[3] - box[1]
    return box if min(wide, high) >= scene.parameters.smallest_side else None
