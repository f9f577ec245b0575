"""What column specifications put before, after and between cells, and column types of the paper's own."""

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from extractors.latex import extract
from extractors.latex.tables.tabular import read_table
from extractors.latex.text.renderer import Renderer
from extractors.tables import to_text
from schemas.paper import Paper

PACKAGES = "array,booktabs,longtable,tabularx,dcolumn,siunitx,nicematrix,tabularray,supertabular,xltabular"


def texts(body: str, preamble: str = "", around: tuple[str, str] = ("", "")) -> list[str]:
    """Return the text of each table of a paper, rows separated by ` / ` and cells by ` | `."""
    source = (
        f"\\documentclass{{article}}\\usepackage{{{PACKAGES}}}{preamble}\\begin{{document}}{around[0]}{body}"
        f"{around[1]}\\end{{document}}"
    )
    found = extract(Paper("arxiv:2611.00099", {"main.tex": source.encode()}))
    return [(f.table_text or "").replace("\t", " | ").replace("\n", " / ") for f in found.floats]


def table(spec: str, rows: str, environment: str = "tabular", inside: str = "") -> str:
    """Return a table float with one tabular."""
    return (
        f"\\begin{{table}}\\caption{{A table.}}{inside}\\begin{{{environment}}}{spec}\n{rows}\n"
        f"\\end{{{environment}}}\\end{{table}}\n"
    )


BETWEEN = [
    ("{l r@{.}l}", r"Io & 1&769 \\ Europa & 3&551", "Io | 1.769 / Europa | 3.551"),
    (r"{l r@{$\pm$}l}", r"Io & 8.93&0.01", "Io | 8.93±0.01"),
    ("{l r@{:}l}", "Io & 1&2", "Io | 1:2"),
    (r"{lr@{$\,\pm\,$}l r@{--}l@{ K}}", "Vega & 2.1 & 0.7 & 81 & 106", "Vega | 2.1 ± 0.7 | 81–106 K"),
    (r"{r@{$\;<$ }l<{\,m}}", "1 & 2", "1 < 2 m"),
    (r"{r@{}l@{.}r}", "1 & 2 & 3", "1 | 2.3"),
    (r"{l>{\pounds}r<{\,m}!{:}c}", r"\multicolumn{1}{l}{Item} & \multicolumn{1}{r}{Price} & Note \\ Rope & 12 & new",
     "Item | Price | Note / Rope | £12 m | : new"),
    (r"{r!{$\pm$}l}", r"\multicolumn{2}{c}{Mass} \\ 1.5 & 0.2 \\ 2.5 & 0.1", "Mass / 1.5 ± 0.2 / 2.5 ± 0.1"),
    ("{l*{2}{r@{.}l}}", r"Run & \multicolumn{2}{c}{A} & \multicolumn{2}{c}{B} \\ x & 3 & 14 & 2 & 72",
     "Run | A | B / x | 3.14 | 2.72"),
    ("{l*2{r@{.}l}}", "x & 3 & 14 & 2 & 72", "x | 3.14 | 2.72"),
    ("{l r@{.}l l}", r"a & \multicolumn{1}{c}{no} & \multicolumn{1}{c}{data} & z \\ b & 1 & 5 & y",
     "a | no data | z / b | 1.5 | y"),
    ("{r@{.}lr@{.}l}", r"\multicolumn{4}{c}{all} \\ 1 & 2 & 3 & 4", "all |  / 1.2 | 3.4"),
    (r"{l@{\hspace{1em}}r@{\extracolsep{4pt}}r@{\quad}r@{~}}", "a & 1 & 2 & 3", "a | 1 | 2 | 3"),
    (r"{l!{\vrule width 2pt}r@{\,\vline\,}r@{$|$}r}", "a & 1 & 2 & 3", "a | 1 | 2 | 3"),
    (r"{>{\$}r<{\%}l}", "5 & x", "$5% | x"),
    (r"{@{No.~}r l}", r"1 & x \\ 2 & y", "No. 1 | x / No. 2 | y"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "rows", "expected"), BETWEEN, ids=[spec for spec, _, _ in BETWEEN])
def test_what_stands_between_columns_belongs_to_the_value(spec: str, rows: str, expected: str) -> None:
    assert texts(table(spec, rows)) == [expected]


