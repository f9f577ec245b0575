"""What the differences from LaTeXML's reading were judged to be, each after reading the paper's source."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What the differences of a paper were judged to be on reading its source, one by one.

    `count` is how many were read, `form` what each looks like: others of the same kind stay open.
    """

    slug: str
    what: str
    count: int
    form: str
    verdict: str


NOT_KNOWN = (
    "ours: \\processtable, of a class that LaTeXML does not know; pdfTeX lists the table with this number"
)
FORMULA = "even: the words agree; LaTeXML spells the formula out"
VERDICTS = (
    Verdict("bfc", "extra", 2, r"Performance of error|Effect on de novo", NOT_KNOWN),
    Verdict("minimap2", "extra", 1, r"Evaluation of junction accuracy", NOT_KNOWN),
    Verdict("miniasm", "extra", 4, r"Tools for|Pairwise mapping|Graphical fragment|Evaluation data", NOT_KNOWN),
    Verdict("solvingmicrodsops", "extra", 35, r"", "ours: LaTeXML read none of the \\subfile parts: it has no float"),
    Verdict("latexml-figure-dual-caption", "extra", 2, r"Right (?:figure|table)\.",
            "ours: the float has two captions; LaTeXML joins them"),
    Verdict("latexml-figure-dual-caption", "number", 2, r"theirs '2' ours '1'",
            "ours: pdfTeX lists 1 and 2; LaTeXML joined the captions and kept the last number"),
    Verdict("latexml-figure-mixed-content", "extra", 2, r"mid-fig caption|trailing caption",
            "ours: the float has three captions; LaTeXML joins them"),
    Verdict("latexml-figure-mixed-content", "missed", 2, r"A Wrapped Algorithm|Algorithms in minipage",
            "ours: the caption is an algorithm's"),
    Verdict("latexml-figure-mixed-content", "number", 6, r"theirs '\d+' ours '\d'",
            "ours: pdfTeX lists 1 to 9; LaTeXML counts an algorithm and joined captions"),
    Verdict("latexml-figure-mixed-content", "graphics", 1, r"theirs \[\]", "ours: LaTeXML loses images in an array"),
    Verdict("latexml-figure-grids", "number", 110, r"theirs '0[a-z]+' ours '\d\d?[a-z]+'",
            "ours: each figure's panels alone have captions, which subcaption counts as a figure; pdfTeX prints "
            "these very 110 numbers where labels are added; LaTeXML counts no figure and letters on"),
    Verdict("latexml-figures", "number", 2, r"theirs '0([ab])' ours '1\1'",
            "ours: LaTeXML numbers a panel before its table counts"),
    Verdict("latex-paper", "number", 8, r"theirs '[01]([a-f])' ours '[12]\1'",
            "ours: LaTeXML numbers a panel before its figure counts"),
    Verdict("pygbe-lspr-paper", "number", 6, r"theirs '(?:1' ours 'i|2' ours 'ii|3' ours 'iii|4' ours 'iv"
            r"|5' ours 'v|6' ours 'vi)'", "ours: revtex numbers tables in Roman numerals, and so does pdfTeX"),
    Verdict("cloud-repro", "number", 5, r"theirs '(?:i' ours '1|ii' ours '2|iii' ours '3|iv' ours '4|v' ours '5)'",
            "ours: IEEEtran's compsoc numbers tables in Arabic numerals, and so does pdfTeX"),
    Verdict("edo-paper", "graphics", 6, r"theirs \[\]", "ours: LaTeXML drops images in a tabular"),
    Verdict("edo-paper", "text", 6, r"open-interval@", "even: the words agree; LaTeXML calls (3, 100) an interval"),
    Verdict("lsstdesc-ccl-version-arxiv", "text", 1, r"similar-to-or-equals", FORMULA),
    Verdict("magnetic-ellipsoid", "text", 1, r"tilde@", FORMULA),
    Verdict("miniasm", "text", 1, r"delimited-\[\]@", FORMULA),
    Verdict("paper-author-disambiguation", "text", 1, r"R _ \[B3\]", FORMULA),
    Verdict("pygbe-lspr-paper", "text", 3, r"plus-or-minus", FORMULA),
)  # fmt: skip


def judged(differences: list[tuple[str, str, str, str]]) -> list[str]:
    """Return the verdict on each difference: `open` where none was made, or more are there than were read."""
    left = {verdict: verdict.count for verdict in VERDICTS}
    out = []
    for slug, what, _, detail in differences:
        found = next(
            (
                v
                for v in VERDICTS
                if (v.slug, v.what) == (slug, what) and left[v] and re.search(v.form, detail)
            ),
            None,
        )
        if found is not None:
            left[found] -= 1
        out.append("open" if found is None else found.verdict)
    return out
