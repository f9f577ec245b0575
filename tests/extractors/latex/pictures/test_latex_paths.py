r"""Where a picture is looked for: what \graphicspath and its kin say holds from there on and within its group."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(body: str, files: str = "", preamble: str = "", **more: str) -> Extraction:
    tex = f"\\documentclass{{report}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    sources = {name.replace("__", "/") + ".tex": text.encode() for name, text in more.items()}
    return extract(
        Paper("arxiv:1", {"main.tex": tex.encode(), **dict.fromkeys(files.split("|"), b"x"), **sources})
    )


def figure(name: str, command: str = "includegraphics") -> str:
    return f"\\begin{{figure}}\\{command}{{{name}}}\\caption{{Of {name}.}}\\end{{figure}}"


def shown(found: Extraction) -> list[str]:
    """Return the files of all floats in order; a reject stands as what it lacks."""
    names = {f.pair_id: " ".join(g.path for g in f.graphics) for f in found.floats}
    names |= {r.pair_id or "": f"no {r.detail}" for r in found.rejects}
    return [names[key] for key in sorted(names)]


TWO = "a/x.png|b/x.png"
SCOPES = {
    "from there on": (
        r"\graphicspath{{a/}}" + figure("x") + r"\graphicspath{{b/}}" + figure("x"),
        ["a/x.png", "b/x.png"],
    ),
    "group": (
        r"\graphicspath{{a/}}{\graphicspath{{b/}}" + figure("x") + "}" + figure("x"),
        ["b/x.png", "a/x.png"],
    ),
    "begingroup": (
        r"\graphicspath{{a/}}\begingroup\graphicspath{{b/}}" + figure("x") + r"\endgroup " + figure("x"),
        ["b/x.png", "a/x.png"],
    ),
    "environment": (
        r"\graphicspath{{a/}}\begin{quote}\graphicspath{{b/}}" + figure("x") + r"\end{quote}" + figure("x"),
        ["b/x.png", "a/x.png"],
    ),
    "inside the float": (
        r"\graphicspath{{a/}}\begin{figure}\graphicspath{{b/}}\includegraphics{x}\caption{C.}\end{figure}"
        + figure("x"),
        ["b/x.png", "a/x.png"],
    ),
    "by a macro": (
        r"\newcommand{\folder}[1]{\graphicspath{{#1/}}}\folder{a}"
        + figure("x")
        + r"\folder{b}"
        + figure("x"),
        ["a/x.png", "b/x.png"],
    ),
    "in a file that is read": (r"\graphicspath{{a/}}\input{one}" + figure("x"), ["b/x.png", "b/x.png"]),
    "suffixes": (
        r"{\DeclareGraphicsExtensions{.jpg,.png}" + figure("c/y") + "}" + figure("c/y"),
        ["c/y.jpg", "c/y.png"],
    ),
    "suffixes put first": (
        r"{\PrependGraphicsExtensions{.jpg}" + figure("c/y") + "}" + figure("c/y"),
        ["c/y.jpg", "c/y.png"],
    ),
    "path of drawings": (
        r"\svgpath{{a/}}" + figure("z", "includesvg") + r"{\svgpath{{b/}}" + figure("z", "includesvg") + "}",
        ["a/z.svg", "b/z.svg"],
    ),
}


@pytest.mark.parametrize(("body", "expected"), SCOPES.values(), ids=SCOPES)
def test_what_holds_where(body: str, expected: list[str]) -> None:
    files = TWO + "|c/y.png|c/y.jpg|a/z.svg|b/z.svg"
    assert shown(read(body, files, one=r"\graphicspath{{b/}}" + figure("x"))) == expected


def test_chapters_with_folders_of_their_own() -> None:
    found = read(
        r"\include{ch1}\include{ch2}",
        "ch1/figs/setup.png|ch1/figs/only1.png|ch2/figs/setup.png",
        ch1=r"\chapter{First}\graphicspath{{ch1/figs/}}" + figure("setup") + figure("only1"),
        ch2=r"\chapter{Second}\graphicspath{{ch2/figs/}}" + figure("setup"),
    )
    assert shown(found) == ["ch1/figs/setup.png", "ch1/figs/only1.png", "ch2/figs/setup.png"]
    assert [f.label for f in found.floats] == ["Figure 1.1", "Figure 1.2", "Figure 2.1"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=8))
def test_any_order_of_folders_and_groups(steps: list[tuple[str, bool]]) -> None:
    body, expected, now = "", [], "c"
    for folder, grouped in steps:
        said = f"\\graphicspath{{{{{folder}/}}}}" + figure("x")
        body += ("{" + said + "}" if grouped else said) + figure("x")
        now = now if grouped else folder
        expected += [f"{folder}/x.png", f"{now}/x.png"]
    found = read(r"\graphicspath{{c/}}" + body, "a/x.png|b/x.png|c/x.png")
    assert [f.graphics[0].path for f in found.floats] == expected


NAMES = {
    "suffix before folder, as LaTeX looks": ("x", "a/x.jpg|b/x.png", r"\graphicspath{{a/}{b/}}", "b/x.png"),
    "here before the folders": ("x", "x.png|a/x.png", r"\graphicspath{{a/}}", "x.png"),
    "prefix instead of a folder": ("x", "run1-x.png|x.pdf.txt", r"\graphicspath{{run1-}}", "run1-x.png"),
    "case as written first": ("Fig", "fig.pdf|Fig.png", "", "Fig.png"),
    "converted EPS": ("curve.eps", "curve-eps-converted-to.pdf", "", "curve-eps-converted-to.pdf"),
    "converted EPS before a namesake": ("c.eps", "c-eps-converted-to.pdf|c.png", "", "c-eps-converted-to.pdf"),
    "converted EPS without a suffix": ("c", "c-eps-converted-to.pdf", "", "c-eps-converted-to.pdf"),
    "converted TIFF": ("c.tif", "c-tif-converted-to.png", "", "c-tif-converted-to.png"),
    "converted EPS in a folder of the path": (
        "c.eps",
        "f/c-eps-converted-to.pdf",
        r"\graphicspath{{f/}}",
        "f/c-eps-converted-to.pdf",
    ),
    "converted into a folder": (
        "c.eps",
        "build/c-eps-converted-to.pdf",
        r"\epstopdfsetup{outdir=./build/}",
        "build/c-eps-converted-to.pdf",
    ),
    "converted into the package's folder": (
        "c.eps",
        "build/c-eps-converted-to.pdf",
        r"\usepackage[outdir=build]{epstopdf}",
        "build/c-eps-converted-to.pdf",
    ),
    "named as converted, EPS here": ("c-eps-converted-to.pdf", "c.eps", "", "c.eps"),
    "dvips prefers EPS": ("c", "c.pdf|c.eps", r"\usepackage[dvips]{graphicx}", "c.eps"),
    "dvips among the class's options": ("c", "c.pdf|c.eps", r"\documentclass[12pt,dvips]{article}", "c.eps"),
    "pdfTeX prefers PDF": ("c", "c.pdf|c.eps", r"\usepackage{graphicx}", "c.pdf"),
    "EPS named, both here": ("c.eps", "c.pdf|c.eps", "", "c.eps"),
    "detokenize": (r"\detokenize{a_b}", "a_b.png", "", "a_b.png"),
    "jobname": (r"\jobname/x", "main/x.png", "", "main/x.png"),
    "macro with an argument": (r"\plot{3}", "run-3.png", r"\newcommand{\plot}[1]{run-#1}", "run-3.png"),
    "csname": (r"\csname where\endcsname/x", "here/x.png", r"\def\where{here}", "here/x.png"),
    "subfix": (r"\subfix{figs/x}", "figs/x.png", "", "figs/x.png"),
    "counter": (r"fig\thefigure", "fig0.png", r"\renewcommand{\thefigure}{\arabic{figure}}", "fig0.png"),
    "counter in a style": (r"fig\arabic{page}\roman{run}", "fig0iv.png", r"\newcounter{run}\setcounter{run}{4}", "fig0iv.png"),
    "two digits": (r"fig\two@digits{\value{run}}", "fig04.png", r"\newcounter{run}\setcounter{run}{4}", "fig04.png"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "files", "preamble", "expected"), NAMES.values(), ids=NAMES)
def test_which_file_a_name_means(name: str, files: str, preamble: str, expected: str) -> None:
    assert shown(read(figure(name), files, preamble)) == [expected]


def test_svg_exports() -> None:
    found = read(figure("flow", "includesvg"), "svg-inkscape/flow_svg-tex.pdf")
    assert shown(found) == ["svg-inkscape/flow_svg-tex.pdf"]


def test_folder_of_the_file_that_is_read() -> None:
    found = read(
        r"\input{fig/teaser/item}\input{fig/posing/item}\graphicspath{{fig/}}" + figure(r"\currfiledir y"),
        "fig/teaser/item.pdf|fig/posing/shot.png|fig/y.png",
        r"\usepackage{currfile}",
        fig__teaser__item=figure(r"\currfiledir\currfilebase"),
        fig__posing__item=figure(r"\currfiledir shot"),
    )
    assert shown(found) == ["fig/teaser/item.pdf", "fig/posing/shot.png", "fig/y.png"]


def test_inputs_named_through_the_file_that_is_read() -> None:
    found = read(
        r"\input{part/one}",
        "part/x.png",
        part__one=r"\input{\currfiledir two}",
        part__two=r"\graphicspath{{\currfiledir}}" + figure("x"),
    )
    assert shown(found) == ["part/x.png"]