CELLS = [
    (r"{l>{$}c<{$}}", r"one & x^2 \\ two & y_{ij} \\ three & \\ four & 10^{-3}",
     "one | x² / two | yᵢⱼ / three |  / four | 10⁻³"),
    (r"{l>{\(}c<{\)}}", r"one & x^2", "one | x²"),
    (r"{lD{.}{,}{2}D{,}{\cdot}{-1}}", r"\multicolumn{1}{c}{Name} & -1.25 & 3,5 \\ b & No data & 1,5^{a}",
     "Name | −1,25 | 3·5 / b | No data | 1·5ᵃ"),
    (r"{lD..{2}}", r"a & -1.25", "a | −1.25"),
    (r"{cDDl}", r"a & 1.25 & 3.5 & b", "a | 1.25 | 3.5 | b"),
    (r"{lR{3}{1}R[.][,]{3}{1}}", "a & 12.5 & 12.5", "a | 12.5 | 12,5"),
    (r"{lS[table-format=2.1]s}", r"{Name} & {Value (m)} & {Unit} \\ a & -12.5\,\% & \kilo\metre \\ b & {n/a} & {none}",
     "Name | Value (m) | Unit / a | −12.5 % | km / b | n/a | none"),
    (r"{lS}", r"a & \bfseries -1.5 \\ b & \textbf{2.5e-3} \\ c & -3\textsuperscript{a} \\ d & <-4.5",
     "a | −1.5 / b | 2.5×10⁻³ / c | −3ᵃ / d | <−4.5"),
    (r"{p{2cm}m{1cm}b{1cm}w{r}{1cm}W{c}{1cm}}", "a & b & c & d & e", "a | b | c | d | e"),
    (r"{l;{2pt/2pt}c:c|c||c}", "a & b & c & d & e", "a | b | c | d | e"),
    (r"{>{\raggedright\let\newline\\\arraybackslash\hspace{0pt}}p{2cm}l}", r"a\newline b & c \\ d & e",
     "a b | c / d | e"),
    (r"{>{\hsize=.8\hsize\raggedright\arraybackslash}p{2cm}l}", "a & b", "a | b"),
    (r"{>{\columncolor[gray]{.9}[1pt][2pt]}l>{\color{red}}l}", r"\rowcolor[HTML]{EFEFEF}[0pt][3pt] a & \cellcolor{red!5} b",
     "a | b"),
    (r"{l>{\setbox0=\hbox\bgroup}c<{\egroup}@{}l>{\iffalse}c<{\fi}@{}}", r"a & secret & b & hidden \\ c & x & d & y",
     "a | b / c | d"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "rows", "expected"), CELLS, ids=[spec for spec, _, _ in CELLS])
def test_what_a_column_puts_round_its_cells(spec: str, rows: str, expected: str) -> None:
    assert texts(table(spec, rows)) == [expected]


def test_a_join_keeps_bold_and_rules_and_spans() -> None:
    found = read_table(
        Renderer(), r"\multirow{2}{*}{a} & \textbf{1} & 5 & z \\ \cmidrule{2-3} & 2 & 5 & y", "l|r@{.}l|l"
    )
    assert found is not None
    first, second = found.rows
    assert [c.html for c in first.cells] == ["a", "<b>1</b>.5", "z"]
    assert (first.cells[0].rowspan, [c.html for c in second.cells]) == (2, ["2.5", "y"])
    assert (found.vertical_rules, second.partial_rules) == ((False, True, True, False), ((1, 1),))
    assert found.column_align == ("left", "center", "left")


