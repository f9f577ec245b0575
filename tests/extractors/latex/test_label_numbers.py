"""What a reference to a label prints: what was numbered last where the label stands, as the class sets it."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(body: str, documentclass: str = "article", preamble: str = "", **files: str) -> Extraction:
    tex = f"\\documentclass{{{documentclass}}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    data = {name.replace("_dot_", "."): text.encode() for name, text in files.items()}
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x", "b.png": b"x", **data}))


SECTION = r"\section{S}\section{T}\subsection{U} "
PICTURE = r"\includegraphics{a}"
LAST = r"\begin{figure}\includegraphics{b}\caption{See \ref{k}.}\end{figure}"

# Each expectation is what TeX writes to its .aux file.
PRINTED: dict[str, tuple[str, str, str]] = {
    "behind the caption": ("article", r"\begin{figure}" + PICTURE + r"\caption{F.}\label{k}\end{figure}", "1"),
    "ahead of the caption": ("article", r"\begin{figure}\label{k}" + PICTURE + r"\caption{F.}\end{figure}", "2.1"),
    "behind the box with the caption": (
        "article", r"\begin{figure}\begin{minipage}{1em}" + PICTURE + r"\caption{F.}\end{minipage}\label{k}\end{figure}", "2.1"),
    "in the next row of a tabular": (
        "article", r"\begin{table}\begin{tabular}{c}\caption{T.}\\ \label{k}x\end{tabular}\end{table}", "2.1"),
    "in the row of the caption": (
        "article", r"\begin{table}\begin{tabular}{c}\caption{T.}\label{k}\\ x\end{tabular}\end{table}", "1"),
    "behind a tabular with rows": (
        "article", r"\begin{table}\caption{T.}\begin{tabular}{c}x\\ y\\ z\end{tabular}\label{k}\end{table}", "1"),
    "said twice, the last time": (
        "article", r"\begin{figure}" + PICTURE + r"\caption{F.}\label{k}\end{figure}\section{V}\label{k}", "3"),
    "statsoc's table is rows": (
        "statsoc", r"\begin{table}\caption{T.}\label{k}\begin{tabular}{c}x\end{tabular}\end{table}", "2.1"),
    "statsoc's label in the caption": (
        "statsoc", r"\begin{table}\caption{T.\label{k}}\begin{tabular}{c}x\end{tabular}\end{table}", "1"),
    "statsoc's figure": ("statsoc", r"\begin{figure}" + PICTURE + r"\caption{F.}\label{k}\end{figure}", "1"),
    "AGU keeps a label for the caption": (
        "AGUTeX", r"\begin{figure}\label{k}" + PICTURE + r"\caption{F.}\end{figure}", "1"),
    "AGU without a caption": ("agutex", r"\begin{figure}\label{k}" + PICTURE + r"\end{figure}", "2.1"),
    "IEEE Access counts tables in Arabic figures": (
        "ieeeaccess", r"\begin{table}\caption{T.}\label{k}\begin{tabular}{c}x\end{tabular}\end{table}", "1"),
    "IEEEtran does not": (
        "IEEEtran", r"\begin{table}\caption{T.}\label{k}\begin{tabular}{c}x\end{tabular}\end{table}", "I"),
    "a long table's label ahead of its caption": (
        "article", r"\begin{longtable}{c}\label{k}\caption{T.}\\ x\\ \end{longtable}", "1"),
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_a_reference_prints_what_tex_prints(name: str) -> None:
    documentclass, body, expected = PRINTED[name]
    found = read(SECTION + body + LAST, documentclass, r"\usepackage{longtable}")
    assert found.floats[-1].caption == f"See {expected}."


def test_a_counter_in_braces_is_printed() -> None:
    numbers = r"\def\thesection{\@arabic{\c@section}}\def\thesubsection{\thesection.\@arabic{\c@subsection}}"
    found = read(SECTION + r"\label{k}" + LAST, preamble=r"\makeatletter" + numbers + r"\makeatother ")
    assert found.floats[0].caption == "See 2.1."


ELIFE = r"""\newoutputstream{suppinfo}\newcounter{figsupp}\newcounter{data}
\AtBeginEnvironment{figure}{\setcounter{figsupp}{0}\setcounter{data}{0}
  \newcommand{\figsupp}[3][]{\refstepcounter{figsupp}\small #1\par\addtostream{suppinfo}{\protect #3 #2}}
  \newcommand{\figdata}[1]{\refstepcounter{data}\textbf{Figure~\thefigure--source data \arabic{data}.} #1}}"""
SUPPLEMENTED = (
    r"\begin{figure}\includegraphics{a}\caption{Whole.}\label{w}"
    r"\figsupp[Short.]{First, see \ref{s} and \ref{w}.\label{f}}{\includegraphics{b}}"
    r"\figsupp{Second.\label{s}}{\includegraphics{a}}\figdata{Numbers.\label{d}}\end{figure}"
    r"\begin{figure}\includegraphics{b}\caption{Next, see \ref{d}.}\figsupp{Third, see \ref{t}.\label{t}}"
    r"{\includegraphics{a}}\end{figure}"
)


@pytest.mark.parametrize("shipped", [{}, {"elife_dot_cls": ELIFE}], ids=["class not there", "class shipped"])
def test_elife_counts_figure_supplements_within_their_figure(shipped: dict[str, str]) -> None:
    found = read(SUPPLEMENTED, "elife", **shipped)
    assert {f.label: f.caption.partition(",")[0].rstrip(".") for f in found.floats} == {
        "Figure 1": "Whole",
        "Figure 1–Figure supplement 1": "First",
        "Figure 1–Figure supplement 2": "Second",
        "Figure 2": "Next",
        "Figure 2–Figure supplement 1": "Third",
    }
    by_label = {f.label: f for f in found.floats}
    assert by_label["Figure 1–Figure supplement 1"].caption == "First, see 2 and 1."
    assert by_label["Figure 2–Figure supplement 1"].caption == "Third, see 1."
    assert [g.path for g in by_label["Figure 1"].graphics] == ["a.png"]
    assert [g.path for g in by_label["Figure 1–Figure supplement 1"].graphics] == ["b.png"]
    assert by_label["Figure 2"].caption == "Next, see 1."
    assert len({f.pair_id for f in found.floats}) == 5
