r"""What a paper's own class, package or preamble makes of \appendix: the numbers of floats there are TeX's."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper

F = r"\begin{figure}\includegraphics{a}\caption{F.}\end{figure}"
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{table}"


def numbers(body: str, preamble: str = "", documentclass: str = "article", **files: str) -> str:
    tex = f"\\documentclass{{{documentclass}}}{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    data = {name.replace("_dot_", "."): text.encode() for name, text in files.items()}
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x", **data})).floats
    return " ".join(str(f.number) for f in found)


BODY = r"\section{S}" + F + F + r"\appendix\section{A}" + F + F + r"\section{B}" + F
FLOATS = r"\renewcommand{\thefigure}{\Alph{section}-\arabic{figure}}"
CLASS = r"""\def\appendix{
\def\@currentlabel{\Alph{section}}% a comment with \renewcommand{\thefigure}{x}
\@addtoreset{figure}{section}
\renewcommand{\thefigure}{\Alph{section}-\arabic{figure}}
\global\c@section=0
\global\c@figure=0
\def\thesection{\Alph{section}}
\if@manuscript\renewcommand{\thefigure}{no}\fi
{\renewcommand{\thefigure}{no}}
}"""

OWN: dict[str, tuple[str, dict[str, str], str]] = {
    "a class by \\def": ("", {"own_dot_cls": CLASS}, "1 2 A-1 A-2 B-1"),
    "a class by \\newcommand": (
        "", {"own_dot_cls": r"\newcommand\appendix{\par\setcounter{section}{0}\gdef\thesection{\@Alph\c@section}"
                            r"\setcounter{figure}{0}\gdef\thefigure{\@Alph\c@section\@arabic\c@figure}}"}, "1 2 A1 A2 B3"),
    "a package": (r"\usepackage{mine}", {"mine_dot_sty": r"\renewcommand{\appendix}{\setcounter{figure}{0}" + FLOATS
                                         + r"\counterwithin*{figure}{section}}"}, "1 2 A-1 A-2 B-1"),
    "the preamble": (r"\renewcommand{\appendix}{\setcounter{section}{0}\setcounter{figure}{0}" + FLOATS + "}", {},
                     "1 2 A-1 A-2 B-3"),
    "the preamble, within": (r"\renewcommand\appendix{\setcounter{section}{0}\numberwithin{figure}{section}}", {},
                             "1 2 A.1 A.2 B.1"),
    "added to": (r"\makeatletter\g@addto@macro\appendix{\setcounter{figure}{0}" + FLOATS + r"}\makeatother", {},
                 "1 2 A-1 A-2 B-3"),
    "added to, twice": (r"\appto\appendix{\setcounter{figure}{0}}\apptocmd{\appendix}{" + FLOATS + "}{}{}", {},
                        "1 2 A-1 A-2 B-3"),
    "nothing of its own": (r"\renewcommand{\appendix}{\clearpage}", {}, "1 2 3 4 5"),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_appendices_of_the_papers_own(name: str) -> None:
    preamble, files, expected = OWN[name]
    assert numbers(BODY, preamble, "own", **files) == expected


ENVIRONMENT = r"""\AtBeginDocument{\let\oldappendices\appendices
\renewenvironment{appendices}{\setcounter{figure}{0}\setcounter{table}{0}
\begin{oldappendices}\gdef\thefigure{\@Alph\c@section\arabic{figure}}\gdef\thetable{\@Alph\c@section\arabic{table}}
%\gdef\thefigure{commented}
}{\end{oldappendices}}}"""


def test_an_environment_of_the_class() -> None:
    body = r"\section{S}" + F + T + r"\begin{appendices}\section{A}" + F + T + F + r"\end{appendices}"
    assert numbers(body, documentclass="own", own_dot_cls=ENVIRONMENT) == "1 1 A1 A1 A2"
    assert numbers(body) == "1 1 2 2 3"


def test_what_a_style_does_behind_the_bibliography() -> None:
    style = r"\AfterEndEnvironment{thebibliography}{\setcounter{figure}{0}\renewcommand{\thefigure}{A\arabic{figure}}}"
    body = F + r"\newcommand{\bib}{refs}\bibliography{\bib}" + F
    assert numbers(body, r"\usepackage{mine}", mine_dot_sty=style, main_dot_bbl="") == "1 A1"
    written = F + r"\begin{thebibliography}{9}\bibitem{a} A.\end{thebibliography}" + F
    assert numbers(written, r"\usepackage{mine}", mine_dot_sty=style) == "1 A1"
