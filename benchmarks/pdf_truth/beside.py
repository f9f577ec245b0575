r"""Invented papers whose captions stand beside their figures and tables, in every way that LaTeX has for it.

What a caption stands beside is marked with \beside{kind}{number}{caption}{body}: the truth's preamble has TeX
write where the body's box came to stand, so that nothing need be told from the page.
"""

import random
from dataclasses import dataclass, field

from benchmarks.pdf_truth.invented import drawing_files, float_of, passage, picture, prose, table

# Said in the paper itself: what TeX writes with the preamble of the truth, nothing without it.
_MARK = r"""\makeatletter\newbox\besidebox\long\def\beside#1#2#3#4{\leavevmode\setbox\besidebox\hbox{#4}%
\ifx\truth@at\@undefined\else\truth@at{G|#1|#2|\the\wd\besidebox|\the\ht\besidebox|\the\dp\besidebox|#3}\fi
\box\besidebox}\makeatother"""
_GEOMETRY = ("", r"\usepackage[margin=2.2cm]{geometry}", r"\usepackage[a4paper,margin=3cm]{geometry}")
_FONTS = ("", "", r"\usepackage{mathptmx}", r"\usepackage[T1]{fontenc}\usepackage{lmodern}")


@dataclass
class _Paper:
    """What is drawn at random for one paper, and how many floats of each kind it has so far."""

    draw: random.Random
    two: bool
    way: str
    numbers: dict[str, int] = field(default_factory=lambda: {"figure": 0, "table": 0})

    def next(self, kind: str) -> int:
        self.numbers[kind] += 1
        return self.numbers[kind]

    def marked(self, kind: str, caption: str, body: str) -> str:
        return rf"\beside{{{kind}}}{{{self.next(kind)}}}{{{caption}}}{{{body}}}"


_TABLES = ("booktabs", "grid", "bare", "plain")

# Ways of setting captions at the side, each with the class and the packages that it needs.
WAYS = {
    "sidecap": ("article", r"\usepackage[%s]{sidecap}"),
    "floatrow": ("article", r"\usepackage{floatrow}"),
    "minipage": ("article", r"\usepackage{caption}"),
    "koma": ("scrartcl", ""),
    "memoir": (
        "memoir",
        r"\setlrmarginsandblock{4.6cm}{4.6cm}{*}\checkandfixthelayout\setsidecaps{12pt}{3.6cm}",
    ),
    "tufte": ("tufte-handout", ""),
}
_SIDES = ("rightcaption", "leftcaption", "outercaption", "innercaption")
_MANY_COLUMNS = frozenset({"sidecap", "floatrow", "minipage"})


def beside(seed: int) -> dict[str, bytes]:
    """Return the files of an invented paper with captions at the side, the same for the same seed."""
    draw = random.Random(77_000 + seed)
    way = list(WAYS)[seed % len(WAYS)]
    two = way in _MANY_COLUMNS and draw.random() < 0.4
    paper = _Paper(draw, two, way)
    name, packages = WAYS[way]
    if "%s" in packages:
        packages = packages.replace("%s", draw.choice(_SIDES))
        packages += rf"\sidecaptionvpos{{figure}}{{{draw.choice('tcb')}}}"
    if name == "article":
        packages += draw.choice(_GEOMETRY) + draw.choice(_FONTS)
    parts = [passage(draw), passage(draw)]
    for _ in range(draw.randint(4, 7)):
        parts.append(_side_float(paper) if way == "tufte" or draw.random() < 0.65 else _usual_float(paper))
        parts += [passage(draw) for _ in range(draw.randint(1, 3))]
    options = ",".join(
        o
        for o in (
            draw.choice(["10pt", "11pt"]) if way != "tufte" else "",
            "twocolumn" if two else "",
            "article" if way == "memoir" else "",
        )
        if o
    )
    title = prose(seed, 6).rstrip(".")
    text = (
        rf"\documentclass[{options}]{{{name}}}\usepackage{{graphicx,tikz,booktabs}}\usetikzlibrary{{positioning}}"
        rf"{packages}{_MARK}\begin{{document}}\title{{{title}}}\author{{The laboratory}}\maketitle"
        + "\n".join(parts)
        + r"\end{document}"
    )
    return {"main.tex": text.encode(), **drawing_files(seed)}


def _usual_float(paper: _Paper) -> str:
    made = float_of(paper.draw, two=paper.two, free=False)
    for kind in paper.numbers:
        if rf"\begin{{{kind}" in made:
            paper.next(kind)
    return made


def _side_float(paper: _Paper) -> str:
    kind = paper.draw.choice(["figure", "figure", "figure", "table"])
    caption = prose(paper.draw.randint(0, 999), paper.draw.choice([3, 8, 16, 30, 45]))
    return _WRITERS[paper.way](paper, kind, caption)


