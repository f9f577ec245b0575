"""Divides what a float holds among its captions: most have one, some have several."""

from bisect import bisect_right
from itertools import pairwise

from extractors.latex.text.numbering import Style
from extractors.latex.walk.document import Box, Caption, FloatBody, Found, GraphicItem, Panel, Tabular

MAX_DIVIDED = 60  # captions in one float whose boxes are told apart; more are taken in their order


def kind_of(body: FloatBody, caption: Caption | None) -> str:
    """Return figure or table."""
    if caption is not None and caption.counter in {"figure", "table"}:
        return caption.counter
    return body.kind


def found_in(body: FloatBody) -> list[Found]:
    """Return the figures and tables that a float's body makes up, one for each caption."""
    captions = body.captions
    tabulars = [t for t in body.tabulars if not t.nested and not t.has_graphics and t.end > t.start]
    if body.kind == "other":
        return []
    if len(captions) <= 1:
        caption = captions[0] if captions else None
        labels = [x.key for x in body.labels if x.panel is None]
        return [
            Found(kind_of(body, caption), body, caption, body.graphics, body.panels, tabulars, labels,
                  len(body.drawings), "", body.start, body.end)
        ]  # fmt: skip
    return _divided(body, tabulars)


def _chain(box: Box | None) -> list[Box]:
    chain = []
    while box is not None:
        chain.append(box)
        box = box.parent
    return chain


def _cells(body: FloatBody) -> dict[int, Box]:
    """Return for each caption the outermost box that holds no other caption, where there is one."""
    if len(body.captions) > MAX_DIVIDED:
        return {}
    chains = [_chain(c.box) for c in body.captions]
    cells: dict[int, Box] = {}
    for i, chain in enumerate(chains):
        others = {id(b) for j, other in enumerate(chains) if j != i for b in other}
        own = [b for b in chain if id(b) not in others and b is not body.box]
        if own:
            cells[i] = own[-1]
    return cells


def _in_turn(things: list[int], captions: list[tuple[int, int]], *, below: bool) -> dict[int, int]:
    """Return the caption of each thing in a row of things with a row of as many captions below (or above).

    Args:
        things: positions of pictures and tables.
        captions: position and index of each caption.
        below: whether captions stand below what they describe.
    """
    runs: list[tuple[bool, list[int]]] = []
    events = [(pos, False, pos) for pos in set(things)] + [(pos, True, i) for pos, i in captions]
    for _, is_caption, value in sorted(events):
        if not runs or runs[-1][0] is not is_caption:
            runs.append((is_caption, []))
        runs[-1][1].append(value)
    turns: dict[int, int] = {}
    for (first_captions, first), (_, second) in pairwise(runs):
        if first_captions is not below and len(first) == len(second) > 1:
            row, described = (second, first) if first_captions else (first, second)
            turns.update(zip(row, described, strict=True))
    return turns


def _divided(body: FloatBody, tabulars: list[Tabular]) -> list[Found]:
    captions = body.captions
    cells = _cells(body)
    places = [c.pos for c in captions]
    things: list[tuple[int, Box]] = [(g.pos, g.box) for g in body.graphics]
    things += [(t.pos, t.box) for t in tabulars] + [(p, body.box) for p in body.drawings]
    loose = [pos for pos, box in things if not any(c in _chain(box) for c in cells.values())]
    below = bool(loose) and min(loose) < captions[0].pos
    filled = {i for i, cell in cells.items() if any(cell in _chain(box) for _, box in things)}
    waiting = [i for i in range(len(captions)) if i not in filled]
    turns = _in_turn(loose, [(places[i], i) for i in waiting], below=below)

    def owner(pos: int, box: Box | None) -> int:
        if pos in turns:
            return turns[pos]
        chain = _chain(box)
        for i, cell in cells.items():
            if any(b is cell for b in chain):
                return i
        after = bisect_right(places, pos)
        return min(after, len(captions) - 1) if below else max(0, after - 1)

    graphics: list[list[GraphicItem]] = [[] for _ in captions]
    panels: list[list[Panel]] = [[] for _ in captions]
    tables: list[list[Tabular]] = [[] for _ in captions]
    drawings = [0] * len(captions)
    labels: list[list[str]] = [[] for _ in captions]
    for graphic in body.graphics:
        graphics[owner(graphic.pos, graphic.box)].append(graphic)
    for panel in body.panels:
        panels[owner(panel.start, panel.box)].append(panel)
    for table in tabulars:
        tables[owner(table.pos, table.box)].append(table)
    for pos in body.drawings:
        drawings[owner(pos, None)] += 1
    for label in [x for x in body.labels if x.panel is None]:
        i = max(0, bisect_right(places, label.pos) - 1)
        labels[i].append(label.key)
    empty = [i for i in range(len(captions)) if not graphics[i] and not tables[i] and not drawings[i]]
    full = [j for j in range(len(captions)) if j not in empty]
    for i in empty if full else ():
        # A second caption for the same picture (in another language, say) shows what its neighbour shows.
        near = min(full, key=lambda j: (abs(j - i), j))
        graphics[i], tables[i], drawings[i] = graphics[near], tables[near], drawings[near]
    borders = [body.start, *(c.pos for c in captions[1:]), body.end]
    return [
        Found(kind_of(body, c), body, c, graphics[i], panels[i], tables[i], labels[i], drawings[i], "",
              borders[0] if i == 0 else c.pos, body.end if i == len(captions) - 1 else borders[i + 1])
        for i, c in enumerate(captions)
    ]  # fmt: skip


def printed_name(style: Style, names: dict[str, str], found: Found) -> str:
    """Return what the class calls a float that has no caption of its own: Figure, TABLE."""
    counter = found.caption.counter if found.caption is not None else found.kind
    name = found.caption.name if found.caption is not None and found.caption.name else ""
    return name or names.get(counter, style.table if counter == "table" else style.figure)
