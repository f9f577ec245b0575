"""Printed numbers as TeX counts them: classes, scopes, registers, appendices. Each expectation is pdfTeX's."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(body: str, preamble: str = "", documentclass: str = "{article}") -> Extraction:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"}))


def numbers(body: str, preamble: str = "", documentclass: str = "{article}") -> str:
    """Return the printed numbers of all figures, then all tables, joined by blanks."""
    found = read(body, preamble, documentclass).floats
    return " ".join(str(f.number) for f in sorted(found, key=lambda f: f.kind) if f.parent_id is None)


F = r"\begin{figure}\includegraphics{a}\caption{F.}\end{figure}"
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{table}"
APPENDIX = r"\section{S}" + F + T + r"\appendix\section{A}" + F + T + r"\section{B}" + F

APPENDICES = {
    "article": "1 2 3 1 2",
    "elsarticle": "1 A.2 B.3 1 A.2",
    "mnras": "1 A1 B1 1 A1",
    "mn2e": "1 A1 B1 1 A1",
    "aa": "1 A.1 B.1 1 A.1",
    "aastex631": "1 2 3 1 2",
    "sn-jnl": "1 2 3 1 2",
    "copernicus": "1 A1 B1 1 A1",
    "apa6": "1 A1 B1 1 A1",
    "cas-dc": "1 2 3 1 2",
    "revtex4-2": "1 2 3 I II",
    "IEEEconf": "1 2 3 1 2",
    "ieeeconf": "1 2 3 I II",
}


@pytest.mark.parametrize("name", APPENDICES)
def test_appendices_of_classes(name: str) -> None:
    assert numbers(APPENDIX, documentclass=f"{{{name}}}") == APPENDICES[name]


def test_elsarticle_names_its_appendices() -> None:
    body = r"\appendix\section{A}\label{k}\begin{figure}\includegraphics{a}\caption{See \ref{k}.}\end{figure}"
    assert read(body, documentclass="{elsarticle}").floats[0].caption == "See Appendix A."


@pytest.mark.parametrize(
    ("documentclass", "body", "expected"),
    [
        ("{copernicus}", r"\appendix\section{A}\appendixfigures " + F + r"\appendixtables " + T, "A1 A1"),
        ("{aastex631}", F + r"\appendix\section{A}\restartappendixnumbering " + F, "1 A1"),
        (
            "[draft,jgrga]{agutex}",
            F + r"\begin{figure}\setfigurenum{S4}\includegraphics{a}\caption{F.}\end{figure}" + F,
            "1 S4 2",
        ),
        ("{siamltex}", r"\section{A}" + F + r"\section{B}" + F, "1.1 2.1"),
        ("[onefignum]{siamltex}", r"\section{A}" + F + r"\section{B}" + F, "1 2"),
        (
            "{sn-jnl}",
            F + r"\begin{appendices}\section{A}" + F + r"\section{B}" + F + r"\end{appendices}",
            "1 A1 B2",
        ),
        ("[journal,manuscript]{copernicus}", F + r"\appendix\section{A}" + F, "1 2"),
        ("{mdpi}", r"\appendixstart\appendix\section{A}" + F + r"\section{B}" + F, "A1 A2"),
        ("{aastex63}", F + r"\begin{figure}\figurenum{7}\plotone{a}\caption{P.}\end{figure}" + F, "1 7 2"),
    ],
)
def test_commands_of_classes(documentclass: str, body: str, expected: str) -> None:
    assert numbers(body, documentclass=documentclass) == expected


CHAPTERS = {
    "before any chapter": ("{report}", F + r"\chapter{X}" + F, "1 1.1"),
    "front and back matter": (
        "{book}",
        r"\frontmatter\chapter{P}" + F + r"\mainmatter\chapter{A}" + F + r"\backmatter\chapter{E}" + F,
        "1 1.1 1.2",
    ),
    "starred": ("{book}", r"\chapter*{I}" + F + r"\chapter{X}" + F + r"\chapter*{Z}" + F, "1 1.1 1.2"),
    "amsbook": ("{amsbook}", r"\chapter{A}" + F + F + r"\chapter{B}" + F, "1 2 1"),
    "tufte-book": ("{tufte-book}", r"\chapter{A}" + F + r"\chapter{B}" + F, "1 2"),
    "no chapter is numbered": (
        "{report}",
        r"\setcounter{secnumdepth}{-1}\chapter{X}" + F + r"\chapter{Y}" + F,
        "1 2",
    ),
    "no section is numbered": (
        "{article}",
        r"\setcounter{secnumdepth}{0}\section{X}" + F + r"\numberwithin{figure}{section}" + F,
        "1 0.2",
    ),
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapters(name: str) -> None:
    documentclass, body, expected = CHAPTERS[name]
    assert numbers(body, documentclass=documentclass) == expected


RENAMED = r"\renewcommand{\thefigure}{X\arabic{figure}}"
SCOPES = {
    "figure": r"\begin{figure}" + RENAMED + r"\includegraphics{a}\caption{F.}\end{figure}",
    "group": "{" + RENAMED + F + "}",
    "environment of the paper's own": r"\begin{supp}" + F + r"\end{supp}",
    "macro": r"\once",
    "group in an environment": r"\begin{center}{" + RENAMED + F + r"}\end{center}",
}
SUPP = r"\newenvironment{supp}{" + RENAMED + r"}{}\newcommand{\once}{{" + RENAMED + F + "}}"


@pytest.mark.parametrize("name", SCOPES)
def test_numbers_printed_anew_last_until_their_scope_ends(name: str) -> None:
    assert numbers(F + SCOPES[name] + F, SUPP) == "1 X2 3"


def test_global_definitions_outlast_their_scope() -> None:
    assert numbers(r"{\gdef\thefigure{X\arabic{figure}}" + F + "}" + F) == "X1 X2"


def test_names_of_floats_last_until_their_scope_ends() -> None:
    body = r"{\renewcommand{\figurename}{Plate}" + F + "}" + F
    assert [f.label for f in read(body).floats] == ["Plate 1", "Figure 2"]


COUNTERS = {
    r"\makeatletter\@addtoreset{figure}{section}\makeatother\section{X}" + F + r"\section{Y}" + F: "1 1",
    r"\setcounter{figure}{3+2}" + F + r"\setcounter{figure}{\value{figure}*2}" + F: "6 13",
    r"\makeatletter\global\advance\c@figure by 4 \makeatother" + F: "5",
    r"\makeatletter\c@figure=20\relax\c@table 3\relax\makeatother" + F + T: "21 4",
    r"\begin{table}\begin{longtable}{l}x\end{longtable}\caption{T.}\end{table}" + T: "2 3",
    r"\begin{table}\begin{longtable}{l}\caption{T.}\\x\end{longtable}\end{table}" + T: "1 2",
    r"\begin{subfigures}" + F + F + r"\end{subfigures}" + F: "1a 1b 2",
    r"\begin{figure}\includegraphics{a}\phantomcaption\end{figure}\begin{figure}\ContinuedFloat\includegraphics{a}"
    r"\caption{F.}\end{figure}" + F: "None 1 2",
    r"\begin{algorithm}\caption{A}\end{algorithm}" + F: "1",
}  # fmt: skip


@pytest.mark.parametrize("body", COUNTERS)
def test_counters(body: str) -> None:
    found = read(body)
    whole = [*found.floats, *found.rejects]
    printed = [
        (str(f.label).split(" ")[-1]) for f in sorted(whole, key=lambda f: (f.kind or "", f.pair_id or ""))
    ]
    assert " ".join(printed) == COUNTERS[body]


def test_counter_taken_from_another_ones_resets() -> None:
    preamble = (
        r"\makeatletter\@removefromreset{figure}{chapter}\makeatother\renewcommand\thefigure{\arabic{figure}}"
    )
    assert numbers(r"\chapter{X}" + F + r"\chapter{Y}" + F, preamble, "{report}") == "1 2"


def test_algorithms_that_count_as_figures() -> None:
    body = r"\begin{algorithm}\caption{A}\end{algorithm}" + F
    assert numbers(body, r"\usepackage[ruled,figure]{algorithm2e}") == "2"


def test_references_to_what_is_neither_figure_nor_table() -> None:
    body = (
        r"\begin{algorithm}\caption{A}\label{al}x\end{algorithm}\begin{algorithm}\caption{B\label{a2}}x\end{algorithm}"
        r"\begin{listing}\caption{L}\label{li}\end{listing}"
        "\\begin{lstlisting}[caption={M},label=lm]\nx\n\\end{lstlisting}"
        r"\begin{figure}\includegraphics{a}\caption{\ref{al} \ref{a2} \ref{li} \ref{lm} \cref{a2}}\end{figure}"
    )
    assert read(body).floats[0].caption == "1 2 1 1 algorithm 2"


def test_panels_that_a_picture_letters_itself() -> None:
    body = (
        r"\begin{figure}\includegraphics{a}\phantomsubcaption\label{p}\phantomsubcaption\label{q}"
        r"\caption{(\subref{p}) One, (\subref{q}) two.}\label{f}\end{figure} See Fig.~\ref{q}."
    )
    found = read(body)
    assert [(f.caption, f.ref_keys, f.mentions) for f in found.floats] == [
        ("(a) One, (b) two.", ("p", "q", "f"), ("See Fig. 1b.",))
    ]
    assert found.rejects == ()


def test_brackets_of_panel_letters_are_part_of_references() -> None:
    body = (
        r"\renewcommand{\thesubfigure}{(\alph{subfigure})}\begin{figure}\begin{subfigure}{3cm}\includegraphics{a}"
        r"\caption{P.}\label{p}\end{subfigure}\caption{\ref{p} \subref{p}}\end{figure}"
    )
    whole, panel = read(body, r"\usepackage[labelformat=simple]{subcaption}").floats
    assert (whole.caption, panel.panel, panel.label) == ("1(a) (a)", "a", "Figure 1(a)")


FORMATS = {
    r"SI \arabic{figure}": "Figure SI 1",
    r"S~\arabic{figure}": "Figure S 1",
    r"\Alph{section}.\,\arabic {figure}": "Figure A.1",
    r"\thesection .\arabic{figure}": "Figure 1.1",
    r"\mbox{S\arabic{figure}}": "Figure S1",
}


@pytest.mark.parametrize("form", FORMATS)
def test_blanks_in_formats(form: str) -> None:
    body = r"\section{A}\renewcommand{\thefigure}{" + form + "}" + F
    assert read(body).floats[0].label == FORMATS[form]


PANELS = (
    r"\begin{figure}\subfloat[A\label{%s}]{\includegraphics{a}}\subfloat[B]{\includegraphics{a}}\end{figure}"
)


@pytest.mark.parametrize(
    ("package", "references", "following"),
    [("subcaption", "1a 2a", "3"), ("subfig", "1a 1a", "1"), ("subfigure", "1(a) 1(c)", "1")],
)
def test_figures_whose_panels_alone_have_captions(package: str, references: str, following: str) -> None:
    last = r"\begin{figure}\includegraphics{a}\caption{\ref{p} \ref{q}}\end{figure}"
    found = read(PANELS % "p" + PANELS % "q" + last, f"\\usepackage{{{package}}}").floats[-1]
    assert (found.caption, found.number) == (references, following)