TYPES = [
    (r"\newcolumntype{C}{>{$}c<{$}}", "{lC}", "a & x_i", "a | xᵢ"),
    (r"\newcolumntype{d}[1]{D{.}{\cdot}{#1}}", "{ld{2.3}}", "a & 1.5", "a | 1·5"),
    (r"\newcolumntype{v}[2][.]{r@{#1}>{\bfseries}#2}", "{lv{l}v[:]{r}}", "a & 1 & 5 & 2 & 7", "a | 1.5 | 2:7"),
    (r"\newcolumntype{P}{>{$}l<{$}@{\,$\pm$\,}>{$}r<{$}}", "{lP}", r"\multicolumn{1}{l}{n} & \multicolumn{2}{c}{V} \\ a & x^2 & 3",
     "n | V / a | x² ± 3"),
    (r"\newcolumntype{E}{C@{=}C}\newcolumntype{C}{>{$}c<{$}}", "{*{2}{E}}", "x & 1^2 & y & 2", "x=1² | y=2"),
    (r"\newcolumntype{.}{D{.}{,}{-1}}", "{l.}", "a & 1.5", "a | 1,5"),
    (r"\newcolumntype{C}{>{$}c<{$}}\newcolumntype{C}{>{\pounds}c}", "{lC}", "a & 5", "a | £5"),
    (r"\newcolumntype{C}{>{$}c<{$}}\newcommand{\cols}{lC}", r"{\cols}", "a & x^2", "a | x²"),
    (r"\newcommand{\euros}[1]{EUR~#1}\newcolumntype{E}{>{\collectcell\euros}r<{\endcollectcell}}", "{lE}", "a & 5",
     "a | EUR 5"),
    (r"\newcolumntype{C}{>{$}c<{$}}", "{ll}", r"\multicolumn{2}{C}{x^2}", "x² | "),
    (r"\newcolumntype{H}{>{\setbox0=\hbox\bgroup}c<{\egroup}@{}}", "{lHl}", "a & no & b", "a | b"),
    (r"\NewColumnType{C}{>{$}c<{$}}", "{lC}", "a & x_i", "a | xᵢ"),
]  # fmt: skip


@pytest.mark.parametrize(("preamble", "spec", "rows", "expected"), TYPES, ids=[p for p, _, _, _ in TYPES])
def test_column_types_of_the_papers_own(preamble: str, spec: str, rows: str, expected: str) -> None:
    assert texts(table(spec, rows), preamble) == [expected]


def test_a_column_type_of_a_package_file_of_the_paper() -> None:
    main = (
        r"\documentclass{article}\usepackage{own}\begin{document}"
        + table("{lC}", "a & x_i")
        + r"\end{document}"
    )
    files = {"main.tex": main.encode(), "own.sty": rb"\newcolumntype{C}{>{$}c<{$}}"}
    assert extract(Paper("arxiv:2611.00099", files)).floats[0].table_text == "a\txᵢ"


ENVIRONMENTS = ["tabular", "longtable", "supertabular", "NiceTabular", "tblr", "longtblr"]
WIDE = ["tabular*", "tabularx", "tabulary", "xltabular", "NiceTabularX", "NiceTabular*"]


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, *WIDE, "tabu to"])
def test_column_types_hold_in_every_tabular(environment: str) -> None:
    spec = "{12cm}{lCr@{.}l}" if environment in WIDE else "{lCr@{.}l}"
    if environment == "tabu to":
        environment, spec = "tabu", r" to \textwidth {lCr@{.}l}"
    rows = r"a & x_i & 1 & 5 \\ b & y^2 & 2 & 5 \\"
    found = texts(table(spec, rows, environment), r"\newcolumntype{C}{>{$}c<{$}}")
    assert found == ["a | xᵢ | 1.5 / b | y² | 2.5"]


def test_column_types_hold_from_there_on_and_in_their_group() -> None:
    one = table("{lC}", "a & x_i")
    pounds, maths = r"\newcolumntype{C}{>{\pounds}c}", r"\newcolumntype{C}{>{$}c<{$}}"
    inside = r"\begin{table}\caption{In.}\newcolumntype{C}{>{No.}c}\begin{tabular}{lC}a & 5\end{tabular}\end{table}"
    body = f"{one}{maths}{one}{{{pounds}{table('{lC}', 'a & 5')}}}{one}{inside}{one}"
    raw, first, second, third, fourth, fifth = texts(body)
    assert raw.startswith("a | x")
    assert [first, second, third, fourth, fifth] == ["a | xᵢ", "a | £5", "a | xᵢ", "a | No.5", "a | xᵢ"]


@examples(60)
@given(
    st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=5),
    st.sampled_from([".", ":", "--", r"$\pm$", " of "]),
    st.booleans(),
)
def test_every_pair_of_halves_is_one_value(pairs: list[tuple[int, int]], mark: str, ruled: bool) -> None:
    spec = "l" + ("|" if ruled else "") + f"r@{{{mark}}}l"
    body = r" \\ ".join(f"n & {a} & {b}" for a, b in pairs)
    found = read_table(Renderer(), body, spec)
    assert found is not None
    printed = mark.replace("--", "–").replace(r"$\pm$", "±")
    assert to_text(found) == "\n".join(f"n\t{a}{printed}{b}" for a, b in pairs)
