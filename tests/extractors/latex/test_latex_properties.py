"""Whatever the bytes, the extractor answers or refuses (`benchmarks.growth` measures how long it takes)."""

import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

SLOW = examples(60, suppress_health_check=[HealthCheck.too_slow])
TOKENS = [
    r"\begin{figure}", r"\end{figure}", r"\begin{table}", r"\end{table}", r"\begin{tabular}{l|c*{2}{r}}", r"\end{tabular}",
    r"\caption{A $x_i^2$ b}", r"\caption", r"\includegraphics[trim=1 2 3 4,clip]{a}", r"\includegraphics", r"\subfloat[p]{",
    r"\begin{subfigure}{.5\textwidth}", r"\end{subfigure}", "{", "}", "[", "]", "$", "&", r"\\", "%", "\n\n", r"\def\x#1{#1\y}",
    r"\newcommand{\y}[2][d]{#1#2}", r"\x", r"\y{a}", r"\iffalse", r"\iftrue", r"\ifx\a\b", r"\else", r"\fi", r"\label{k}",
    r"\ref{k}", r"\cite{c}", r"\input{main}", r"\input{b}", r"\let\a\b", r"\multirow{2}{*}{m}", r"\multicolumn{2}{c}{w}",
    r"\begin{longtable}{ll}", r"\end{longtable}", r"\expandafter", r"\csname x\endcsname", r"\captionof{table}{t}", "^", "_",
    r"\newenvironment{e}[1]{\begin{figure}}{\end{figure}}", r"\begin{e}", r"\end{e}", r"\verb|", r"\frac", r"\sqrt[", r"\SI{1e}{\m",
    r"\end{document}", r"\begin{align}", r"\end{align}", r"\section{s}", r"\foreach \i in {1,...,3}{\i}", r"\number", r"\numexpr1+",
    r"\begin{verbatim}", r"\usepackage{b}", r"\'", r'\"{', r"\stackrel", r"\over", "text ", "é", "\x00", r"\left(", r"\ensuremath{",
]  # fmt: skip


def answer(files: dict[str, bytes]) -> Extraction | RecordError:
    """Return what extract gives or the RecordError it raises; any other exception fails the test."""
    try:
        found: Extraction | RecordError = extract(Paper("arxiv:1", files))
    except RecordError as error:
        found = error
    if isinstance(found, Extraction):
        names = [f.pair_id for f in found.floats] + [str(r.pair_id) for r in found.rejects]
        assert len(names) == len(set(names))
        assert all(f.caption and (f.graphics or f.table_html) for f in found.floats)
    return found


@SLOW
@given(st.lists(st.sampled_from(TOKENS), max_size=60))
def test_any_order_of_commands(tokens: list[str]) -> None:
    body = "".join(tokens)
    tex = "\\documentclass{article}\\begin{document}" + body + "\\end{document}"
    answer(
        {
            "main.tex": tex.encode(),
            "b.tex": body[: len(body) // 2].encode(),
            "b.sty": body.encode(),
            "a.png": b"x",
        }
    )


@SLOW
@given(st.binary(max_size=400), st.binary(max_size=200))
def test_arbitrary_bytes(first: bytes, second: bytes) -> None:
    answer({"main.tex": first, "other.tex": second})
    answer(
        {
            "main.tex": b"\\documentclass{article}\\begin{document}" + first,
            "other.bbl": second,
            "00README.json": second,
        }
    )


WHOLE = (
    r"\documentclass{article}\usepackage{graphicx}\newcommand{\fig}[2][x]{\includegraphics[width=#1]{#2}}\begin{document}"
    r"\section{S}\label{s}See \ref{k}.\begin{figure}\subfloat[A]{\fig{a}}\subfloat[B]{\fig{a}}\caption{C $\frac{a}{b}$ \cite{x}}"
    r"\label{k}\end{figure}\begin{table}\caption{T}\begin{tabular}{|l|c|}\hline a&\multicolumn{1}{c}{b}\\ \hline"
    r"\multirow{2}{*}{1}&2\\&3\end{tabular}\end{table}\begin{thebibliography}{9}\bibitem[A(2001)]{x}\end{thebibliography}\end{document}"
)


@SLOW
@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), st.sampled_from(["", *TOKENS])), max_size=6
    )
)
def test_damaged_papers(edits: list[tuple[int, int, str]]) -> None:
    tex = WHOLE
    for at, cut, text in edits:
        tex = tex[:at] + text + tex[at + cut :]
    answer({"main.tex": tex.encode(), "a.png": b"x"})


DEEP = {
    "braces": "{" * 50_000,
    "closing braces": "}" * 50_000,
    "environments": r"\begin{minipage}{3cm}" * 20_000,
    "figures": r"\begin{figure}" * 5_000,
    "conditionals": r"\iftrue" * 50_000,
    "open conditionals": r"\iffalse" * 50_000,
    "dollars": "$" * 50_001,
    "scripts in a caption": r"\begin{figure}\caption{$" + "x^{" * 9_000,
    "brackets": r"\caption[" * 5_000,
    "optional arguments": r"\newcommand{\x}[1][a]{b}" + r"\x[" * 5_000,
    "macro arguments": r"\newcommand{\x}[1]{#1}" + r"\x{" * 3_000,
    "definitions": r"\def\x{" * 5_000,
    "subfloats": r"\begin{figure}" + r"\subfloat[a]{" * 3_000,
    "expandafter": r"\expandafter" * 20_000,
    "tabulars": r"\begin{table}\caption{t}" + r"\begin{tabular}{l}" * 3_000,
    "references": r"\ref{" * 20_000,
    "verbatim": r"\begin{verbatim}" * 5_000,
    "titles": r"\title{" * 5_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_unclosed_nesting(name: str) -> None:
    answer({"main.tex": ("\\documentclass{article}\\begin{document}" + DEEP[name]).encode()})
