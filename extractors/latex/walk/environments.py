"""Environments and graphics as the walk meets them."""

import re

from extractors.latex.expansion.verbatim import VERBATIM
from extractors.latex.source.environments import (
    BOXES,
    EQUATIONS,
    FIGURES,
    LOOSE,
    OTHER_FLOATS,
    PANELS,
    PICTURES,
    TABLES,
    TABULARS,
    VERBATIM_SHOWN,
    WHOLE_TABLES,
)
from extractors.latex.source.graphics import read_command
from extractors.latex.source.options import fraction, parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.references import Label as Target
from extractors.latex.walk.boxes import begin_box
from extractors.latex.walk.counters import named, sub_floats
from extractors.latex.walk.document import GraphicItem
from extractors.latex.walk.settings import start_appendix
from extractors.latex.walk.state import MAX_OPEN, Open, Walk
from extractors.latex.walk.tables import begin_tabular, begin_whole_table, in_table

ABSTRACTS = frozenset({"abstract", "Abstract", "ABSTRACT", "onecolabstract", "englishabstract", "eabstract"})
OTHER_BASE = re.compile(r"\s*(?:\[[^\]]{0,200}\]\s*)?\{\s*\\")


def begin(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Open an environment."""
    environment = scan.argument().strip()
    bare = environment.rstrip("*")
    if len(walk.opened) > MAX_OPEN:
        return
    entry = Open(environment, at, walk.target)
    walk.opened.append(entry)
    if bare in FIGURES or bare in TABLES or bare in walk.custom or bare in {"wrapfloat", "wrapstuff"}:
        begin_float(walk, environment, scan, at)
    elif bare in WHOLE_TABLES:
        begin_whole_table(walk, environment, scan, at)
    elif bare in OTHER_FLOATS:
        walk.open_float("other", other_counter(walk, bare), environment, at)
    elif bare in PANELS and walk.holder() is not None:
        scan.optional()
        width = fraction(scan.group() or "") or fraction(scan.optional() or "")
        _, entry.closing = walk.open_panel(at, width)
    elif bare in TABULARS or (bare in {"array", "tabbing"} and in_table(walk)):
        begin_tabular(walk, environment, scan, at)
    elif bare in BOXES and walk.holder() is not None:
        begin_layout(walk, environment, scan, entry, at)
    elif bare in EQUATIONS:
        begin_equation(walk, environment, entry)
    else:
        begin_other(walk, environment, bare, scan, at)


def begin_layout(walk: Walk, environment: str, scan: Scanner, entry: Open, at: int) -> None:
    """Open a box that is laid out as a whole, and that may change the pictures in it."""
    bare = environment.rstrip("*")
    for _ in range(3):
        scan.optional()
    inside = scan.pos
    width = fraction(scan.group() or "") if bare in {"minipage", "adjustbox"} else 0.0
    end = walk.open_box(bare, at, width)
    scan.pos = inside if bare != "minipage" else scan.pos
    change = begin_box(walk, environment, scan, at)

    def closing(at_end: int) -> None:
        end(at_end)
        if change is not None:
            change(at_end)

    entry.closing = closing


def other_counter(walk: Walk, bare: str) -> str:
    """Return what counts an algorithm or a listing, so that references to it print a number."""
    if bare.startswith(("wrapalgo", "floatalgo", "algo")):
        options = walk.style.packages.get("algorithm2e", "").replace(" ", "").split(",")
        return "figure" if "figure" in options else "algorithm"
    return bare


def begin_theorem(walk: Walk, bare: str) -> None:
    """Count a theorem, where its kind is numbered."""
    counter = walk.theorems[bare]
    if counter:
        walk.style.counters.step(counter)
        walk.target = Target(walk.style.counters.printed(counter), bare)


def begin_shown(walk: Walk, environment: str, scan: Scanner) -> None:
    """Count a listing that has a caption, and give its label the number; other verbatim text counts nothing."""
    keys = parse_keys(scan.optional() or "") if environment == "lstlisting" else {}
    if "caption" not in keys:
        return
    walk.style.counters.step("lstlisting")
    if "label" in keys:
        number = walk.style.counters.printed("lstlisting")
        walk.references.labels.setdefault(keys["label"], Target(number, "listing"))


def begin_float(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a figure or table environment."""
    bare = environment.rstrip("*")
    walk.close_loose(at)
    if bare in walk.custom:
        kind, counter = walk.custom[bare]
    elif bare in {"wrapfloat", "wrapstuff"}:
        given = scan.group() if bare == "wrapfloat" else parse_keys(scan.optional() or "").get("type")
        counter = (given or "figure").strip().rstrip("*")
        kind, counter = walk.custom.get(counter, ("table" if counter == "table" else "figure", counter))
    else:
        kind = counter = "table" if bare in TABLES else "figure"
    walk.open_float(kind, counter, environment, at)
    scan.optional()
    scan.optional()
    wrapped = bare in {"wrapfigure", "wraptable", "floatingfigure", "SCfigure", "marginfigure", "wrapfloat"}
    if wrapped or (bare in walk.custom and bare.startswith("wrap") and bare != counter):
        scan.group()
        scan.optional()
        scan.group()


def begin_equation(walk: Walk, environment: str, entry: Open) -> None:
    """Open a displayed formula, numbered unless starred."""
    if environment.endswith("*"):
        return
    counters = walk.style.counters
    if environment == "subequations":
        counters.step("equation")
        parent = counters.printed("equation")
        saved = counters.values["equation"], counters.formats.get("equation")
        counters.values["equation"] = 0
        counters.formats["equation"] = parent + "\\alph{equation}"
        walk.target = Target(parent, "equation")

        def closing(end: int) -> None:
            counters.values["equation"] = saved[0]
            if saved[1] is None:
                counters.formats.pop("equation", None)
            else:
                counters.formats["equation"] = saved[1]

        entry.closing = closing
        return
    counters.step("equation")
    walk.target = Target(counters.printed("equation"), "equation")


def begin_other(walk: Walk, environment: str, bare: str, scan: Scanner, at: int) -> None:
    """Open what is neither float nor box nor formula."""
    body = walk.holder()
    entry = walk.opened[-1]
    if bare in PICTURES:
        begin_picture(walk, bare, scan, at)
    elif environment in VERBATIM_SHOWN or bare in VERBATIM:
        begin_shown(walk, environment, scan)
    elif bare in walk.theorems:
        begin_theorem(walk, bare)
    elif begin_list(walk, environment, entry, scan):
        pass
    elif bare in {"appendix", "appendices", "subappendices"}:
        start_appendix(walk, bare, scan, at)
    elif bare in {"subfigures", "subtables"} and not walk.stack:
        sub_floats(walk, bare, entry)
    elif bare in NOTED:
        NOTED[bare](walk, entry, at, scan.pos)
    elif bare == "document":
        walk.body_start = at
    elif bare == "thebibliography":
        skip_bibliography(walk, scan, at)
    elif bare in LOOSE and walk.body_start and (body is None or (body.loose and not body.environment)):
        if body is None or not body.captions:
            walk.close_loose(at)
        begin_loose(walk, entry, at)


def table_notes(walk: Walk, entry: Open, at: int, inside: int) -> None:
    """Keep threeparttablex's notes, which stand ahead of the long table below which they are printed."""

    def keep(end: int) -> None:
        walk.pending["notes"] = (at, end)

    entry.closing = keep


def skip_bibliography(walk: Walk, scan: Scanner, at: int) -> None:
    """Note where the bibliography stands and move past it."""
    end = walk.text.find("\\end{thebibliography}", at)
    scan.pos = len(walk.text) if end < 0 else end
    walk.bibliographies.append((at, scan.pos))


def abstract(walk: Walk, entry: Open, at: int, inside: int) -> None:
    """Note where the paper's abstract stands: the first that is not empty."""

    def keep(end: int) -> None:
        stop = walk.text.rfind("\\end", inside, end)
        if walk.abstract is None and walk.text[inside : stop if stop >= 0 else end].strip():
            walk.abstract = at, stop if stop >= 0 else end

    entry.closing = keep


# Environments of which the walk remembers where they stand.
NOTED = {"TableNotes": table_notes, **dict.fromkeys(ABSTRACTS, abstract)}


def begin_list(walk: Walk, environment: str, entry: Open, scan: Scanner) -> bool:
    """Open a list whose items references may name; False where the environment is no list."""
    walk.lists.settings = walk.timeline.now
    if walk.lists.family(environment) is None:
        return False
    option = scan.optional()
    label = scan.argument() if environment == "list" else ""
    walk.lists.begin(environment, option, label=label)
    entry.closing = lambda end: walk.lists.end(environment)
    return True


def begin_loose(walk: Walk, entry: Open, at: int) -> None:
    """Open an environment that stands in for a float where it gets a caption."""
    loose = walk.begin_loose(at)
    loose.environment = entry.name

    def close(end: int) -> None:
        if walk.loose is loose and (loose.captions or not (loose.graphics or loose.tabulars)):
            walk.close_loose(end)
        elif walk.loose is loose:
            loose.environment = ""

    entry.closing = close


def begin_picture(walk: Walk, bare: str, scan: Scanner, at: int) -> None:
    """Open a drawing; overpic shows a file beneath it."""
    body = walk.holder()
    if body is None:
        return
    if bare == "Overpic" and OTHER_BASE.match(walk.text, scan.pos):
        return  # what lies beneath is read like any other part of the float
    if bare in {"overpic", "Overpic"}:
        for shown in read_command(scan, "includegraphics", walk.graphics[walk.settings], named(walk)):
            place_graphic(walk, GraphicItem(shown, at, walk.box, walk.panel))
    else:
        body.drawings.append(at)


def place_graphic(walk: Walk, item: GraphicItem) -> None:
    """Add a graphic to its float and lay it out."""
    body = walk.holder()
    if body is None:
        return
    if any(o.name in PICTURES for o in walk.opened[-3:]) and any(
        g.shown.name == item.shown.name for g in body.graphics[-4:]
    ):
        return
    item.folder, item.settings = walk.folder, walk.settings
    body.graphics.append(item)
    row = walk.box.place(item.shown.width, 1)
    walk.box.placed.append((item, row))


def end(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Close an environment, and those left open inside it."""
    environment = scan.argument().strip()
    for depth in range(1, min(len(walk.opened), 12) + 1):
        if walk.opened[-depth].name == environment:
            while (
                walk.regions
                and walk.regions[-1].end > walk.opened[-depth].start
                and walk.regions[-1].end > at
            ):
                region = walk.regions.pop()
                if region.end > scan.pos:
                    walk.regions.append(region)
                    break
                region.closing(at)
            for _ in range(depth):
                walk.close(walk.opened.pop(), scan.pos)
            return


def graphics(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a graphics command."""
    if name in {"fig", "FIG", "leftfig", "rightfig"} and not walk.style.document_class.startswith("aastex"):
        return
    if walk.holder() is None:
        if not walk.body_start:
            return
        walk.begin_loose(at)
    if name == "psfig" and not scan.text.startswith(("{", " {"), scan.pos):
        return
    for shown in read_command(scan, name, walk.graphics[walk.settings], named(walk)):
        place_graphic(walk, GraphicItem(shown, at, walk.box, walk.panel))


def drawing_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a command that draws."""
    body = walk.holder()
    if body is not None:
        body.drawings.append(at)


def box_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \parbox{width}{…}: a box for layout."""
    if walk.holder() is None:
        return
    for _ in range(3):
        scan.optional()
    width = fraction(scan.group() or "")
    walk.region(scan, walk.open_box("parbox", at, width))


def grid_line(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read AASTeX's \gridline{…}: one row of figures."""
    if walk.stack:
        walk.box.new_row()


def paragraph_end(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \par, \newline or \linebreak."""
    if walk.stack or walk.loose is not None:
        walk.box.new_row()
