"""A table's content as rows and cells, the form that LaTeX and JATS readers share."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell. `html` is inline HTML: escaped text with only b, i, u, sup, sub, br and code tags."""

    html: str = ""
    colspan: int = 1
    rowspan: int = 1
    header: bool = False
    align: str | None = None  # left, center, right; None takes the column's


@dataclass(frozen=True, kw_only=True)
class TableRow:
    r"""One row of cells; cells covered by a rowspan above are absent, as in HTML.

    `partial_rules` are horizontal rules above some of the row's columns only, each as its first and last
    column (counted from 0, both included), such as LaTeX's \cmidrule and \cline draw.
    """

    cells: tuple[Cell, ...]
    rule_above: bool = False  # a horizontal rule over the whole row
    partial_rules: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table's grid with what a reader sees of its layout.

    `header_rows` counts the leading rows that are headings. `column_align` and `rules` are per column of
    the grid: alignment, and whether a vertical rule stands before the column (one more entry than columns,
    the last being the right edge); both may be empty.
    """

    rows: tuple[TableRow, ...]
    header_rows: int = 0
    column_align: tuple[str, ...] = ()
    vertical_rules: tuple[bool, ...] = ()
    rule_below: bool = False
    notes: tuple[str, ...] = ()  # inline HTML, one entry per footnote
