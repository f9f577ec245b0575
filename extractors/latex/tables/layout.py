"""Which columns of a tabular a reader sees as one: those whose halves make a value with what stands between."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.latex.tables.columns import Columns
from extractors.latex.tables.rows import RawRow
from extractors.latex.text.renderer import Renderer

HIDDEN = "\\scimmirhidden"  # what the expander leaves of the ways to hide a column's cells
COMMAND = re.compile(r"\\[A-Za-z@]+")
WORD = re.compile(r"[A-Za-z]{3,}")
MULTICOLUMN = re.compile(r"\\multicolumn(?![A-Za-z])")
FONT = re.compile(
    r"\\(?:bf|it|tt|sl|em|bfseries|itshape|slshape|ttfamily|boldmath|scimmircell|scimmirhidden|text[a-z]{2,4}|[A-Za-z]+\s*\{)(?![A-Za-z])"
)


@dataclass
class Layout:
    """The columns, and what is seen of the material round them.

    `place` gives for each column its place among those that a reader sees. `left[i]` and `right[i]` are TeX
    that is printed before and after the cells of column i, `onward[i]` what column i prints, too, but apart
    from its cells, so that it reads with the next ones; nothing where it would not be seen.
    """

    columns: Columns
    place: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    onward: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def placed(self, column: int) -> int:
        """Return the place of a column among those that a reader sees, also beyond the specification."""
        if not self.place:
            return column
        if column < len(self.place):
            return self.place[column]
        return self.place[-1] + column - len(self.place) + 1

    def width(self) -> int:
        """Return how many columns a reader sees."""
        return self.place[-1] + 1 if self.place else 0

    def align(self) -> list[str]:
        """Return the alignment of each column that a reader sees; joined ones are centred on their mark."""
        out: list[str] = []
        for column, place in enumerate(self.place):
            if place == len(out):
                out.append(self.columns.align[column])
            else:
                out[place] = "center"
        return out

    def rules(self) -> list[bool]:
        """Return whether a rule stands before each column that a reader sees, and after the last."""
        out: list[bool] = []
        for column, place in enumerate(self.place):
            if place == len(out):
                out.append(self.columns.rules[column])
        return [*out, self.columns.rules[-1]] if any(self.columns.rules) else []


def lay_out(to: Renderer, columns: Columns, rows: list[RawRow]) -> Layout:
    """Return which columns are read as one, and what is printed round the cells of each."""
    count = len(columns.align)
    layout = Layout(columns, left=[""] * count, right=[""] * count, onward=[""] * count)
    layout.before = [tex if effective(to, tex) else "" for tex in columns.before]
    layout.after = [tex if effective(to, tex) else "" for tex in columns.after]
    joined = [False] * (count + 1)
    for at, tex in enumerate(columns.between):
        if not count or not tex.strip() or not to.html(tex):
            continue
        spaced = f"~{tex}~" if columns.spaced[at] else tex
        if at == 0:
            layout.left[0] = spaced.lstrip("~")
        elif at == count or not columns.spaced[at] or numeric(rows, at):
            layout.right[at - 1] = spaced if at < count else spaced.rstrip("~")
            joined[at] = at < count
        else:  # a sign that keeps its distance from the words beside it
            layout.onward[at - 1] = spaced.lstrip("~")
    hidden = [HIDDEN in tex for tex in columns.before]
    place, shown = 0, False
    for column in range(count):
        place += shown and not hidden[column] and not joined[column]
        shown = shown or not hidden[column]
        layout.place.append(place)
    return layout


def effective(to: Renderer, tex: str) -> bool:
    """Return whether TeX round a cell changes what is read: a sign, mathematics or a font."""
    if not tex.strip():
        return False
    return "$" in tex or "\\(" in tex or FONT.search(tex) is not None or bool(to.html(tex))


def numeric(rows: list[RawRow], at: int) -> bool:
    """Return whether most rows have numbers, and no words, in both columns beside a boundary."""
    found = [
        all(any(c.isdigit() for c in cell) and not WORD.search(COMMAND.sub("", cell)) for cell in pair)
        for row in rows
        for pair in [row.cells[at - 1 : at + 1]]
        if len(pair) == 2 and all(pair) and not any(MULTICOLUMN.search(c) for c in row.cells[: at + 1])
    ]
    return bool(found) and sum(found) * 2 > len(found)


def seen_ranges(layout: Layout, ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return stretches of columns as stretches of those that a reader sees."""
    if all(a + 1 == b for a, b in pairwise(layout.place)):
        return tuple(ranges)
    return tuple((layout.placed(first), layout.placed(last)) for first, last in ranges)
