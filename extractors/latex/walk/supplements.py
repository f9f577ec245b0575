r"""Figure supplements, as eLife's class has them: figures that belong to a figure and are counted with it."""

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.references import Label as Target
from extractors.latex.walk.document import Caption
from extractors.latex.walk.state import Open, Region, Walk

COUNTER = "figsupp"
NUMBERED_PARTS = {"figdata": "data", "figsrccode": "srccode", "videosupp": "videosupp"}


def figure_supplement(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \figsupp[short]{caption}{picture} in a figure: a figure of its own, Figure 2–Figure supplement 1.

    References print its number alone, which begins anew in each figure.
    """
    if not walk.stack or walk.stack[-1].kind != "figure":
        return
    scan.optional()
    span = scan.span()
    scan.skip_space()
    if span is None or scan.peek() != "{":
        return
    counters = walk.style.counters
    counters.create(COUNTER)
    counters.reset_with(COUNTER, "figure")
    entry = Open(COUNTER, at, walk.target)
    walk.opened.append(entry)
    body = walk.open_float("figure", COUNTER, COUNTER, at)
    made = Caption(*span, span[0], counter=COUNTER)
    walk.add_caption(made)
    entry.target = Target(made.number, COUNTER)
    figure = f"{walk.style.figure} {counters.printed('figure')}"
    made.label = f"{figure}–{walk.style.figure} supplement {made.number}"
    made.number = f"{counters.printed('figure')}–{made.number}"
    start = scan.pos
    scan.argument()
    end, scan.pos = scan.pos - 1, start + 1

    def closing(at_end: int) -> None:
        if entry in walk.opened:
            while walk.opened[-1] is not entry:
                walk.opened.pop()
            walk.close(walk.opened.pop(), at_end)
        body.end = at_end

    walk.regions.append(Region(min(end, walk.regions[-1].end) if walk.regions else end, closing))


def numbered_part(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read eLife's \figdata{…} and its kin: what a figure's data, code or video is counted by."""
    if walk.style.document_class != "elife":
        return
    counters, counter = walk.style.counters, NUMBERED_PARTS[name]
    counters.create(counter)
    for outer in ("figure", "table"):
        counters.reset_with(counter, outer)
    counters.step(counter)
    walk.target = Target(counters.printed(counter), counter)
