"""How a picture is turned, mirrored, scaled and cut, by options or by boxes around it."""

import itertools

import pytest

from extractors.latex import extract
from schemas.floats import Graphic
from schemas.paper import Paper


def one(body: str, preamble: str = "") -> Graphic:
    return graphics(body, preamble)[0]


def graphics(body: str, preamble: str = "") -> tuple[Graphic, ...]:
    tex = (
        f"\\documentclass{{article}}{preamble}\\begin{{document}}\\begin{{figure}}{body}\\caption{{C.}}\\end{{figure}}"
        "\\end{document}"
    )
    (found,) = extract(
        Paper("arxiv:1", {"main.tex": tex.encode(), "a.pdf": b"x", "b.pdf": b"x", "c.pdf": b"x"})
    ).floats
    return found.graphics


A = r"\includegraphics{a}"
TURNS = {
    "rotatebox": (rf"\rotatebox{{270}}{{{A}}}", 270),
    "rotatebox with an origin": (rf"\rotatebox[origin=c]{{90}}{{{A}}}", 90),
    "clockwise by its units": (rf"\rotatebox[units=-360]{{90}}{{{A}}}", -90),
    "radians": (rf"\rotatebox[units=6.2831853]{{3.14159265}}{{{A}}}", 180),
    "around resizebox": (r"\rotatebox{-90}{\resizebox{6cm}{!}{\includegraphics{a}}}", -90),
    "in resizebox": (r"\resizebox{6cm}{!}{\rotatebox{-90}{\includegraphics{a}}}", -90),
    "on top of the option": (r"\rotatebox{45}{\includegraphics[angle=45,width=3cm]{a}}", 90),
    "turn": (rf"\begin{{turn}}{{30}}{A}\end{{turn}}", 30),
    "rotate": (rf"\begin{{rotate}}{{30}}{A}\end{{rotate}}", 30),
    "sideways": (rf"\begin{{sideways}}{A}\end{{sideways}}", 90),
    "turnbox": (rf"\turnbox{{-90}}{{{A}}}", -90),
    "rotateleft": (rf"\rotateleft{{{A}}}", 90),
    "adjustbox": (rf"\adjustbox{{width=3cm,angle=90}}{{{A}}}", 90),
    "adjustbox environment": (rf"\begin{{adjustbox}}{{rotate=90,center}}{A}\end{{adjustbox}}", 90),
    "adjincludegraphics": (r"\adjincludegraphics[rotate=90]{a}", 90),
    "adjustimage": (r"\adjustimage{angle=90}{a}", 90),
    "two angles": (r"\includegraphics[angle=60,width=3cm,angle=30]{a}", 90),
    "plotfiddle": (r"\plotfiddle{a.pdf}{3in}{-90}{50}{50}{0}{0}", -90),
    "special": (r"\special{psfile=a.pdf angle=90 hscale=50}", 90),
    "epsfig": (r"\epsfig{file=a.pdf,angle=270}", 270),
    "figure of AASTeX": (r"\rotatefig{90}{a.pdf}{0.3\textwidth}{(a)}", 90),
    "page of a PDF": (r"\includepdf[pages=2,angle=90]{a.pdf}", 90),
    "in a minipage": (rf"\begin{{minipage}}{{3cm}}\rotatebox{{90}}{{{A}}}\end{{minipage}}", 90),
    "by a macro": (rf"\newcommand{{\quarter}}[1]{{\rotatebox{{90}}{{#1}}}}\quarter{{{A}}}", 90),
    "beside it": (rf"\rotatebox{{90}}{{y axis}}{A}", 0),
}


@pytest.mark.parametrize(("body", "angle"), TURNS.values(), ids=TURNS)
def test_turned(body: str, angle: float) -> None:
    found = one(body)
    assert found.angle == pytest.approx(angle, abs=1e-3) and found.changes == ()


