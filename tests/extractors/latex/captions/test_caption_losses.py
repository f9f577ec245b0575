r"""Commands whose text or number used to be lost from captions, or whose sizes stayed as words. As TeX prints them."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper

CAPTIONS = {
    # caption, preamble, what is printed
    r"Figure \thefigure\ goes on": ("", "Figure 1 goes on"),
    r"Panel \Roman{figure} of \arabic{figure}, step \arabic{step}": (r"\newcounter{step}\setcounter{step}{4}",
                                                                     "Panel I of 1, step 4"),
    r"As in \thesection.": (r"\newcommand\x{}", "As in 0."),
    r"Case \arabic{unknown}. One": ("", "Case. One"),
    r"The \nth{1}, \nth{12} and \nth{23}": (r"\usepackage{nth}", "The 1st, 12th and 23rd"),
    r"At 5\,\micron, 90\degr, \textupsilon\ and \textalpha": ("", "At 5 µm, 90°, υ and α"),
    r"All\parnote{A note.} of it": (r"\usepackage{parnotes}", "All of it"),
    r"$x$ \lower4pt\hbox{$\sim$} 3 \raise 2pt\hbox{up}": ("", "x ∼ 3 up"),
    r"\vrule width 0pt height \ht\strutbox depth 2.5pt KEY \hrule height 1pt end": ("", "KEY end"),
    r"The \glsfirst{gp} and \gls{gp}": (r"\newacronym{gp}{GP}{Gaussian process}", "The Gaussian process (GP) and GP"),
}  # fmt: skip


@pytest.mark.parametrize("text", CAPTIONS)
def test_captions(text: str) -> None:
    preamble, printed = CAPTIONS[text]
    body = f"\\begin{{figure}}\\includegraphics{{a}}\\caption{{{text}}}\\end{{figure}}"
    tex = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    assert extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats[0].caption == printed


def test_panels_print_their_counters() -> None:
    body = (
        r"\begin{figure}\begin{subfigure}{5cm}\includegraphics{a}\caption{Part of \thefigure.}\end{subfigure}"
    )
    tex = f"\\documentclass{{article}}\\begin{{document}}{body}\\caption{{All.}}\\end{{figure}}\\end{{document}}"
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats
    assert [f.caption for f in found] == ["All.", "Part of 0."]
