"""Every way in which a document reads a file, and every way to repeat a text with pictures."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(body: str, preamble: str = "", **files: str) -> Extraction:
    tex = f"\\documentclass{{article}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    sources = {name.replace("__", "/") + ".tex": text.encode() for name, text in files.items()}
    pictures = {f"f{i}.png": b"x" for i in "0123456789abc"}
    more = {"part/f1.png": b"x", "g0.5.png": b"x", "g1.0.png": b"x", "x1-a.png": b"x", "x2-b.png": b"x"}
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), **pictures, **more, **sources}))


def figure(name: str = "f1", caption: str = "One.") -> str:
    return f"\\begin{{figure}}\\includegraphics{{{name}}}\\caption{{{caption}}}\\end{{figure}}"


def shown(found: Extraction) -> list[str]:
    return [g.path for f in found.floats for g in f.graphics]


AT = r"\makeatletter{}\makeatother"
READS = {
    "input": r"\input{part/one}",
    "input with its suffix": r"\input{part/one.tex}",
    "input without braces": "\\input part/one \n",
    "input without braces, ended by a command": r"\input part/one.tex\relax",
    "input in quotes": r'\input{"part/one"}',
    "input in quotes without braces": r'\input "part/one.tex" ',
    "input of a macro": r"\newcommand{\file}{part/one}\input{\file}",
    "input of a macro without braces": r"\newcommand{\file}{part/one}\input\file",
    "input with detokenize": r"\input{\detokenize{part/one}}",
    "primitive": AT.format(r"\@@input part/one "),
    "primitive in a macro": AT.format(r"\newcommand*\raw[1]{\@@input #1 }\raw{part/one.tex}"),
    "kernel's input": AT.format(r"\@input{part/one.tex}"),
    "kernel's inner input": AT.format(r"\@iinput{part/one.tex}"),
    "include": r"\include{part/one}",
    "InputIfFileExists": r"\InputIfFileExists{part/one}{}{" + figure("f2") + "}",
    "InputIfFileExists without the file": r"\InputIfFileExists{gone}{}{" + figure() + "}",
    "IfFileExists": r"\IfFileExists{part/one.tex}{\input{part/one}}{" + figure("f2") + "}",
    "IfFileExists without the file": r"\IfFileExists{gone.tex}{" + figure("f2") + "}{" + figure() + "}",
    "includeonly": r"\includeonly{part/one}\include{part/two}\include{part/one}",
    "input@path": AT.format(r"\def\input@path{{part/}}") + r"\input{one}",
    "standalone": r"\includestandalone[width=3cm]{part/alone}",
    "openin and read": r"\newread\r\openin\r=part/one\read\r to\line\closein\r\line",
    "lines until the end": (
        r"\newread\r\openin\r=part/lines\relax\loop\unless\ifeof\r\read\r to\line\line\repeat\closein\r"
    ),
    "catchfile": r"\CatchFileDef{\whole}{part/one}{}\whole",
    "metadata": r"\ExecuteMetaData[part/tags.tex]{wanted}",
}
FILES = {
    "part__one": figure(),
    "part__two": figure("f2"),
    "part__alone": r"\documentclass{standalone}\begin{document}" + figure() + r"\end{document}",
    "part__lines": "\\begin{figure}\n\\includegraphics{f1}\n\\caption{One\nmore.}\n\\end{figure}\n",
    "part__tags": f"%<*other>\n{figure('f2')}\n%</other>\n%<*wanted>\n{figure()}\n%</wanted>\n",
}


@pytest.mark.parametrize("body", READS.values(), ids=READS)
def test_every_way_to_read_a_file(body: str) -> None:
    assert shown(read(body, **FILES)) == ["f1.png"]


IMPORTS = {
    "import": r"\import{part/}{one}",
    "import with a star": r"\import*{part/}{one}",
    "inputfrom": r"\inputfrom{part/}{one}",
    "includefrom": r"\includefrom{part/}{one}",
    "subimport": r"\subimport{part/}{one}",
    "subinputfrom": r"\subinputfrom{part/}{one}",
    "subincludefrom": r"\subincludefrom{part/}{one}",
    "subfile": r"\subfile{part/one}",
    "subfileinclude": r"\subfileinclude{part/one}",
}


@pytest.mark.parametrize("body", IMPORTS.values(), ids=IMPORTS)
def test_pictures_of_an_imported_file_are_beside_it(body: str) -> None:
    assert shown(read(body + figure(), **FILES)) == ["part/f1.png", "f1.png"]


SHOWN_AS_TEXT = [
    r"\verbatiminput{%s}",
    r"\lstinputlisting{%s}",
    r"\VerbatimInput{%s}",
    r"\inputminted{tex}{%s}",
]


@pytest.mark.parametrize("command", SHOWN_AS_TEXT)
def test_what_is_shown_as_text_is_not_read(command: str) -> None:
    assert shown(read(command % "part/one.tex" + figure("f2"), **FILES)) == ["f2.png"]


def test_rows_of_a_table_by_any_input() -> None:
    for command in (r"\input{rows}", r"\raw{rows.tex}", r"\makeatletter\@@input rows \makeatother"):
        table = rf"\begin{{table}}\caption{{T.}}\begin{{tabular}}{{lr}}Name & Low \\ {command}\end{{tabular}}\end{{table}}"
        preamble = r"\makeatletter\newcommand*\raw[1]{\@@input #1 }\makeatother"
        (found,) = read(table, preamble, rows="one & 1 \\\\\ntwo & 3 \\\\\n").floats
        assert found.table_text == "Name\tLow\none\t1\ntwo\t3"


LOOPS = {
    "foreach": (r"\foreach \n in {1,...,3}{" + figure(r"f\n") + "}", "f1 f2 f3"),
    "foreach of letters": (r"\foreach \n in {a,...,c}{" + figure(r"f\n") + "}", "fa fb fc"),
    "foreach by twos": (r"\foreach \n in {1,3,...,7}{" + figure(r"f\n") + "}", "f1 f3 f5 f7"),
    "foreach of a macro": (r"\def\all{1,2}\foreach \n in \all {" + figure(r"f\n") + "}", "f1 f2"),
    "foreach of pairs": (r"\foreach \n/\m in {1/a,2/b}{" + figure(r"x\n-\m") + "}", "x1-a x2-b"),
    "foreach that counts": (r"\foreach \m [count=\n] in {x,y}{" + figure(r"f\n") + "}", "f1 f2"),
    "nested foreach": (
        r"\foreach \n in {1,2}{\begin{figure}\foreach \m in {0,1}{\ifnum\m=0 \includegraphics{f\n}\fi}\caption{C.}\end{figure}}",
        "f1 f2",
    ),
    "multido": (r"\multido{\i=1+2}{3}{" + figure(r"f\i") + "}", "f1 f3 f5"),
    "multido of decimals": (r"\multido{\n=0.5+0.5}{2}{" + figure(r"g\n") + "}", "g0.5 g1.0"),
    "multido backwards": (r"\multido{\i=3+-1}{2}{" + figure(r"f\i") + "}", "f3 f2"),
    "whiledo": (
        r"\newcounter{k}\setcounter{k}{1}\whiledo{\value{k}<4}{" + figure(r"f\arabic{k}") + r"\stepcounter{k}}",
        "f1 f2 f3",
    ),
    "whiledo and addtocounter": (
        r"\newcounter{k}\whiledo{\not\value{k}>4}{" + figure(r"f\thek") + r"\addtocounter{k}{2}}",
        "f0 f2 f4",
    ),
    "forloop": (r"\newcounter{k}\forloop{k}{1}{\value{k}<3}{" + figure(r"f\arabic{k}") + "}", "f1 f2"),
    "forloop by twos": (r"\newcounter{k}\forloop[2]{k}{1}{\value{k}<6}{" + figure(r"f\thek") + "}", "f1 f3 f5"),
    "loop of a register": (
        r"\newcount\k \k=1 \loop " + figure(r"f\the\k") + r"\advance\k by 1 \ifnum\k<4 \repeat",
        "f1 f2 f3",
    ),
    "loop of a counter": (
        r"\newcounter{k}\loop\stepcounter{k}" + figure(r"f\number\value{k}") + r"\ifnum\value{k}<3\repeat",
        "f1 f2 f3",
    ),
    "kernel's for": (AT.format(r"\@for\n:=1,2\do{" + figure(r"f\n") + "}"), "f1 f2"),
    "kernel's for of a macro": (AT.format(r"\def\all{1,2}\@for\n:=\all\do{" + figure(r"f\n") + "}"), "f1 f2"),
    "kernel's for of tokens": (AT.format(r"\@tfor\n:=12\do{" + figure(r"f\n") + "}"), "f1 f2"),
    "kernel's while": (
        AT.format(r"\newcount\k \k=1 \@whilenum\k<3\do{" + figure(r"f\the\k") + r"\advance\k by 1 }"),
        "f1 f2",
    ),
    "forcsvlist": (r"\newcommand{\show}[1]{" + figure("f#1") + r"}\forcsvlist{\show}{1,2}", "f1 f2"),
    "docsvlist": (r"\renewcommand*{\do}[1]{" + figure("f#1") + r"}\docsvlist{1,2}", "f1 f2"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), LOOPS.values(), ids=LOOPS)
def test_every_way_to_repeat_a_picture(body: str, expected: str) -> None:
    assert shown(read(body)) == [name + ".png" for name in expected.split()]


def test_a_loop_that_does_not_end_is_bounded() -> None:
    found = read(r"\newcounter{k}\whiledo{\value{k}<1}{x}" + figure())
    assert shown(found) == ["f1.png"]
