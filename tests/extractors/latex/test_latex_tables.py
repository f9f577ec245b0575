"""Tabulars to rows and cells."""

import pytest

from extractors.latex import extract
from extractors.latex.tables.columns import read_columns
from extractors.latex.tables.tabular import read_table
from extractors.latex.text.renderer import Renderer
from extractors.tables import from_html
from schemas.paper import Paper
from schemas.table import Table


def table(body: str, columns: str = "lll", head: str = "") -> Table:
    found = read_table(Renderer(), body, columns, head=head)
    assert found is not None
    return found


def grid(body: str, columns: str = "lll", head: str = "") -> list[list[str]]:
    """Return cells as text, with spans where they are not 1: `text<columns x rows>`."""
    return [
        [
            c.html + (f"<{c.colspan}x{c.rowspan}>" if (c.colspan, c.rowspan) != (1, 1) else "")
            for c in row.cells
        ]
        for row in table(body, columns, head).rows
    ]


GRIDS = [
    (r"a & b & c \\ 1 & 2 & 3", [["a", "b", "c"], ["1", "2", "3"]]),
    (r"a & b\\[2pt] 1 & 2\\*", [["a", "b"], ["1", "2"]]),
    (r"\hline a & b \\ \hline\hline 1 & 2 \\ \hline", [["a", "b"], ["1", "2"]]),
    (r"\toprule a & b \\ \cmidrule(lr){1-2} 1 & 2 \tabularnewline \bottomrule", [["a", "b"], ["1", "2"]]),
    (r"a\&b & \textbf{c \& d} & {e & f}", [["a&amp;b", "<b>c &amp; d</b>", "e f"]]),
    (r"\multicolumn{2}{c}{wide} & x \\ 1 & 2 & 3", [["wide<2x1>", "x"], ["1", "2", "3"]]),
    (r"\multirow{2}{*}{tall} & 1 \\ & 2", [["tall<1x2>", "1"], ["2"]]),
    (r"\multirow[t]{2}{3cm}[1pt]{tall} & 1 \\ & 2", [["tall<1x2>", "1"], ["2"]]),
    (r"\multirow{2}*{tall} & 1 \\ & 2", [["tall<1x2>", "1"], ["2"]]),
    (r" & 1 \\ \multirow{-2}{*}{up} & 2", [["up<1x2>", "1"], ["2"]]),
    (r"\multicolumn{2}{c}{\multirow{2}{*}{both}} & 1 \\ \multicolumn{2}{c}{} & 2", [["both<2x2>", "1"], ["2"]]),
    (r"\cellcolor{red}a & \rowcolor{blue} b & \color{red} c", [["a", "b", "c"]]),
    (r"\begin{tabular}{@{}c@{}}a\\b\end{tabular} & \makecell{c\\d} & \shortstack{e\\f}", [["a b", "c d", "e f"]]),
    (r"$x^2$ & $10^{-3}$ & \textit{i}", [["x<sup>2</sup>", "10<sup>−3</sup>", "<i>i</i>"]]),
    (r"a & b \\ \addlinespace \noalign{\smallskip} \specialrule{1pt}{0pt}{0pt} 1 & 2", [["a", "b"], ["1", "2"]]),
    (r"\startdata a & \nodata \\ \cutinhead{Part} b & 2 \enddata", [["a", "…"], ["Part<3x1>"], ["b", "2"]]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), GRIDS, ids=[b for b, _ in GRIDS])
def test_rows_and_cells(body: str, expected: list[list[str]]) -> None:
    assert grid(body) == expected


def test_longtable_keeps_its_first_head_once() -> None:
    body = r"h & i\\ \endfirsthead again & j\\ \endhead more\\ \endfoot \hline \endlastfoot 1 & 2\\"
    assert grid(body) == [["h", "i"], ["1", "2"]]
    assert table(body).header_rows == 1


def test_head_given_apart() -> None:
    found = table(
        r"\startdata 1 & 2 \enddata \tablenotetext{a}{Note.} \tablecomments{All.}",
        head=r"\colhead{A} & \colhead{B}",
    )
    assert [[c.html for c in r.cells] for r in found.rows] == [["A", "B"], ["1", "2"]]
    assert (found.header_rows, found.notes) == (1, ("<sup>a</sup> Note.", "All."))


HEADS = [
    (r"\toprule a & b \\ \midrule 1 & 2 \\ 3 & 4 \\ \bottomrule", 1),
    (r"\toprule a & b \\ \cmidrule{1-2} c & d \\ \midrule 1 & 2 \\ \bottomrule", 2),
    (r"\hline a & b \\ \hline 1 & 2 \\ \hline", 1),
    (r"a & b \\ 1 & 2", 0),
]


@pytest.mark.parametrize(("body", "expected"), HEADS, ids=[b for b, _ in HEADS])
def test_header_rows(body: str, expected: int) -> None:
    assert table(body).header_rows == expected


def test_layout() -> None:
    found = table(r"\hline a & b & c \\ \hline", "|l|>{\\bfseries}c@{}r|")
    assert found.column_align == ("left", "center", "right")
    assert found.vertical_rules == (True, True, False, True)
    assert (found.rows[0].rule_above, found.rule_below) == (True, True)
    assert found.rows[0].cells[1].html == "<b>b</b>"


SPECS = [
    ("lcr", "left center right"),
    ("l*{2}{c}r", "left center center right"),
    ("|p{3cm}|m{.2\\textwidth}b{1cm}", "left left left"),
    ("X S[table-format=1.2] D{.}{.}{-1}", "left center center"),
    (">{\\centering\\arraybackslash}p{2cm}<{x}!{\\vrule}l", "center left"),
    ("@{\\extracolsep{\\fill}}lc", "left center"),
    ("*{2}{*{2}{c}}", "center center center center"),
]


@pytest.mark.parametrize(("spec", "expected"), SPECS, ids=[s for s, _ in SPECS])
def test_column_specifications(spec: str, expected: str) -> None:
    assert " ".join(read_columns(spec).align) == expected


def test_mathematical_columns_and_numbers() -> None:
    assert grid(r"x_1 & 1.5e3 & y", ">{$}l<{$}Sl") == [["x<sub>1</sub>", "1.5×10<sup>3</sup>", "y"]]
    assert grid(r"\multicolumn{1}{l}{plain} & {text} & y", ">{$}l<{$}Sl") == [["plain", "text", "y"]]


def test_no_rows_is_no_table() -> None:
    assert read_table(Renderer(), r" \hline ", "ll") is None


def test_partial_rules_keep_their_columns() -> None:
    body = r"a & b & c & d \\ \cmidrule(lr){1-2}\cmidrule{4-4} 1 & 2 & 3 & 4 \\ \cline{2-3} 5 & 6 & 7 & 8 \\"
    tex = (
        r"\documentclass{article}\begin{document}\begin{table}\caption{T.}"
        r"\begin{tabular}{llll}" + body + r"\end{tabular}\end{table}\end{document}"
    )
    (found,) = extract(Paper("arxiv:1", {"main.tex": tex.encode()})).floats
    assert found.table_html is not None
    rows = from_html(found.table_html).rows
    assert [row.partial_rules for row in rows] == [(), ((0, 1), (3, 3)), ((1, 2),)]
