"""One pass over the flat text: counters, labels, floats and what they hold, running text, title."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from extractors.latex.document import Box, Caption, FloatBody, GraphicItem, Label, Panel, Tabular
from extractors.latex.environments import (
    BOXES,
    EQUATIONS,
    FIGURES,
    LISTS,
    LOOSE,
    NUMBERED_ROWS,
    OTHER_FLOATS,
    PANELS,
    PICTURES,
    TABLES,
    TABULARS,
    VERBATIM_SHOWN,
    WHOLE_TABLES,
    custom_kind,
)
from extractors.latex.graphics import GRAPHICS_COMMANDS, fraction, parse_keys, read_command
from extractors.latex.inputs import VERBATIM
from extractors.latex.numbering import ENGLISH, LANGUAGE_CODES, LANGUAGE_NAMES, SECTIONS, Style, class_style, use_language
from extractors.latex.references import Label as Target
from extractors.latex.references import References
from extractors.latex.scanner import Scanner

WALK = re.compile(r"\\(?:([A-Za-z]+)(\*?)|(.))|\n[ \t]*\n", re.S)
LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
CLASS = re.compile(r"\\document(?:class|style)\s*\[([^\]]{0,2000})\]\s*\{([^{}]*)\}")
STEPPED_AT_START = frozenset({"longtable", "longtabu", "xltabular", "longtblr"})
MAX_OPEN = 20_000


@dataclass
class Open:
    """An environment that is open, with what is restored at its end."""

    name: str
    start: int
    target: Target | None
    closing: Callable[[int], None] | None = None
    suppressed: bool = False


@dataclass
class Region:
    """A brace-delimited region with something to do at its end."""

    end: int
    closing: Callable[[int], None]


@dataclass
class Walk:
    """The document as far as it has been read."""

    text: str
    style: Style
    references: References = field(default_factory=References)
    floats: list[FloatBody] = field(default_factory=list)
    other: list[tuple[int, int]] = field(default_factory=list)
    bibliographies: list[tuple[int, int]] = field(default_factory=list)
    opened: list[Open] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    stack: list[FloatBody] = field(default_factory=list)
    box: Box = field(default_factory=lambda: Box("page", 0))
    panel: Panel | None = None
    target: Target | None = None
    title: tuple[int, int] | None = None
    title_counts: bool = True
    language: str | None = None
    body_start: int = 0
    custom: dict[str, tuple[str, str]] = field(default_factory=dict)
    theorems: dict[str, str | None] = field(default_factory=dict)
    panel_counts: dict[str, int] = field(default_factory=dict)
    loose: FloatBody | None = None
    pending: dict[str, tuple[int, int]] = field(default_factory=dict)
    captype: str = ""
    item_depth: int = 0
    in_appendix: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Read the whole text."""
        search, text = WALK.search, self.text
        handlers = HANDLERS
        scan = Scanner(text)
        pos = 0
        while True:
            match = search(text, pos)
            if match is None:
                break
            at = match.start()
            pos = match.end()
            name = match[1]
            if self.regions:
                self.leave_regions(at)
            if name is None:
                if match[3] == "\\" or match[3] is None:
                    self.line_break(blank=match[3] is None)
                continue
            handler = handlers.get(name)
            if handler is not None:
                scan.pos = pos
                handler(self, name, scan, at)
                pos = max(pos, scan.pos)
        self.leave_regions(len(text))
        while self.opened:
            self.close(self.opened.pop(), len(text))
        self.close_loose(len(text))

    def leave_regions(self, at: int) -> None:
        """Close the brace-delimited regions that end before a position."""
        while self.regions and self.regions[-1].end <= at:
            region = self.regions.pop()
            region.closing(region.end)

    def line_break(self, *, blank: bool) -> None:
        """Take note of a row's end: in a box with graphics, or in a numbered formula."""
        if self.stack or self.loose is not None:
            if not (blank and self.box.name.startswith("tab")):
                self.box.new_row()
        if not blank and self.opened and self.opened[-1].name in NUMBERED_ROWS:
            self.opened[-1].suppressed = False
            self.style.counters.step("equation")
            self.target = Target(self.style.counters.printed("equation"), "equation")

    def holder(self) -> FloatBody | None:
        """Return the float (or what stands in for one) that things found here belong to."""
        return self.stack[-1] if self.stack else self.loose

    def close(self, entry: Open, at: int) -> None:
        """Do what an environment's end demands."""
        if entry.closing is not None:
            entry.closing(at)
        self.target = entry.target

    # Floats

    def open_float(self, kind: str, counter: str, environment: str, at: int) -> FloatBody:
        """Open a float and its box."""
        box = Box(environment, at, parent=None)
        body = FloatBody(kind, counter, environment, at, box)
        outer_box, outer_panel = self.box, self.panel
        self.box, self.panel = box, None
        self.stack.append(body)
        if not body.continued:
            self.panel_counts["sub" + counter] = 0
        captype, self.captype = self.captype, counter

        def closing(end: int) -> None:
            body.end = end
            if body in self.stack:
                while self.stack.pop() is not body:
                    pass
            self.finish_float(body)
            self.box, self.panel, self.captype = outer_box, outer_panel, captype

        entry = self.opened[-1]
        entry.closing = closing
        return body

    def finish_float(self, body: FloatBody) -> None:
        """Settle rows, labels and panel numbers of a float that ends."""
        for item, row in body.box.placed:
            item.row = row
        if body.kind == "other":
            self.other.append((body.start, body.end))
            return
        self.floats.append(body)
        self.settle_labels(body)

    def settle_labels(self, body: FloatBody) -> None:
        """Give each label of a float the number that a reference to it prints."""
        captions = body.captions
        for label in body.labels:
            if label.panel is not None:
                continue
            earlier = [c for c in captions if c.pos <= label.pos]
            caption = earlier[-1] if earlier else captions[0] if captions else None
            if caption is not None and caption.number:
                self.references.labels[label.key] = Target(caption.number, caption.counter)
        counters = self.style.counters
        for panel in body.panels:
            number = next((c.number for c in captions if c.number), "") or counters.following(body.counter)
            panel.number = number if panel.letter else ""
            for key in panel.labels:
                kind = "sub" + body.counter
                self.references.labels[key] = Target(number + panel.letter, kind, panel.letter)

    def add_caption(self, caption: Caption) -> None:
        """Number a caption and give it to the float, panel or paragraph in which it stands."""
        body = self.holder()
        tex = self.text[caption.start : caption.end]
        keys = [k.strip() for k in LABEL.findall(tex)] if "\\label" in tex else []
        caption.tex = tex
        caption.box = self.box
        if self.panel is not None and body is not None and body.kind != "other":
            if self.panel.caption is None:
                self.panel.caption = caption
                if not caption.starred and not self.panel.letter:
                    self.letter_panel(self.panel, body)
                self.panel.labels.extend(keys)
                return
        if body is None:
            body = self.begin_loose(caption.pos)
        if body.loose and self.captype:
            body.counter = self.captype
        if body.kind != "other" and not caption.starred:
            counter = caption.counter
            if not body.continued and body.environment not in STEPPED_AT_START:
                self.style.counters.step(counter)
            caption.number = self.style.counters.printed(counter)
            self.target = Target(caption.number, counter)
            for key in keys:
                self.references.labels[key] = self.target
        if self.box is body.box:
            self.box.new_row()
        body.captions.append(caption)
        body.labels.extend(Label(k, caption.pos, None, self.box) for k in keys)

    def letter_panel(self, panel: Panel, body: FloatBody) -> None:
        """Give a panel its letter."""
        name = "sub" + ("table" if body.counter == "table" else "figure")
        count = self.panel_counts.get(name, 0) + 1
        self.panel_counts[name] = count
        counters = self.style.counters
        counters.values[name] = count
        panel.letter = re.sub(r"[()\s.]", "", counters.printed(name)) or str(count)
        self.target = Target(panel.letter, name, panel.letter)

    def open_panel(self, at: int, width: float) -> tuple[Panel, Callable[[int], None]]:
        """Open a panel and its box; return it with what ends it."""
        body = self.holder()
        box = Box("panel", at, parent=self.box, width=width)
        panel = Panel(at, box)
        if body is not None:
            body.panels.append(panel)
        outer_box, outer_panel = self.box, self.panel
        self.box, self.panel = box, panel

        def closing(end: int) -> None:
            panel.end = end
            box.close()
            self.box, self.panel = outer_box, outer_panel

        return panel, closing

    def open_box(self, name: str, at: int, width: float) -> Callable[[int], None]:
        """Open a box for layout; return what ends it."""
        box = Box(name, at, parent=self.box, width=width)
        outer = self.box
        self.box = box

        def closing(end: int) -> None:
            box.close()
            self.box = outer

        return closing

    def region(self, scan: Scanner, closing: Callable[[int], None]) -> None:
        """Go on reading inside the group at the scanner, and close when it ends."""
        scan.skip_space()
        if scan.peek() != "{" or len(self.regions) > 200:
            closing(scan.pos)
            return
        start = scan.pos
        scan.argument()
        end = scan.pos
        scan.pos = start + 1
        if self.regions:
            end = min(end, self.regions[-1].end)
        self.regions.append(Region(end - 1, closing))

    # Captions and pictures outside floats

    def begin_loose(self, at: int) -> FloatBody:
        """Open a stand-in float where a caption or a picture stands outside any."""
        if self.loose is None:
            box = Box("loose", at)
            self.loose = FloatBody("figure", "figure", "", at, box, loose=True)
            self.box = box
        return self.loose

    def close_loose(self, at: int) -> None:
        """End the stand-in float; it counts only where it got a caption."""
        body = self.loose
        if body is None:
            return
        self.loose = None
        body.end = at
        self.box = Box("page", at)
        if body.captions:
            body.kind = "table" if body.captions[-1].counter == "table" else "figure"
            self.finish_float(body)


