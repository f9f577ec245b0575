"""tabularray's keys, nicematrix's blocks, and what other packages write into rows and cells."""

import pytest

from extractors.latex import extract
from extractors.latex.tables.tabularray import column_spec, lines
from extractors.tables import from_html
from schemas.paper import Paper
from schemas.table import Table


def read(body: str, preamble: str = "") -> tuple[str, Table]:
    """Return the text of the one table of a paper, rows separated by ` / ` and cells by ` | `, and the table."""
    source = f"\\documentclass{{article}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    found = extract(Paper("arxiv:2611.00095", {"main.tex": source.encode()}))
    assert not found.rejects
    one = found.floats[0]
    text = (one.table_text or "").replace("\t", " | ").replace("\n", " / ")
    return text, from_html(one.table_html or "")


def tblr(inner: str, rows: str, environment: str = "tblr") -> str:
    return f"\\begin{{table}}\\caption{{One.}}\\begin{{{environment}}}{{{inner}}}{rows}\\end{{{environment}}}\\end{{table}}"


KEYS = [
    ("lcr", r"a & b & c", "a | b | c"),
    ("hlines", r"a & b \\ c & d", "a | b / c | d"),
    ("columns={c},hlines", r"a & b \\ c & d", "a | b / c | d"),
    ("colspec={lQ[c,$]}", r"a & x^2", "a | x²"),
    ("colspec={lX[2,c,mode=math]}", r"a & x_i", "a | xᵢ"),
    ("colspec={lQ[r,si={table-format=2.1}]}", r"{{{Name}}} & {{{Value}}} \\ a & -1.5", "Name | Value / a | −1.5"),
    ("colspec={lr@{.}l}", r"a & 1 & 5", "a | 1.5"),
    ("colspec={ll},column{2}={mode=math}", r"a & x^2 \\ b & y_i", "a | x² / b | yᵢ"),
    ("colspec={ll},cells={mode=math}", r"a_1 & x^2", "a₁ | x²"),
    (r"colspec={ll},column{2}={preto=\$,appto=\,m}", r"a & 5", "a | $5 m"),
    (r"colspec={ll},column{2}={cmd=\textsuperscript}", r"a & b", "a | ᵇ"),
    ("colspec={lll},cell{1}{1}={c=3}{c,bg=gray9}", r"all & & \\ a & b & c", "all |  |  / a | b | c"),
    ("colspec={lll},cell{1}{1-2}={r=2}{m}", r"a & b & c \\ & & d", "a | b | c /  |  | d"),
    (r"colspec={lll},cell{1}{2}={r=2,c=2}{c}", r"a & big & \\ b & & \\ c & d & e", "a | big |  / b |  |  / c | d | e"),
    (r"row{1}={font=\bfseries},row{odd}={bg=azure9},rowsep=2pt", r"a & b \\ c & d", "a | b / c | d"),
    ("ll", r"\SetRow{gray9,font=\bfseries} a & b \\ \SetCell[c=2]{c,font=\itshape} joint & \\ \SetCell{bg=red} c & d",
     "a | b / joint |  / c | d"),
    ("ll", r"\SetHline[2]{1-2}{blue,1pt} a & b \\ \SetHlines{1}{gray} c & d \\ \SetColumn{bg=red} e & f",
     "a | b / c | d / e | f"),
]  # fmt: skip


@pytest.mark.parametrize(("inner", "rows", "expected"), KEYS, ids=[f"{k} {r}" for k, r, _ in KEYS])
def test_tabularray_by_keys(inner: str, rows: str, expected: str) -> None:
    assert read(tblr(inner, rows))[0] == expected


def test_tabularrays_spans_rules_and_heads() -> None:
    inner = (
        r"colspec={lcc},hline{1,3,Z}={1pt},vline{2}={},rowhead=2,cell{1}{1}={r=2}{m},cell{1}{2}={c=2}{c},"
        r"row{1}={font=\bfseries},cell{Z}{Z}={cmd=\underline}"
    )
    _, table = read(tblr(inner, r"Case & Share & \\ & Low & High \\ a & 1 & 2"))
    first, second, third = table.rows
    assert [(c.html, c.colspan, c.rowspan) for c in first.cells] == [
        ("<b>Case</b>", 1, 2),
        ("<b>Share</b>", 2, 1),
    ]
    assert ([c.html for c in second.cells], [c.html for c in third.cells]) == (
        ["Low", "High"],
        ["a", "1", "<u>2</u>"],
    )
    assert (table.header_rows, table.rule_below, table.vertical_rules) == (
        2,
        True,
        (False, True, False, False),
    )
    assert [r.rule_above for r in table.rows] == [True, False, True]
    _, centred = read(tblr("lr", r"\SetCell[c=2]{c} all & \\ a & \SetCell{l,bg=red} b"))
    assert [[c.align for c in row.cells] for row in centred.rows] == [["center"], [None, "left"]]


