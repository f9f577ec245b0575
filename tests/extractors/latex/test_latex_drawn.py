"""Figures drawn in TeX: rejects by default, PDF files where the user asks and an engine is installed."""

from pathlib import Path

import pymupdf
import pytest

from extractors.latex import LatexParameters, RenderLimits, engine_identity, extract, render_drawing
from extractors.latex.floats.drawn import drawn_part, installed_engine, kept_preamble, picture_document
from schemas.floats import Drawing
from schemas.paper import Paper
from schemas.reject import RecordError

PICTURE = r"\begin{tikzpicture}\draw[mine] (0,0) rectangle (4,2);\node at (2,1) {\name};\end{tikzpicture}"
PREAMBLE = r"""\documentclass{ajournal}
\usepackage[final]{conference,amsmath}\usepackage[dvipsnames]{xcolor}\usepackage{tikz}
\author{\footnote{x}}
\newcommand*{\name}[1][Box]{#1}  % \newcommand{\no}{}
\def\pair#1#2{(#1,#2)}\tikzset{mine/.style={draw=deep}}\definecolor{deep}{rgb}{0,0,1}\setlength{\parindent}{0pt}
\tikzstyle{old}=[draw]\let\aa=\bb
"""
ON = LatexParameters(render_drawings=True)
LIMITS = RenderLimits(timeout_s=100)
needs_engine = pytest.mark.skipif(
    installed_engine() is None, reason="no TeX engine is installed (pdflatex, xelatex or tectonic)"
)


def paper(*bodies: str) -> Paper:
    floats = "".join(
        f"\\begin{{figure}}[t]\\centering {b}\\caption{{C{i}.}}\\end{{figure}}\n"
        for i, b in enumerate(bodies)
    )
    tex = PREAMBLE + "\\begin{document}\n" + floats + "\\end{document}\n"
    return Paper("arxiv:1", {"sub/main.tex": tex.encode(), "sub/data/d.dat": b"1 2\n2 3\n"})


def test_the_preamble_keeps_definitions_and_drawing_packages() -> None:
    packages, definitions = kept_preamble(PREAMBLE, lambda package: package in {"tikz", "amsmath", "xcolor"})
    assert packages == [r"\usepackage{amsmath}", r"\usepackage[dvipsnames]{xcolor}", r"\usepackage{tikz}"]
    assert definitions == [
        r"\newcommand*{\name}[1][Box]{#1}",
        r"\def\pair#1#2{(#1,#2)}",
        r"\tikzset{mine/.style={draw=deep}}",
        r"\definecolor{deep}{rgb}{0,0,1}",
        r"\setlength{\parindent}{0pt}",
        r"\tikzstyle{old}=[draw]",
        r"\let\aa=\bb",
    ]


def test_the_drawn_part_of_a_float_lacks_caption_and_label() -> None:
    source = r"\begin{wrapfigure}{r}{3cm}\centering X\caption[s]{Long {x}}\label{k} Y\end{wrapfigure}"
    assert drawn_part(source) == "X Y"
    assert "ajournal" not in picture_document(PREAMBLE, "X", lambda _: False)


def test_drawings_are_rejects_by_default() -> None:
    found = extract(paper(PICTURE))
    assert [(r.reason, r.caption) for r in found.rejects] == [("drawn_in_tex", "C0.")]
    assert PICTURE[:40] in (found.rejects[0].snippet or "")


def test_without_an_engine_the_failure_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = extract(paper(PICTURE), parameters=ON)
    with pytest.raises(RecordError, match="no TeX engine is installed") as caught:
        render_drawing(found.drawings[0], {})
    assert caught.value.reason == "drawn_in_tex" and engine_identity() is None


def test_a_drawing_that_comes_out_of_a_macro_cannot_be_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.latex.floats.drawn.installed_engine", lambda: "pdflatex")
    source = r"\begin{tikzpicture}\end{tikzpicture}"
    drawing = Drawing(paper_key="arxiv:1", path="p.pdf", preamble=PREAMBLE, source=source, folder="")
    with pytest.raises(RecordError, match="out of a macro"):
        render_drawing(drawing, {})


def test_drawings_are_handed_on_on_demand() -> None:
    found = extract(paper(PICTURE), parameters=ON)
    assert not found.rejects
    assert [(f.caption, f.graphics[0].path) for f in found.floats] == [("C0.", "drawn-in-tex/figure-1.pdf")]
    (drawing,) = found.drawings
    assert (drawing.paper_key, drawing.path, drawing.folder) == (
        "arxiv:1",
        "drawn-in-tex/figure-1.pdf",
        "sub/",
    )
    assert PICTURE in drawing.source and drawing.preamble == PREAMBLE


@needs_engine
def test_drawings_become_pictures() -> None:
    plot = r"\begin{tikzpicture}\draw plot file {data/d.dat};\end{tikzpicture}"
    whole = paper(PICTURE, plot, r"\begin{tikzpicture}\nosuchcommand\end{tikzpicture}")
    first, second, third = extract(whole, parameters=ON).drawings
    made = render_drawing(first, whole.files, LIMITS)
    page = pymupdf.open(stream=made)[0]
    assert page.get_text().strip() == "Box"
    assert (round(page.rect.width), round(page.rect.height)) == (118, 61)  # 4 by 2 cm and the border
    assert render_drawing(first, whole.files, LIMITS) == made
    assert len(pymupdf.open(stream=render_drawing(second, whole.files, LIMITS))) == 1
    with pytest.raises(RecordError, match="could not be rendered") as caught:
        render_drawing(third, whole.files, LIMITS)
    assert caught.value.reason == "drawn_in_tex"


@needs_engine
def test_hostile_drawings_reach_nothing_outside(tmp_path: Path) -> None:
    secret, made = tmp_path / "secret.tex", tmp_path / "made"
    secret.write_text("SECRET")
    body = rf"\begin{{tikzpicture}}\immediate\write18{{touch {made}}}\node {{\input{{{secret}}}}};\end{{tikzpicture}}"
    whole = paper(body)
    with pytest.raises(RecordError, match="drawn_in_tex"):
        render_drawing(extract(whole, parameters=ON).drawings[0], whole.files, LIMITS)
    assert not made.exists()


@needs_engine
def test_an_endless_drawing_ends_at_its_limit() -> None:
    whole = paper(r"\begin{tikzpicture}\loop\iftrue\repeat\end{tikzpicture}")
    with pytest.raises(RecordError, match="timeout"):
        render_drawing(extract(whole, parameters=ON).drawings[0], whole.files, RenderLimits(timeout_s=3))


@pytest.mark.parametrize(
    "drawing",
    [
        r"\begin{tikzpicture}\draw (0,0) circle (1);\end{tikzpicture}",
        r"\tikz \draw (0,0) -- (1,1);",
        r"\begin{tikzpicture}\begin{axis}\addplot {x};\end{axis}\end{tikzpicture}",
        r"\begin{pspicture}(0,0)(2,2)\psline(0,0)(2,2)\end{pspicture}",
        r"\begin{picture}(10,10)\put(0,0){\line(1,1){10}}\end{picture}",
        r"\xymatrix{A \ar[r] & B}",
        r"\begin{xy}(0,0)*{A};(10,0)*{B}\end{xy}",
    ],
)
def test_whatever_tex_draws_with_is_told_from_a_missing_graphic(drawing: str) -> None:
    (reject,) = extract(paper(drawing)).rejects
    assert (reject.reason, reject.caption) == ("drawn_in_tex", "C0.")
    assert drawing[:20] in (reject.snippet or "")