def _body(paper: _Paper, kind: str, caption: str, width: str) -> str:
    """Return the marked body: a table, or a picture as wide as is said."""
    inner = table(paper.draw, wide=False, forms=_TABLES) if kind == "table" else _picture(paper.draw, width)
    return paper.marked(kind, caption, inner)


def _picture(draw: random.Random, width: str) -> str:
    if draw.random() < 0.7:
        return rf"\includegraphics[width={width}]{{{draw.choice(['vector', 'raster', 'photo'])}{draw.randint(1, 3)}}}"
    return rf"\resizebox{{{width}}}{{!}}{{{picture(draw, wide=False, forms=('plot', 'boxes'))}}}"


def _sidecap(paper: _Paper, kind: str, caption: str) -> str:
    draw = paper.draw
    star = "*" if paper.two and draw.random() < 0.7 else ""
    width = rf"{draw.choice([0.45, 0.55, 0.62])}\{'textwidth' if star else 'linewidth'}"
    body = _body(paper, kind, caption, width)
    share = draw.choice(["", "[0.6]", "[1]", "[1.5]", "[5]"])
    place = draw.choice(["[t]", "[tb]", "[htb]"]) if share else ""
    return (
        rf"\begin{{SC{kind}{star}}}{share}{place}\centering {body}\caption{{{caption}}}\end{{SC{kind}{star}}}"
    )


def _floatrow(paper: _Paper, kind: str, caption: str) -> str:
    draw = paper.draw
    star = "*" if paper.two and draw.random() < 0.7 else ""
    side = f"{draw.choice(['left', 'right'])},{draw.choice(['top', 'center', 'bottom'])}"
    body = _body(
        paper, kind, caption, rf"{draw.choice([0.4, 0.5, 0.6])}\{'textwidth' if star else 'columnwidth'}"
    )
    width = "textwidth" if star else "columnwidth"
    setup = (
        rf"\capbeside\thisfloatsetup{{capbesideposition={{{side}}},"
        rf"capbesidewidth={draw.choice([0.3, 0.36])}\{width}}}"
    )
    return (
        rf"\begin{{{kind}{star}}}[tb]\floatbox[{{{setup}}}]{{{kind}}}[\FBwidth]{{\caption{{{caption}}}}}{{{body}}}"
        rf"\end{{{kind}{star}}}"
    )


def _minipage(paper: _Paper, kind: str, caption: str) -> str:
    draw = paper.draw
    star = "*" if paper.two and draw.random() < 0.7 else ""
    share = draw.choice([0.45, 0.55, 0.62])
    place = draw.choice("tcb")
    top = r"\vspace{0pt}" if place == "t" else ""
    body = _body(paper, kind, caption, r"\linewidth")
    one = rf"\begin{{minipage}}[{place}]{{{share}\linewidth}}{top}\centering {body}\end{{minipage}}"
    two = rf"\begin{{minipage}}[{place}]{{{0.95 - share:.2f}\linewidth}}{top}\caption{{{caption}}}\end{{minipage}}"
    if kind == "table":  # as wide as it is
        one = body
        two = two.replace(f"{0.95 - share:.2f}", "0.35" if not paper.two or star else "0.3")
    pair = [one, two] if draw.random() < 0.6 else [two, one]
    gap = draw.choice([r"\hfill ", r"\quad "])
    return rf"\begin{{{kind}{star}}}[tb]\noindent {gap.join(pair)}\end{{{kind}{star}}}"


def _koma(paper: _Paper, kind: str, caption: str) -> str:
    draw = paper.draw
    body = _body(paper, kind, caption, rf"{draw.choice([0.4, 0.55])}\textwidth")
    place = rf"\KOMAoptions{{captions={draw.choice(['topbeside', 'centeredbeside', 'bottombeside'])}}}"
    return (
        rf"\begin{{{kind}}}[tb]{place}\begin{{captionbeside}}{{{caption}}}[{draw.choice('lrio')}][\linewidth]"
        rf"{body}\end{{captionbeside}}\end{{{kind}}}"
    )


def _memoir(paper: _Paper, kind: str, caption: str) -> str:
    body = _body(paper, kind, caption, rf"{paper.draw.choice([0.5, 0.7, 0.9])}\linewidth")
    side = paper.draw.choice(["left", "right"])
    return (
        rf"\begin{{{kind}}}[tb]\sidecapmargin{{{side}}}\begin{{sidecaption}}{{{caption}}}{body}\end{{sidecaption}}"
        rf"\end{{{kind}}}"
    )


def _tufte(paper: _Paper, kind: str, caption: str) -> str:
    body = _body(paper, kind, caption, rf"{paper.draw.choice([0.7, 0.9, 1.0])}\linewidth")
    return rf"\begin{{{kind}}}[tb]{body}\caption{{{caption}}}\end{{{kind}}}"


_WRITERS = {
    "sidecap": _sidecap,
    "floatrow": _floatrow,
    "minipage": _minipage,
    "koma": _koma,
    "memoir": _memoir,
    "tufte": _tufte,
}
