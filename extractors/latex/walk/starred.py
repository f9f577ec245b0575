r"""\caption* in a float that has a numbered caption, too: what stands under one of its pictures, or a note."""

import re

from extractors.latex.walk.document import Box, Caption, FloatBody, Panel

LETTER = re.compile(r"\s*(?:\\(?:textbf|textit|textsf|emph)\s*\{)?\(?([A-Za-z])[).]\s*(?![A-Za-z]?\))")


def settle_starred(body: FloatBody) -> None:
    """Make panels of the unnumbered captions in boxes with pictures; add others to the numbered caption nearby."""
    numbered = [c for c in body.captions if not c.starred]
    starred = [c for c in body.captions if c.starred]
    if not numbered or not starred:
        return
    taken = [c.box for c in numbered]
    for caption in starred:
        box = caption.box
        if box is not None and box is not body.box and box not in taken and body.kind == "figure":
            add_panel(body, caption, box)
        else:
            join(caption, numbered)
    body.panels.sort(key=lambda panel: panel.start)
    body.captions = numbered


def add_panel(body: FloatBody, caption: Caption, box: Box) -> None:
    """Add a panel for a box with a caption; what an author writes as (a) ahead of the text is its letter."""
    panel = next((p for p in body.panels if p.box is box), None)
    if panel is not None and panel.caption is not None:
        panel.caption.tex += " " + caption.tex
        return
    found = LETTER.match(caption.tex)
    panel = Panel(box.start, box, end=caption.end, caption=caption, letter=found[1] if found else "")
    if found and "{" not in found[0]:
        caption.tex = caption.tex[found.end() :]
    body.panels.append(panel)
    for item in body.graphics:
        if item.panel is None and lies_in(item.box, box):
            item.panel = panel


def lies_in(box: Box | None, outer: Box) -> bool:
    """Return whether a box is another one or stands in it."""
    while box is not None and box is not outer:
        box = box.parent
    return box is outer


def join(caption: Caption, numbered: list[Caption]) -> None:
    """Add an unnumbered caption to the numbered one of its box, or else to the one before, or the first."""
    same = [c for c in numbered if c.box is caption.box]
    before = [c for c in same or numbered if c.pos < caption.pos]
    if before:
        before[-1].tex = f"{before[-1].tex} {caption.tex}"
    else:
        first = (same or numbered)[0]
        first.tex = f"{caption.tex} {first.tex}"
