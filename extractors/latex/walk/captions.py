"""Captions, panels and labels as the walk meets them."""

import re

from extractors.latex.source.environments import WHOLE_TABLES
from extractors.latex.source.graphics import Shown, clean_name
from extractors.latex.source.options import fraction, parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.walk.document import Box, Caption, FloatBody, GraphicItem, Label, Panel
from extractors.latex.walk.state import LABEL, Region, Walk

NAMED_FILE = re.compile(r"\.(?:e?ps|epsi|pdf|png|jpe?g|gif|tiff?)\s*\Z", re.I)


def caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \caption, \captionof and the classes' own forms."""
    starred = scan.star() or walk.text[scan.pos - 1] == "*"
    counter = counted(walk, name, scan)
    if not counter:
        scan.optional()
        scan.argument()
        return
    file = leading_options(walk, name, scan, at)
    start = scan.pos + 1
    if scan.peek() != "{":
        return
    scan.argument()
    end_at = max(start, scan.pos - 1)
    more = more_headings(scan) if name == "bicaption" else []
    body = walk.holder()
    if body is not None and body.environment in WHOLE_TABLES and body.captions:
        return
    if body is None and not walk.body_start:
        return
    if body is None or body.loose:
        body = open_loose(walk, name, file, at)
        if not walk.captype and name == "caption":
            counter = "table" if body.tabulars and not body.graphics else "figure"
    made = Caption(start, end_at, at, counter=counter, starred=starred)
    walk.add_caption(made)
    if len(more) == 3:  # \bicaption{short}{long}{short}{long}, as several Chinese classes have it
        made.tex = f"{more[0]} {more[2]}"
    elif more:
        made.tex += " " + more[0]
    if name == "captionbox":
        scan.optional()
        scan.optional()
    if body.loose and names_file(name, file):
        walk.close_loose(scan.pos)


def leading_options(walk: Walk, name: str, scan: Scanner, at: int) -> str:
    """Read what stands between a caption command and its text; return the first option."""
    first = scan.optional() or ""
    if name == "sidecaption":  # its second option is an offset
        scan.optional()
    elif name == "captcont":
        continued(walk, name, scan, at)
    scan.skip_space()
    if scan.peek() == "<":  # beamer's overlays
        scan.optional("<", ">")
        scan.optional()
        scan.skip_space()
    return first


def names_file(name: str, option: str) -> bool:
    r"""Return whether this is AASTeX's old \figcaption[file]{…}, whose picture stands nowhere else."""
    return name == "figcaption" and NAMED_FILE.search(option) is not None


def open_loose(walk: Walk, name: str, option: str, at: int) -> FloatBody:
    """Return the stand-in float for a caption outside floats, with the picture that the caption names."""
    if not names_file(name, option):
        return walk.begin_loose(at)
    walk.close_loose(at)
    body = walk.begin_loose(at)
    item = GraphicItem(Shown(clean_name(option)), at, walk.box, folder=walk.folder, settings=walk.settings)
    walk.box.placed.append((item, walk.box.place(0.0, 1)))
    body.graphics.append(item)
    return body


def more_headings(scan: Scanner) -> list[str]:
    r"""Return the headings that follow the first of \bicaption: one, or three in its older form."""
    scan.optional()
    groups = [scan.group() or ""]
    while scan.peek() == "{" and len(groups) < 3:
        groups.append(scan.group() or "")
    return groups


def counted(walk: Walk, name: str, scan: Scanner) -> str:
    """Return what a caption command counts; nothing where it is neither figure nor table."""
    if name in {"captionof", "captionaboveof", "captionbelowof"}:
        counter = scan.argument().strip().rstrip("*")
        if counter in walk.custom:
            return walk.custom[counter][1] if walk.custom[counter][0] != "other" else ""
        return counter if counter in {"figure", "table"} else ""
    if name in {"figcaption", "figurecaption", "fcaption"}:
        return "figure"
    return "table" if name in {"tabcaption", "tcaption"} else walk.captype or "figure"


def table_caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \tablecaption and its kin: inside a deluxetable, or ahead of a supertabular."""
    scan.optional()
    span = scan.span()
    if span is None:
        return
    body = walk.holder()
    if body is not None and not body.loose:
        if not body.captions:
            walk.add_caption(Caption(*span, at, counter="table"))
    else:
        walk.pending["caption"] = span


def table_head(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \tablehead or \tablefirsthead ahead of a supertabular, or in a deluxetable."""
    span = scan.span()
    if span is None:
        return
    body = walk.holder()
    if body is not None and body.tabulars and not body.loose:
        body.tabulars[-1].head = walk.text[slice(*span)]
    elif name == "tablefirsthead" or "head" not in walk.pending:
        walk.pending["head"] = span


