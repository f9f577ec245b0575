"""What TeX leaves behind is read right: captions, labels, graphics of floats, ends and errors."""

import shutil
from pathlib import Path

import pytest

from benchmarks.tex.comparison import Difference, Tally, compare, labels_in_floats
from benchmarks.tex.compilation import Source, record_of
from benchmarks.tex.outputs import Listed, Opened, Record, group, plain_number, read_outputs
from benchmarks.tex_truth import read_verdicts, report
from schemas.floats import Extraction, Float, Graphic
from schemas.paper import PaperHeader
from schemas.reject import Reject

LOG = """This is pdfTeX
TRUTH|begin|figure
TRUTH|graphic|figure|./figs/a.png
TRUTH|listed|lof|figure|\\numberline {1}{\\ignorespaces One}
TRUTH|finish|figure
TRUTH|graphic||logo.png
TRUTH|begin|table
TRUTH|begin|center
TRUTH|graphic|table|b.pdf
TRUTH|finish|center
TRUTH|finish|table
TRUTH|graphic|figure|/usr/share/example-image.pdf
! Package pdftex.def Error: File `c-eps-converted-to.pdf' not found: using draft setting.
Here is how much of TeX's memory you used:
"""
AUX = r"""\relax
\@writefile{lof}{\contentsline {figure}{\numberline {1}{\ignorespaces One {\bf bold} \cite {x}}}{2}{figure.1}\protected@file@percent }
\newlabel{fig:a}{{1}{2}{One {nested}}{figure.1}{}}
\newlabel{fig:a@cref}{{[figure][1][]1}{[1][2][]2}}
\@input{ch.aux}
\@writefile{lot}{\contentsline {table}{\numberline {\mbox  {II}}{\ignorespaces Two}}{3}{table.2}}
\@writefile{lof}{\contentsline {subfigure}{\numberline {(a)}{\ignorespaces no}}{3}{}}
"""
CHAPTER = (
    r"\@writefile{lof}{\contentsline {figure}{\numberline {A.1}{\ignorespaces In a chapter}}{3}{figure.A.1}}"
)
FLS = "PWD /x\nINPUT main.tex\nINPUT ./figs/a.png\nINPUT /usr/share/article.cls\n"
NAMES = frozenset({"main.tex", "figs/a.png", "logo.png", "b.pdf", "c.eps"})


def record(log: str = LOG, aux: str = AUX) -> Record:
    outputs = {"main.log": log, "main.aux": aux, "ch.aux": CHAPTER, "main.fls": FLS}
    return read_outputs(
        {name: text.encode() for name, text in outputs.items()},
        engine="pdflatex",
        folder=".",
        stem="main",
        names=NAMES,
    )


def test_captions_come_in_the_order_of_the_document_with_their_printed_numbers() -> None:
    assert [(c.kind, c.number) for c in record().captions] == [
        ("figure", "1"),
        ("figure", "A.1"),
        ("table", "II"),
    ]


def test_captions_of_classes_that_write_no_lists_are_those_announced() -> None:
    assert record(aux="\\relax").captions == (Listed("figure", "1", "One"),)


def test_labels_have_numbers_and_anchors() -> None:
    assert record().labels == {"fig:a": "1"}
    assert record().anchors == {"fig:a": "figure.1"}


@pytest.mark.parametrize(
    ("tex", "number"),
    [
        (r"\mbox  {II}", "II"),
        (r"A\_1", "A_1"),
        ("{S{2}}", "S2"),
        (r"{\caption@xref {f}{ on input line 2}}", ""),
        (r"\pgfplots@show@ref@plot:a", ""),
    ],
)
def test_numbers_are_read_without_what_stands_around_them(tex: str, number: str) -> None:
    assert plain_number(tex) == number


def test_graphics_of_the_paper_belong_to_the_float_around_them() -> None:
    assert record().graphics == (
        Opened("figs/a.png", "figure", 1, ("figure",)),
        Opened("logo.png", "", 2),
        Opened("b.pdf", "table", 3),
    )
    assert record().read == ("figs/a.png", "main.tex")


def test_an_end_is_told_from_a_stop_and_what_another_engine_could_read_is_counted() -> None:
    assert (record().ended, record().avoidable, record().errors) == (True, 1, 1)
    stopped = record(log=LOG.replace("Here is", "! Emergency stop.\nHere is"))
    assert not stopped.ended
    assert "Emergency stop" in stopped.problem
    assert not record(log="").ended


def test_groups_are_read_with_their_escaped_braces() -> None:
    assert group(r" {a\}{b}}c", 0) == (r"a\}{b}", 9)


def found(*floats: Float, rejects: tuple[Reject, ...] = ()) -> Extraction:
    header = PaperHeader(paper_key="arxiv:1", categories=(), is_retracted=False)
    return Extraction(header, floats, rejects)


