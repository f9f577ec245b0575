"""What a LaTeX paper says around its floats: the abstract, and the sections in which mentions stand."""

import pytest

from extractors.latex import extract, plain_text
from schemas.paper import Paper

FIGURE = r"\begin{figure}\includegraphics{a}\caption{F.}\label{f}\end{figure}"
SAID = "We count the sheep of seven hills in two summers."


def paper(body: str, *, preamble: str = "", documentclass: str = "article") -> Paper:
    tex = f"\\documentclass{{{documentclass}}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})


ABSTRACTS = {
    "environment": (rf"\begin{{abstract}} {SAID} \end{{abstract}}", SAID),
    "with formulae and paragraphs": (
        '\\begin{abstract}At $10^3$\\,m the \\emph{sheep} graze all day long.\n\nThey \\"uber it.\\end{abstract}',
        "At 10³ m the sheep graze all day long.\nThey über it.",
    ),
    "with its own word before": (
        rf"\begin{{abstract}}\noindent\textbf{{Abstract.}} {SAID}\end{{abstract}}",
        SAID,
    ),
    "that begins with the word": (
        r"\begin{abstract}Abstract interpretation of programs is what we do.\end{abstract}",
        "Abstract interpretation of programs is what we do.",
    ),
    "that ends with the word": (
        r"\begin{abstract}Of what is concrete and what is not: the abstract.\end{abstract}",
        "Of what is concrete and what is not: the abstract.",
    ),
    "with key words in it": (rf"\begin{{abstract}}{SAID} \keywords{{a, b}}\end{{abstract}}", SAID),
    "with key words in bold": (
        f"\\begin{{abstract}}{SAID}\n\n\\textbf{{Key words:}} a, b\\end{{abstract}}",
        SAID,
    ),
    "with a figure in it": (rf"\begin{{abstract}}{SAID}{FIGURE}\end{{abstract}}", SAID),
    "command": (rf"\abstract{{{SAID}}}{{Not this.}}", SAID),
    "under a heading": (rf"\section*{{Abstract}} {SAID} \section{{Introduction}} Words.", SAID),
    "summary at the end": (rf"\section{{Introduction}} Words. \section{{Summary}} {SAID}", None),
    "of a template": (r"\begin{abstract}Text\end{abstract}", None),
    "none": ("Words.", None),
}


@pytest.mark.parametrize(("body", "expected"), ABSTRACTS.values(), ids=ABSTRACTS.keys())
def test_abstracts(body: str, expected: str | None) -> None:
    header = extract(paper(body)).header
    assert (header.abstract, header.abstract_source) == (expected, "latex" if expected else None)


def test_the_five_parts_of_astronomys_abstracts() -> None:
    body = r"\abstract{Sheep are counted.}{To know how many.}{We looked.} {} {There are seven of them.}\maketitle{}"
    header = extract(paper(body, documentclass="aa")).header
    assert header.abstract == "Sheep are counted.\nTo know how many.\nWe looked.\nThere are seven of them."


def test_an_abstract_is_bounded() -> None:
    header = extract(paper(rf"\begin{{abstract}}{'word ' * 5000}\end{{abstract}}")).header
    assert 9_990 < len(header.abstract or "") <= 10_000 and (header.abstract or "").endswith("word…")


def test_mentions_carry_the_titles_of_their_sections() -> None:
    body = (
        r"\begin{abstract}In Figure~\ref{f} we see what the sheep do.\end{abstract}"
        r"Before all: see Fig.~\ref{f}."
        r"\section{Methods $\beta$}\subsection[short]{Of \emph{counting}} \par As \ref{f} shows.\par"
        r"\section*{Results} Then \ref{f}. " + FIGURE + r"\subsubsection{Deep} Also \ref{f}."
        r"\appendix\section{More} At last \ref{f}."
    )  # fmt: skip
    (found,) = extract(paper(body)).floats
    assert dict(zip(found.mentions, found.mention_sections, strict=True)) == {
        "In Figure 1 we see what the sheep do.": "Abstract",
        "Before all: see Fig. 1.": "",
        "As 1 shows.": "Methods β › Of counting",
        "Then 1.": "Results",
        "Also 1.": "Results › Deep",
        "At last 1.": "More",
    }


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"Sch\"{o}n at $\alpha<10^{3}$.", "Schön at α < 10³."),
        ("It costs $5 and more", "It costs $5 and more"),
        ("First & foremost 5% of it\nSecond", "First & foremost 5% of it\nSecond"),
    ],
)
def test_text_of_catalogues(tex: str, expected: str) -> None:
    assert plain_text(tex) == expected
