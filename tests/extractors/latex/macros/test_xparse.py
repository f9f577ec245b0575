r"""Every kind of argument of \NewDocumentCommand and \NewDocumentEnvironment, as the text of captions shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.latex import extract
from schemas.paper import Paper


def captions(body: str, preamble: str = "") -> list[str]:
    tex = f"\\documentclass{{article}}\\usepackage{{xparse}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return [f.caption for f in extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats]


def caption(text: str, preamble: str) -> str:
    return captions(f"\\begin{{figure}}\\includegraphics{{a}}\\caption{{{text}}}\\end{{figure}}", preamble)[0]


ARGUMENTS = {
    # what is defined, its uses, what TeX prints
    "m o": (r"{m o}{#1\IfValueT{#2}{+#2}}", r"\x{a} \x{b}[c]; \x{d} [e]", "a b+c; d+e"),
    "!o": (r"{m !o}{#1\IfValueT{#2}{+#2}}", r"\x{a}[b]; \x{a} [b]", "a+b; a [b]"),
    "O with another": (r"{O{q} m O{#2}}{#1,#2,#3}", r"\x{y}; \x[1]{2}[3]", "q,y,y; 1,2,3"),
    "o with brackets": (r"{o m}{(#1)#2}", r"\x[u[v]w]{z}", "(u[v]w)z"),
    "d and D": (r"{m d() D<>{4}}{#1/\IfValueTF{#2}{#2}{none}/#3}", r"\x{a}; \x{a}(b); \x{a}<c>; \x{a}(b(c))<d>",
                "a/none/4; a/b/4; a/none/c; a/b(c)/d"),
    "r and R": (r"{r() R[]{dd}}{#1:#2}", r"\x(a)[b]; \x(a)", "a:b; a:dd"),
    "s and t": (r"{s t+ m}{\IfBooleanTF{#1}{star}{plain}\IfBooleanT{#2}{ plus} #3}",
                r"\x{a}; \x*{b}; \x+{c}; \x*+{d}", "plain a; star b; plain plus c; star plus d"),
    "g": (r"{m g}{\IfNoValueTF{#2}{only #1}{#1 and #2}}", r"\x{a}; \x{a}{b}", "only a; a and b"),
    "G": (r"{m G{d}}{#1-#2}", r"\x{a}; \x{a}{b}", "a-d; a-b"),
    "e": (r"{m e{_^} m}{#4: \IfValueTF{#2}{low #2}{-}, \IfValueTF{#3}{high #3}{-}}",
          r"\x{a}_{1}^{2}{b}; \x{a}^2{b}; \x{a}^2_1{b}; \x{a}{b}",
          "b: low 1, high 2; b: -, high 2; b: low 1, high 2; b: -, -"),
    "E": (r"{E{_^}{{lo}{hi}}}{#1|#2}", r"\x_{1}; \x^{2}; \x{}", "1|hi; lo|2; lo|hi"),
    "u": (r"{u{;} m}{#2 #1}", r"\x abc;{d}", "d abc"),
    "l": (r"{l m}{#2 #1}", r"\x abc{d}", "d abc"),
    "v": (r"{v}{#1}", r"\x|a_b%c\d|; \x{e_f}", r"a_b%c\d; e_f"),
    "long and no space": (r"{+m !+o}{#1\IfValueT{#2}{+#2}}", r"\x{a}[b]", "a+b"),
    "split argument": (r"{>{\SplitArgument{1}{,}}m}{\xx#1}\NewDocumentCommand\xx{mm}{#1\IfValueT{#2}{ and #2}}",
                       r"\x{a,b}; \x{a}", "a and b; a"),
    "split list": (r"{>{\SplitList{;}}m}{\ProcessList{#1}{\xx}}\newcommand\xx[1]{<#1>}", r"\x{a;b;c}", "<a><b><c>"),
    "trimmed": (r"{>{\TrimSpaces}m}{<#1>}", r"\x{ a }", "<a>"),
    "reversed": (r"{>{\ReverseBoolean}s m}{\IfBooleanTF{#1}{no star}{star} #2}", r"\x{a}; \x*{b}", "no star a; star b"),
    "processor and default": (r"{O{\textit{d}} >{\TrimSpaces}m}{#1 #2}", r"\x{a}; \x[b]{c}", "d a; b c"),
    "blank": (r"{m}{\IfBlankTF{#1}{blank}{full}}", r"\x{ }; \x{a}", "blank; full"),
    "no value handed on": (r"{o}{\xx[#1]}\NewDocumentCommand\xx{o}{\IfNoValueTF{#1}{none}{some #1}}", r"\x{}; \x[a]",
                           "none; some a"),
    "no value printed": (r"{m o}{Text #1 (#2), end}", r"\x{a}", "Text a, end"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments(name: str) -> None:
    definition, uses, printed = ARGUMENTS[name]
    assert caption(uses, "\\NewDocumentCommand{\\x}" + definition) == printed


@pytest.mark.parametrize("kind", ["New", "Renew", "Provide", "Declare"])
@pytest.mark.parametrize("form", ["DocumentCommand", "ExpandableDocumentCommand"])
def test_ways_to_define(kind: str, form: str) -> None:
    before = r"\newcommand{\x}{old}" if kind == "Renew" else ""
    assert caption(r"\x<a>{b}", before + f"\\{kind}{form}\\x{{D<>{{d}} m}}{{#1 #2}}") == "a b"


def test_provided_command_keeps_what_there_is() -> None:
    assert caption(r"\x", r"\newcommand{\x}{old}\ProvideDocumentCommand\x{}{new}") == "old"


FIGURE = r"\begin{figure}\includegraphics{#1}"
ENVIRONMENTS = {
    "body": (r"{pic}{m O{Default} +b}{" + FIGURE + r"\caption{#2: #3}}{\end{figure}}",
             r"\begin{pic}{a} words \end{pic}\begin{pic}{a}[Given]more\end{pic}", ["Default: words", "Given: more"]),
    "nested body": (r"{pic}{b}{#1}{}", r"\begin{pic}\begin{pic}" + FIGURE.replace("#1", "a")
                    + r"\caption{In.}\end{figure}\end{pic}\end{pic}", ["In."]),
    "arguments at the end": (r"{pic}{m d()}{" + FIGURE + r"}{\caption{\IfValueTF{#2}{#2}{none} of #1}\end{figure}}",
                             r"\begin{pic}{a}(b)\end{pic}\begin{pic}{a}\end{pic}", ["b of a", "none of a"]),
    "body at the end": (r"{pic}{m b}{" + FIGURE + r"}{\caption{#2}\end{figure}}", r"\begin{pic}{a}late\end{pic}", ["late"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_environments(name: str) -> None:
    definition, body, expected = ENVIRONMENTS[name]
    assert captions(body, "\\NewDocumentEnvironment" + definition) == expected


KINDS = {
    "o": "[{}]", "d()": "({})", "D<>{dd}": "<{}>", "r||": "|{}|", "G{dd}": "{{{}}}", "E{^}{{dd}}": "^{{{}}}", "m": "{{{}}}",
}  # fmt: skip
WORDS = st.text("abc", min_size=1, max_size=4)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), WORDS), min_size=1, max_size=6))
def test_whatever_is_given_arrives(given_: list[tuple[str, str]]) -> None:
    """All arguments in any order of kinds: each prints what was written for it."""
    spec = " ".join(kind for kind, _ in given_)
    body = "".join(f"[#{i}]" for i in range(1, len(given_) + 1))
    use = "\\x" + "".join(KINDS[kind].format(word) for kind, word in given_)
    printed = caption(use, f"\\NewDocumentCommand\\x{{{spec}}}{{{body}}}")
    assert printed == "".join(f"[{word}]" for _, word in given_)
