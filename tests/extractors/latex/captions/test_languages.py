r"""What floats are called where the document changes its language, and the language of each. As babel prints it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper

F = r"\begin{figure}\includegraphics{a}\caption{F.}\end{figure}"
T = r"\begin{table}\begin{tabular}{l}x\end{tabular}\caption{T.}\end{table}"


def read(body: str, preamble: str = "", documentclass: str = "{article}") -> Extraction:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"}))


def labels(body: str, preamble: str = "", documentclass: str = "{article}") -> str:
    found = read(body, preamble, documentclass).floats
    return "; ".join(f"{f.label} {f.language}" for f in sorted(found, key=lambda f: f.kind))


BABEL = r"\usepackage[ngerman,english]{babel}"
POLYGLOSSIA = r"\usepackage{polyglossia}\setdefaultlanguage{english}\setotherlanguages{german,french}"
SWITCHES = {
    "from there on": (BABEL, F + r"\selectlanguage{ngerman}" + F + T, "Figure 1 en; Abbildung 2 de; Tabelle 1 de"),
    "an environment": (BABEL, r"\begin{otherlanguage}{ngerman}" + F + r"\end{otherlanguage}" + F, "Abbildung 1 de; Figure 2 en"),
    "a group": (BABEL, r"{\selectlanguage{ngerman}" + F + "}" + F, "Abbildung 1 de; Figure 2 en"),
    "a group of words": (BABEL, r"\begingroup\selectlanguage{ngerman}" + F + r"\endgroup " + F, "Abbildung 1 de; Figure 2 en"),
    "an environment around": (BABEL, r"\begin{center}\selectlanguage{ngerman}" + F + r"\end{center}" + F,
                              "Abbildung 1 de; Figure 2 en"),
    "a macro in a group": (BABEL + r"\newcommand\de{\selectlanguage{ngerman}}", r"{\de " + F + "}" + F,
                           "Abbildung 1 de; Figure 2 en"),
    "inside a float": (BABEL, r"\begin{figure}\selectlanguage{ngerman}\includegraphics{a}\caption{F.}\end{figure}" + F,
                       "Abbildung 1 de; Figure 2 en"),
    "words alone": (BABEL, r"\begin{otherlanguage*}{ngerman}" + F + r"\end{otherlanguage*}" + F, "Figure 1 de; Figure 2 en"),
    "a name in a macro": (BABEL + r"\newcommand\lang{ngerman}", r"\selectlanguage{\lang}" + F, "Abbildung 1 de"),
    "polyglossia": (POLYGLOSSIA, F + r"\begin{german}" + F + r"\end{german}" + F, "Figure 1 en; Abbildung 2 de; Figure 3 en"),
    "polyglossia's command": (POLYGLOSSIA, r"\selectlanguage{french}" + F + T, "Figure 1 fr; Table 1 fr"),
    "polyglossia's variant": (r"\usepackage{polyglossia}\setmainlanguage[variant=brazilian]{portuguese}", F, "Figura 1 pt-BR"),
    "a tag": (BABEL + r"\babeltags{de=ngerman}", r"\begin{de}" + F + r"\end{de}" + F, "Abbildung 1 de; Figure 2 en"),
    "translator": (r"\usepackage{translator}\uselanguage{German}", F, "Abbildung 1 de"),
}  # fmt: skip


@pytest.mark.parametrize("name", SWITCHES)
def test_switches(name: str) -> None:
    preamble, body, expected = SWITCHES[name]
    assert labels(body, preamble) == expected


MAIN = {
    "last option": (r"\usepackage[english,french,ngerman]{babel}", "{article}", "Abbildung 1 de; Tabelle 1 de"),
    "main option": (r"\usepackage[main=dutch,english]{babel}", "{article}", "Figuur 1 nl; Tabel 1 nl"),
    "class option": (r"\usepackage{babel}", "[polish]{article}", "Rysunek 1 pl; Tabela 1 pl"),
    "provided": (r"\usepackage[english]{babel}\babelprovide[main,import]{italian}", "{article}", "Figura 1 it; Tabella 1 it"),
    "Spanish": (r"\usepackage[spanish]{babel}", "{article}", "Figura 1 es; Cuadro 1 es"),
    "Spanish with tables": (r"\usepackage[spanish,es-tabla]{babel}", "{article}", "Figura 1 es; Tabla 1 es"),
    "number first": (r"\usepackage[magyar]{babel}", "{article}", "1. ábra hu; 1. táblázat hu"),
    "old package": (r"\usepackage{ngerman}", "{article}", "Abbildung 1 de; Tabelle 1 de"),
    "ctex": ("", "{ctexart}", "图 1 zh; 表 1 zh"),
    "ctex's package": (r"\usepackage{ctex}", "{article}", "图 1 zh; 表 1 zh"),
    "ctex in plain": (r"\usepackage[scheme=plain]{ctex}", "{article}", "Figure 1 None; Table 1 None"),
    "ctex's own names": (r"\usepackage{ctex}\ctexset{figurename=插图,tablename=表格}", "{article}", "插图 1 zh; 表格 1 zh"),
    "kotex": (r"\usepackage[hangul]{kotex}", "{article}", "그림 1 ko; 표 1 ko"),
    "over the class": (r"\usepackage[english]{babel}", "{IEEEtran}", "Figure 1 en; Table I en"),
    "Springer's class": (r"\usepackage[english]{babel}", "{llncs}", "Fig. 1 en; Table 1 en"),
    "Springer's class in German": (r"\usepackage[ngerman]{babel}", "{llncs}", "Abb. 1 de; Tabelle 1 de"),
    "Astronomy's class": (r"\usepackage[english]{babel}", "{aa}", "Fig. 1 en; Table 1 en"),
    "none": ("", "{IEEEtran}", "Fig. 1 None; TABLE I None"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAIN)
def test_main_language(name: str) -> None:
    preamble, documentclass, expected = MAIN[name]
    assert labels(F + T, preamble, documentclass) == expected


RENAMED = {
    "added": (r"\addto\captionsngerman{\renewcommand{\figurename}{Abb.}}", "Abb. 1"),
    "added by csname": (r"\expandafter\addto\csname captionsngerman\endcsname{\def\figurename{Abb.}}", "Abb. 1"),
    "added by etoolbox": (r"\gappto\captionsngerman{\def\figurename{Abb.}}", "Abb. 1"),
    "defined": (r"\renewcommand{\captionsngerman}{\def\figurename{Abb.}}", "Abb. 1"),
    "to extras": (r"\addto\extrasngerman{\def\figurename{Abb.}}", "Abb. 1"),
    "babel's key": (r"\setlocalecaption{ngerman}{figure}{Abb.}", "Abb. 1"),
    "KOMA-Script": (r"\renewcaptionname{ngerman,english}{\figurename}{Abb.}", "Abb. 1"),
    "another language's": (r"\addto\captionsenglish{\renewcommand{\figurename}{Fig.}}", "Abbildung 1"),
    "too early": (r"\renewcommand{\figurename}{Abb.}", "Abbildung 1"),
    "at the beginning": (r"\AtBeginDocument{\renewcommand{\figurename}{Abb.}}", "Abb. 1"),
    "the caption package": (r"\usepackage[figurename=Abb.]{caption}", "Abb. 1"),
    "the caption package's name": (r"\usepackage{caption}\captionsetup[figure]{name=Abb.}", "Abb. 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", RENAMED)
def test_renamed(name: str) -> None:
    declaration, label = RENAMED[name]
    assert labels(F, r"\usepackage[english,ngerman]{babel}" + declaration) == label + " de"


def test_names_come_back_with_their_language() -> None:
    preamble = (
        BABEL
        + r"\addto\captionsngerman{\renewcommand{\figurename}{Abb.}}\addto\captionsenglish{\def\figurename{Fig.}}"
    )
    body = F + r"\selectlanguage{ngerman}" + F + r"\selectlanguage{english}" + F
    assert labels(body, preamble) == "Fig. 1 en; Abb. 2 de; Fig. 3 en"


def test_names_and_references_in_text_are_of_their_place() -> None:
    body = F.replace("F.}", r"F.\label{f}}") + "\n\nSee \\figurename~\\ref{f} and \\autoref{f}.\n\n" + (
        r"\selectlanguage{ngerman}Siehe \figurename~\ref{f} und \autoref{f}.")  # fmt: skip
    assert read(body, BABEL + r"\usepackage{hyperref}").floats[0].mentions == (
        "See Figure 1 and Figure 1.", "Siehe Abbildung 1 und Abbildung 1."
    )  # fmt: skip


def test_words_of_hyperref_are_the_paper_s_own() -> None:
    caption = r"\begin{figure}\includegraphics{a}\caption{See \autoref{f}, \autoref{s}.\label{f}}\end{figure}"
    preamble = r"\renewcommand{\figureautorefname}{Fig.}\def\Snospace~{\S{}}\renewcommand*\sectionautorefname{\Snospace}"
    assert read(r"\section{S}\label{s}" + caption, preamble).floats[0].caption == "See Fig. 1, §1."
    preamble = r"\def\sectionautorefname~#1\null{Section (#1)\null}"
    assert read(r"\section{S}\label{s}" + caption, preamble).floats[0].caption == "See Figure 1, Section (1)."


def test_shorthands_are_the_language_s_of_the_caption() -> None:
    quoted = (
        r"\begin{figure}\includegraphics{a}\caption{Der \glqq Wert\grqq{} im Gr" + '"u' + r"nen.}\end{figure}"
    )
    assert read(r"\selectlanguage{ngerman}" + quoted, BABEL).floats[0].caption == "Der „Wert“ im Grünen."
    foreign = quoted.replace("Der", r"In \foreignlanguage{ngerman}{Gr" + '"u' + r"n}, der")
    assert read(foreign, BABEL).floats[0].caption.startswith("In Grün, der")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([("ngerman", "Abbildung"), ("english", "Figure"), ("italian", "Figura")]), max_size=6
    )
)
def test_nested_languages_end_with_their_groups(nest: list[tuple[str, str]]) -> None:
    """However languages are nested, each float is called as the innermost one calls it."""
    body, expected = "", []
    for language, name in nest:
        body += "{\\selectlanguage{" + language + "}" + F
        expected.append(name)
    for _, name in reversed([("english", "Figure"), *nest][: len(nest)]):
        body += "}" + F
        expected.append(name)
    found = read(body, r"\usepackage[ngerman,italian,english]{babel}").floats
    assert [(f.label or "").split()[0] for f in found] == expected