def test_environments_made_of_tabularrays() -> None:
    preamble = r"\NewTblrEnviron{grid}\SetTblrInner[grid]{hlines}\UseTblrLibrary{booktabs}"
    assert read(tblr("ll", r"a & b", "grid"), preamble)[0] == "a | b"
    assert read(tblr("ll", r"\toprule a & b \\ \bottomrule", "booktabs"))[0] == "a | b"


def test_selectors_name_lines_from_one_on() -> None:
    assert [lines(s, 5) for s in ("1", "2-4", "1,Z", "odd", "even", "-", "7", "x", "Z")] == [
        [0], [1, 2, 3], [0, 4], [0, 2, 4], [1, 3], [0, 1, 2, 3, 4], [], [], [4],
    ]  # fmt: skip
    assert [column_spec(s) for s in ("lcr", "Q[wd=2cm]c", "hlines,vlines", "rowsep=1pt,colspec={l|c}")] == [
        "lcr", "Q[wd=2cm]c", "", "l|c",
    ]  # fmt: skip


def tabular(rows: str, spec: str = "lll") -> str:
    return (
        f"\\begin{{table}}\\caption{{One.}}\\begin{{tabular}}{{{spec}}}{rows}\\end{{tabular}}\\end{{table}}"
    )


ROWS = [
    (r"\rowcolor[HTML]{EFEFEF}[0pt][2pt] a & \cellcolor[rgb]{1,0,0}b & \columncolor{red}c", "a | b | c"),
    (r"\rowcolor{gray!10}\cellcolor{red!5}a & \color{red}b & \cellcolor{gray!20}[0.1, 0.3]", "a | b | [0.1, 0.3]"),
    (r"\rowcolors{2}{white}{gray!10} a & b & c", "a | b | c"),
    (r"\makecell[l]{a\\b} & \thead{c\\d} & \makecell*[{{p{2cm}}}]{e}", "a b | c d | e"),
    (r"\diagbox{Row}{Column} & \diagbox[width=2cm,height=1cm]{x}{y} & \backslashbox[2cm]{a}{b}", "Row / Column | x / y | a / b"),
    (r"\multirow[c]{2}{=}{tall} & \multirowcell{2}[0pt][l]{b\\c} & d \\ & & e", "tall | b c | d /  |  | e"),
    (r"\rothead{turned} & \rotatebox[origin=c]{90}{up} & \rotcell{x}", "turned | up | x"),
    (r"\specialcell[t]{a\\b} & \shortstack[l]{c\\d} & \tabincell{c}{e\\f}", "a b | c d | e f"),
    (r"\Gape[2pt]{a} & \gape{b} & \hfil c \hfil", "a | b | c"),
    (r"\Xhline{2\arrayrulewidth} a & b & c \\ \Xcline{1-2}{1pt} d & e & f", "a | b | c / d | e | f"),
    (r"\addlinespace[3pt] a & b & c \\\addlinespace d & e & f \\\cmidrule[1pt](l{2pt}r){2-3} g & h & i",
     "a | b | c / d | e | f / g | h | i"),
    (r"\rowstyle{\bfseries} a & b & c", "a | b | c"),
    (r"\hskip 2pt a & \vphantom{X}b & \strut c", "a | b | c"),
    (r"\ding{51} & \checkmark & \xmark{}c", "✓ | ✓ | ✗c"),
    (r"\taburulecolor{red} a & b & c", "a | b | c"),
    (r"\noalign{\vskip 2pt} a & \omit b & \hspace*{2em}c", "a | b | c"),
    (r"\begin{turn}{90}a\end{turn} & \begin{sideways}b\end{sideways} & \begin{rotate}{45}c\end{rotate}", "a | b | c"),
    (r"\begin{minipage}[t][2cm][c]{3cm}a\end{minipage} & \begin{varwidth}{2cm}b\end{varwidth} & \pbox{2cm}{c\\d}", "a | b | c d"),
    (r"\begin{tabular*}{2cm}[t]{l@{}l}a & b\end{tabular*} & \begin{tabularx}{2cm}{X}c\end{tabularx} & \begin{adjustbox}{width=1cm}d"
     r"\end{adjustbox}", "a b | c | d"),
    (r"\begin{tblr}{colspec={l},hlines}a \\ b\end{tblr} & \nth{1} & \nth{12} \ordinalnum{22}", "a b | 1st | 12th 22ⁿᵈ"),
    (r"\multicolumn3c{wide} \\ a & b & c", "wide |  |  / a | b | c"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), ROWS, ids=[rows for rows, _ in ROWS])
