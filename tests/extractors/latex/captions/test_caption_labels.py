r"""The label ahead of a caption as the caption package, the class or the document formats it."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper


def figure(before: str = "", text: str = "F.") -> str:
    return f"\\begin{{figure}}{before}\\includegraphics{{a}}\\caption{{{text}}}\\end{{figure}}"


F = figure()
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{table}"


def labels(body: str, preamble: str = "", documentclass: str = "{article}") -> list[str | None]:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats
    return [f.label for f in sorted(found, key=lambda f: f.kind)]


FORMATS = {
    "simple": "Figure 1", "default": "Figure 1", "original": "Figure 1", "parens": "Figure (1)", "brace": "Figure 1)",
    "empty": None, "own": "[1/Figure] bis",
}  # fmt: skip
DECLARED = r"\usepackage{caption}\DeclareCaptionLabelFormat{own}{[#2/#1]~\textit{bis}}"


@pytest.mark.parametrize("form", FORMATS)
def test_label_formats(form: str) -> None:
    assert labels(F, DECLARED + f"\\captionsetup{{labelformat={form}}}") == [FORMATS[form]]
    assert labels(figure(f"\\captionsetup{{labelformat={form}}}"), DECLARED) == [FORMATS[form]]


PLACES = {
    "in the float": (figure(r"\captionsetup{labelformat=empty}") + F, "", [None, "Figure 2"]),
    "in a group": (r"{\captionsetup{labelformat=empty}" + F + "}" + F, "", [None, "Figure 2"]),
    "from there on": (F + r"\captionsetup{labelformat=empty}" + F, "", ["Figure 1", None]),
    "of one type": (F + T, r"\captionsetup[table]{labelformat=parens}", ["Figure 1", "Table (1)"]),
    "of a starred type": (F + T, r"\captionsetup[table*]{labelformat=parens}", ["Figure 1", "Table (1)"]),
    "the type over all": (F + T, r"\captionsetup[figure]{labelformat=parens}\captionsetup{labelformat=empty}",
                          ["Figure (1)", None]),
    "the float over its type": (figure(r"\captionsetup{labelformat=simple}") + F, r"\captionsetup[figure]{labelformat=parens}",
                                ["Figure 1", "Figure (2)"]),
    "cleared": (F, r"\captionsetup[figure]{labelformat=parens,name=Fig.}\clearcaptionsetup[labelformat]{figure}", ["Fig. 1"]),
    "name of a type": (F + T, r"\captionsetup[table]{name=Tab.}", ["Figure 1", "Tab. 1"]),
    "name in the float": (figure(r"\captionsetup{name=Plate}") + F, "", ["Plate 1", "Figure 2"]),
    "names of both": (F + T, r"\captionsetup{figurename=Fig.,tablename=Tab.}", ["Fig. 1", "Tab. 1"]),
    "of an environment": (r"\begin{longtable}{l}\caption{T}\\x\\\end{longtable}" + T, r"\captionsetup[longtable]{labelformat=parens}",
                          ["Table (1)", "Table 2"]),
    "of what goes on": (F + figure(r"\ContinuedFloat"), r"\captionsetup[ContinuedFloat]{labelformat=parens}",
                        ["Figure 1", "Figure (1)"]),
    "of a style": (F, r"\DeclareCaptionStyle{my}{labelformat=parens}\captionsetup{style=my}", ["Figure (1)"]),
    "subcaptions alone": (F, r"\captionsetup[sub]{labelformat=empty}", ["Figure 1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_where_it_holds(name: str) -> None:
    body, preamble, expected = PLACES[name]
    assert labels(body, r"\usepackage{caption}" + preamble) == expected


def test_code_that_names_macros() -> None:
    """What they mean is filled in, and anew where they mean something else."""
    preamble = r"\newcommand{\fn}{Fig.}\renewcommand{\figurename}{\fn}\newcommand{\pre}{}\renewcommand{\thefigure}{\pre\arabic{figure}}"
    assert labels(F + r"\renewcommand{\pre}{S}" + F, preamble) == ["Fig. 1", "Fig. S2"]
    assert labels(r"{\renewcommand{\pre}{S}" + F + "}" + F, preamble) == ["Fig. S1", "Fig. 2"]
    own = r"\makeatletter\renewcommand{\fnum@figure}{\lead\ \thefigure}\makeatother\newcommand{\lead}{Plate}"
    assert labels(F, r"\newcommand{\lead}{}" + own.replace("newcommand{\\lead", "renewcommand{\\lead")) == [
        "Plate 1"
    ]


def test_switches_of_a_class_are_not_followed() -> None:
    tex = f"\\documentclass{{own}}\\begin{{document}}{F}\\end{{document}}"
    style = r"\newif\ifsm\smtrue\ifsm\def\smpre{SM}\else\def\smpre{}\fi\renewcommand\thefigure{\smpre\arabic{figure}}"
    files = {"main.tex": tex.encode(), "own.cls": style.encode(), "a.png": b"x"}
    assert extract(Paper("arxiv:1", files)).floats[0].label == "Figure 1"


def test_options_of_the_package() -> None:
    assert labels(F, r"\usepackage[labelformat=parens,labelsep=period]{caption}") == ["Figure (1)"]


NAMED = {
    "the name": (r"\renewcommand{\figurename}{Fig.}", "Fig. 1"),
    "the label": (r"\makeatletter\renewcommand{\fnum@figure}{\textbf{Fig.~\thefigure{} (supp.)}}\makeatother", "Fig. 1 (supp.)"),
    "the label with the name": (r"\makeatletter\def\fnum@figure{\figurename\ S-\thefigure}\makeatother", "Figure S-1"),
    "the label by captype": (r"\makeatletter\def\fnum@figure{Plate \csname the\@captype\endcsname}\makeatother", "Plate 1"),
    "a separator": (r"\makeatletter\renewcommand{\fnum@figure}{Fig.~\thefigure. ---}\makeatother", "Fig. 1"),
    "KOMA-Script": (r"\renewcommand*{\figureformat}{Abb.~\thefigure\autodot}", "Abb. 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_names(name: str) -> None:
    declaration, label = NAMED[name]
    assert labels(F, declaration) == [label]
    assert labels(F + "{" + declaration + F + "}" + F) == ["Figure 1", label.replace("1", "2"), "Figure 3"]


NUMBERS = {
    "within sections": (r"\numberwithin{figure}{section}", r"\section{S}" + F + r"\section{S}" + F, ["Figure 1.1", "Figure 2.1"]),
    "counterwithin": (r"\counterwithin{figure}{section}", r"\section{S}" + F, ["Figure 1.1"]),
    "counterwithin, reset alone": (r"\counterwithin*{figure}{section}", r"\section{S}" + F + F + r"\section{S}" + F,
                                   ["Figure 1", "Figure 2", "Figure 1"]),
    "own format": (r"\renewcommand{\thefigure}{S-\Roman{figure}}", F, ["Figure S-I"]),
    "appendix": (r"\numberwithin{figure}{section}", r"\appendix\section{S}" + F, ["Figure A.1"]),
    "continued": ("", F + figure(r"\ContinuedFloat"), ["Figure 1", "Figure 1"]),
    "captionof": ("", r"\begin{minipage}{5cm}\includegraphics{a}\captionof{figure}{F.}\end{minipage}", ["Figure 1"]),
    "starred": ("", r"\begin{figure}\includegraphics{a}\caption*{F.}\end{figure}", [None]),
    "type": ("", r"\begin{minipage}{5cm}\captionsetup{type=table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{minipage}",
             ["Table 1"]),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    preamble, body, expected = NUMBERS[name]
    assert labels(body, r"\usepackage{caption}" + preamble) == expected


def test_panels_take_their_float_s_label() -> None:
    panels = r"\subfloat[One]{\includegraphics{a}}\subfloat[Two]{\includegraphics{a}}"
    body = figure(r"\captionsetup{labelformat=parens}" + panels)
    assert labels(body, r"\usepackage{subfig,caption}") == ["Figure (1)", "Figure (1)(a)", "Figure (1)(b)"]
    assert labels(figure(r"\captionsetup{labelformat=empty}" + panels), r"\usepackage{subfig,caption}") == [
        None,
        "(a)",
        "(b)",
    ]
