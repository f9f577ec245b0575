"""Which figures, tables and panels a paper holds: floats, captions, panels, rows."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction, Float
from schemas.paper import Paper

IMAGES = {f"{n}.png": b"x" for n in "abcdef"}


def read(body: str, *, preamble: str = "", documentclass: str = "article", **files: bytes) -> Extraction:
    """Return what is found in a document with this body; a.png to f.png exist."""
    tex = f"\\documentclass{{{documentclass}}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), **IMAGES, **files}))


def brief(found: Extraction) -> list[tuple[str, str | None, str, str]]:
    """Return id, printed number, caption and graphics of each float."""
    return [
        (
            f.pair_id.removeprefix("arxiv:1:"),
            f.number,
            f.caption,
            " ".join(g.path.removesuffix(".png") for g in f.graphics),
        )
        for f in found.floats
    ]


def rejected(found: Extraction) -> list[tuple[str | None, str]]:
    return [(str(r.pair_id).removeprefix("arxiv:1:"), r.reason) for r in found.rejects]


def only(found: Extraction) -> Float:
    assert [*rejected(found)] == []
    (one,) = found.floats
    return one


ONE_FIGURE = {
    "figure": r"\begin{figure}[ht]\centering\includegraphics[width=3cm]{a}\caption{One.}\label{k}\end{figure}",
    "figure*": r"\begin{figure*}\includegraphics{a}\caption{One.}\label{k}\end{figure*}",
    "wrapfigure": r"\begin{wrapfigure}[9]{r}{0.4\textwidth}\includegraphics{a}\caption{One.}\label{k}\end{wrapfigure}",
    "SCfigure": r"\begin{SCfigure}[1][t]\caption{One.}\includegraphics{a}\label{k}\end{SCfigure}",
    "sidewaysfigure": r"\begin{sidewaysfigure}\includegraphics{a}\caption{One.}\label{k}\end{sidewaysfigure}",
    "marginfigure": r"\begin{marginfigure}\includegraphics{a}\caption{One.}\label{k}\end{marginfigure}",
    "teaserfigure": r"\begin{teaserfigure}\includegraphics{a}\caption{One.}\label{k}\end{teaserfigure}",
    "floatrow": r"\begin{figure}\ffigbox[\FBwidth]{\caption{One.}\label{k}}{\includegraphics{a}}\end{figure}",
    "short caption": r"\begin{figure}\includegraphics{a}\caption[Short]{One.}\label{k}\end{figure}",
    "caption above": r"\begin{figure}\caption{\label{k}One.}\includegraphics{a}\end{figure}",
    "minipage": r"\begin{figure}\begin{minipage}{\textwidth}\includegraphics{a}\caption{One.}\label{k}\end{minipage}\end{figure}",
    "tabular": r"\begin{figure}\begin{tabular}{c}\includegraphics{a}\\ \parbox{3cm}{\caption{One.}}\end{tabular}\label{k}\end{figure}",
    "captionof": r"\begin{center}\includegraphics{a}\captionof{figure}{One.}\label{k}\end{center}",
    "captionof after": "\\includegraphics{a}\n\n\\captionof{figure}{One.}\\label{k}\n\nText.",
    "@captype": r"\makeatletter\begin{center}\def\@captype{figure}\includegraphics{a}\caption{One.}\label{k}\end{center}\makeatother",
    "captionsetup": r"\begin{minipage}{3cm}\captionsetup{type=figure}\includegraphics{a}\caption{One.}\label{k}\end{minipage}",
    "captionbox": r"\begin{figure}\captionbox{One.\label{k}}[3cm]{\includegraphics{a}}\end{figure}",
    "bare figure": r"\newcommand\bfig{\figure}\newcommand\efig{\endfigure}\bfig\includegraphics{a}\caption{One.}\label{k}\efig",
}


@pytest.mark.parametrize("name", ONE_FIGURE)
def test_one_figure_in_every_form(name: str) -> None:
    one = only(read(ONE_FIGURE[name]))
    assert (one.pair_id, one.kind, one.number, one.label) == ("arxiv:1:figure-1", "figure", "1", "Figure 1")
    assert (one.caption, one.ref_keys, [g.path for g in one.graphics]) == ("One.", ("k",), ["a.png"])


def test_starred_caption_has_no_number() -> None:
    one = only(read(r"\begin{figure}\includegraphics{a}\caption*{Bare.}\end{figure}"))
    assert (one.number, one.label, one.caption) == (None, None, "Bare.")


def test_raw_caption_and_snippet_are_the_source() -> None:
    source = "\\begin{figure}\n\\includegraphics{a} % note\n\\caption{Mass \\M{}.}\n\\end{figure}"
    one = only(read(source, preamble=r"\newcommand{\M}{$M_\odot$}"))
    assert (one.caption, one.caption_raw, one.snippet, one.source_file) == (
        "Mass M_⊙.",
        "Mass \\M{}.",
        source,
        "main.tex",
    )


def test_several_captions_in_one_float_are_several_figures() -> None:
    side = r"\begin{minipage}{.5\textwidth}\includegraphics{%s}\caption{%s}\end{minipage}"
    found = read(r"\begin{figure}" + side % ("a", "Left.") + side % ("b", "Right.") + r"\end{figure}")
    assert brief(found) == [("figure-1", "1", "Left.", "a"), ("figure-2", "2", "Right.", "b")]
    below = r"\begin{figure}\includegraphics{a}\caption{One.}\includegraphics{b}\includegraphics{c}\caption{Two.}\end{figure}"
    assert brief(read(below)) == [("figure-1", "1", "One.", "a"), ("figure-2", "2", "Two.", "b c")]
    above = r"\begin{figure}\caption{One.}\includegraphics{a}\caption{Two.}\includegraphics{b}\end{figure}"
    assert brief(read(above)) == [("figure-1", "1", "One.", "a"), ("figure-2", "2", "Two.", "b")]


def test_figure_and_table_side_by_side() -> None:
    body = (
        r"\begin{figure}\begin{minipage}{5cm}\includegraphics{a}\caption{Picture.}\end{minipage}"
        r"\begin{minipage}{5cm}\captionof{table}{Numbers.}\begin{tabular}{c}1\end{tabular}\end{minipage}\end{figure}"
    )
    found = read(body)
    assert brief(found) == [("figure-1", "1", "Picture.", "a"), ("table-1", "1", "Numbers.", "")]
    assert found.floats[1].table_text == "1"


PANELS = {
    "subcaption": r"\begin{subfigure}{.4\textwidth}\includegraphics{a}\caption{Left.}\label{k}\end{subfigure}"
    r"\begin{subfigure}[b]{.4\textwidth}\includegraphics{b}\caption{Right.}\end{subfigure}",
    "subfloat": r"\subfloat[Left.\label{k}]{\includegraphics{a}}\qquad\subfloat[List][Right.]{\includegraphics{b}}",
    "subfigure": r"\subfigure[Left.]{\includegraphics{a}\label{k}}\subfigure[Right.]{\includegraphics{b}}",
    "subcaptionbox": r"\subcaptionbox{Left.\label{k}}[4cm]{\includegraphics{a}}\subcaptionbox{Right.}{\includegraphics{b}}",
    "minipages": r"\begin{minipage}{4cm}\includegraphics{a}\subcaption{Left.}\label{k}\end{minipage}"
    r"\begin{minipage}{4cm}\includegraphics{b}\subcaption{Right.}\end{minipage}",
}


@pytest.mark.parametrize("name", PANELS)
def test_panels_and_the_composed_figure(name: str) -> None:
    found = read(r"\begin{figure}" + PANELS[name] + r"\caption{Both.}\label{all}\end{figure}")
    assert rejected(found) == []
    assert brief(found) == [
        ("figure-1", "1", "Both.", "a b"),
        ("figure-1:panel-1", "1a", "Left.", "a"),
        ("figure-1:panel-2", "1b", "Right.", "b"),
    ]
    whole, left, _ = found.floats
    assert (left.parent_id, left.panel, left.parent_caption, left.label) == (
        whole.pair_id,
        "a",
        "Both.",
        "Figure 1(a)",
    )
    assert (whole.ref_keys, left.ref_keys) == (("all",), ("k",))


def test_caption_pieces_become_panels() -> None:
    body = r"\begin{figure}\includegraphics{a}\includegraphics{b}\caption{Two runs: (a) the first; (b) the second.}\end{figure}"
    assert brief(read(body)) == [
        ("figure-1", "1", "Two runs: (a) the first; (b) the second.", "a b"),
        ("figure-1:panel-1", "1a", "the first", "a"),
        ("figure-1:panel-2", "1b", "the second.", "b"),
    ]


def test_caption_pieces_need_one_image_each() -> None:
    body = r"\begin{figure}\includegraphics{a}\includegraphics{b}\caption{(a) One (b) two (c) three.}\end{figure}"
    assert [f.pair_id for f in read(body).floats] == ["arxiv:1:figure-1"]


def test_panel_without_caption_is_rejected_but_belongs_to_the_whole() -> None:
    found = read(
        r"\begin{figure}\subfloat[]{\includegraphics{a}}\subfloat{\includegraphics{b}}\caption{Both.}\end{figure}"
    )
    assert brief(found) == [("figure-1", "1", "Both.", "a b")]
    assert rejected(found) == [
        ("figure-1:panel-1", "caption_missing"),
        ("figure-1:panel-2", "caption_missing"),
    ]


def rows(body: str) -> list[int]:
    (one,) = read(r"\begin{figure}" + body + r"\caption{C.}\end{figure}").floats
    return [g.row for g in one.graphics]


ROWS = {
    "one line": (r"\includegraphics{a}\includegraphics{b}\hfill\includegraphics{c}", [0, 0, 0]),
    "line break": (r"\includegraphics{a}\\ \includegraphics{b}\includegraphics{c}", [0, 1, 1]),
    "blank line": ("\\includegraphics{a}\n\n\\includegraphics{b}\\par\\includegraphics{c}", [0, 1, 2]),
    "widths": (r"\includegraphics[width=.5\textwidth]{a}\includegraphics[width=0.49\linewidth]{b}"
               r"\includegraphics[width=.5\columnwidth]{c}", [0, 0, 1]),
    "tabular": (r"\begin{tabular}{cc}\includegraphics{a}&\includegraphics{b}\\ \includegraphics{c}&\includegraphics{d}"
                r"\end{tabular}", [0, 0, 1, 1]),
    "minipages of two": (r"\begin{minipage}{.5\textwidth}\includegraphics{a}\\ \includegraphics{b}\end{minipage}"
                         r"\begin{minipage}{.5\textwidth}\includegraphics{c}\\ \includegraphics{d}\end{minipage}", [0, 0, 1, 1]),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_rows_of_the_composed_figure(name: str) -> None:
    body, expected = ROWS[name]
    assert rows(body) == expected


TABLES = {
    "table": r"\begin{table}\caption{T.}\label{k}\begin{tabular}{lr}a&b\\1&2\end{tabular}\end{table}",
    "table*": r"\begin{table*}\begin{tabular}{lr}a&b\\1&2\end{tabular}\caption{T.}\label{k}\end{table*}",
    "wraptable": r"\begin{wraptable}{r}{3cm}\caption{T.}\label{k}\begin{tabular}{lr}a&b\\1&2\end{tabular}\end{wraptable}",
    "sidewaystable": r"\begin{sidewaystable}\caption{T.}\label{k}\begin{tabular}{lr}a&b\\1&2\end{tabular}\end{sidewaystable}",
    "tabularx": r"\begin{table}\caption{T.}\label{k}\begin{tabularx}{\linewidth}{lX}a&b\\1&2\end{tabularx}\end{table}",
    "tabulary": r"\begin{table}\caption{T.}\label{k}\begin{tabulary}{5cm}{LR}a&b\\1&2\end{tabulary}\end{table}",
    "tabular*": r"\begin{table}\caption{T.}\label{k}\begin{tabular*}{5cm}{@{}lr@{}}a&b\\1&2\end{tabular*}\end{table}",
    "longtable": r"\begin{longtable}{lr}\caption{T.\label{k}}\\a&b\\ \endfirsthead x&y\\ \endhead 1&2\end{longtable}",
    "supertabular": r"\tablecaption{T.\label{k}}\tablehead{a&b\\}\begin{supertabular}{lr}1&2\\ \end{supertabular}",
    "xtabular": r"\topcaption{T.\label{k}}\tablefirsthead{a&b\\}\begin{xtabular}{lr}1&2\\ \end{xtabular}",
    "deluxetable": r"\begin{deluxetable}{lr}\tablecaption{T.\label{k}}\tablehead{\colhead{a}&\colhead{b}}\startdata 1&2"
    r"\enddata\end{deluxetable}",
    "threeparttable": r"\begin{table}\begin{threeparttable}\caption{T.}\label{k}\begin{tabular}{lr}a&b\\1&2\end{tabular}"
    r"\begin{tablenotes}\item[1] Note.\end{tablenotes}\end{threeparttable}\end{table}",
    "captionof": r"\begin{center}\captionof{table}{T.}\label{k}\begin{tabular}{lr}a&b\\1&2\end{tabular}\end{center}",
    "resizebox": r"\begin{table}\caption{T.}\label{k}\resizebox{\textwidth}{!}{\begin{tabular}{lr}a&b\\1&2\end{tabular}}\end{table}",
    "processtable": r"\begin{table}\processtable{T.\label{k}}{\begin{tabular}{lr}a&b\\1&2\end{tabular}}{}\end{table}",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_one_table_in_every_form(name: str) -> None:
    one = only(read(TABLES[name]))
    assert (one.pair_id, one.kind, one.number, one.label) == ("arxiv:1:table-1", "table", "1", "Table 1")
    assert (one.caption, one.ref_keys) == ("T.", ("k",))
    assert one.table_text is not None
    assert one.table_text.splitlines()[:2] == ["a\tb", "1\t2"]


def test_table_given_as_an_image() -> None:
    one = only(read(r"\begin{table}\caption{T.}\includegraphics{a}\end{table}"))
    assert (one.kind, one.table_html, [g.path for g in one.graphics]) == ("table", None, ["a.png"])


def test_figure_that_holds_a_tabular_is_typeset() -> None:
    one = only(read(r"\begin{figure}\begin{tabular}{c}x\\y\end{tabular}\caption{F.}\end{figure}"))
    assert (one.kind, one.table_text, one.graphics) == ("figure", "x\ny", ())


REJECTS = {
    "caption_missing": r"\begin{figure}\includegraphics{a}\end{figure}",
    "caption_empty": r"\begin{figure}\includegraphics{a}\caption{\label{k}}\end{figure}",
    "image_missing": r"\begin{figure}\includegraphics{nowhere.pdf}\caption{C.}\end{figure}",
    "graphic_not_named": r"\begin{figure}\begin{verbatim}x\end{verbatim}\caption{C.}\end{figure}",
    "drawn_in_tex": r"\begin{figure}\begin{tikzpicture}\draw (0,0);\end{tikzpicture}\caption{C.}\end{figure}",
    "table_empty": r"\begin{table}\begin{tabular}{ll} & \\ & \end{tabular}\caption{C.}\end{table}",
}


@pytest.mark.parametrize("reason", REJECTS)
def test_reject_reasons(reason: str) -> None:
    found = read(REJECTS[reason])
    assert brief(found) == []
    assert [r.reason for r in found.rejects] == [reason]
    assert found.rejects[0].snippet == REJECTS[reason]


@pytest.mark.parametrize(
    "drawing",
    [r"\begin{picture}(1,1)\end{picture}", r"\begin{pspicture}(1,1)\end{pspicture}", r"\begin{pgfpicture}\end{pgfpicture}",
     r"\xymatrix{a \ar[r] & b}", r"\input{plot.pgf}", r"\input{plot.tikz}", r"\begin{xy}\end{xy}",
     r"\begin{tikzpicture}\begin{axis}\addplot{x};\end{axis}\end{tikzpicture}", r"\tikz \draw (0,0);"],
)  # fmt: skip
def test_pictures_drawn_in_tex(drawing: str) -> None:
    found = read(
        r"\begin{figure}" + drawing + r"\caption{C.}\end{figure}", **{"plot.pgf": b"\\begin{pgfpicture}"}
    )
    assert [r.reason for r in found.rejects] == ["drawn_in_tex"]


def test_a_drawing_over_an_image_shows_the_image() -> None:
    body = r"\begin{figure}\begin{tikzpicture}\node{\includegraphics{a}};\end{tikzpicture}\caption{C.}\end{figure}"
    assert brief(read(body)) == [("figure-1", "1", "C.", "a")]


def test_found_and_missing_graphics_together_keep_the_figure() -> None:
    found = read(r"\begin{figure}\includegraphics{a}\includegraphics{gone}\caption{C.}\end{figure}")
    assert brief(found) == [("figure-1", "1", "C.", "a")]
    assert found.warnings == ("arxiv:1:figure-1: of its graphics, not in the archive: gone",)


NO_FLOATS = {
    "comment sign": "% \\begin{figure}\\includegraphics{a}\\caption{C.}\\end{figure}",
    "iffalse": r"\iffalse\begin{figure}\includegraphics{a}\caption{C.}\end{figure}\fi",
    "comment environment": "\\begin{comment}\n\\begin{figure}\\includegraphics{a}\\caption{C.}\\end{figure}\n\\end{comment}",
    "verbatim": "\\begin{verbatim}\n\\begin{figure}\\includegraphics{a}\\caption{C.}\\end{figure}\n\\end{verbatim}",
    "lstlisting": "\\begin{lstlisting}\n\\begin{figure}\\includegraphics{a}\\caption{C.}\\end{figure}\n\\end{lstlisting}",
    "verb": r"\verb|\begin{figure}|",
    "after the end": "\\end{document}\\begin{figure}\\includegraphics{a}\\caption{C.}\\end{figure}",
    "algorithm": r"\begin{algorithm}\caption{A.}\includegraphics{a}\end{algorithm}",
    "listing": r"\begin{listing}\caption{A.}\end{listing}",
    "excluded": r"\excludecomment{foo}\begin{foo}\begin{figure}\includegraphics{a}\caption{C.}\end{figure}\end{foo}",
    "own listing": r"\lstnewenvironment{foo}{}{}\begin{foo}\begin{figure}\caption{C.}\end{figure}\end{foo}",
    "own float for programs": r"\newfloat{program}{t}{lop}\begin{program}\caption{P.}\end{program}",
}


@pytest.mark.parametrize("name", NO_FLOATS)
def test_what_holds_no_floats(name: str) -> None:
    found = read(NO_FLOATS[name])
    assert (found.floats, found.rejects) == ((), ())


def test_own_floats_that_are_figures() -> None:
    preamble = (
        r"\newfloat{scheme}{t}{los}\floatname{scheme}{Scheme}\DeclareFloatingEnvironment[name=Chart]{chart}"
    )
    body = r"\begin{scheme}\includegraphics{a}\caption{S.}\end{scheme}\begin{chart}\includegraphics{b}\caption{C.}\end{chart}"
    found = read(body, preamble=preamble)
    assert [(f.kind, f.label, f.caption) for f in found.floats] == [
        ("figure", "Scheme 1", "S."),
        ("figure", "Chart 1", "C."),
    ]


def test_a_table_beyond_the_limits_costs_only_itself() -> None:
    rows = r"a&b\\" * 2500
    found = read(
        r"\begin{table}\caption{T.}\begin{tabular}{ll}"
        + rows
        + r"\end{tabular}\end{table}"
        + ONE_FIGURE["figure"]
    )
    assert (brief(found), rejected(found)) == (
        [("figure-1", "1", "One.", "a")],
        [("table-1", "table_unreadable")],
    )


def test_floatrow_boxes_of_both_kinds() -> None:
    body = (
        r"\begin{figure}\begin{floatrow}\ffigbox{\caption{Left.}}{\includegraphics{a}}"
        r"\ttabbox{\caption{Right.}}{\begin{tabular}{c}1\end{tabular}}\end{floatrow}\end{figure}"
    )
    found = read(body)
    assert brief(found) == [("figure-1", "1", "Left.", "a"), ("table-1", "1", "Right.", "")]


def test_pieces_in_the_style_of_some_journals() -> None:
    body = r"\begin{figure}\includegraphics{a}\includegraphics{b}\caption{\textbf{a}, One. \textbf{b}, Two.}\end{figure}"
    assert [f.caption for f in read(body).floats] == ["a, One. b, Two.", "One.", "Two."]


def test_a_picture_far_from_a_caption_is_not_its_figure() -> None:
    body = "\\includegraphics{a}\n\nOne.\n\nTwo.\n\nThree.\n\n\\includegraphics{b}\n\n\\captionof{figure}{B.}\n\nEnd."
    assert brief(read(body)) == [("figure-1", "1", "B.", "b")]


def test_gridline_rows() -> None:
    body = (
        r"\begin{figure*}\gridline{\fig{a}{0.3\textwidth}{(a)}\fig{b}{0.3\textwidth}{(b)}}"
        r"\gridline{\fig{c}{0.3\textwidth}{(c)}}\caption{Three.}\end{figure*}"
    )
    (one,) = read(body, documentclass="aastex631").floats
    assert [(g.path, g.row) for g in one.graphics] == [("a.png", 0), ("b.png", 0), ("c.png", 1)]


def test_arrays_and_tabbing_in_tables() -> None:
    array = r"\begin{table}\caption{T.}$\begin{array}{cc}x_1&y\\1&2\end{array}$\end{table}"
    assert only(read(array)).table_text == "x₁\ty\n1\t2"
    tabbing = r"\begin{table}\caption{T.}\begin{tabbing}aaa\=bbb\kill x\>y\\1\>2\end{tabbing}\end{table}"
    assert only(read(tabbing)).table_text == "x\ty\n1\t2"


def test_several_tabulars_make_one_table() -> None:
    one = only(
        read(
            r"\begin{table}\caption{T.}\begin{tabular}{l}a\end{tabular}\begin{tabular}{l}b\end{tabular}\end{table}"
        )
    )
    assert one.table_text == "a\nb"


def test_panels_go_on_in_a_continued_float() -> None:
    panels = r"\subfloat[One.]{\includegraphics{a}}\subfloat[Two.]{\includegraphics{b}}\caption{Whole.}"
    begin, end = r"\begin{figure}", r"\end{figure}"
    found = read(begin + panels + end + begin + r"\ContinuedFloat" + panels + end + begin + panels + end)
    labels = [f.label for f in found.floats if f.panel]
    assert labels == [f"Figure {n}" for n in ("1(a)", "1(b)", "1(c)", "1(d)", "2(a)", "2(b)")]