def test_arguments_of_layout_never_leak(rows: str, expected: str) -> None:
    preamble = r"\newcommand{\specialcell}[2][c]{\begin{tabular}[#1]{@{}c@{}}#2\end{tabular}}"
    preamble += r"\newcommand{\tabincell}[2]{\begin{tabular}{@{}#1@{}}#2\end{tabular}}"
    assert read(tabular(rows), preamble)[0] == expected


MADE = [
    (r"\newcommand{\row}[3]{#1 & #2 & #3 \\}", r"\row{a}{b}{c}\row{d}{e}{f}", "a | b | c / d | e | f"),
    (r"\newcommand{\pair}[2]{#1 & #2}", r"a & \pair{b}{c}", "a | b | c"),
    (r"\newenvironment{mytab}[1]{\begin{tabular}{#1}}{\end{tabular}}", None, "a | b"),
    (r"\newenvironment{mytab}[1]{\tabular{#1}}{\endtabular}", None, "a | b"),
]  # fmt: skip


@pytest.mark.parametrize(("preamble", "rows", "expected"), MADE, ids=[p for p, _, _ in MADE])
def test_rows_and_cells_made_by_macros(preamble: str, rows: str | None, expected: str) -> None:
    body = (
        r"\begin{table}\caption{One.}\begin{mytab}{ll}a & b\end{mytab}\end{table}"
        if rows is None
        else tabular(rows)
    )
    assert read(body, preamble)[0] == expected


WHOLE = [
    (r"\begin{longtable}[c]{l*{2}{c}}\caption{One.}\\ h & i & j\\\endfirsthead h & i & j\\\endhead \multicolumn{3}{r}{more}\\\endfoot"
     r"\hline\endlastfoot a & b & c\\ d & e & f\\\end{longtable}", "h | i | j / a | b | c / d | e | f"),
    (r"\tablehead{h & i\\}\tabletail{more & more\\}\tablelasttail{\hline}\topcaption{One.}\begin{supertabular}{ll}a & b\\\end{supertabular}",
     "h | i / a | b"),
    (r"\tablefirsthead{h & i\\}\tablehead{cont & cont\\}\tablecaption{One.}\begin{xtabular}{ll}a & b\\\end{xtabular}", "h | i / a | b"),
    (r"\begin{xltabular}{\textwidth}{lX}\caption{One.}\\ h & i\\\endfirsthead h & i\\\endhead a & b\\\end{xltabular}", "h | i / a | b"),
    (r"\begin{longtabu} to \textwidth {X[l]X[2,c]}\caption{One.}\\ h & i\\\endfirsthead a & b\\\end{longtabu}", "h | i / a | b"),
    (r"\begin{longtblr}[caption={One.}]{colspec={ll},rowhead=1}h & i\\ a & b\\\end{longtblr}", "h | i / a | b"),
    (r"\begin{table}\caption{One.}\begin{NiceTabular}{ccc}[hvlines,first-row]\CodeBefore\rowcolor{red}{1}\Body"
     r" & x & y \\ \Block[c]{2-1}{Both\\ rows} & 1 & 2 \\ & \Block{1-2}<\bfseries>{wide} & \\ \CodeAfter\tikz\draw (0,0);\end{NiceTabular}\end{table}",
     " | x | y / Both rows | 1 | 2 /  | wide | "),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), WHOLE, ids=[b[:24] for b, _ in WHOLE])
def test_tables_of_other_packages(body: str, expected: str) -> None:
    assert read(body)[0] == expected
