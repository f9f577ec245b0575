"""Constructs that few papers have, each as a reader of the page sees it."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper

IMAGES = {f"{n}.png": b"x" for n in "abcdef"}
F = r"\begin{figure}\includegraphics{b}\caption{F.}\end{figure}"


def read(body: str, preamble: str = "", documentclass: str = "{article}", **files: bytes) -> Extraction:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    named = {name.replace("_", "."): data for name, data in files.items()}
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), **IMAGES, **named}))


def brief(found: Extraction) -> list[tuple[str | None, str, str]]:
    """Return printed number, caption and graphics of each float."""
    return [
        (f.number, f.caption, " ".join(g.path.removesuffix(".png") for g in f.graphics)) for f in found.floats
    ]


def caption(text: str, preamble: str = "") -> str:
    return (
        read(r"\begin{figure}\includegraphics{a}\caption{" + text + r"}\end{figure}", preamble)
        .floats[0]
        .caption
    )


CAPTIONS = {
    r"Calls of malloc() and \texttt{free()}, lists x[], $f()$, [see] (see).": (
        "Calls of malloc() and free(), lists x[], f(), [see] (see)."
    ),
    r"Known (see \cite{none}), data [\ref{none}], left.": "Known, data, left.",
    r"Fit (\protect\includegraphics[height=1em]{b}) and (\tikz{\draw (0,0);}) lines.": "Fit and lines.",
    r"\ding{51} \ding{55} \ding{72} \ding{108} \ding{110} \ding{172} \ding{182} \ding{228} \ding{x}.": (
        "✓ ✗ ★ ● ■ ① ❶ ➤."
    ),
    r"Offsets of 5\farcs3, 3\fdg2 and $1\farcm5$.": "Offsets of 5″.3, 3°.2 and 1′.5.",
    r"\begin{enumerate}[(i)]\item a\item b\end{enumerate}": "(i) a (ii) b",
    r"\unit[5]{km}, \unit[per-mode=symbol]{\metre}, \unitfrac[3]{m}{s}": "5 km, m, 3 m/s",
    r"\replaced{new}{old}, \deleted{gone} \added{more}.": "new, more.",
    r"$\Braket{\nabla f | V | g}$, $\Set{x | y}$, $\Ket{0}$": "⟨∇f|V|g⟩, {x|y}, |0⟩",
    r"\ce{Na+}, \ce{Cl-}, \ce{Fe^{III}}, \ce{CuSO4 * 5 H2O}, \ce{CH3-CH3}, \ce{Li/Li^+}": (
        "Na⁺, Cl⁻, Feᴵᴵᴵ, CuSO₄·5 H₂O, CH₃-CH₃, Li/Li⁺"
    ),
}


@pytest.mark.parametrize("tex", CAPTIONS)
def test_captions(tex: str) -> None:
    assert caption(tex) == CAPTIONS[tex]


ADDED = r"\centering\includegraphics{a}\captionof{figure}{Teaser.}"
TITLES = {
    "renewed": r"\makeatletter\let\@old\@maketitle\renewcommand{\@maketitle}{\@old"
    + ADDED
    + r"}\makeatother",
    "added to": r"\makeatletter\g@addto@macro\@maketitle{" + ADDED + r"}\makeatother",
    "patched": r"\makeatletter\apptocmd{\@maketitle}{" + ADDED + r"}{}{}\makeatother",
    "wrapped": r"\let\old\maketitle\renewcommand{\maketitle}{\old\begin{center}" + ADDED + r"\end{center}}",
    "teaser": r"\teaser{\includegraphics{a}\caption{Teaser.}}",
}


@pytest.mark.parametrize("name", TITLES)
def test_pictures_that_come_with_the_title(name: str) -> None:
    assert brief(read(r"\maketitle " + F, TITLES[name])) == [("1", "Teaser.", "a"), ("2", "F.", "b")]


FLOATS = {
    r"\hvFloat[floatPos=ht]{figure}{\includegraphics{a}}[s]{H.}{k}" + F: [("1", "H.", "a"), ("2", "F.", "b")],
    r"\hvFloat*{table}{\begin{tabular}{l}x\end{tabular}}{H.}{k}": [("1", "H.", "")],
    r"\begin{wrapfloat}{figure}{r}{3cm}\includegraphics{a}\caption{W.}\end{wrapfloat}" + F: [
        ("1", "W.", "a"),
        ("2", "F.", "b"),
    ],
    r"\begin{figure}\ffigbox{\begin{subfloatrow}\ffigbox{\caption{P.}}{\includegraphics{a}}"
    r"\ffigbox{\caption{Q.}}{\includegraphics{b}}\end{subfloatrow}}{\caption{All.}}\end{figure}": [
        ("1", "All.", "a b"),
        ("1a", "P.", "a"),
        ("1b", "Q.", "b"),
    ],
    r"\plotone{c}\figcaption[a.png]{Old.}\figcaption[b.png]{Older.}": [("1", "Old.", "a"), ("2", "Older.", "b")],
    r"\begin{figure}\animategraphics[loop]{4}{a}{}{}\caption{A.}\end{figure}": [("1", "A.", "a")],
    r"\begin{figure}\BoxedEPSF{a.png scaled 500}\caption{B.}\end{figure}": [("1", "B.", "a")],
    r"\begin{figure}\epsfysize 2in \epsfxsize=3in\epsfbox{a.png}\caption{E.}\end{figure}": [("1", "E.", "a")],
    r"\begin{figure}\begin{Overpic}[x]{\includegraphics{a}}\put(1,1){x}\end{Overpic}\caption{O.}\end{figure}": [
        ("1", "O.", "a")
    ],
    r"\begin{figure}\hypertarget{x}{%" "\n" r"\centering\includegraphics{a}\caption{P.}\label{x}}\end{figure}": [
        ("1", "P.", "a")
    ],
}  # fmt: skip


@pytest.mark.parametrize("body", FLOATS)
def test_floats(body: str) -> None:
    found = read(body)
    assert brief(found) == FLOATS[body]
    assert (found.rejects, found.warnings) == ((), ())


def test_first_frame_of_numbered_files() -> None:
    body = r"\begin{figure}\animategraphics{4}{im-}{2}{5}\caption{A.}\end{figure}"
    files = {f"im-{i}.png": b"x" for i in range(2, 6)}
    assert read(body, **files).floats[0].graphics[0].path == "im-2.png"


def figure(name: str) -> str:
    return r"\begin{figure}\includegraphics{" + name + r"}\caption{C.}\end{figure}"


CHOSEN = {
    r"\newcount\n\n=2 \ifnum\n>1 "
    + figure("a")
    + r"\fi\advance\n by 1 \ifnum\n=3 "
    + figure("b")
    + r"\fi": "a b",
    r"\newcount\n\n=1 \ifcase\n\or " + figure("a") + r"\else " + figure("b") + r"\fi": "a",
    r"\newcounter{v}\setcounter{v}{1}\ifnum\value{v}=1 "
    + figure("a")
    + r"\else "
    + figure("b")
    + r"\fi": "a",
    r"\ifx\pdfoutput\undefined " + figure("a") + r"\else " + figure("b") + r"\fi": "b",
    r"\newcommand{\one}[1]{" + figure("#1") + r"}\forcsvlist{\one}{a, b}": "a b",
    r"\newcounter{i}\loop\ifnum\value{i}<2 \stepcounter{i}" + figure("a") + r"\repeat" + figure("b"): "a a b",
    r"\newcount\n\loop " + figure("a") + r"\advance\n by 1 \ifnum\n<2 \repeat" + figure("b"): "a a b",
    r"\newcount\n\newcount\m\loop{\m=0 \loop " + figure("a") + r"\advance\m by 1 \ifnum\m<2 \repeat}"
    r"\advance\n by 1 \ifnum\n<2 \repeat" + figure("b"): "a a a a b",
    r"\loop x\iftrue\repeat" + figure("b"): "b",
    r"\makeatletter\@for\x:=a,b\do{" + figure(r"\x") + r"}\makeatother": "a b",
}


@pytest.mark.parametrize("body", CHOSEN)
def test_text_that_registers_and_lists_choose(body: str) -> None:
    assert " ".join(g for _, _, g in brief(read(body))) == CHOSEN[body]


TABLES = {
    r"\begin{NiceTabular}{lcc}[hvlines]\CodeBefore\rowcolor{gray}{1}\Body a&\Block{1-2}{bc}&\\"
    r"\Block[draw]{2-1}{x}&2&3\\&5&6\CodeAfter\tikz\draw(0,0);\end{NiceTabular}": "a\tbc\t\nx\t2\t3\n\t5\t6",
    r"\begin{tabular}{ll}a & b\\ \cline{1-2} \\ [-2ex] c & d\\[1pt] [O] & e\end{tabular}": "a\tb\nc\td\n[O]\te",
    r"\begin{tabular}{ll}\rowcolor[gray]{.9}[0pt][1pt] a & b\\ c & d\end{tabular}": "a\tb\nc\td",
    r"\begin{tabular}{l}x\end{tabular}\tablefoot{\tablefoottext{a}{Note.}}": "x\nᵃ Note.",
}


@pytest.mark.parametrize("body", TABLES)
def test_tables(body: str) -> None:
    (found,) = read(r"\begin{table}\caption{T.}" + body + r"\end{table}").floats
    assert found.table_text == TABLES[body]


def test_width_of_longtabu() -> None:
    (found,) = read(r"\begin{longtabu} to \textwidth {lX}\caption{T.}\\ c & d\\\end{longtabu}").floats
    assert found.table_text == "c\td"


def test_literal_references_name_lists_and_ranges() -> None:
    figures = "".join(r"\begin{figure}\includegraphics{a}\caption{F.}\end{figure}" for _ in range(5))
    text = "Figs. 1 and 2.\n\nFigures~3a, 4(b), and 5.\n\nFIGURES 1--3.\n\nTables 1, 2.\n\nFigure 4 and 5 cells.\n\n"
    assert [f.mentions for f in read(text + figures).floats] == [
        ("Figs. 1 and 2.", "FIGURES 1–3."),
        ("Figs. 1 and 2.", "FIGURES 1–3."),
        ("Figures 3a, 4(b), and 5.", "FIGURES 1–3."),
        ("Figures 3a, 4(b), and 5.", "Figure 4 and 5 cells."),
        ("Figures 3a, 4(b), and 5.",),
    ]


def test_definitions_in_a_macros_own_group_end_with_it() -> None:
    body = r"\def\x{outer}\newcommand{\once}{{\def\x{inner}}}\once\begin{figure}\includegraphics{a}\caption{\x}\end{figure}"
    assert read(body).floats[0].caption == "outer"


ROW = r"\includegraphics{a}\includegraphics{b}"
CAPTION_ROW = r"\parbox{3cm}{\caption{A.}}\parbox{3cm}{\caption{B.}}"
ROWS = {
    "captions below": ROW + r"\\" + CAPTION_ROW,
    "captions above": CAPTION_ROW + r"\\" + ROW,
    "in a tabular": r"\begin{tabular}{cc}\includegraphics{a}&\includegraphics{b}\\"
    r"\parbox{3cm}{\caption{A.}}&\parbox{3cm}{\caption{B.}}\end{tabular}",
    "in minipages": r"\begin{minipage}{3cm}\includegraphics{a}\end{minipage}\begin{minipage}{3cm}\includegraphics{b}"
    r"\end{minipage}\\\begin{minipage}{3cm}\caption{A.}\end{minipage}\begin{minipage}{3cm}\caption{B.}\end{minipage}",
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_captions_belongs_to_the_row_of_pictures_next_to_it(name: str) -> None:
    found = read(r"\begin{figure}" + ROWS[name] + r"\end{figure}")
    assert brief(found) == [("1", "A.", "a"), ("2", "B.", "b")]


def test_rows_of_pictures_and_captions_in_turn() -> None:
    second = ROW.replace("{a}", "{c}").replace("{b}", "{d}") + r"\\" + CAPTION_ROW
    found = read(r"\begin{figure}" + ROW + r"\\" + CAPTION_ROW + r"\\" + second + r"\end{figure}")
    assert [graphics for _, _, graphics in brief(found)] == ["a", "b", "c", "d"]


def test_unnamed_panels_belong_to_the_panel_around_them() -> None:
    inner = r"\begin{subfigure}{.5\textwidth}\includegraphics{%s}\end{subfigure}"
    outer = r"\begin{subfigure}{\textwidth}%s\caption{%s}\end{subfigure}"
    body = outer % (inner % "a" + inner % "b", "P.") + outer % (r"\includegraphics{c}", "Q.")
    found = read(r"\begin{figure}" + body + r"\caption{All.}\end{figure}")
    assert brief(found) == [("1", "All.", "a b c"), ("1a", "P.", "a b"), ("1b", "Q.", "c")]
    assert found.rejects == ()


def test_boxes_and_tables_of_packages() -> None:
    body = (
        r"\begin{figure}\begin{floatrow}\ffigbox{\includegraphics{a}}{\caption{L.}}"
        r"\capbtabbox{\begin{tabular}{l}x\end{tabular}}{\caption{T.}}\end{floatrow}\end{figure}"
        r"\begin{xltabular}{\textwidth}{lX}\caption{X.}\\ a & b\\\end{xltabular}"
    )
    found = read(body, r"\newfloatcommand{capbtabbox}{table}[][\FBwidth]")
    assert [(f.label, f.caption, f.table_text) for f in found.floats] == [
        ("Figure 1", "L.", None),
        ("Table 1", "T.", "x"),
        ("Table 2", "X.", "a\tb"),
    ]


def test_quotes_of_csquotes() -> None:
    assert caption(r"An \enquote{x} and \textquote{y}, \foreignquote{german}{z}.") == "An “x” and “y”, z."


def test_words_of_the_expander_itself_in_a_paper_do_no_harm() -> None:
    body = (
        r"\scimmiragain{7}\scimmiragain{x}\scimmirdefault{thefigure}\scimmirreset{}{}\scimmirunreset{a}{b}"
        + F
    )
    assert brief(read(body)) == [("1", "F.", "b")]


def test_a_box_command_used_as_an_environment_prints_its_content_only():
    tex = (
        "\\documentclass{article}\\begin{document}\\begin{table}\\begin{tabular}{cc}"
        "\\begin{rotatebox}{90}{\\textbf{Original}}\\end{rotatebox} & 1\\\\ b & 2\\end{tabular}"
        "\\caption{A \\begin{scalebox}{0.5}[2]{small} one\\end{scalebox}.}\\end{table}\\end{document}"
    )
    (found,) = extract(Paper("arxiv:1", {"main.tex": tex.encode()})).floats
    assert (found.caption, found.table_text) == ("A small one.", "Original\t1\nb\t2")


def test_unit_columns_print_units():
    tex = (
        "\\documentclass{article}\\begin{document}\\begin{table}\\begin{tabular}{s[table-unit-alignment = left]S}"
        "{Unit} & {Value}\\\\ \\metre\\per\\second & 1.5e3\\\\ \\kilogram & {none}\\end{tabular}"
        "\\caption{C}\\end{table}\\end{document}"
    )
    (found,) = extract(Paper("arxiv:1", {"main.tex": tex.encode()})).floats
    assert found.table_text == "Unit\tValue\nm s⁻¹\t1.5×10³\nkg\tnone"
