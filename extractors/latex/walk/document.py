"""What the walk over a document's flat text collects."""

from dataclasses import dataclass, field

from extractors.latex.source.graphics import Shown
from extractors.latex.source.scanner import Scanner


@dataclass(eq=False)
class Box:
    """A box of the page (float, minipage, panel, tabular) in which graphics are laid out in rows."""

    name: str
    start: int
    parent: "Box | None" = None
    width: float = 0.0
    row: int = 0
    filled: float = 0.0
    widest: float = 0.0
    height: int = 0
    placed: list[tuple["GraphicItem", int]] = field(default_factory=list)

    def place(self, width: float, height: int) -> int:
        """Return the row that something of this width and height takes, counted within the box."""
        if self.filled > 0 and width > 0 and self.filled + width > 1.045:
            self.new_row()
        self.filled += width or 0.001
        self.widest = max(self.widest, self.filled)
        self.height = max(self.height, height)
        return self.row

    def new_row(self) -> None:
        """Begin a new row where the present one holds anything."""
        if self.filled > 0:
            self.row += max(self.height, 1)
            self.filled, self.height = 0.0, 0

    def close(self) -> None:
        """Lay the box's graphics out in its parent."""
        if self.parent is None or not self.placed:
            return
        height = max(row for _, row in self.placed) + 1
        top = self.parent.place(self.width or (self.widest if self.widest > 0.05 else 0.0), height)
        self.parent.placed.extend((item, top + row) for item, row in self.placed)


@dataclass(eq=False)
class GraphicItem:
    """A graphics command in a float."""

    shown: Shown
    pos: int
    box: Box
    panel: "Panel | None" = None
    row: int = 0
    folder: str = ""
    settings: int = 0


@dataclass(eq=False)
class Caption:
    """A caption: the stretch of flat text that is its argument, and its number."""

    start: int
    end: int
    pos: int
    box: Box | None = None
    counter: str = "figure"
    number: str = ""
    starred: bool = False
    tex: str = ""
    name: str = ""
    label: str = ""  # as TeX: Figure 3; nothing where the caption prints none


@dataclass(eq=False)
class Panel:
    """A part of a float with its own caption or letter."""

    start: int
    box: Box
    end: int = 0
    caption: Caption | None = None
    letter: str = ""
    shown: str = ""  # as a reference prints the letter: (a) where the paper or its package wants brackets
    number: str = ""
    labels: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Tabular:
    """A table's markup: environment, column specification and body as stretches of flat text.

    `inner` is tabularray's specification by keys, `outer` options in which notes may be, `notes` what stood
    ahead of the table to be printed below.
    """

    environment: str
    pos: int
    box: Box
    start: int = 0
    end: int = 0
    columns: str = ""
    head: str = ""
    inner: str = ""
    outer: str = ""
    notes: str = ""
    has_graphics: bool = False
    nested: bool = False


@dataclass(eq=False)
class Label:
    r"""A \label inside a float."""

    key: str
    pos: int
    panel: Panel | None = None
    box: Box | None = None


@dataclass(eq=False)
class FloatBody:
    """A float environment (or what stands in for one) with all that it holds."""

    kind: str
    counter: str
    environment: str
    start: int
    box: Box
    end: int = 0
    captions: list[Caption] = field(default_factory=list)
    graphics: list[GraphicItem] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    phantoms: list[Panel] = field(default_factory=list)
    tabulars: list[Tabular] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    drawings: list[int] = field(default_factory=list)
    turned: list[tuple[list[GraphicItem], tuple[str, ...]]] = field(
        default_factory=list
    )  # by one box, inner first
    continued: bool = False
    loose: bool = False
    open_tabulars: int = 0
    blank_lines: int = 0


def hand_over(body: FloatBody, inner: Panel, outer: Panel) -> None:
    """Give what an unnamed panel holds to the panel around it."""
    if body.panels[-1] is inner:
        body.panels.pop()
    else:
        body.panels.remove(inner)
    outer.labels.extend(inner.labels)
    for item in reversed(body.graphics):
        if item.pos < inner.start:
            break
        if item.panel is inner:
            item.panel = outer


@dataclass(eq=False)
class Found:
    """One figure or table as a reader counts them: a float's body belonging to one caption."""

    kind: str
    body: FloatBody
    caption: Caption | None
    graphics: list[GraphicItem]
    panels: list[Panel]
    tabulars: list[Tabular]
    labels: list[str]
    drawings: int
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Heading:
    """A sectioning command: where it stands, its level (chapter 0, section 1 …), and where its arguments begin."""

    pos: int
    level: int
    arguments: int

    def title(self, text: str) -> tuple[int, int]:
        """Return where its title stands in the text; it is looked for only where it is wanted."""
        scan = Scanner(text, self.arguments)
        scan.optional()
        return scan.span() or (scan.pos, scan.pos)
