"""One pass over the flat text: counters, labels, floats and what they hold, running text, title."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from extractors.latex.source.environments import NUMBERED_ROWS, TABULARS
from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.lists import Lists
from extractors.latex.text.numbering import Style
from extractors.latex.text.references import Label as Target
from extractors.latex.text.references import References
from extractors.latex.walk.document import Box, Caption, FloatBody, Heading, Label, Panel, hand_over
from extractors.latex.walk.labels import label_of
from extractors.latex.walk.starred import settle_starred
from extractors.latex.walk.timeline import Timeline
from extractors.latex.walk.turning import turn_groups

WALK = re.compile(r"\\(?:([A-Za-z]+)(\*?)|(.))|\n[ \t]*\n", re.S)


LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")


CLASS = re.compile(r"\\document(?:class|style)\s*\[([^\]]{0,2000})\]\s*\{([^{}]*)\}")


STEPPED_AT_START = frozenset({"longtable", "longtabu", "xltabular", "longtblr", "longtabs"})


MAX_OPEN = 20_000
MAX_BLANK_LINES = 2  # between a picture outside a float and the caption that names it


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
    earlier_title: tuple[int, int] | None = None
    title_counts: bool = True
    headings: list[Heading] = field(default_factory=list)
    abstract: tuple[int, int] | None = None  # from its \begin to its \end
    abstract_command: int = 0  # where the arguments of \abstract begin
    language: str | None = None
    body_start: int = 0
    custom: dict[str, tuple[str, str]] = field(default_factory=dict)
    theorems: dict[str, str | None] = field(default_factory=dict)
    panel_counts: dict[str, int] = field(default_factory=dict)
    loose: FloatBody | None = None
    pending: dict[str, tuple[int, int]] = field(default_factory=dict)
    captype: str = ""
    lists: Lists = field(default_factory=Lists)
    in_appendix: bool = False
    folder: str = ""
    graphics: Sequence[GraphicsSettings] = (GraphicsSettings(),)  # all that the document says somewhere
    settings: int = 0  # which of them hold
    clockwise: bool = False  # the rotating package's option
    names: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str | None] = field(default_factory=dict)
    timeline: Timeline = field(default_factory=Timeline)
    unnumbered_chapters: bool = False
    letters_go_on: bool = False  # the old subfigure package letters on until a caption counts

    def run(self, handlers: "dict[str, Handler]") -> None:
        """Read the whole text, giving each command that has a handler to it."""
        search, text = WALK.search, self.text
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
                    self.line_break(at, blank=match[3] is None)
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

    def line_break(self, at: int, *, blank: bool) -> None:
        """Take note of a row's end: in a box with graphics, or in a numbered formula."""
        inside = bool(self.stack) or self.loose is not None
        if inside and not (blank and self.box.name.startswith("tab")):
            self.box.new_row()
        if blank and self.loose is not None and not self.loose.environment and not self.stack:
            self.loose.blank_lines += 1
            complete = self.loose.captions and (self.loose.graphics or self.loose.tabulars)
            if complete or self.loose.blank_lines > MAX_BLANK_LINES:
                self.close_loose(at)
        if not blank and self.opened and self.opened[-1].name in TABULARS:
            self.target = self.opened[-1].target  # what was numbered in a cell is forgotten behind it
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
        # \ContinuedFloat, which comes later, goes on with the letters of the float before.
        self.panel_counts["last-sub" + counter] = self.panel_counts.get("sub" + counter, 0)
        if not self.letters_go_on:
            self.panel_counts["sub" + counter] = 0
        captype, self.captype = self.captype, counter

        def closing(end: int) -> None:
            body.end = end
            if body in self.stack:
                while self.stack.pop() is not body:
                    pass
            self.finish_float(body)
            if "caption@@" in self.timeline.now and not self.stack:
                self.timeline.change(end, "caption@@", None)
            self.box, self.panel, self.captype = outer_box, outer_panel, captype

        entry = self.opened[-1]
        entry.closing = closing
        return body

    def finish_float(self, body: FloatBody) -> None:
        """Settle rows, labels and panel numbers of a float that ends."""
        for item, row in body.box.placed:
            item.row = row
        turn_groups(body)
        if body.kind == "other":
            self.other.append((body.start, body.end))
            return
        self.floats.append(body)
        settle_starred(body)
        self.settle_labels(body)
        self.count_uncaptioned(body)

    def count_uncaptioned(self, body: FloatBody) -> None:
        """Count a float whose panels alone have captions, as the subcaption package does."""
        packages = self.style.packages
        self.letters_go_on = "subfigure" in packages and not body.captions
        lettered = any(panel.letter for panel in [*body.panels, *body.phantoms])
        if not lettered or body.continued or body.loose or any(not c.starred for c in body.captions):
            return
        if "subfig" not in packages and "subfigure" not in packages:
            self.style.counters.step(body.counter)

    def settle_labels(self, body: FloatBody) -> None:
        """Give the labels of a float the number that a reference prints where that is settled at its end.

        Elsewhere TeX prints what was numbered last where the label stands, be it a section.
        """
        captions = body.captions
        places = [c.pos for c in captions]
        early = self.style.keeps_labels or body.environment in STEPPED_AT_START or body.continued
        for label in body.labels if captions and early else ():
            if label.panel is None:
                caption = captions[max(0, bisect_right(places, label.pos) - 1)]
                if caption.number:
                    self.references.labels[label.key] = Target(caption.number, caption.counter)
        counters = self.style.counters
        for panel in [*body.panels, *body.phantoms]:
            number = next((c.number for c in captions if c.number), "") or counters.following(body.counter)
            panel.number = number if panel.letter else ""
            for key in panel.labels:
                kind = "sub" + body.counter
                self.references.labels[key] = Target(number + panel.shown, kind, panel.shown)

    def add_caption(self, caption: Caption) -> None:
        """Number a caption and give it to the float, panel or paragraph in which it stands."""
        body = self.holder()
        tex = self.text[caption.start : caption.end]
        keys = [k.strip() for k in LABEL.findall(tex)] if "\\label" in tex else []
        caption.tex = tex
        caption.box = self.box
        panel = self.panel if body is not None and body.kind != "other" else None
        if panel is not None and body is not None and panel.caption is None:
            panel.caption = caption
            if not caption.starred and not panel.letter:
                self.letter_panel(panel, body)
            panel.labels.extend(keys)
            caption.tex = self.style.counters.filled(tex)
            return
        if body is None:
            body = self.begin_loose(caption.pos)
        if body.loose and self.captype:
            body.counter = self.captype
        if (body.kind != "other" or body.counter) and not caption.starred:
            counter = caption.counter
            in_longtable = any(o.name in STEPPED_AT_START for o in self.opened[-5:])
            if not body.continued and body.environment not in STEPPED_AT_START and not in_longtable:
                self.style.counters.step(counter)
            caption.number = self.style.counters.printed(counter)
            caption.name = self.names.get(
                counter, self.style.table if counter == "table" else self.style.figure
            )
            caption.label = label_of(
                self.timeline.now,
                counter,
                caption.name,
                caption.number,
                environment="ContinuedFloat" if body.continued else body.environment,
            )
            target = Target(caption.number, counter)
            for key in keys:
                self.references.labels[key] = target
            if not (self.style.caption_ends_row and counter == "table"):
                self.target = target
        caption.tex = self.style.counters.filled(tex)
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
        panel.shown = counters.printed(name)
        panel.letter = re.sub(r"[()\s.]", "", panel.shown) or str(count)
        self.target = Target(panel.shown, name, panel.shown)

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
            if body is not None and outer_panel is not None and panel.caption is None and not panel.letter:
                hand_over(body, panel, outer_panel)

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
