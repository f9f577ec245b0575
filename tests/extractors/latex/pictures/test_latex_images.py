"""Which file a graphics command means, and which part of it is shown."""

import pytest

from extractors.latex import extract
from schemas.floats import Graphic
from schemas.paper import Paper
from schemas.reject import Reject


def read(body: str, files: str, preamble: str = "", main: str = "main.tex") -> tuple[Graphic, ...] | Reject:
    """Return the graphics of the one figure, or its reject."""
    tex = (
        f"\\documentclass{{article}}{preamble}\\begin{{document}}\\begin{{figure}}{body}\\caption{{C.}}\\end{{figure}}"
        "\\end{document}"
    )
    found = extract(Paper("arxiv:1", {main: tex.encode(), **dict.fromkeys(files.split("|"), b"x")}))
    return found.floats[0].graphics if found.floats else found.rejects[0]


def paths(body: str, files: str, preamble: str = "", main: str = "main.tex") -> list[str]:
    found = read(body, files, preamble, main)
    return [f"missing: {found.detail}"] if isinstance(found, Reject) else [g.path for g in found]


NAMES = [
    (r"\includegraphics{fig}", "fig.pdf|fig.png|fig.eps", "fig.pdf"),
    (r"\includegraphics{fig}", "fig.png|fig.jpg", "fig.png"),
    (r"\includegraphics{fig}", "fig.eps|fig.jpeg", "fig.jpeg"),
    (r"\includegraphics{fig}", "fig.ps", "fig.ps"),
    (r"\includegraphics{fig.eps}", "fig.pdf", "fig.pdf"),
    (r"\includegraphics{fig.pdf}", "fig.eps", "fig.eps"),
    (r"\includegraphics{fig.eps}", "fig.eps|fig.pdf", "fig.eps"),
    (r"\includegraphics*[width=3cm]{fig}", "fig.png", "fig.png"),
    (r"\includegraphics{v1.2}", "v1.2.png", "v1.2.png"),
    (r"\includegraphics{{v1.2}.png}", "v1.2.png", "v1.2.png"),
    (r"\includegraphics{Fig.PNG}", "fig.png", "fig.png"),
    (r"\includegraphics{./sub/fig}", "sub/fig.png", "sub/fig.png"),
    (r"\includegraphics{sub//fig.png}", "sub/fig.png", "sub/fig.png"),
    (r"\includegraphics{my fig.png}", "my fig.png", "my fig.png"),
    (r'\includegraphics{"my fig".png}', "my fig.png", "my fig.png"),
    (r"\includegraphics{my\_fig}", "my_fig.png", "my_fig.png"),
    (r"\includegraphics{fig}", "old/fig.png", "old/fig.png"),
    (r"\includegraphics{gone.png}", "fig.png", "missing: gone.png"),
    (r"\epsfig{file=fig.eps,width=3in}", "fig.eps", "fig.eps"),
    (r"\psfig{figure=fig.ps,angle=-90}", "fig.ps", "fig.ps"),
    (r"\epsfbox{fig.eps}", "fig.eps", "fig.eps"),
    (r"\epsfbox[0 0 10 20]{fig.eps}", "fig.eps", "fig.eps"),
    (r"\plotone{fig.eps}", "fig.eps", "fig.eps"),
    (r"\plottwo{fig.eps}{two.eps}", "fig.eps|two.eps", "fig.eps two.eps"),
    (r"\includesvg[width=3cm]{fig}", "fig.svg", "fig.svg"),
    (r"\includepdf[pages=2]{fig.pdf}", "fig.pdf", "fig.pdf"),
    (r"\begin{overpic}[width=3cm]{fig}\put(1,2){A}\end{overpic}", "fig.png", "fig.png"),
    (r"\resizebox{3cm}{!}{\rotatebox{90}{\includegraphics{fig}}}", "fig.png", "fig.png"),
    (r"\special{psfile=fig.ps hscale=50}", "fig.ps", "fig.ps"),
    (r"\includegraphics{\jobname-fig}", "main-fig.png", "main-fig.png"),
    (r"\fbox{\centerline{\includegraphics{fig}}}", "fig.png", "fig.png"),
]


@pytest.mark.parametrize(("body", "files", "expected"), NAMES, ids=[f"{b} in {f}" for b, f, _ in NAMES])
def test_file_found(body: str, files: str, expected: str) -> None:
    assert paths(body, files) == (
        expected.split(" ") if expected.count(".") == 2 and "two" in expected else [expected]
    )


def test_graphicspath() -> None:
    preamble = r"\graphicspath{{one/}{two/}}"
    assert paths(r"\includegraphics{fig}", "two/fig.png", preamble) == ["two/fig.png"]
    assert paths(r"\includegraphics{fig}", "two/fig.png|one/fig.jpg", preamble) == ["two/fig.png"]
    assert paths(r"\includegraphics{fig}", "figs/fig.png", r"\newcommand{\d}{figs}\graphicspath{{\d/}}") == [
        "figs/fig.png"
    ]


def test_declared_order_of_suffixes() -> None:
    assert paths(r"\includegraphics{fig}", "fig.eps|fig.pdf", r"\DeclareGraphicsExtensions{.eps,.pdf}") == [
        "fig.eps"
    ]


def test_main_file_in_a_folder() -> None:
    assert paths(r"\includegraphics{fig}", "src/fig.png", main="src/main.tex") == ["src/fig.png"]
    assert paths(r"\includegraphics{../figs/fig}", "figs/fig.png", main="src/main.tex") == ["figs/fig.png"]


OPTIONS = [
    ("page=3", {"page": 3}),
    ("trim=1 2 3 4,clip", {"trim": (1.0, 2.0, 3.0, 4.0)}),
    ("trim={1cm 0 0 1in},clip=true", {"trim": (28.346, 0.0, 0.0, 72.0)}),
    ("trim=1 2 3 4", {"trim": None}),
    ("trim=0 0 0 0,clip", {"trim": None}),
    ("viewport=0 0 100pt 50,clip", {"viewport": (0.0, 0.0, 99.626, 50.0)}),
    ("angle=-90,scale=0.5", {"angle": -90.0}),
    ("width=3cm,height={2cm}", {"angle": 0.0, "page": 1}),
]


@pytest.mark.parametrize(("options", "expected"), OPTIONS, ids=[o for o, _ in OPTIONS])
def test_options(options: str, expected: dict[str, object]) -> None:
    found = read(f"\\includegraphics[{options}]{{fig}}", "fig.pdf")
    assert isinstance(found, tuple)
    assert {name: getattr(found[0], name) for name in expected} == expected


def test_inkscape_text_over_a_pdf_shows_the_pdf_once() -> None:
    overlay = (
        r"\begin{picture}(1,1)\put(0,0){\includegraphics[page=1]{fig.pdf}}\put(0,0){x}"
        r"\put(0,0){\includegraphics[page=2]{fig.pdf}}\end{picture}"
    )
    assert paths(overlay, "fig.pdf") == ["fig.pdf"]
