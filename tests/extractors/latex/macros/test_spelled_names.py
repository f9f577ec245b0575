r"""Macros made and used by name, copied, patched or fixed: their text stays in captions, as TeX prints it."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper


def caption(text: str, preamble: str = "") -> str:
    body = f"\\begin{{figure}}\\includegraphics{{a}}\\caption{{{text}}}\\end{{figure}}"
    tex = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"})).floats[0].caption


def internal(tex: str) -> str:
    return f"\\makeatletter{tex}\\makeatother"


TERM = r"\newcommand{\term}[2]{\expandafter\def\csname #1\endcsname{#2\xspace}}\term{gp}{GP}\term{nn}{NN}"
CASES = {
    # preamble, caption, what is printed
    "csname in a macro": (TERM, r"A \gp fit, \nn, \gp.", "A GP fit, NN, GP."),
    "newcommand by csname": (r"\newcommand\mk[2]{\expandafter\newcommand\csname t#1\endcsname[1]{##1 #2}}\mk{a}{mm}", r"\ta{3}",
                             "3 mm"),
    "csname in braces": (r"\expandafter\newcommand\expandafter{\csname ab\endcsname}{text}", r"\ab", "text"),
    "a name of a macro": (r"\def\n{gp}\expandafter\def\csname\n\endcsname{GP}", r"\gp", "GP"),
    "copied by csname": (r"\def\a{A}\expandafter\let\csname b\expandafter\endcsname\csname a\endcsname\def\a{new}", r"\b", "A"),
    "csname in a caption": (r"\def\gp{GP}", r"A \csname gp\endcsname.", "A GP."),
    "a name with signs": (internal(r"\@namedef{a:1}{one}\newcommand\x{\@nameuse{a:1} two}"), r"\x", "one two"),
    "namedef with arguments": (internal(r"\@namedef{pr}#1#2{#2 #1}"), r"\pr{a}{b}", "b a"),
    "csdef and csuse": (r"\csdef{ab}{text}", r"\csuse{ab} here, \csuse{none}none", "text here, none"),
    "csgdef in a group": (r"{\csgdef{ab}{text}}", r"\ab", "text"),
    "an unknown name": ("", r"A\csname nothing-1\endcsname{} b", "A b"),
    "many by a loop": (r"\newcommand\mk[1]{\csdef{#1}{\textbf{#1}\xspace}}\forcsvlist{\mk}{GPx,QQ}", r"\GPx is \QQ.", "GPx is QQ."),
    "docsvlist": (r"\renewcommand\do[1]{\csdef{#1}{<#1>}}\docsvlist{ab,cd}", r"\ab\cd", "<ab><cd>"),
    "a list": (r"\listadd{\l}{a}\listadd{\l}{b}\newcommand\p[1]{(#1)}", r"\forlistloop{\p}{\l}", "(a)(b)"),
    "letcs": (r"\def\a{A}\letcs{\b}{a}\cslet{c}\a", r"\b\csuse{c}", "AA"),
    "edef keeps what was": (r"\def\a{old}\edef\b{\a}\def\a{new}", r"\b, \a", "old, new"),
    "edef with noexpand": (r"\def\a{old}\edef\b{\noexpand\a}\def\a{new}", r"\b", "new"),
    "edef with unexpanded": (r"\def\a{old}\edef\b{\a\unexpanded{\a}}\def\a{new}", r"\b", "oldnew"),
    "edef leaves robust commands": (r"\newrobustcmd\a{old}\edef\b{\a}\renewcommand\a{new}", r"\b", "new"),
    "edef of itself": (r"\def\a{x}\edef\a{\a y}\edef\a{\a z}", r"\a", "xyz"),
    "protected def": (r"\protected\def\a{P}\long\def\b#1{[#1]}", r"\b{\a}", "[P]"),
    "global in a group": (r"{\global\def\a{A}\global\let\b\a \gdef\c{C}\def\d{D}}", r"\a\b\c", "AAC"),
    "let chains": (r"\def\a{A}\let\b\a\let\c=\b\def\a{x}\def\b{y}", r"\c", "A"),
    "let to a character": (r"\let\star=*", r"a\star b", "a*b"),
    "let to a command then redefined": (r"\let\old\textbf\renewcommand\textbf[1]{\old{#1}!}", r"\textbf{a}", "a!"),
    "delimited": (r"\def\d#1-#2;{<#1|#2>}", r"\d a-b;", "<a|b>"),
    "delimited by blanks": (r"\def\d#1 #2.{<#1|#2>}", r"\d one two.", "<one|two>"),
    "delimited by a command": (internal(r"\def\d#1\@nil{<#1>}\newcommand\x[1]{\expandafter\d#1\@nil}\def\y{ab}"), r"\x{\y}", "<ab>"),
    "with a prefix": (r"\def\d:#1{<#1>}", r"\d:{a}", "<a>"),
    "starred": (internal(r"\def\s{\@ifstar\sa\sb}\def\sa#1{star #1}\def\sb#1{plain #1}"), r"\s*{a}, \s{b}", "star a, plain b"),
    "appto": (r"\def\a{A}\appto\a{B}\preto\a{C}\csappto{a}{D}", r"\a", "CABD"),
    "patched": (r"\newcommand\a[1]{(#1)}\patchcmd{\a}{(}{[}{}{}\patchcmd\a{)}{]}{}{}", r"\a{x}", "[x]"),
    "a switch in a macro": (r"\newif\iflong\newcommand\x{\iflong long\else short\fi}\longtrue", r"\x", "long"),
    "a switch by csname": (r"\newcommand\mk[1]{\expandafter\newif\csname if#1\endcsname}\mk{wide}\widetrue",
                           r"\ifwide wide\else slim\fi", "wide"),
    "operator": (r"\DeclareMathOperator{\KL}{KL}\DeclareMathOperator*{\am}{arg\,max}", r"$\KL(p)$", "KL(p)"),
    "robust": (r"\DeclareRobustCommand{\a}[1]{<#1>}", r"\a{b}", "<b>"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_text_stays(name: str) -> None:
    preamble, text, printed = CASES[name]
    assert caption(text, r"\usepackage{xspace,etoolbox}" + preamble) == printed


SPACES = {
    r"\gp fit": "GP fit", r"\gp, fit": "GP, fit", r"\gp{} fit": "GP fit", r"\gp-fit": "GP-fit", r"\gp\ fit": "GP fit",
    r"\gp$x$": "GP x", r"\gp\textit{fit}": "GP fit", r"\gp\gp": "GP GP", r"(\gp)": "(GP)", r"\gp~fit": "GP fit",
    r"\gp's": "GP’s", r"\gp\footnote{x}": "GP", "\\gp%\nfit": "GP fit", r"\emph{\gp} fit": "GP fit",
}  # fmt: skip


@pytest.mark.parametrize("text", SPACES)
def test_xspace(text: str) -> None:
    assert caption(text, r"\usepackage{xspace}\newcommand{\gp}{GP\xspace}") == SPACES[text]


TESTS = {
    r"\ifblank{ }{yes}{no}": "yes", r"\notblank{a}{yes}{no}": "yes", r"\ifstrequal{a}{a}{yes}{no}": "yes",
    r"\ifdefempty{\e}{yes}{no}": "yes", r"\ifdefempty{\a}{yes}{no}": "no", r"\ifcsempty{e}{yes}{no}": "yes",
    r"\ifdefvoid{\nothing}{yes}{no}": "yes", r"\ifcsvoid{a}{yes}{no}": "no", r"\ifdefmacro{\a}{yes}{no}": "yes",
    r"\ifcsdef{a}{yes}{no}": "yes", r"\ifcsundef{nothing}{yes}{no}": "yes", r"\ifdefstring{\a}{A}{yes}{no}": "yes",
    r"\ifcsstring{a}{A}{yes}{no}": "yes", r"\ifdefequal{\a}{\b}{yes}{no}": "yes", r"\ifcsequal{a}{e}{yes}{no}": "no",
    r"\ifnumcomp{3}{>}{2}{yes}{no}": "yes", r"\ifnumequal{2}{\two}{yes}{no}": "yes", r"\ifnumgreater{1}{2}{yes}{no}": "no",
    r"\ifnumless{1}{2}{yes}{no}": "yes", r"\ifnumodd{3}{yes}{no}": "yes", r"\iftoggle{t}{yes}{no}": "yes",
    r"\ifboolexpr{togl {t} and not test {\ifblank{a}}}{yes}{no}": "yes", r"\ifboolexpe{bool {f} or togl {t}}{yes}{no}": "yes",
    r"\ifboolexpr{( bool {f} or togl {t} ) and bool {f}}{yes}{no}": "no", r"\ifinlist{a}{\l}{yes}{no}": "yes",
    r"\ifinlist{c}{\l}{yes}{no}": "no",
}  # fmt: skip


@pytest.mark.parametrize("test", TESTS)
def test_etoolbox(test: str) -> None:
    preamble = (
        r"\usepackage{etoolbox}\def\a{A}\def\b{A}\def\e{}\def\two{2}\newtoggle{t}\toggletrue{t}\newbool{f}"
    )
    assert caption(test, preamble + r"\listadd{\l}{a}\listadd{\l}{b}") == TESTS[test]
