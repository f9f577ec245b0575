"""Constructs of packages: each in a small document of its own, with what a reader of the page would see."""

import pytest

from extractors.latex import extract
from extractors.latex.text.renderer import Renderer
from schemas.floats import Extraction, Float
from schemas.paper import Paper

IMAGES = {f"{n}.png": b"x" for n in "abcdef"}


def read(
    body: str, preamble: str = "", documentclass: str = "{article}", files: dict[str, bytes] | None = None
) -> Extraction:
    tex = f"\\documentclass{documentclass}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), **IMAGES, **(files or {})}))


def one(found: Extraction) -> Float:
    assert found.rejects == ()
    (float_,) = found.floats
    return float_


def caption(text: str, preamble: str = "", before: str = "") -> str:
    return (
        read(before + r"\begin{figure}\includegraphics{a}\caption{" + text + r"}\end{figure}", preamble)
        .floats[-1]
        .caption
    )


BOOKTABS = r"""\begin{tabular}{@{}lr@{}}\toprule Name & Size \\ \cmidrule(lr){1-2} a & 1 \\ \addlinespace b & 2 \\
\bottomrule\end{tabular}"""
TABLES = {
    "booktabs": (r"\begin{table}\caption{C.}" + BOOKTABS + r"\end{table}", "Name\tSize\na\t1\nb\t2"),
    "input table": (r"\begin{table}\caption{C.}\input{t}\end{table}", "x\ty\n1\t2"),
    "input rows": (r"\begin{table}\caption{C.}\begin{tabular}{ll}\input{rows}\end{tabular}\end{table}", "p\tq\nr\ts"),
    "rows by macro": (r"\newcommand\row[2]{#1 & #2 \\}\begin{table}\caption{C.}\begin{tabular}{ll}\row{p}{q}\row{r}{s}"
                      r"\end{tabular}\end{table}", "p\tq\nr\ts"),
    "nested": (r"\begin{table}\caption{C.}\begin{tabular}{ll}a & \begin{tabular}{@{}c@{}}b\\c\end{tabular}\\ d & e\\"
               r"\end{tabular}\end{table}", "a\tb c\nd\te"),
    "resized": (r"\begin{table}\caption{C.}\resizebox{\linewidth}{!}{\begin{tabular}{l}x\\y\end{tabular}}\end{table}",
                "x\ny"),
    "adjustbox": (r"\begin{table}\caption{C.}\begin{adjustbox}{max width=\linewidth}\begin{tabular}{l}x\\y\end{tabular}"
                  r"\end{adjustbox}\end{table}", "x\ny"),
    "ctable": (r"\ctable[caption={C.},label=k,pos=t]{ll}{}{\FL A & B \ML 1 & 2 \LL}", "A\tB\n1\t2"),
    "tblr": (r"\begin{table}\caption{C.}\begin{tblr}{colspec={lcc},hlines}\SetCell[c=2]{c} AB & & C\\ 1 & 2 & 3\\"
             r"\end{tblr}\end{table}", "AB\t\tC\n1\t2\t3"),
    "longtblr": (r"\begin{longtblr}[caption={C.},label={k}]{colspec={ll},rowhead=1} A & B\\ 1 & 2\\\end{longtblr}",
                 "A\tB\n1\t2"),
    "diagbox": (r"\begin{table}\caption{C.}\begin{tabular}{ll}\diagbox{a}{b} & \backslashbox{c}{d}\\ 1 & 2\\"
                r"\end{tabular}\end{table}", "a / b\tc / d\n1\t2"),
    "rotated multirow": (r"\begin{table}\caption{C.}\begin{tabular}{ll}\parbox[t]{2mm}{\multirow{2}{*}{\rotatebox{90}{Z}}}"
                         r" & 1\\ & 2\\\end{tabular}\end{table}", "Z\t1\n\t2"),
    "csvautotabular": (r"\begin{table}\csvautotabular{d.csv}\caption{C.}\end{table}", "x_1\ty\n1\t2%\n3\t4"),
    "pgfplotstable": (r"\begin{table}\pgfplotstabletypeset[col sep=semicolon]{e.dat}\caption{C.}\end{table}",
                      "x\ty\n1\t2"),
}  # fmt: skip
DATA = {
    "d.csv": b"x_1,y\n1,2%\n3,4\n",
    "e.dat": b"x;y\n1;2\n",
    "t.tex": rb"\begin{tabular}{ll}x & y\\1 & 2\end{tabular}",
    "rows.tex": b"p & q \\\\\nr & s \\\\\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    body, text = TABLES[name]
    found = one(read(body, files=DATA))
    assert (found.kind, found.number, found.caption, found.table_text) == ("table", "1", "C.", text)


def test_tables_of_data_that_is_not_there_are_unreadable() -> None:
    found = read(r"\begin{table}\csvautotabular{none.csv}\caption{C.}\end{table}")
    assert [r.reason for r in found.rejects] == ["table_unreadable"]
    assert found.warnings == ("data of a table not in the archive, or not readable: none.csv",)


def test_labels_of_ctable_and_longtblr() -> None:
    found = read(
        r"\ctable[caption=C.,label=c]{l}{\tnote[a]{Foot}}{\FL x \LL}"
        r"\begin{longtblr}[caption={D.},label={d}]{l}x\\\end{longtblr} See \ref{c} and \ref{d}."
    )
    assert [(f.ref_keys, f.mentions) for f in found.floats] == [
        (("c",), ("See 1 and 2.",)),
        (("d",), ("See 1 and 2.",)),
    ]
    assert found.floats[0].table_text == "x\nᵃ Foot" or "Foot" in str(found.floats[0].table_html)


def test_spans_of_tabularray() -> None:
    body = r"\begin{table}\caption{C.}\begin{tblr}{ccc}\SetCell[r=2,c=2]{m} a & & b\\ & & c\\\end{tblr}\end{table}"
    html = one(read(body)).table_html or ""
    assert 'colspan="2"' in html and 'rowspan="2"' in html and html.count("<td") + html.count("<th") == 3


def test_partial_rules_of_hhline() -> None:
    from extractors.latex.tables.tabular import read_table

    table = read_table(
        Renderer(), r"\hhline{|-|-|-|} a & b & c \\ \hhline{~--} d & e & f \\ \hhline{*{3}{=}}", "lll"
    )
    assert table is not None
    assert [(r.rule_above, r.partial_rules) for r in table.rows] == [(True, ()), (False, ((1, 2),))]
    assert table.rule_below


ACRONYMS = r"""\newacronym{cnn}{CNN}{convolutional network}\newglossaryentry{lat}{name=latency,description={d}}
\DeclareAcronym{gpu}{short=GPU,long=graphics processor}\acrodef{rnn}[RNN]{recurrent network}"""
CAPTIONS = {
    r"A \gls{cnn}, \glspl{cnn} and \Gls{lat}.": "A CNN, CNNs and Latency.",
    r"\ac{rnn} \acp{rnn} \acl{rnn} \acf{gpu}.": "RNN RNNs recurrent network graphics processor (GPU).",
    r"Unknown \gls{x1}, \acs{gpu}s.": "Unknown x1, GPUs.",
    r"The $\cFunc(\mNrm)$ of $\PermShk_t$, $\foo{x}$.": "The cFunc(mNrm) of PermShkₜ, x.",
    r"Spaces $a\myspace b\hskipxyz$ and text \unknown{kept} \gone.": None,
    r"$\dv{x}{t}$, $\pdv[2]{f}{x}$, $\expval{H}$, $\mel{a}{H}{b}$, $\comm{A}{B}$, $\qty(\frac{a}{b})$":
        "dx/dt, ∂²f/∂x², ⟨H⟩, ⟨a|H|b⟩, [A, B], (a/b)",
    r"\ce{H2O}, \ch{CO2}": "H₂O, CO₂",
    r"After \citep{none}, \cite{none}, and so on.": "After [none], [none], and so on.",
    r"e.g.\@ this": "e.g. this",
    r"<<quoted>>": "«quoted»",
}  # fmt: skip


@pytest.mark.parametrize("tex", [t for t, text in CAPTIONS.items() if text is not None])
def test_captions_with_commands_of_packages(tex: str) -> None:
    assert caption(tex, ACRONYMS) == CAPTIONS[tex]


def test_layout_commands_in_formulae_print_nothing() -> None:
    assert (
        caption(r"$a\myspace b$ and $c\displaylimits$, text \unknown{kept} \gone.") == "ab and c, text kept."
    )


def test_unknown_names_next_to_letters_stay_apart() -> None:
    assert caption(r"$x\aNrm y = \vFunc'$") == "x aNrm y = vFunc′"


@pytest.mark.parametrize(
    ("options", "tex", "expected"),
    [
        ("ngerman", '"Uber die Stra"se, "`Zitat"\'', "Über die Straße, „Zitat“"),
        ("english", r'the "quoted" word', "the “quoted” word"),
        ("russian", r'Текст "--- слово', "Текст — слово"),
        ("french", r"\og mot \fg{} 1\ier", "« mot » 1er"),
    ],
)
def test_shorthands_of_languages(options: str, tex: str, expected: str) -> None:
    assert caption(tex, f"\\usepackage[{options}]{{babel}}") == expected


def test_names_of_languages() -> None:
    found = read(
        r"\begin{figure}\includegraphics{a}\caption{见\autoref{k}}\label{k}\end{figure}", "", "{ctexart}"
    )
    assert (found.floats[0].label, found.header.language) == ("图 1", "zh")
    german = r"\usepackage[ngerman]{babel}\usepackage{cleveref}"
    assert caption(r"\autoref{k}, \cref{k}\label{k}", german) == "Abbildung 1, Abbildung 1"


@pytest.mark.parametrize(
    ("package", "expected"), [("subfig", "1b (b) b"), ("subcaption", "1b b b"), ("subfigure", "1(b) (b) (b)")]
)
def test_references_to_panels_by_package(package: str, expected: str) -> None:
    body = (
        r"\begin{figure}\subfloat[A]{\includegraphics{a}}\subfloat[B]{\includegraphics{b}\label{p}}"
        r"\caption{\ref{p} \subref{p} \subref*{p}}\end{figure}"
    )
    assert read(body, f"\\usepackage{{{package}}}").floats[0].caption == expected


def test_letters_past_z() -> None:
    panels = r"\subfloat[x]{\includegraphics{a}}" * 28
    body = (
        r"\renewcommand{\thesubfigure}{\alphalph{\value{subfigure}}}\begin{figure}"
        + panels
        + r"\caption{C.}\end{figure}"
    )
    assert [f.panel for f in read(body).floats][-3:] == ["z", "aa", "ab"]


def test_label_ahead_of_the_caption_prints_the_section() -> None:
    body = (
        r"\section{S}\begin{figure}\label{k}\includegraphics{a}\caption{C.}\end{figure} See Figure~\ref{k}."
    )
    (found,) = read(r"\section{R}" + body).floats
    assert (found.number, found.ref_keys, found.mentions) == ("1", ("k",), ("See Figure 2.",))


def test_both_languages_of_bicaption() -> None:
    body = (
        r"\begin{figure}\includegraphics{a}\bicaption{Eins.}{One.}\end{figure}"
        r"\begin{figure}\includegraphics{b}\bicaption[k]{kurz}{Zwei.}{short}{Two.}\end{figure}"
    )
    assert [f.caption for f in read(body).floats] == ["Eins. One.", "Zwei. Two."]


def test_graphics_of_imported_files_are_relative_to_their_folder() -> None:
    files = {
        "part/main.tex": rb"\begin{figure}\includegraphics{im}\caption{In.}\end{figure}",
        "part/im.png": b"1",
        "im.png": b"2",
    }
    body = r"\import{part/}{main}\begin{figure}\includegraphics{im}\caption{Out.}\end{figure}"
    assert [f.graphics[0].path for f in read(body, files=files).floats] == ["part/im.png", "im.png"]


def test_closing_half_of_an_environment_sees_what_its_opening_half_defined() -> None:
    preamble = (
        r"\makeatletter\newenvironment{myfig}[2][]{\begin{figure}[#1]\def\@mycap{#2}}{\caption{\@mycap}\end{figure}}"
        r"\makeatother"
    )
    assert one(read(r"\begin{myfig}[t]{Given.}\includegraphics{a}\end{myfig}", preamble)).caption == "Given."


def test_short_verbatim_holds_no_floats() -> None:
    body = (
        r"\MakeShortVerb{\|}Write |\begin{figure}\caption{no}|. \begin{figure}\includegraphics{a}\caption{|a_b| C.}"
        r"\end{figure}\DeleteShortVerb{\|}\begin{table}\caption{T.}\begin{tabular}{|l|}x\end{tabular}\end{table}"
    )
    assert [(f.kind, f.caption) for f in read(body).floats] == [("figure", "a_b C."), ("table", "T.")]


def test_overlays_of_slides() -> None:
    body = r"\begin{figure}\includegraphics<1->[width=3cm]{a}\caption<2>{C.}\end{figure}"
    found = one(read(body, "", "{beamer}"))
    assert (found.caption, found.graphics[0].path) == ("C.", "a.png")


def test_drawings_in_files_of_their_own() -> None:
    files = {
        "p.pgf": rb"\begin{pgfpicture}\pgftext{\includegraphics{a}}\end{pgfpicture}",
        "q.tikz": rb"\begin{tikzpicture}\begin{axis}\addplot table{d};\end{axis}\end{tikzpicture}",
    }
    body = r"\begin{figure}\input{p.pgf}\caption{P.}\end{figure}\begin{figure}\input{q.tikz}\caption{Q.}\end{figure}"
    found = read(body, r"\usepackage{pgfplots}", files=files)
    assert [(r.reason, r.caption) for r in found.rejects] == [("drawn_in_tex", "P."), ("drawn_in_tex", "Q.")]


def test_labels_of_natbib_print_authors_unless_numbers_are_asked_for() -> None:
    entries = r"\begin{thebibliography}{1}\bibitem[Doe et~al.(2020)Doe, Roe]{k} x\end{thebibliography}"
    figure = r"\begin{figure}\includegraphics{a}\caption{See \citep{k}.}\end{figure}"
    assert (
        read(figure + entries, r"\usepackage{conference_2030}").floats[0].caption == "See (Doe et al., 2020)."
    )
    assert read(figure + entries, r"\usepackage[numbers]{natbib}").floats[0].caption == "See [1]."
    assert (
        read(figure + entries, r"\usepackage{natbib}\setcitestyle{numbers}").floats[0].caption == "See (1)."
    )


def test_the_file_that_the_readme_names_is_the_main_file_among_several() -> None:
    def document(text: str) -> bytes:
        return (
            r"\documentclass{article}\begin{document}\title{T}\begin{figure}\includegraphics{a}\caption{" + text
            + r"}\end{figure}\end{document}"
        ).encode()  # fmt: skip

    files = {"ms.tex": document("Ms."), "other.tex": document("Other."), **IMAGES}
    assert extract(Paper("arxiv:1", files)).floats[0].caption == "Ms."
    hinted = {**files, "00README.XXX": b"other.tex toplevelfile\n"}
    assert extract(Paper("arxiv:1", hinted)).floats[0].caption == "Other."