def journal_table(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \processtable{caption}{table}{notes} and \tbl{caption}{table}."""
    if walk.holder() is None:
        return
    span = scan.span()
    if span is not None:
        walk.add_caption(Caption(*span, at, counter=walk.captype or "table"))
    ahead = Scanner(walk.text, scan.pos)
    if name == "processtable" and ahead.group() is not None:
        notes = ahead.span()
        if notes is not None and notes[0] < notes[1]:
            walk.pending["notes"] = notes


def panel_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \subfloat[caption]{…} and \subfigure[caption]{…}."""
    body = walk.holder()
    if body is None or body.kind == "other":
        return
    first_at = scan.pos
    first = scan.optional()
    first_end = scan.pos
    second = scan.optional()
    start, stop = (first_end, scan.pos) if second is not None else (first_at, first_end)
    panel, closing = walk.open_panel(at, 0.0)
    if first is not None:
        inside = walk.text.find("[", start, stop) + 1
        made = Caption(inside, max(inside, stop - 1), at, box=panel.box, counter=body.counter)
        give_caption(walk, panel, made)
    walk.letter_panel(panel, body)
    walk.region(scan, closing)


def give_caption(walk: Walk, panel: Panel, made: Caption) -> None:
    """Give a panel its caption, with the text and the labels in it."""
    made.tex = walk.text[made.start : made.end]
    panel.caption = made
    panel.labels.extend(key.strip() for key in LABEL.findall(made.tex))


def panel_box(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \subcaptionbox{caption}[width]{…}."""
    body = walk.holder()
    if body is None or body.kind == "other":
        return
    starred = walk.text[scan.pos - 1] == "*" or scan.star()
    scan.optional()
    span = scan.span()
    if span is None:
        return
    width = fraction(scan.optional() or "")
    scan.optional()
    panel, closing = walk.open_panel(at, width)
    made = Caption(*span, at, box=panel.box, counter=body.counter, starred=starred)
    give_caption(walk, panel, made)
    if not starred:
        walk.letter_panel(panel, body)
    walk.region(scan, closing)


def sub_caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \subcaption in a panel, or in a minipage that thereby becomes one."""
    body = walk.holder()
    starred = walk.text[scan.pos - 1] == "*"
    scan.optional()
    span = scan.span()
    if span is None or body is None:
        return
    panel = walk.panel
    if panel is None or panel.caption is not None:
        panel = Panel(walk.box.start, walk.box)
        body.panels.append(panel)
        for item in reversed(body.graphics):
            if item.panel is not None or item.pos < walk.box.start:
                break
            if _inside(item.box, walk.box):
                item.panel = panel
        panel.end = scan.pos
    made = Caption(*span, at, box=walk.box, counter=body.counter, starred=starred)
    give_caption(walk, panel, made)
    if not starred:
        walk.letter_panel(panel, body)


def _inside(box: Box, outer: Box) -> bool:
    inner: Box | None = box
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False


def float_box(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read floatrow's \ffigbox{caption}{body} and \ttabbox: what their captions count."""
    scan.optional()
    scan.optional()
    start = scan.pos
    scan.group()
    scan.group()
    end = scan.pos
    scan.pos = start
    outer = walk.captype
    walk.captype = "table" if name == "ttabbox" else "figure"
    if any(o.name == "subfloatrow" for o in walk.opened[-6:]) and walk.stack:
        _, inner = walk.open_panel(at, 0.0)
    else:
        inner = walk.open_box("floatbox", at, 0.0)

    def closing(at_end: int) -> None:
        inner(at_end)
        walk.captype = outer

    walk.regions.append(Region(min(end, walk.regions[-1].end) if walk.regions else end, closing))


def label(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \label: the number last made is what a reference prints."""
    key = (scan.group() or "").strip()
    body = walk.holder()
    if walk.target is not None and key:
        walk.references.labels[key] = walk.target
    if not key or body is None or body.kind == "other":
        return
    if body.phantoms and not (body.captions and body.captions[-1].pos > body.phantoms[-1].start):
        body.phantoms[-1].labels.append(key)
        body.labels.append(Label(key, at, None, walk.box))
    elif walk.panel is not None:
        walk.panel.labels.append(key)
        body.labels.append(Label(key, at, walk.panel, walk.box))
    else:
        last = body.panels[-1] if body.panels else None
        if (
            last is not None
            and last.caption is not None
            and last.caption.box is walk.box
            and walk.box is not body.box
        ):
            last.labels.append(key)
            body.labels.append(Label(key, at, last, walk.box))
        else:
            body.labels.append(Label(key, at, None, walk.box))


def continued(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \ContinuedFloat: the float keeps the last number and goes on with its panels."""
    if walk.stack:
        body = walk.stack[-1]
        body.continued = True
        letters = walk.panel_counts
        letters["sub" + body.counter] = letters.get("last-sub" + body.counter, 0)


def capture_type(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note that captions from here on count as figures or tables."""
    kind = (scan.group() or "").strip()
    if kind in {"figure", "table"} or kind in walk.custom:
        walk.captype = kind
        for body in walk.stack[-1:]:
            if kind in {"figure", "table"} and not body.captions:
                body.counter = kind


def caption_setup(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \captionsetup: its `type` says what the captions that follow count."""
    scan.optional()
    keys = parse_keys(scan.group() or "")
    wanted = (keys.get("type") or keys.get("type*") or "").rstrip("*")
    if wanted in {"figure", "table"} or wanted in walk.custom:
        walk.captype = walk.custom[wanted][1] if wanted in walk.custom else wanted
