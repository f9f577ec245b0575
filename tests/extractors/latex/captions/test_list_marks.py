r"""Lists inside captions with their marks as printed, and references to items. Each expectation is LaTeX's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from schemas.paper import Paper


def captions(body: str, preamble: str = "") -> list[str]:
    tex = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return [f.caption for f in extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats]


def figure(text: str) -> str:
    return f"\\begin{{figure}}\\includegraphics{{a}}\\caption{{{text}}}\\end{{figure}}"


def caption(text: str, preamble: str = "") -> str:
    return captions(figure(text), preamble)[0]


def items(environment: str, *words: str, option: str = "") -> str:
    return (
        f"\\begin{{{environment}}}{option}"
        + "".join(f"\\item {w}" for w in words)
        + f"\\end{{{environment}}}"
    )


MARKS = {
    # environment, option, what two items print
    "enumerate": ("", "1. a 2. b"),
    "enumerate*": ("[label=(\\roman*)]", "(i) a (ii) b"),
    "itemize": ("", "• a • b"),
    "itemize*": ("[label=--]", "– a – b"),
    "description": ("", "a b"),
    "inparaenum": ("[(a)]", "(a) a (b) b"),
    "compactenum": ("[\\bfseries A)]", "A) a B) b"),
    "asparaenum": ("[{Case} 1:]", "Case 1: a Case 2: b"),
    "inparaitem": ("[+]", "+ a + b"),
    "inparablank": ("", "a b"),
    "compactitem": ("", "• a • b"),
    "inparadesc": ("", "a b"),
    "list": ("{(\\Alph{c})}{\\usecounter{c}\\setlength{\\leftmargin}{1em}}", "(A) a (B) b"),
    "trivlist": ("", "a b"),
}


@pytest.mark.parametrize("environment", MARKS)
def test_marks(environment: str) -> None:
    option, printed = MARKS[environment]
    assert caption("We show " + items(environment, "a", "b", option=option) + ".") == f"We show {printed}."


OPTIONS = {
    "label": ("[label=\\textbf{\\arabic*})]", "1) a 2) b"),
    "start": ("[start=3]", "3. a 4. b"),
    "short label with keys": ("[(i),noitemsep]", "(i) a (ii) b"),
    "keys that say no label": ("[nosep,leftmargin=*]", "1. a 2. b"),
    "joined": ("[label=(\\alph*),itemjoin={; },itemjoin*={; and }]", "(a) a; and (b) b"),
    "roman": ("[I.]", "I. a II. b"),
    "words in braces": ("[{Panel a} 1]", "Panel a 1 a Panel a 2 b"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options(name: str) -> None:
    option, printed = OPTIONS[name]
    assert caption(items("enumerate", "a", "b", option=option)) == printed


def test_own_labels_take_no_number() -> None:
    text = r"\begin{enumerate}\item a\item[(x)] b\item c\end{enumerate}"
    assert caption(text) == "1. a (x) b 2. c"
    assert (
        caption(r"\begin{description}\item[Blue] raw;\item[Red] filtered\end{description}")
        == "Blue raw; Red filtered"
    )
    assert (
        caption(
            r"\begin{description}\item[B] raw\end{description}",
            r"\renewcommand*{\descriptionlabel}[1]{\emph{#1}:}",
        )
        == "B: raw"
    )


def test_nested_lists_have_levels() -> None:
    inner = items("enumerate", "c", "d")
    assert caption(items("enumerate", "a" + inner, "b")) == "1. a (a) c (b) d 2. b"
    assert caption(items("itemize", "a" + items("itemize", "c"), "b")) == "• a – c • b"
    assert caption(items("enumerate", "a" + items("itemize", "c") + inner)) == "1. a • c (a) c (b) d"


DECLARED = {
    "enumitem": (r"\setlist[enumerate]{label=(\alph*)}", "(a) x"),
    "one level": (r"\setlist[enumerate,1]{label=\Roman*)}", "I) x"),
    "another level": (r"\setlist[enumerate,2]{label=\Roman*)}", "1. x"),
    "all lists": (r"\setlist{label=*}", "* x"),
    "added": (r"\setlist[enumerate]{label=\alph*}\setlist*[enumerate]{start=2}", "b x"),
    "replaced": (r"\setlist[enumerate]{start=5}\setlist[enumerate]{label=\alph*}", "a x"),
    "old names": (r"\setenumerate{label=\alph*}", "a x"),
    "paralist": (r"\setdefaultenum{(a)}{}{}{}", "(a) x"),
    "label of the class": (
        r"\renewcommand{\labelenumi}{[\theenumi]}\renewcommand{\theenumi}{\Roman{enumi}}",
        "[I] x",
    ),
    "the macro that it is": (r"\def\labelenumi{\roman{enumi}/}", "i/ x"),
}


@pytest.mark.parametrize("name", DECLARED)
def test_declared_labels(name: str) -> None:
    declaration, printed = DECLARED[name]
    assert caption(items("enumerate", "x"), declaration) == printed
    # Said in a group of the text, it holds from there to the group's end.
    body = figure(items("enumerate", "x"))
    assert captions(f"{body}{{{declaration}{body}}}{body}") == ["1. x", printed, "1. x"]


def test_own_kinds_of_lists() -> None:
    preamble = r"\newlist{steps}{enumerate*}{2}\setlist[steps]{label=S\arabic*:}"
    assert caption(items("steps", "a", "b"), preamble) == "S1: a S2: b"


REFERENCES = {
    "plain": ("", "", "2 2b"),
    "enumitem's label": ("[label=(\\alph*)]", "", "(b) (b)b"),
    "enumitem's ref": ("[label=(\\alph*),ref=\\alph*]", "", "b bb"),
    "a template's counter alone": ("[(a)]", "", "b bb"),
    "declared": ("", r"\setlist[enumerate,1]{label=\Roman*.}", "II. II.b"),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_references_to_items(name: str) -> None:
    option, preamble, printed = REFERENCES[name]
    inner = r"\begin{enumerate}\item c\item\label{d} d\end{enumerate}"
    body = f"\\begin{{enumerate}}{option}\\item a\\item\\label{{b}} b {inner}\\end{{enumerate}}"
    assert captions(body + figure(r"\ref{b} \ref{d}"), preamble) == [printed]


def test_set_counters_count() -> None:
    body = r"\begin{enumerate}\setcounter{enumi}{4}\item\label{a} x\end{enumerate}"
    assert captions(body + figure(r"\ref{a}")) == ["5"]


def test_panels_are_told_apart_by_marks() -> None:
    body = r"\begin{figure}\includegraphics{a}\includegraphics{b}\caption{We show " + items(
        "inparaenum", "the raw signal,", "the filtered one", option="[(a)]"
    ) + r".}\end{figure}"  # fmt: skip
    tex = f"\\documentclass{{article}}\\begin{{document}}{body}\\end{{document}}"
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x", "b.png": b"y"})).floats
    assert [(f.panel, f.caption) for f in found[1:]] == [("a", "the raw signal"), ("b", "the filtered one.")]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["enumerate", "itemize", "compactenum", "description"]), min_size=1, max_size=6)
)
def test_lists_leave_nothing_open(kinds: list[str]) -> None:
    """After any lists, nested in each other, an \\item of another list begins anew."""
    nested = ""
    for kind in kinds:
        nested = items(kind, nested or "x")
    assert caption(nested + items("enumerate", "last")).endswith("1. last")