def figure(number: str, caption: str, path: str = "figs/a.png", kind: str = "figure") -> Float:
    return Float(
        pair_id=f"arxiv:1:{kind}-{number}", paper_key="arxiv:1", kind=kind, number=number, ref_keys=(),
        caption=caption, caption_raw=caption, mentions=(), source_file="main.tex", snippet="",
        graphics=(Graphic(path=path, page=1, angle=0.0, row=0),),
    )  # fmt: skip


TRUE = (
    figure("1", "One bold [3]"),
    figure("A.1", "In a chapter"),
    figure("II", "Two", path="b.pdf", kind="table"),
)


def test_what_agrees_is_no_difference() -> None:
    result = compare("p", record(), found(*TRUE), {"fig:a": "1"}, frozenset({"fig:a"}))
    tallies = (result.captions, result.numbers, result.labels, result.graphics, result.unknown)
    assert [t.total for t in tallies] == [3, 3, 1, 2, 3]
    assert not any(t.differences for t in tallies)


@pytest.mark.parametrize(
    ("floats", "tally", "what"),
    [
        (TRUE[1:], "captions", "caption figure 1"),
        ((figure("1", "One bold", kind="table"), *TRUE[1:]), "captions", "kind figure 1"),
        ((figure("7", "One bold"), *TRUE[1:]), "numbers", "number figure 1"),
        ((*TRUE[:2], figure("II", "Two", path="x.pdf", kind="table")), "graphics", "graphic b.pdf"),
        ((*TRUE, figure("9", "Nobody lists this")), "unknown", "unknown figure 9"),
    ],
)
def test_each_difference_has_its_name(floats: tuple[Float, ...], tally: str, what: str) -> None:
    result = compare("p", record(), found(*floats), {}, frozenset())
    assert [d.what for d in getattr(result, tally).differences] == [what]


def test_labels_of_floats_are_told_from_others() -> None:
    text = "\\begin{figure*}%\\label{no}\n\\label{fig:a}\\end{figure*}\\label{sec}\\begin{table}\\label[t]{t}\\end{table}"
    assert labels_in_floats([text]) == {"fig:a", "t"}
    wrong = compare("p", record(), found(*TRUE), {"fig:a": "2"}, frozenset({"fig:a"}))
    assert [(d.what, d.theirs, d.ours) for d in wrong.labels.differences] == [("label fig:a", "1", "2")]


def test_a_graphic_named_by_a_reject_is_accounted_for() -> None:
    reject = Reject(
        paper_key="arxiv:1", pair_id="arxiv:1:table-1", stage="extract", reason="caption_missing", detail="",
        kind="table", snippet="\\includegraphics{b}",
    )  # fmt: skip
    assert not compare(
        "p", record(), found(*TRUE[:2], rejects=(reject,)), {}, frozenset()
    ).graphics.differences


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_paper_is_compiled_without_a_shell_and_kept(tmp_path: Path) -> None:
    (tmp_path / "texmf-var").mkdir()
    main = (
        "\\documentclass{article}\\begin{document}\\immediate\\write18{echo x > escaped.aux}"
        "\\begin{figure}words\\caption{A {\\bf bold} one}\\label{f}\\end{figure}"
        "\\input{escaped.aux}\\end{document}"
    )
    source = Source("1", "slug", {"src/main.tex": main.encode()}, "src/main.tex")
    first = record_of(source, tmp_path)
    assert not first.ended  # the file that a shell would have written is not there
    ended = Source(
        "2", "slug", {"src/main.tex": main.replace("\\input{escaped.aux}", "").encode()}, "src/main.tex"
    )
    whole = record_of(ended, tmp_path)
    assert (whole.ended, whole.labels) == (True, {"f": "1"})
    assert [(c.kind, c.number) for c in whole.captions] == [("figure", "1")]
    assert record_of(ended, tmp_path) == whole


def test_what_a_reader_found_right_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally(10, [Difference("p", "label a", "1", "2"), Difference("q", "label b", "1", "2")])
    verdicts = {("p", "label a"): ("ours", "TeX errs"), ("q", "*"): ("tex", "another file")}
    assert report("labels", tally, verdicts) == pytest.approx(0.9)
    printed = capsys.readouterr().out
    assert "8 of 10 as TeX has them" in printed
    assert "ours right: TeX errs" in printed
    assert "tex right: another file" in printed
    assert report("labels", tally, {}) == pytest.approx(0.8)


def test_verdicts_name_a_paper_a_difference_and_why() -> None:
    assert all(key[0] and key[1] and verdict in ("ours", "tex") and why
               for key, (verdict, why) in read_verdicts().items())  # fmt: skip
    assert len(read_verdicts()) > 50