Handler = Callable[[Walk, str, Scanner, int], None]


def begin(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Open an environment."""
    environment = scan.argument().strip()
    bare = environment.rstrip("*")
    if len(walk.opened) > MAX_OPEN:
        return
    entry = Open(environment, at, walk.target)
    walk.opened.append(entry)
    if bare in FIGURES or bare in TABLES or bare in walk.custom:
        begin_float(walk, environment, scan, at)
    elif bare in WHOLE_TABLES:
        begin_whole_table(walk, environment, scan, at)
    elif bare in OTHER_FLOATS:
        walk.open_float("other", "", environment, at)
    elif bare in PANELS and walk.holder() is not None:
        scan.optional()
        width = fraction(scan.group() or "") or fraction(scan.optional() or "")
        _, entry.closing = walk.open_panel(at, width)
    elif bare in TABULARS:
        begin_tabular(walk, environment, scan, at)
    elif bare in BOXES and walk.holder() is not None:
        for _ in range(3):
            scan.optional()
        width = fraction(scan.group() or "") if bare in {"minipage", "adjustbox"} else 0.0
        entry.closing = walk.open_box(bare, at, width)
    elif bare in EQUATIONS:
        begin_equation(walk, environment, entry)
    else:
        begin_other(walk, environment, bare, scan, at)


def begin_float(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a figure or table environment."""
    bare = environment.rstrip("*")
    walk.close_loose(at)
    if bare in walk.custom:
        kind, counter = walk.custom[bare]
    else:
        kind = counter = "table" if bare in TABLES else "figure"
    walk.open_float(kind, counter, environment, at)
    scan.optional()
    scan.optional()
    if bare in {"wrapfigure", "wraptable", "floatingfigure", "SCfigure", "marginfigure"}:
        scan.group()
        scan.optional()
        scan.group()


def begin_whole_table(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a longtable, deluxetable or supertabular: a float of its own unless a table holds it."""
    bare = environment.rstrip("*")
    outer = walk.holder()
    if outer is None or outer.loose:
        walk.close_loose(at)
        walk.open_float("table", "table", bare, at)
        body = walk.stack[-1]
        pending = walk.pending.pop("caption", None)
        if pending is not None:
            walk.add_caption(Caption(pending[0], pending[1], at, counter="table"))
        elif bare in STEPPED_AT_START and environment == bare:
            walk.style.counters.step("table")
            walk.target = Target(walk.style.counters.printed("table"), "table")
    else:
        body = outer
    scan.optional()
    if environment in {"supertabular*", "xltabular", "mpsupertabular*", "xtabular*", "mpxtabular*"}:
        scan.group()
    columns = scan.group() or ""
    head = walk.pending.pop("head", None)
    table = Tabular(bare, at, walk.box, start=scan.pos, columns=columns)
    table.head = walk.text[head[0] : head[1]] if head else ""
    body.tabulars.append(table)
    close_with(walk, lambda end: finish_tabular(walk, table, end))


def close_with(walk: Walk, extra: Callable[[int], None]) -> None:
    """Add something to do, first, at the end of the environment just opened."""
    entry = walk.opened[-1]
    before = entry.closing

    def closing(end: int) -> None:
        extra(end)
        if before is not None:
            before(end)

    entry.closing = closing


def finish_tabular(walk: Walk, table: Tabular, end: int) -> None:
    """Set a table's end, before its \\end."""
    back = walk.text.rfind("\\end", table.start, end)
    table.end = back if back >= 0 else end


def begin_tabular(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a tabular; outside floats it may belong to a caption that follows."""
    body = walk.holder()
    if body is None or body.kind == "other":
        return
    bare = environment.rstrip("*")
    scan.optional()
    if bare in {"tabularx", "tabulary", "tabularew"} or environment == "tabular*":
        scan.group()
        scan.optional()
    if bare == "tabu":
        match = re.compile(r"\s*(?:to|spread)\s*[^{}]{0,40}").match(walk.text, scan.pos)
        scan.pos = match.end() if match else scan.pos
    columns = scan.group() or ""
    nested = any(o.name.rstrip("*") in TABULARS for o in walk.opened[:-1] if o.start >= body.start)
    table = Tabular(bare, at, walk.box, start=scan.pos, columns=columns, nested=nested)
    body.tabulars.append(table)
    count = len(body.graphics)
    closing = walk.open_box("tabular", at, 0.0)

    def finish(end: int) -> None:
        finish_tabular(walk, table, end)
        table.has_graphics = len(body.graphics) > count
        closing(end)

    walk.opened[-1].closing = finish


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
        if body is not None:
            body.notes.append((at, at))
    elif bare in walk.theorems:
        counter = walk.theorems[bare]
        if counter:
            walk.style.counters.step(counter)
            walk.target = Target(walk.style.counters.printed(counter), bare)
    elif bare in LISTS:
        walk.item_depth += 1
        name = f"enum{walk.item_depth}"
        walk.style.counters.values[name] = 0

        def leave(end: int) -> None:
            walk.item_depth = max(0, walk.item_depth - 1)

        entry.closing = leave
    elif bare in {"appendix", "appendices", "subappendices"}:
        start_appendix(walk, bare, scan, at)
    elif bare == "document":
        walk.body_start = at
    elif bare == "thebibliography":
        end = walk.text.find("\\end{thebibliography}", at)
        end = len(walk.text) if end < 0 else end
        walk.bibliographies.append((at, end))
        scan.pos = end
    elif bare in LOOSE and body is None and walk.body_start:
        loose = walk.begin_loose(at)

        def close(end: int) -> None:
            if walk.loose is loose:
                walk.close_loose(end)

        entry.closing = close


def begin_picture(walk: Walk, bare: str, scan: Scanner, at: int) -> None:
    """Open a drawing; overpic shows a file beneath it."""
    body = walk.holder()
    if body is None:
        return
    if bare in {"overpic", "Overpic"}:
        for shown in read_command(scan, "includegraphics"):
            place_graphic(walk, GraphicItem(shown, at, walk.box, walk.panel))
    else:
        body.drawings.append(at)


def place_graphic(walk: Walk, item: GraphicItem) -> None:
    """Add a graphic to its float and lay it out."""
    body = walk.holder()
    if body is None:
        return
    if any(o.name in PICTURES for o in walk.opened[-3:]) and any(g.shown.name == item.shown.name for g in body.graphics[-4:]):
        return
    body.graphics.append(item)
    row = walk.box.place(item.shown.width, 1)
    walk.box.placed.append((item, row))


def end(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Close an environment, and those left open inside it."""
    environment = scan.argument().strip()
    for depth in range(1, min(len(walk.opened), 12) + 1):
        if walk.opened[-depth].name == environment:
            while walk.regions and walk.regions[-1].end > walk.opened[-depth].start and walk.regions[-1].end > at:
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
    for shown in read_command(scan, name):
        place_graphic(walk, GraphicItem(shown, at, walk.box, walk.panel))


def caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\caption, \\captionof and the classes' own forms."""
    starred = scan.star() or walk.text[scan.pos - 1] == "*"
    counter = walk.captype or "figure"
    if name in {"captionof", "subcaptionof"}:
        counter = (scan.argument() or "figure").strip().rstrip("*")
        if counter in walk.custom:
            counter = walk.custom[counter][1]
        elif counter not in {"figure", "table"}:
            scan.optional()
            scan.argument()
            return
    elif name in {"figcaption", "figurecaption", "fcaption"}:
        counter = "figure"
    elif name in {"tabcaption", "tcaption"}:
        counter = "table"
    scan.optional()
    scan.skip_space()
    start = scan.pos + 1
    if scan.peek() != "{":
        return
    scan.argument()
    if name == "bicaption":
        scan.optional()
        scan.group()
    end_at = max(start, scan.pos - 1)
    body = walk.holder()
    if body is not None and body.environment in WHOLE_TABLES and body.captions:
        return
    if body is None and not walk.body_start:
        return
    if body is None or body.loose:
        body = walk.begin_loose(at)
        if not walk.captype and name == "caption":
            counter = "table" if body.tabulars and not body.graphics else "figure"
    walk.add_caption(Caption(start, end_at, at, counter=counter, starred=starred))
    if name == "captionbox":
        scan.optional()
        scan.optional()


def table_caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\tablecaption and its kin: inside a deluxetable, or ahead of a supertabular."""
    scan.optional()
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is None:
        return
    body = walk.holder()
    if body is not None and not body.loose:
        if not body.captions:
            walk.add_caption(Caption(start, scan.pos - 1, at, counter="table"))
    else:
        walk.pending["caption"] = (start, scan.pos - 1)


def table_head(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\tablehead or \\tablefirsthead ahead of a supertabular, or in a deluxetable."""
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is None:
        return
    body = walk.holder()
    if body is not None and body.tabulars and not body.loose:
        body.tabulars[-1].head = walk.text[start : scan.pos - 1]
    elif name == "tablefirsthead" or "head" not in walk.pending:
        walk.pending["head"] = (start, scan.pos - 1)


def journal_table(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\processtable{caption}{table}{notes} and \\tbl{caption}{table}."""
    if walk.holder() is None:
        return
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is not None:
        walk.add_caption(Caption(start, scan.pos - 1, at, counter=walk.captype or "table"))


def panel_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\subfloat[caption]{…} and \\subfigure[caption]{…}."""
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
        panel.caption = Caption(inside, max(inside, stop - 1), at, box=panel.box, counter=body.counter)
        panel.caption.tex = walk.text[inside : stop - 1]
        panel.labels.extend(k.strip() for k in LABEL.findall(panel.caption.tex))
    walk.letter_panel(panel, body)
    walk.region(scan, closing)


def panel_box(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\subcaptionbox{caption}[width]{…}."""
    body = walk.holder()
    if body is None or body.kind == "other":
        return
    starred = walk.text[scan.pos - 1] == "*" or scan.star()
    scan.optional()
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is None:
        return
    stop = scan.pos - 1
    width = fraction(scan.optional() or "")
    scan.optional()
    panel, closing = walk.open_panel(at, width)
    panel.caption = Caption(start, stop, at, box=panel.box, counter=body.counter, starred=starred)
    panel.caption.tex = walk.text[start:stop]
    panel.labels.extend(k.strip() for k in LABEL.findall(panel.caption.tex))
    if not starred:
        walk.letter_panel(panel, body)
    walk.region(scan, closing)


def sub_caption(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\subcaption in a panel, or in a minipage that thereby becomes one."""
    body = walk.holder()
    starred = walk.text[scan.pos - 1] == "*"
    scan.optional()
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is None or body is None:
        return
    panel = walk.panel
    if panel is None or panel.caption is not None:
        panel = Panel(walk.box.start, walk.box)
        body.panels.append(panel)
        earlier = max((p.pos for q in body.panels for p in [q.caption] if p is not None), default=-1)
        for item in body.graphics:
            if item.panel is None and item.pos >= walk.box.start and item.pos > earlier and _inside(item.box, walk.box):
                item.panel = panel
        panel.end = scan.pos
    panel.caption = Caption(start, scan.pos - 1, at, box=walk.box, counter=body.counter, starred=starred)
    panel.caption.tex = walk.text[start : scan.pos - 1]
    panel.labels.extend(k.strip() for k in LABEL.findall(panel.caption.tex))
    if not starred:
        walk.letter_panel(panel, body)


def _inside(box: Box, outer: Box) -> bool:
    inner: Box | None = box
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False


def label(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\label: the number last made is what a reference prints."""
    key = (scan.group() or "").strip()
    body = walk.holder()
    if walk.target is not None and key:
        walk.references.labels.setdefault(key, walk.target)
    if not key or body is None or body.kind == "other":
        return
    if walk.panel is not None:
        walk.panel.labels.append(key)
        body.labels.append(Label(key, at, walk.panel, walk.box))
    else:
        last = body.panels[-1] if body.panels else None
        if last is not None and last.caption is not None and last.caption.box is walk.box and walk.box is not body.box:
            last.labels.append(key)
            body.labels.append(Label(key, at, last, walk.box))
        else:
            body.labels.append(Label(key, at, None, walk.box))


def section(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a sectioning command."""
    starred = walk.text[scan.pos - 1] == "*"
    if not walk.stack:
        walk.close_loose(at)
    if starred or not walk.body_start or walk.stack:
        return
    counters = walk.style.counters
    if name not in counters.values and name != "part":
        counters.create(name)
    counters.step(name)
    kind = "appendix" if walk.in_appendix and name in {"section", "chapter"} else name
    walk.target = Target(counters.printed(name), kind)


def start_appendix(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\appendix."""
    if not walk.in_appendix:
        walk.in_appendix = True
        walk.style.appendix()


def set_counter(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\setcounter, \\addtocounter, \\stepcounter or \\refstepcounter."""
    counter = (scan.group() or "").strip()
    counters = walk.style.counters
    if name in {"stepcounter", "refstepcounter"}:
        if counter:
            counters.step(counter)
            if name == "refstepcounter":
                walk.target = Target(counters.printed(counter), counter)
        return
    text = (scan.group() or "").strip()
    match = re.fullmatch(r"\\(?:value|the)\s*\{?(\w+)\}?", text)
    number = counters.values.get(match[1], 0) if match else None
    if number is None:
        digits = re.match(r"[+-]?\d{1,7}", text.replace(" ", ""))
        if digits is None:
            return
        number = int(digits[0])
    counters.values[counter] = number + (counters.values.get(counter, 0) if name == "addtocounter" else 0)


def within(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\numberwithin, \\counterwithin and \\counterwithout."""
    starred = walk.text[scan.pos - 1] == "*"
    form = scan.optional()
    counter, outer = (scan.group() or "").strip(), (scan.group() or "").strip()
    counters = walk.style.counters
    if not counter or not outer:
        return
    if name == "counterwithout":
        counters.children.get(outer, [counter]).remove(counter) if counter in counters.children.get(outer, ()) else None
        counters.formats[counter] = f"\\arabic{{{counter}}}"
    else:
        old = counters.formats.get(counter)
        style = f"{form}{{{counter}}}" if form else f"\\arabic{{{counter}}}"
        counters.number_within(counter, outer, form=f"\\the{outer}.{style}")
        if starred and old:
            counters.formats[counter] = old


def printed(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note that a number or a float's name is printed anew."""
    what, body = scan.group() or "", scan.group() or ""
    if what == "figurename":
        walk.style.figure = body
    elif what == "tablename":
        walk.style.table = body
    elif what.startswith("fnum@"):
        kind = what[5:]
        stripped = re.sub(r"\\(?:the|csname\s*the)" + kind + r".*", "", body, flags=re.S)
        if f"\\{kind}name" not in stripped and stripped != body:
            walk.names[kind] = stripped
    elif what.startswith("the"):
        walk.style.counters.formats[what[3:]] = body
    elif what.endswith("name"):
        walk.names[what] = body


def new_float(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\newfloat or \\DeclareFloatingEnvironment."""
    if name == "DeclareFloatingEnvironment":
        options = parse_keys(scan.optional() or "")
        environment = (scan.group() or "").strip()
        outer, title = options.get("within"), options.get("name", environment.capitalize())
    else:
        environment = (scan.group() or "").strip()
        scan.group(), scan.group()
        outer, title = scan.optional(), environment.capitalize()
    if not environment or len(walk.custom) > 100:
        return
    counter = environment
    walk.custom[environment] = (custom_kind(environment, title), counter)
    walk.style.counters.create(counter, within=outer if outer not in {None, "none", "false"} else None)
    walk.names[counter] = title


def float_name(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\floatname{type}{Name}."""
    counter = (scan.group() or "").strip()
    walk.names[counter] = scan.group() or ""
    if counter in walk.custom:
        walk.custom[counter] = (custom_kind(counter, walk.names[counter]), counter)


def new_theorem(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\newtheorem."""
    starred = walk.text[scan.pos - 1] == "*" or scan.star()
    environment = (scan.group() or "").strip()
    shared = scan.optional()
    title = scan.group() or ""
    outer = scan.optional()
    if not environment or len(walk.theorems) > 500:
        return
    walk.references.theorem_names[environment] = title
    if starred:
        walk.theorems[environment] = None
    elif shared is not None:
        walk.theorems[environment] = walk.theorems.get(shared.strip()) or shared.strip()
    else:
        walk.theorems[environment] = environment
        walk.style.counters.create(environment, within=outer.strip() if outer else None)


def item(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\item of a numbered list."""
    if not walk.item_depth or not any(o.name.rstrip("*") in LISTS for o in walk.opened[-3:]):
        return
    scan.skip_space()
    if scan.peek() == "[":
        return
    counters = walk.style.counters
    counters.step(f"enum{walk.item_depth}")
    levels = [counters.values.get(f"enum{i + 1}", 0) for i in range(min(walk.item_depth, 4))]
    forms = ("{}", "{:c}", "{}", "{:c}")
    number = "".join(
        form.format(96 + min(v, 26) if "c" in form else v) for form, v in zip(forms, levels, strict=False)
    )
    walk.target = Target(number, "item")


def tag(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\tag, \\nonumber or \\notag: the row takes no number."""
    if not walk.opened:
        return
    top = next((o for o in reversed(walk.opened[-4:]) if o.name in EQUATIONS), None)
    if top is None:
        return
    if name == "tag":
        scan.star()
        content = re.sub(r"[\\${}]", "", scan.group() or "")
        walk.target = Target(content, "equation")
    if not top.suppressed:
        top.suppressed = True
        walk.style.counters.values["equation"] -= 1


def continued(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\ContinuedFloat: the float keeps the last number and goes on with its panels."""
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
    """Read \\captionsetup: its `type`, `name` and `figurename` matter."""
    kind = scan.optional()
    keys = parse_keys(scan.group() or "")
    if keys.get("type") in {"figure", "table"}:
        walk.captype = keys["type"]
    if kind and kind.strip() in {"figure", "table"} and "name" in keys and not walk.stack:
        setattr(walk.style, kind.strip(), keys["name"])
    for wanted in ("figure", "table"):
        if wanted + "name" in keys:
            setattr(walk.style, wanted, keys[wanted + "name"])


def document_class(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\documentclass: numbering and names of the class; languages among its options."""
    options = tuple(o.strip() for o in (scan.optional() or "").split(","))
    scan.group()
    languages(walk, options)


def package(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\usepackage: languages, cleveref's and natbib's options."""
    options = scan.optional() or ""
    for wanted in (scan.group() or "").split(","):
        wanted = wanted.strip()
        walk.style.packages.setdefault(wanted, options)
        if wanted == "babel":
            languages(walk, tuple(o.strip() for o in options.split(",")) + walk.style.options)
        elif wanted == "cleveref":
            walk.references.capitalise = "capitali" in options
            walk.references.no_abbreviation = "noabbrev" in options
        elif wanted in {"algorithm", "algorithm2e", "listings"}:
            continue


def languages(walk: Walk, options: tuple[str, ...]) -> None:
    """Take the last language named (or babel's main=…) as the paper's."""
    for option in options:
        main = option.startswith("main=")
        language = option.removeprefix("main=").strip()
        if language in LANGUAGE_NAMES or language in ENGLISH:
            walk.language = LANGUAGE_CODES.get(language)
            use_language(walk.style, language)
            if language in ENGLISH:
                fresh = class_style(walk.style.document_class, walk.style.options, chapters=False)
                walk.style.figure, walk.style.table = fresh.figure, fresh.table
            if main:
                return


def reference_name(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\crefname or \\Crefname."""
    kind, one, many = (scan.group() or "").strip(), scan.group() or "", scan.group() or ""
    target = walk.references.names if name == "crefname" else walk.references.capital_names
    target[kind] = (one, many)


def title(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the paper's title."""
    if name == "icmltitle" or name == "title":
        scan.optional()
    scan.skip_space()
    start = scan.pos + 1
    if scan.group() is not None and (walk.title is None or not walk.body_start) and scan.pos - start > 1:
        walk.title = (start, scan.pos - 1)


def paragraph_end(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\par, \\newline or \\linebreak."""
    if walk.stack or walk.loose is not None:
        walk.box.new_row()


def box_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read \\parbox{width}{…}: a box for layout."""
    if walk.holder() is None:
        return
    for _ in range(3):
        scan.optional()
    width = fraction(scan.group() or "")
    walk.region(scan, walk.open_box("parbox", at, width))


def drawing_command(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a command that draws."""
    body = walk.holder()
    if body is not None:
        body.drawings.append(at)


def skip_one(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Leave an argument out in which nothing counts."""
    scan.group()


def grid_line(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read AASTeX's \\gridline{…}: one row of figures."""
    if walk.stack:
        walk.box.new_row()


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(GRAPHICS_COMMANDS, graphics),
    **dict.fromkeys(SECTIONS, section),
    **dict.fromkeys(("caption", "captionof", "captionbox", "figcaption", "figurecaption", "tabcaption", "fcaption",
                     "tcaption", "bicaption"), caption),
    **dict.fromkeys(("tablecaption", "topcaption", "bottomcaption"), table_caption),
    **dict.fromkeys(("tablehead", "tablefirsthead"), table_head),
    **dict.fromkeys(("processtable", "tbl", "TBL"), journal_table),
    **dict.fromkeys(("subfloat", "subfigure", "subtable", "subbottom", "subtop"), panel_command),
    **dict.fromkeys(("setcounter", "addtocounter", "stepcounter", "refstepcounter"), set_counter),
    **dict.fromkeys(("numberwithin", "counterwithin", "counterwithout"), within),
    **dict.fromkeys(("newfloat", "DeclareFloatingEnvironment"), new_float),
    **dict.fromkeys(("tag", "nonumber", "notag"), tag),
    **dict.fromkeys(("crefname", "Crefname"), reference_name),
    **dict.fromkeys(("title", "icmltitle", "ShortTitleless"), title),
    **dict.fromkeys(("par", "newline", "linebreak"), paragraph_end),
    **dict.fromkeys(("documentclass", "documentstyle"), document_class),
    **dict.fromkeys(("psdraft_", "xymatrix", "feynmandiagram", "tikz", "chemfig", "schemestart"), drawing_command),
    "begin": begin,
    "end": end,
    "subcaptionbox": panel_box,
    "subcaption": sub_caption,
    "label": label,
    "appendix": start_appendix,
    "scimmirprinted": printed,
    "scimmircaptype": capture_type,
    "captionsetup": caption_setup,
    "floatname": float_name,
    "newtheorem": new_theorem,
    "item": item,
    "ContinuedFloat": continued,
    "usepackage": package,
    "parbox": box_command,
    "gridline": grid_line,
    "thanks": skip_one,
}  # fmt: skip


def walk_text(text: str) -> Walk:
    """Return what one pass over the flat text finds."""
    found = CLASS.search(text)
    options: tuple[str, ...] = ()
    name = ""
    if found:
        options = tuple(o.strip() for o in found[1].split(","))
        name = found[2].strip()
    walk = Walk(text, class_style(name, options, chapters="\\chapter" in text))
    for custom in ("scheme", "chart", "graph") if name == "achemso" else ():
        walk.custom[custom] = ("figure", custom)
        walk.names[custom] = custom.capitalize()
    walk.run()
    return walk
