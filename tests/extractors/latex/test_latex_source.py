"""Projects, inputs, macros and conditionals: what text the extractor reads."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

FIGURE = r"\begin{figure}\includegraphics{a}\caption{%s}\end{figure}"


def captions(files: dict[str, str | bytes]) -> list[str]:
    return [f.caption for f in read(files).floats]


def read(files: dict[str, str | bytes]) -> Extraction:
    data = {n: t.encode() if isinstance(t, str) else t for n, t in files.items()}
    return extract(Paper("arxiv:1", {"a.png": b"x", **data}))


def document(body: str, preamble: str = "") -> str:
    return f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"


def caption(text: str, preamble: str = "") -> str:
    (one,) = captions({"main.tex": document(FIGURE % text, preamble)})
    return one


MACROS = {
    "newcommand": (r"\newcommand{\x}{value}", r"A \x.", "A value."),
    "unbraced name": (r"\newcommand\x[2]{#2#1}", r"\x{a}{b}", "ba"),
    "default": (r"\newcommand{\x}[2][d]{(#1,#2)}", r"\x{b} \x[a]{b}", "(d,b) (a,b)"),
    "renewcommand": (r"\newcommand{\x}{old}\renewcommand{\x}{new}", r"\x", "new"),
    "providecommand": (r"\newcommand{\x}{old}\providecommand{\x}{new}", r"\x", "old"),
    "robust": (r"\DeclareRobustCommand{\x}[1]{<#1>}", r"\x{a}", "<a>"),
    "def": (r"\def\x#1#2{#2-#1}", r"\x ab", "b-a"),
    "delimited": (r"\def\x#1;#2.{#2/#1}", r"\x one;two.", "two/one"),
    "let": (r"\newcommand{\y}{why}\let\x\y\renewcommand{\y}{no}", r"\x", "why"),
    "let of a command": (r"\let\eps\varepsilon", r"$\eps$", "ε"),
    "nested": (r"\newcommand{\y}[1]{[#1]}\newcommand{\x}[1]{\y{\y{#1}}}", r"\x{a}", "[[a]]"),
    "defines a macro": (r"\newcommand{\make}[1]{\def\made{#1}}", r"\make{seen}\made", "seen"),
    "document command": (r"\NewDocumentCommand{\x}{s O{d} m}{\IfBooleanTF{#1}{star}{plain} #2 #3}", r"\x{a}; \x*[o]{b}", "plain d a; star o b"),
    "no value": (r"\NewDocumentCommand{\x}{m o}{#1\IfNoValueTF{#2}{-}{+#2}}", r"\x{a} \x{b}[c]", "a- b+c"),
    "glue": (r"\newcommand{\a}{\alpha}\newcommand{\x}[1]{$\a#1$}", r"\x{b}", "αb"),
    "space after name": (r"\newcommand{\x}{val}", r"\x\ a \x{} b \x c", "val a val b valc"),
    "xspace": (r"\newcommand{\x}{val\xspace}", r"\x and \x.", "val and val."),
    "ensuremath": (r"\newcommand{\msun}{\ensuremath{M_\odot}}", r"3\,\msun", "3 M_⊙"),
    "ifmmode": (r"\def\kms{\ifmmode{\rm km\,s^{-1}}\else km\,s$^{-1}$\fi}", r"5 \kms, $6\kms$", "5 km s⁻¹, 6km s⁻¹"),
    "operator": (r"\DeclareMathOperator{\rank}{rank}", r"$\rank A$", "rank A"),
    "namedef": (r"\makeatletter\@namedef{x}{named}\makeatother", r"\x \csname x\endcsname", "namednamed"),
    "at sign": (r"\makeatletter\newcommand{\x@y}{in}\newcommand{\x}{\x@y ner}\makeatother", r"\x", "inner"),
    "edef": (r"\def\x{a}\edef\x{\x b}", r"\x", "ab"),
    "end of arguments": (r"\newcommand{\y}[1]{<#1>}\newcommand{\x}{\y}", r"\x{a}", "<a>"),
    "comment in body": ("\\newcommand{\\x}{a% no }\n b}", r"\x", "ab"),
    "foreach": ("", r"\foreach \n in {1,...,3}{<\n>}", "<1><2><3>"),
    "recursion that ends": (
        r"\def\rep#1#2{\ifnum\numexpr#1>0 #2\expandafter\rep\expandafter{\number\numexpr#1-1\expandafter}"
        r"\else\expandafter\gobb\fi{#2}}\def\gobb#1{}", r"\rep{3}{ab}", "ababab"),
}  # fmt: skip


@pytest.mark.parametrize("name", MACROS)
def test_macros_in_captions(name: str) -> None:
    preamble, text, expected = MACROS[name]
    assert caption(text, preamble) == expected


WRAPPERS = {
    "macro for a figure": (
        r"\newcommand{\fig}[3][width=3cm]{\begin{figure}\includegraphics[#1]{#2}\caption{#3}\end{figure}}",
        r"\fig{a}{Wrapped.}"),
    "macros for begin and end": (
        r"\newcommand{\bfig}{\begin{figure}}\def\efig{\end{figure}}", r"\bfig\includegraphics{a}\caption{Wrapped.}\efig"),
    "environment": (
        r"\newenvironment{myfig}[2][x]{\begin{figure}\includegraphics{#2}}{\caption{Wrapped.}\end{figure}}",
        r"\begin{myfig}{a}\end{myfig}"),
    "environment with arguments at its end": (
        r"\NewDocumentEnvironment{myfig}{m m}{\begin{figure}\includegraphics{#1}}{\caption{#2}\end{figure}}",
        r"\begin{myfig}{a}{Wrapped.}\end{myfig}"),
    "environ": (r"\NewEnviron{myfig}{\begin{figure}\BODY\end{figure}}", r"\begin{myfig}\includegraphics{a}\caption{Wrapped.}\end{myfig}"),
    "caption wrapped": (
        r"\let\oldcaption\caption\renewcommand{\caption}[1]{\oldcaption{\small #1}}", FIGURE % "Wrapped."),
    "graphics wrapped": (r"\newcommand{\pic}[1]{\includegraphics[width=\linewidth]{#1.png}}",
                         r"\begin{figure}\pic{a}\caption{Wrapped.}\end{figure}"),
    "file name in a macro": (r"\def\dir{./}\newcommand{\file}{a}", r"\begin{figure}\includegraphics{\dir\file}\caption{Wrapped.}\end{figure}"),
    "class redefines caption": (r"\makeatletter\renewcommand{\caption}[1]{\@junk{#1}}\makeatother", FIGURE % "Wrapped."),
    "definitions in a local package": (r"\usepackage{mine}", r"\mine{Wrapped.}"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRAPPERS)
def test_macros_around_floats(name: str) -> None:
    preamble, body = WRAPPERS[name]
    package = (
        r"\newcommand{\mine}[1]{\begin{figure}\includegraphics{a}\caption{#1}\end{figure}}\endinput junk"
    )
    assert captions({"main.tex": document(body, preamble), "mine.sty": package}) == ["Wrapped."]


def test_definitions_end_with_their_group() -> None:
    body = (
        r"{\def\x{in}"
        + FIGURE % r"\x"
        + "}"
        + FIGURE % r"\x"
        + r"\begin{quote}\def\x{q}\end{quote}"
        + FIGURE % r"\x"
    )
    assert captions({"main.tex": document(body, r"\def\x{out}")}) == ["in", "out", "out"]
    assert captions({"main.tex": document(r"{\gdef\x{in}}" + FIGURE % r"\x", r"\def\x{out}")}) == ["in"]


CONDITIONALS = {
    r"\iftrue yes\else no\fi": "yes",
    r"\iffalse no\else yes\fi": "yes",
    r"\iffalse \ifx\a\b x\else y\fi \else yes\fi": "yes",
    r"\newif\ifz \ztrue \ifz yes\else no\fi": "yes",
    r"\newif\ifz \ifz no\fi yes": "yes",
    r"\def\a{1}\def\b{1}\ifx\a\b yes\else no\fi": "yes",
    r"\ifx\undefinedthing\undefined yes\else no\fi": "yes",
    r"\ifnum 3>2 yes\else no\fi": "yes",
    r"\ifcase 1 zero\or yes\or two\else no\fi": "yes",
    r"\unless\iffalse yes\fi": "yes",
    r"\newboolean{z}\setboolean{z}{true}\ifthenelse{\boolean{z}}{yes}{no}": "yes",
    r"\ifthenelse{\equal{a}{a}}{yes}{no}": "yes",
    r"\newtoggle{z}\toggletrue{z}\iftoggle{z}{yes}{no}": "yes",
    r"\ifpdf yes\else no\fi": "yes",
    r"\ifdefined\section yes\else no\fi": "yes",
}


@pytest.mark.parametrize("text", CONDITIONALS)
def test_conditionals(text: str) -> None:
    assert captions(
        {
            "main.tex": document(
                text.replace(CONDITIONALS[text], FIGURE % "seen").replace("no", FIGURE % "not")
            )
        }
    ) == ["seen"]


INPUTS: dict[str, tuple[str, dict[str, str]]] = {
    "input": (r"\input{part}", {"part.tex": FIGURE % "in"}),
    "with suffix": (r"\input{part.tex}", {"part.tex": FIGURE % "in"}),
    "primitive": (r"\input part " + "\n", {"part.tex": FIGURE % "in"}),
    "include": (r"\include{sub/part}", {"sub/part.tex": FIGURE % "in"}),
    "dot folder": (r"\input{./sub/part}", {"sub/part.tex": FIGURE % "in"}),
    "subfile": (r"\subfile{sub/part}", {"sub/part.tex": r"\documentclass[../main]{subfiles}\begin{document}" + FIGURE % "in" + r"\end{document}"}),
    "import": (r"\import{sub/}{part}", {"sub/part.tex": r"\input{more}", "sub/more.tex": FIGURE % "in"}),
    "subimport": (r"\import{sub/}{part}", {"sub/part.tex": r"\subimport{deep/}{more}", "sub/deep/more.tex": FIGURE % "in"}),
    "if it exists": (r"\InputIfFileExists{part}{}{" + FIGURE % "not" + "}", {"part.tex": FIGURE % "in"}),
    "if it does not": (r"\InputIfFileExists{gone}{}{" + FIGURE % "in" + "}", {}),
    "filecontents": (r"\input{part}", {}),
    "other suffix": (r"\input{part.tikz.inc}", {"part.tikz.inc": FIGURE % "in"}),
    "case": (r"\input{Part}", {"part.tex": FIGURE % "in"}),
    "macro in the name": (r"\newcommand{\d}{sub}\input{\d/part}", {"sub/part.tex": FIGURE % "in"}),
    "endinput": (r"\input{part}", {"part.tex": FIGURE % "in" + "\n\\endinput\n" + FIGURE % "not"}),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_inputs(name: str) -> None:
    body, files = INPUTS[name]
    preamble = ""
    if name == "filecontents":
        preamble = "\\begin{filecontents}{part.tex}\n" + FIGURE % "in" + "\n\\end{filecontents}"
    found = captions({"main.tex": document(body, preamble), "unused.tex": FIGURE % "unused", **files})
    assert found == ["in"]


def test_includeonly_leaves_the_others_out() -> None:
    files = {
        "main.tex": document(r"\include{p}\include{q}", r"\includeonly{q}"),
        "p.tex": FIGURE % "p",
        "q.tex": FIGURE % "q",
    }
    assert captions({**files}) == ["q"]


def test_source_file_is_the_one_the_float_stands_in() -> None:
    (one,) = read({"main.tex": document(r"\input{part}"), "part.tex": FIGURE % "in"}).floats
    assert (one.source_file, one.caption_raw) == ("part.tex", "in")


SELF = {
    "file includes itself": {"main.tex": document(FIGURE % "seen" + r"\input{main}")},
    "two files": {"main.tex": document(FIGURE % "seen" + r"\input{p}"), "p.tex": r"\input{q}", "q.tex": r"\input{p}"},
    "macro calls itself": {"main.tex": document(r"\x" + FIGURE % "seen", r"\def\x{a\x}")},
    "macro doubles": {"main.tex": document(r"\x" + FIGURE % "seen", r"\def\x{\x\x}")},
    "macros call each other": {"main.tex": document(r"\x{}" + FIGURE % "seen", r"\def\x#1{\y{#1.}}\def\y#1{\x{#1.}}")},
}  # fmt: skip


@pytest.mark.parametrize("name", SELF)
def test_what_never_ends_in_tex_ends_here(name: str) -> None:
    files: dict[str, str | bytes] = {**SELF[name]}
    try:
        assert captions(files) == ["seen"]
    except RecordError as error:
        assert error.reason == "tex_too_complex"


def test_a_bomb_of_macros_is_refused() -> None:
    defs = "".join(f"\\def\\m{chr(97 + i)}{{\\m{chr(98 + i)}\\m{chr(98 + i)}}}" for i in range(25))
    with pytest.raises(RecordError, match="tex_too_complex"):
        read(
            {
                "main.tex": document(
                    r"\newcommand{\go}[1]{#1}\ma", defs + r"\def\mz{" + "long text " * 1000 + "}"
                )
            }
        )


MAINS: dict[str, tuple[dict[str, str], str]] = {
    "only one with a class": ({"x.tex": document(FIGURE % "x"), "y.tex": FIGURE % "y"}, "x.tex"),
    "supplement beside": ({"paper.tex": document(FIGURE % "x"), "supplement.tex": document(FIGURE % "y" * 9)}, "paper.tex"),
    "standalone beside": ({"f.tex": document("").replace("article", "standalone"), "g.tex": document(FIGURE % "g")}, "g.tex"),
    "included document": ({"a.tex": document(FIGURE % "a" * 9), "b.tex": document(r"\subfile{a}")}, "b.tex"),
    "bbl": ({"b.tex": document("x"), "c.tex": document("x"), "c.bbl": ""}, "c.tex"),
    "readme": ({"b.tex": document("x"), "c.tex": document("x"), "00README.XXX": "b.tex toplevelfile\nc.tex ignore"}, "b.tex"),
    "readme json": ({"b.tex": document("x"), "c.tex": document("x"),
                     "00README.json": '{"sources": [{"filename": "b.tex", "usage": "toplevel"}]}'}, "b.tex"),
    "capital suffix": ({"PAPER.TEX": document("x")}, "PAPER.TEX"),
    "preamble elsewhere": ({"m.tex": r"\input{pre}\begin{document}x\end{document}", "pre.tex": r"\documentclass{article}"}, "m.tex"),
    "commented class": ({"a.tex": "%\\documentclass{article}\ntext", "b.tex": document("x")}, "b.tex"),
    "deeper folder": ({"src/main.tex": document("x")}, "src/main.tex"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAINS)
def test_main_file(name: str) -> None:
    files, expected = MAINS[name]
    assert read({**files}).header.main_file == expected


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "plain TeX": ({"p.tex": "\\magnification=1200\nText.\n\\bye\n"}, "tex_not_latex"),
    "AMSTeX": (
        {"p.tex": "\\input amstex\n\\documentstyle{amsppt}\n\\document x \\enddocument"},
        "tex_not_latex",
    ),
    "no document": ({"p.tex": "Only words."}, "tex_main_missing"),
    "no TeX": ({"readme.md": "x"}, "tex_main_missing"),
    "withdrawn": (
        {"p.tex": "This paper has been withdrawn by the author due to an error."},
        "paper_withdrawn",
    ),
    "withdrawn in LaTeX": (
        {"p.tex": document("This submission has been withdrawn by the authors.")},
        "paper_withdrawn",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_papers_refused_as_a_whole(name: str) -> None:
    files, reason = REFUSED[name]
    with pytest.raises(RecordError) as caught:
        extract(Paper("arxiv:1", {n: t.encode() for n, t in files.items()}))
    assert caught.value.reason == reason


def test_nothing_in_the_archive() -> None:
    with pytest.raises(RecordError, match="paper_empty"):
        extract(Paper("arxiv:1", {"a.tex": b""}))


ENCODINGS = {
    "utf-8": ("", "naïve – “Ångström”".encode(), "naïve – “Ångström”"),
    "bom": ("", b"\xef\xbb\xbfna\xc3\xafve", "naïve"),
    "latin1": (r"\usepackage[latin1]{inputenc}", b"na\xefve \xc5ngstr\xf6m", "naïve Ångström"),
    "undeclared cp1252": ("", b"na\xefve \x96 \x93q\x94", "naïve – “q”"),
    "cp1251": (r"\usepackage[cp1251]{inputenc}", "рисунок".encode("cp1251"), "рисунок"),
    "macroman": (r"\usepackage[applemac]{inputenc}", "é".encode("mac-roman"), "é"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(name: str) -> None:
    preamble, text, expected = ENCODINGS[name]
    (before, after) = document(FIGURE % "@@", preamble).encode().split(b"@@")
    assert captions({"main.tex": before + text + after}) == [expected.removeprefix("\ufeff")]


def test_line_ends_and_comments() -> None:
    tex = document(FIGURE % "One%\n  two % gone\nthree\\%four").replace("\n", "\r\n")
    assert captions({"main.tex": tex}) == ["Onetwo three%four"]