CHANGES = {
    "reflectbox": (rf"\reflectbox{{{A}}}", ("mirror",)),
    "scalebox across": (rf"\scalebox{{-1}}[1]{{{A}}}", ("mirror",)),
    "scalebox upwards": (rf"\scalebox{{1}}[-1]{{{A}}}", ("mirror", "turn 180")),
    "scalebox both ways": (rf"\scalebox{{0.5}}{{{A}}}", ()),
    "stretched by scalebox": (rf"\scalebox{{2}}[1]{{{A}}}", ("scale 2 1",)),
    "stretched by resizebox": (rf"\resizebox{{72bp}}{{144bp}}{{{A}}}", ("size 72 144",)),
    "resizebox": (rf"\resizebox{{6cm}}{{!}}{{{A}}}", ()),
    "resizebox by its own height": (rf"\resizebox*{{\width}}{{2\height}}{{{A}}}", ("scale 1 2",)),
    "resizebox of a line": (rf"\resizebox{{\linewidth}}{{4cm}}{{{A}}}", ()),
    "stretched by options": (r"\includegraphics[width=0.4\textwidth,height=.2\textwidth]{a}", ("shape 0.4 0.2",)),
    "kept proportions": (r"\includegraphics[width=72bp,height=72bp,keepaspectratio]{a}", ()),
    "mirrored and turned": (rf"\rotatebox{{90}}{{\reflectbox{{{A}}}}}", ("mirror", "turn 90")),
    "turned and mirrored": (r"\reflectbox{\includegraphics[angle=90]{a}}", ("mirror",)),
    "mirrored by adjustbox": (r"\adjincludegraphics[reflect]{a}", ("mirror",)),
    "mirrored by adjustbox's scale": (r"\adjustbox{scale={-1}{1}}{" + A + "}", ("mirror",)),
    "clipbox": (rf"\clipbox{{10 20 30 40}}{{{A}}}", ("cut 10 20 30 40",)),
    "clipbox of one length": (rf"\clipbox{{1in}}{{{A}}}", ("cut 72 72 72 72",)),
    "clipbox by corners": (rf"\clipbox*{{0 0 {{.5\width}} \height}}{{{A}}}", ("view 0 0 0.5w 1h",)),
    "clipbox of a width": (
        r"\clipbox{0 0 36bp 0}{\includegraphics[width=72bp]{a}}",
        ("size 72 !", "cut 0 0 36 0"),
    ),
    "clipbox of a line": (
        r"\clipbox{0 0 36bp 0}{\includegraphics[width=\linewidth]{a}}",
        ("unsized", "cut 0 0 36 0"),
    ),
    "clipbox environment": (rf"\begin{{clipbox}}{{5}}{A}\end{{clipbox}}", ("cut 5 5 5 5",)),
    "trimbox": (rf"\trimbox{{10 20 30 40}}{{{A}}}", ()),
    "adjustbox's trim and clip": (rf"\adjustbox{{trim=1 2 3 4,clip}}{{{A}}}", ("cut 1 2 3 4",)),
    "adjustbox's trim alone": (rf"\adjustbox{{trim=1 2 3 4}}{{{A}}}", ()),
    "adjustbox's Clip": (rf"\adjustbox{{Clip=1 2 3 4}}{{{A}}}", ("cut 1 2 3 4",)),
    "share of the width": (r"\adjincludegraphics[trim={{.5\width} 0 0 0},clip]{a}", ("cut 0.5w 0 0 0",)),
    "bounding box and star": (r"\includegraphics*[0,150][200,300]{a}", ("bounds 0 150 200 300",)),
    "bounding box by sides": (r"\epsfig{file=a.pdf,bbllx=0,bblly=150,bburx=200,bbury=300,clip=}", ("bounds 0 150 200 300",)),
    "bounding box without clip": (r"\includegraphics[0,150][200,300]{a}", ()),
}  # fmt: skip


@pytest.mark.parametrize(("body", "changes"), CHANGES.values(), ids=CHANGES)
def test_changed(body: str, changes: tuple[str, ...]) -> None:
    assert one(body).changes == changes


def test_a_star_clips() -> None:
    assert one(r"\includegraphics*[trim=1 2 3 4]{a}").trim == (1.0, 2.0, 3.0, 4.0)
    assert one(r"\includegraphics*[viewport=0 0 50 60]{a}").viewport == (0.0, 0.0, 50.0, 60.0)
    assert one(r"\includegraphics*[trim=1 2 3 4,clip=false]{a}").trim is None
    assert one(r"\includegraphics[viewport=0 0 50 60]{a}").viewport is None


def test_a_caption_in_the_box_turns_with_its_picture() -> None:
    tex = (
        r"\documentclass{article}\begin{document}\begin{figure}\rotatebox{90}{\begin{minipage}{5cm}"
        + A
        + r"\caption{C.}\end{minipage}}\end{figure}\begin{sidewaysfigure}"
        + A
        + r"\caption{D.}\end{sidewaysfigure}\end{document}"
    )
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.pdf": b"x"})).floats
    assert [f.graphics[0].angle for f in found] == [0.0, 0.0]


def test_several_pictures_in_one_box_turn_each() -> None:
    found = graphics(r"\rotatebox{90}{\includegraphics{a}\includegraphics{b}}\includegraphics{c}")
    assert {g.path: g.angle for g in found} == {"a.pdf": 90.0, "b.pdf": 90.0, "c.pdf": 0.0}
    assert [g.changes for g in graphics(r"\clipbox{5}{\includegraphics{a}\includegraphics{b}}")] == [(), ()]


