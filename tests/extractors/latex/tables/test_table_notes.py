"""Notes of tables in the packages' many ways: a line below for each, and a raised mark in the cell."""

import pytest

from extractors.latex import extract
from extractors.tables import from_html
from schemas.paper import Paper


def lines(body: str, document_class: str = "article", preamble: str = "") -> list[str]:
    """Return the rows and notes of the one table of a paper, cells separated by ` | `."""
    source = f"\\documentclass{{{document_class}}}{preamble}\\begin{{document}}{body}\\end{{document}}"
    found = extract(Paper("arxiv:2611.00096", {"main.tex": source.encode()}))
    assert [f.kind for f in found.floats] == ["table"]
    return (found.floats[0].table_text or "").replace("\t", " | ").split("\n")


def floating(inside: str, environment: str = "table") -> str:
    return f"\\begin{{{environment}}}\\caption{{One.}}{inside}\\end{{{environment}}}"


def tabular(rows: str) -> str:
    return f"\\begin{{tabular}}{{ll}}{rows}\\end{{tabular}}"


MINIPAGE = r"\begin{minipage}{5cm}"
TWO = ["Aᵃ | 1.5ᵇ", "ᵃ First.", "ᵇ Second."]
NOTES = {
    "threeparttable": floating(
        r"\begin{threeparttable}" + tabular(r"A\tnote{a} & 1.5\tnote{b}") + r"\begin{tablenotes}[para,flushleft]\footnotesize"
        r"\item[a] First. \item[b] Second.\end{tablenotes}\end{threeparttable}"
    ),
    "threeparttablex": (
        r"\begin{ThreePartTable}\begin{TableNotes}\item[a] First.\item[b]\label{tn:b} Second.\end{TableNotes}"
        r"\begin{longtable}{ll}\caption{One.}\\ A\tnote{a} & 1.5\tnotex{tn:b} \\ \insertTableNotes\end{longtable}\end{ThreePartTable}"
    ),
    "longtblr": (
        r"\begin{longtblr}[caption={One.},note{a}={First.},note{b}={Second.}]{ll} A\TblrNote{a} & 1.5\TblrNote{b}\end{longtblr}"
    ),
    "talltblr": floating(
        r"\begin{talltblr}[label=none,note{a}={First.},note{b}={Second.}]{colspec={ll}} A\TblrNote{a} & 1.5\TblrNote{b}"
        r"\end{talltblr}"
    ),
    "ctable": (
        r"\ctable[caption={One.},label=x]{ll}{\tnote[a]{First.}\tnote[b]{Second.}}{\FL A\tmark[a] & 1.5\tmark[b]\LL}"
    ),
    "deluxetable": (
        r"\begin{deluxetable}{ll}\tablecaption{One.}\startdata A\tablenotemark{a} & 1.5\tablenotemark{b}\enddata"
        r"\tablenotetext{a}{First.}\tablenotetext{b}{Second.}\end{deluxetable}"
    ),
    "AASTeX's notes in a table": floating(
        tabular(r"A\tablenotemark{a} & 1.5\tablenotemark{b}") + r"\tablenotetext{a}{First.}\tablenotetext{b}{Second.}"
    ),
    "tabnotetext": floating(
        tabular(r"A\tabnoteref{a} & 1.5\tabnoteref{b}") + r"\tabnotetext{a}{First.}\tabnotetext{b}{Second.}"
    ),
    "footnotes in a minipage": floating(
        MINIPAGE + tabular(r"A\footnote{First.} & 1.5\footnote{Second.}") + r"\end{minipage}"
    ),
    "nicematrix": floating(
        r"\begin{NiceTabular}{ll} A\tabularnote{First.} & 1.5\tabularnote{Second.}\end{NiceTabular}"
    ),
    "marks and texts apart": floating(
        MINIPAGE + tabular(r"A\footnotemark[1] & 1.5\footnotemark[2]") + r"\footnotetext[2]{Second.}\footnotetext[1]{First.}\end{minipage}"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_notes_are_lines_below_with_raised_marks(name: str) -> None:
    found = lines(NOTES[name])
    assert (found[0], sorted(found[1:])) == (TWO[0], TWO[1:])


def test_notes_of_revtex_are_lettered_and_others_numbered_on() -> None:
    rows = tabular(r"A\footnote{First.} & 1.5\footnotemark[2]") + r"\footnotetext[2]{Second.}"
    assert lines(floating(rows), "revtex4-2") == TWO
    assert lines(r"Text.\footnote{In the text.} " + floating(rows)) == ["A² | 1.5²", "² First.", "² Second."]
    later = tabular(r"A\footnotemark & 1.5\footnotemark")
    after = r"\addtocounter{footnote}{-1}\footnotetext{First.}\stepcounter{footnote}\footnotetext{Second.}"
    assert lines(floating(later) + after) == ["A¹ | 1.5²", "¹ First.", "² Second."]
    assert lines(floating(later) + r"Text. \footnotetext{First.} More text.") == ["A¹ | 1.5²", "¹ First."]
    stated = tabular(r"A\footnotemark & 1.5") + r"\footnotetext[7]{First.}"
    assert lines(floating(stated)) == ["A⁷ | 1.5", "⁷ First."]
    assert lines(floating(tabular(r"A\tablefootnote{First.} & 1.5"))) == ["A¹ | 1.5", "¹ First."]


BELOW = {
    r"\begin{tablenotes}Of all years.\end{tablenotes}": ["Of all years."],
    r"\begin{tablenotes}\item \textit{Note}: Of all years. \item[$\dagger$] Dead.\end{tablenotes}": [
        "Note: Of all years.",
        "† Dead.",
    ],
    r"\tablefoot{Of \textbf{all} years. \tablefoottext{a}{Dead.}}\tablebib{(1) Oak}": [
        "Of all years. ᵃ Dead.",
        "(1) Oak",
    ],
    r"\tablecomments{Of all years.}\tablerefs{(1) Oak}": ["Of all years.", "(1) Oak"],
    r"\tabnote{Of all years.}": ["Of all years."],
    r"\begin{tabnote}Of all years.\end{tabnote}": ["Of all years."],
    r"\belowtable{Of all years.}": ["Of all years."],
    r"\floatfoot{Of all years.}": ["Of all years."],
}  # fmt: skip


@pytest.mark.parametrize(("tex", "expected"), BELOW.items(), ids=list(BELOW))
def test_what_stands_below_a_table(tex: str, expected: list[str]) -> None:
    assert lines(floating(tabular("A & 1.5") + tex)) == ["A | 1.5", *expected]


def test_notes_in_an_argument_and_in_keys() -> None:
    processed = (
        r"\begin{table}\processtable{One.\label{x}}{" + tabular("A & 1.5") + r"}{Of all years.}\end{table}"
    )
    assert lines(processed) == ["A | 1.5", "Of all years."]
    keyed = r"\begin{longtblr}[caption={One.},remark{Source}={Oak, 2001.},note{$\star$}={Dead.}]{ll} A\TblrNote{$\star$} & 1.5\end{longtblr}"
    assert lines(keyed) == ["A⋆ | 1.5".replace("⋆", "^⋆"), "Source: Oak, 2001.", "^⋆ Dead."]
    nice = r"\begin{NiceTabular}{ll}[tabularnote={Of all years.}] A & 1.5\end{NiceTabular}"
    assert lines(floating(nice)) == ["A | 1.5", "Of all years."]


def test_notes_are_the_tables_own() -> None:
    one = floating(
        rf"\begin{{threeparttable}}{tabular('A & 1')}\begin{{tablenotes}}\item One.\end{{tablenotes}}\end{{threeparttable}}"
    )
    source = rf"\documentclass{{article}}\begin{{document}}{one}{floating(tabular('B & 2'))}\end{{document}}"
    found = extract(Paper("arxiv:2611.00096", {"main.tex": source.encode()})).floats
    assert [from_html(f.table_html or "").notes for f in found] == [("One.",), ()]
