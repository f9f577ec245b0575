r"""References by ranges: the paragraph mentions the floats in between, too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from extractors.latex.text.numbering import roman
from extractors.latex.text.ranges import between
from schemas.paper import Paper

F = r"\begin{figure}\includegraphics{a}\caption{F.}\label{%s}\end{figure}"
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\label{%s}\end{table}"


def mentioned(text: str, preamble: str = "", floats: str = "") -> str:
    """Return the numbers of the floats whose mentions hold a text, figures first."""
    floats = floats or "".join(F % f"f{i}" for i in range(1, 6)) + "".join(T % f"t{i}" for i in range(1, 4))
    tex = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{floats}\n\nSee {text} here.\n\\end{{document}}"
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats
    return " ".join(f"{f.kind[0]}{f.number}" for f in sorted(found, key=lambda f: f.kind) if f.mentions)


RANGES = {
    r"Figs.~\ref{f1}--\ref{f4}": "f1 f2 f3 f4",
    r"Figs.~\ref{f1}-\ref{f3}": "f1 f2 f3",
    r"Figures \ref{f2} to~\ref{f4}": "f2 f3 f4",
    r"Figures \ref{f2} through \ref{f4}": "f2 f3 f4",
    r"Figs.~\ref{f1}–\ref{f3}": "f1 f2 f3",
    r"Figs.~\ref{f1}(a)--\ref{f3}(b)": "f1 f2 f3",
    r"Figs.~\ref{f1}$-$\ref{f3}": "f1 f2 f3",
    r"\autoref{f1}--\autoref{f3}": "f1 f2 f3",
    r"\cref{f1}--\ref{f3}": "f1 f2 f3",
    r"\crefrange{f2}{f5}": "f2 f3 f4 f5",
    r"\Crefrange{t1}{t3}": "t1 t2 t3",
    r"\vrefrange{f2}{f4}": "f2 f3 f4",
    r"\labelcrefrange{f2}{f4}": "f2 f3 f4",
    r"\zcref[range]{f1,f3}": "f1 f2 f3",
    r"\cref{f1,f3,t1}": "f1 f3 t1",
    r"Figs.~\ref{f1}, \ref{f3} and \ref{f5}": "f1 f3 f5",
    r"Tables~\ref{t1}--\ref{t3}": "t1 t2 t3",
    r"\ref{f1}--\ref{t3}": "f1 t3",
    r"\ref{f4}--\ref{f2}": "f2 f4",
    r"Fig.~\ref{f1} and to some extent \ref{f3}": "f1 f3",
}


@pytest.mark.parametrize("text", RANGES)
def test_ranges(text: str) -> None:
    assert mentioned(text) == RANGES[text]


def test_numbers_of_any_format() -> None:
    assert (
        mentioned(r"\ref{f1}--\ref{f4}", r"\renewcommand{\thefigure}{S\arabic{figure}}") == "fS1 fS2 fS3 fS4"
    )
    assert mentioned(r"\ref{f1}--\ref{f4}", r"\renewcommand{\thefigure}{\Roman{figure}}") == "fI fII fIII fIV"
    assert mentioned(r"\ref{f1}--\ref{f3}", r"\numberwithin{figure}{section}") == "f0.1 f0.2 f0.3"


def test_panels_in_between() -> None:
    panels = "".join(rf"\subfloat[P{x}.\label{{p{x}}}]{{\includegraphics{{a}}}}" for x in "abcd")
    floats = rf"\begin{{figure}}{panels}\caption{{F.}}\label{{f}}\end{{figure}}"
    assert mentioned(r"Figs.~\ref{pa}--\ref{pc}", r"\usepackage{subfig}", floats) == "f1 f1a f1b f1c"


def test_what_is_printed_of_a_range() -> None:
    caption = r"\begin{figure}\includegraphics{a}\caption{As \crefrange{f1}{f3}.}\end{figure}"
    tex = "\\documentclass{article}\\usepackage{cleveref}\\begin{document}" + "".join(
        F % f"f{i}" for i in range(1, 4)
    )
    found = extract(
        Paper("arxiv:1", {"main.tex": (tex + caption + "\\end{document}").encode(), "a.png": b"x"})
    ).floats
    assert found[-1].caption == "As figs. 1 to 3."


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(0, 25), st.sampled_from(["{}", "S{}", "A.{}", "2.{}", "roman"]))
def test_between_is_all_that_lies_between(first: int, more: int, form: str) -> None:
    def printed(number: int) -> str:
        return roman(number).upper() if form == "roman" else form.format(number)

    if form != "roman" or first + more < 90:
        assert between(printed(first), printed(first + more)) == [
            printed(n) for n in range(first + 1, first + more)
        ]