def test_clockwise_rotating() -> None:
    turned = rf"\begin{{turn}}{{30}}{A}\end{{turn}}"
    assert one(turned, r"\usepackage[clockwise]{rotating}").angle == -30.0
    assert one(turned, r"\usepackage[counterclockwise]{rotating}").angle == 30.0


DEFAULTS = {
    "trim and clip": (r"\setkeys{Gin}{trim=1 2 3 4,clip}", {"trim": (1.0, 2.0, 3.0, 4.0)}),
    "page": (r"\setkeys{Gin}{page=3}", {"page": 3}),
    "sizes": (r"\setkeys{Gin}{width=72bp,height=36bp}", {"changes": ("size 72 36",)}),
    "an angle turns nothing": (r"\setkeys{Gin}{angle=90}", {"angle": 0.0}),
    "until the group ends": (r"{\setkeys{Gin}{trim=1 2 3 4,clip}}", {"trim": None}),
    "the last of several": (r"\setkeys{Gin}{page=2}\setkeys{Gin}{page=4,clip}", {"page": 4}),
    "of another family": (r"\setkeys{Grot}{page=2}", {"page": 1}),
}


@pytest.mark.parametrize(("said", "expected"), DEFAULTS.values(), ids=DEFAULTS)
def test_defaults_of_options(said: str, expected: dict[str, object]) -> None:
    found = one(said + A)
    assert {name: getattr(found, name) for name in expected} == expected


def test_an_option_rules_over_its_default() -> None:
    said = r"\setkeys{Gin}{page=3,trim=1 2 3 4,clip}"
    found = one(said + r"\includegraphics[page=2,trim=5 6 7 8]{a}")
    assert (found.page, found.trim) == (2, (5.0, 6.0, 7.0, 8.0))
    assert one(r"\adjustboxset{angle=90}\adjincludegraphics{a}").angle == 90.0
    assert one(r"\includepdfset{pages=4}\includepdf{a.pdf}").page == 4


def test_a_file_states_no_orientation_that_tex_would_follow() -> None:
    assert not one(A).exif


B, R = r"\includegraphics{b}", r"\includegraphics{c}"
GROUPS = {  # the files by rows, as they stand on the page
    "not turned": (rf"\raisebox{{1pt}}{{{A}{B}{R}}}", "abc"),
    "a row turned left": (rf"\rotatebox{{90}}{{{A}{B}{R}}}", "c/b/a"),
    "a row turned right": (rf"\rotatebox{{-90}}{{{A}{B}{R}}}", "a/b/c"),
    "a row turned round": (rf"\rotatebox{{180}}{{{A}{B}{R}}}", "cba"),
    "a row in sideways": (rf"\begin{{sideways}}{A}{B}{R}\end{{sideways}}", "c/b/a"),
    "a column turned left": (rf"\rotatebox{{90}}{{\parbox{{9cm}}{{{A}\\{B}\\{R}}}}}", "abc"),
    "a column turned right": (rf"\rotatebox{{270}}{{\parbox{{9cm}}{{{A}\\{B}\\{R}}}}}", "cba"),
    "a grid turned left": (rf"\rotatebox{{90}}{{\parbox{{9cm}}{{{A}{B}\\{R}}}}}", "b/ac"),
    "a mirrored row": (rf"\reflectbox{{{A}{B}{R}}}", "cba"),
    "turned twice": (rf"\rotatebox{{90}}{{\rotatebox{{90}}{{{A}{B}{R}}}}}", "cba"),
    "turned back": (rf"\rotatebox{{-90}}{{\rotatebox{{90}}{{{A}{B}{R}}}}}", "abc"),
    "turned askew": (rf"\rotatebox{{45}}{{{A}{B}{R}}}", "abc"),
    "with one below": (rf"\rotatebox{{90}}{{{A}{B}}}\\{R}", "b/a/c"),
    "with one above": (rf"{R}\\\rotatebox{{90}}{{{A}{B}}}", "c/b/a"),
}


@pytest.mark.parametrize(("body", "rows"), GROUPS.values(), ids=GROUPS)
def test_pictures_turned_together_stand_to_each_other_as_in_the_box(body: str, rows: str) -> None:
    found = graphics(body)
    by_row = itertools.groupby(found, key=lambda graphic: graphic.row)
    assert "/".join("".join(g.path.removesuffix(".pdf") for g in row) for _, row in by_row) == rows
