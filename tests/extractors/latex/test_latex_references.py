"""Printed numbers, references, citations, mentions and the paper's header."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper

F = r"\begin{figure}\includegraphics{a}\caption{F.}\end{figure}"
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{table}"


def read(body: str, preamble: str = "", documentclass: str = "{article}", **files: str) -> Extraction:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    data = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x", **data}))


def labels(body: str, preamble: str = "", documentclass: str = "{article}") -> list[str | None]:
    return [f.label for f in read(body, preamble, documentclass).floats]


LABELS = {
    "article": (F + T + F, "", "{article}", ["Figure 1", "Table 1", "Figure 2"]),
    "book": (r"\chapter{A}" + F + F + r"\chapter{B}" + F + T, "", "{book}", ["Figure 1.1", "Figure 1.2", "Figure 2.1", "Table 2.1"]),
    "IEEEtran": (F + T + T + T + T, "", "[conference]{IEEEtran}", ["Fig. 1", "TABLE I", "TABLE II", "TABLE III", "TABLE IV"]),
    "revtex": (F + T, "", "[prl]{revtex4-2}", ["FIG. 1", "TABLE I"]),
    "within sections": (r"\section{A}\section{B}" + F, r"\numberwithin{figure}{section}", "{article}", ["Figure 2.1"]),
    "counterwithin": (r"\section{A}" + T, r"\counterwithin{table}{section}", "{article}", ["Table 1.1"]),
    "appendix": (r"\section{A}" + F + r"\appendix\section{B}\renewcommand{\thefigure}{\Alph{section}.\arabic{figure}}"
                 r"\setcounter{figure}{0}" + F, "", "{article}", ["Figure 1", "Figure A.1"]),
    "appendix of a book": (r"\chapter{A}\appendix\chapter{B}" + F, "", "{book}", ["Figure A.1"]),
    "supplement macro": (F + r"\beginsupplement" + F + T,
                         r"\newcommand{\beginsupplement}{\setcounter{figure}{0}\renewcommand{\thefigure}{S\arabic{figure}}"
                         r"\renewcommand{\thetable}{S\arabic{table}}}", "{article}", ["Figure 1", "Figure S1", "Table S1"]),
    "setcounter": (r"\setcounter{figure}{4}" + F + r"\addtocounter{figure}{2}" + F, "", "{article}", ["Figure 5", "Figure 8"]),
    "continued": (F + r"\begin{figure}\ContinuedFloat\includegraphics{a}\caption{More.}\end{figure}" + F, "", "{article}",
                  ["Figure 1", "Figure 1", "Figure 2"]),
    "names": (F + T, r"\renewcommand{\figurename}{Fig.}\renewcommand{\tablename}{Tab.}", "{article}", ["Fig. 1", "Tab. 1"]),
    "captionsetup": (F, r"\captionsetup[figure]{name=Plate}", "{article}", ["Plate 1"]),
    "babel": (F + T, r"\usepackage[english,ngerman]{babel}", "{article}", ["Abbildung 1", "Tabelle 1"]),
    "longtable counts": (r"\begin{longtable}{l}\caption{T.}\\x\end{longtable}" + T, "", "{article}", ["Table 1", "Table 2"]),
    "extended data": (F, r"\makeatletter\renewcommand{\fnum@figure}{Extended Data Fig. \thefigure}\makeatother", "{article}",
                      ["Extended Data Fig. 1"]),
    "roman": (T + T, r"\renewcommand{\thetable}{\Roman{table}}", "{article}", ["Table I", "Table II"]),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_printed_labels(name: str) -> None:
    body, preamble, documentclass, expected = LABELS[name]
    assert labels(body, preamble, documentclass) == expected


def caption(
    text: str, around: str = "", preamble: str = "", documentclass: str = "{article}", **files: str
) -> str:
    figure = r"\begin{figure}\includegraphics{a}\caption{" + text + r"}\label{me}\end{figure}"
    return read(around + figure, preamble, documentclass, **files).floats[-1].caption


SECTIONS = r"\section{A}\label{s1}\subsection{B}\label{s11}\begin{equation}a\label{e1}\end{equation}"
REFERENCES = {
    r"Section~\ref{s1} and \ref{s11}": "Section 1 and 1.1",
    r"Eq.~\eqref{e1}, \ref{e1}": "Eq. (1), 1",
    r"\autoref{e1}, \autoref{s1}, \autoref{me}": "Equation 1, section 1, Figure 2",
    r"\cref{f1}, \Cref{f1,me}, \cref{e1}": "fig. 1, Figures 1 and 2, eq. (1)",
    r"like \ref{f1} (\pageref{f1})": "like 1",
    r"unknown \ref{nothing}.": "unknown.",
    r"\ref{r2} \ref{r3}": "3 4",
    r"\ref{t1} \ref{i2} \ref{p2} \subref{p2}": "1 2 1b b",
}


@pytest.mark.parametrize("text", REFERENCES)
def test_references(text: str) -> None:
    around = (
        SECTIONS + r"\begin{align}a\label{r1}\\b\label{r2}\\c\nonumber\\d\label{r3}\end{align}"
        r"\begin{thm}\label{t1}x\end{thm}\begin{enumerate}\item a\item\label{i2} b\end{enumerate}"
        r"\begin{figure}\subfloat[A]{\includegraphics{a}}\subfloat[B\label{p2}]{\includegraphics{a}}\caption{F.}\label{f1}\end{figure}"
    )
    assert caption(text, around, r"\newtheorem{thm}{Theorem}") == REFERENCES[text]


def test_cleveref_options_and_names() -> None:
    text = r"\cref{me}"
    assert caption(text, preamble=r"\usepackage[capitalise]{cleveref}") == "Fig. 1"
    assert caption(text, preamble=r"\usepackage[noabbrev]{cleveref}") == "figure 1"
    assert caption(text, preamble=r"\crefname{figure}{plate}{plates}") == "plate 1"


NUMBERED = r"\begin{thebibliography}{9}\bibitem{x} X.\bibitem{y} Y.\bibitem{z} Z.\end{thebibliography}"
NATBIB = r"\begin{thebibliography}{9}\bibitem[Smith(2001)]{x} S.\bibitem[{Jones et~al.(2002)Jones, Doe}]{y} J.\end{thebibliography}"
CITATIONS = [
    (r"From \cite{y}.", NUMBERED, "", "From [2]."),
    (r"From \cite{x,y,z}.", NUMBERED, "", "From [1, 2, 3]."),
    (r"\cite[p.~3]{z}", NUMBERED, "", "[3, p. 3]"),
    (r"\citet{x} and \citep{y}", NATBIB, r"\usepackage{natbib}", "Smith (2001) and (Jones et al., 2002)"),
    (r"\citep[see][]{x,y}", NATBIB, r"\usepackage{natbib}", "(see Smith, 2001; Jones et al., 2002)"),
    (r"\citeauthor{x} in \citeyear{x}", NATBIB, r"\usepackage{natbib}", "Smith in 2001"),
    (r"From \citep{y}.", NATBIB, r"\usepackage[numbers]{natbib}", "From [2]."),
    (
        r"\cites{x}{y}, \autocites[see][]{x}[p.~2]{z} \parencites{x} {kept}",
        NUMBERED,
        "",
        "[1, 2], [see 1, 3, p. 2] [1] kept",
    ),
    (r"Seen \citetext{by eye}", NATBIB, r"\usepackage{natbib}", "Seen (by eye)"),
    (r"\cites{no}{one}.", "", "", "[no, one]."),
    (r"From \cite{nobody} (see \citep{x}).", "", "", "From [nobody]."),
    (r"Data\footnote{As in \cite{x}.} from \cite{x}.", NUMBERED, "", "Data from [1]."),
]


@pytest.mark.parametrize(
    ("text", "entries", "preamble", "expected"), CITATIONS, ids=[c[0] + c[2] for c in CITATIONS]
)
def test_citations(text: str, entries: str, preamble: str, expected: str) -> None:
    assert caption(text, preamble=preamble, around=entries) == expected


def test_citations_from_the_bbl() -> None:
    assert caption(r"\cite{y}", around=r"\bibliography{refs}", main_bbl=NUMBERED) == "[2]"
    biblatex = r"""\entry{x}{article}{}{}
      \name{author}{1}{}{{{hash=1}{family={Smith},given={A.}}}}
      \field{year}{2001}
    \endentry
    \entry{y}{article}{}{}
    \endentry"""
    assert caption(r"\cite{y}", around=r"\printbibliography", main_bbl=biblatex) == "[2]"
    preamble = r"\usepackage[style=authoryear]{biblatex}"
    assert (
        caption(r"\parencite{x}", around=r"\printbibliography", preamble=preamble, main_bbl=biblatex)
        == "(Smith 2001)"
    )


def test_mentions_are_paragraphs_of_the_running_text() -> None:
    body = (
        "Nothing here.\n\nAs Fig.~\\ref{me} shows, \\emph{all} is well.\n\n"
        + r"\begin{figure}\includegraphics{a}\caption{C.}\label{me}\end{figure}"
        + "\n\nFigure 1 again.\n\n% See \\ref{me}.\n\\section{X}\nSee \\cref{other,me} too.\n\nTable 1 and Figure 10."
    )
    (one,) = read(body).floats
    assert one.mentions == ("As Fig. 1 shows, all is well.", "Figure 1 again.", "See fig. 1 too.")


def test_mentions_of_panels_count_for_the_whole() -> None:
    body = (
        r"See \ref{p}."
        + "\n\n"
        + r"\begin{figure}\subfloat[A\label{p}]{\includegraphics{a}}\caption{F.}\end{figure}"
    )
    whole, panel = read(body).floats
    assert (whole.mentions, panel.mentions) == (("See 1a.",), ("See 1a.",))


def test_mentions_are_bounded() -> None:
    body = r"\begin{figure}\includegraphics{a}\caption{C.}\label{me}\end{figure}"
    (one,) = read(body + "".join(f"\n\nParagraph {i} \\ref{{me}} {'long ' * 800}" for i in range(30))).floats
    assert len(one.mentions) == 20
    assert max(map(len, one.mentions)) <= 2000


HEADERS = [
    (r"\title{On \emph{Mass} $\alpha$\thanks{Grant.}}", "{article}", "On Mass α", None),
    (
        r"\newcommand{\T}{Macro}\title[Short]{A \T\ Title\\ in Two Lines}",
        "{amsart}",
        "A Macro Title in Two Lines",
        None,
    ),
    (r"\usepackage[english,french]{babel}\title{Un titre}", "{article}", "Un titre", "fr"),
    (r"\usepackage[french,english]{babel}\title{A title}", "{article}", "A title", "en"),
]


@pytest.mark.parametrize(("preamble", "documentclass", "title", "language"), HEADERS)
def test_header(preamble: str, documentclass: str, title: str, language: str | None) -> None:
    header = read("x", preamble, documentclass).header
    assert (header.title, header.language, header.main_file, header.is_retracted) == (
        title,
        language,
        "main.tex",
        False,
    )


def test_title_given_in_the_document() -> None:
    assert read(r"\title{Inside}\maketitle", documentclass="{aastex631}").header.title == "Inside"


def test_title_that_quotes_the_papers_own() -> None:
    preamble = r"\title{Paper}\makeatletter\let\own\@title\title{Supplement: \own}\makeatother"
    assert read("x", preamble).header.title == "Supplement: Paper"
