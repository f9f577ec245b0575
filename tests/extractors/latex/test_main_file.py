"""Which document of an archive is the paper: beside templates, letters, drafts, copies, translations and versions."""

import pytest

from extractors.latex import extract
from extractors.latex.source.roles import title_of, version
from schemas.paper import Paper


def document(
    title: str = "Winds of a hot star", *, floats: int = 1, text: str = "", kind: str = "article"
) -> str:
    figure = "\\begin{figure}\\includegraphics{a}\\caption{One.}\\end{figure}"
    return (
        f"\\documentclass{{{kind}}}\n\\title{{{title}}}\n\\begin{{document}}\\maketitle\n{text}{figure * floats}"
        "\\end{document}"
    )


PAPER = document()
LONGER = document(floats=3)

CHOICES: dict[str, tuple[dict[str, str], str]] = {
    "a class's demo that became a draft": ({"draft_v2": PAPER, "achemso-demo": LONGER}, "draft_v2"),
    "a sample beside its translation": (
        {"sample-sigconf": PAPER, "sample-sigconf-chinese": document("热星的风", floats=3), "sample-sigconf-chinese.bbl": ""},
        "sample-sigconf",
    ),
    "an example whose title is the class's": (
        {"a": PAPER, "main": document("An Example Article Using \\LaTeX", floats=3)}, "a"),
    "a template's figures under a title of one's own": (
        {"icra": PAPER, "paper": LONGER.replace("One.", "Example of a short caption, which should be centered.")}, "icra"),
    "comments of a referee": ({"mnras_template": PAPER, "referee_comments": LONGER}, "mnras_template"),
    "a letter": ({"stars": PAPER, "cover_letter": LONGER}, "stars"),
    "a discovery is no cover letter": ({"discovery": LONGER, "stars": document("Another")}, "discovery"),
    "diffusion is no diff": ({"diffusion": LONGER, "stars": document("Another")}, "diffusion"),
    "a title page": ({"stars": PAPER, "TitlePage": LONGER}, "stars"),
    "changes that are marked": ({"stars": PAPER, "stars_tracked_changes": LONGER}, "stars"),
    "a list of changes": ({"revised-draft": PAPER, "changes": LONGER, "agutmpl": LONGER}, "revised-draft"),
    "a red line": ({"SMHET": PAPER, "SMHET_Redline": LONGER}, "SMHET"),
    "an old one in Spanish": ({"doc": PAPER, "icse_antiguo": document("Winds: a tool", floats=3)}, "doc"),
    "a folder for somebody, with its .bbl": (
        {"stars": PAPER, "for-james/stars": LONGER, "for-james/stars.bbl": ""}, "stars"),
    "a folder with a .bbl, of another title": (
        {"stars": document("Notes"), "paper/stars": LONGER, "paper/stars.bbl": ""}, "paper/stars"),
    "only in folders": ({"one/x": document("Notes", floats=0), "one/y": LONGER}, "one/y"),
    "a later version": ({"stars_v1": LONGER, "stars_v2": PAPER}, "stars_v2"),
    "v10 comes behind v9": ({"stars-v9": LONGER, "stars-v10": PAPER}, "stars-v10"),
    "what was accepted": ({"stars": LONGER, "stars_accepted": PAPER}, "stars_accepted"),
    "a variant in another class": ({"name": PAPER, "name_apa7": LONGER}, "name"),
    "the one that says more": ({"x": LONGER, "y": document("Another", floats=1, text="Much text. " * 99)}, "x"),
    "what files say that are read": (
        {"x": document("Another", floats=2), "y": document(floats=0, text="\\input{z}"), "z": "\\caption{}" * 9}, "y"),
    "one that cites": ({"x": LONGER, "y": document("Another", floats=0, text="See \\cite{a}.")}, "y"),
    "a talk": ({"x": PAPER, "paper": document(floats=3, kind="baposter")}, "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
def test_which_document_is_the_paper(name: str) -> None:
    files, expected = CHOICES[name]
    data = {n if n.endswith(".bbl") else n + ".tex": text.encode() for n, text in files.items()}
    assert extract(Paper("arxiv:1", {**data, "a.png": b"x"})).header.main_file == expected + ".tex"


def test_what_was_left_aside_is_named() -> None:
    files = {"draft_v2.tex": LONGER, "referee_comments.tex": LONGER, "for-james/stars.tex": LONGER}
    found = extract(Paper("arxiv:1", {**{n: t.encode() for n, t in files.items()}, "a.png": b"x"}))
    aside = [w for w in found.warnings if "left aside" in w]
    assert found.header.main_file == "draft_v2.tex"
    assert [next(n for n in files if w.startswith(n)) for w in aside] == [
        "for-james/stars.tex",
        "referee_comments.tex",
    ]


@pytest.mark.parametrize(
    "title",
    ["Contribution Title", "TEXT", "Scientific Reports Title to see here", "=enter title here=", "Your Paper",
     "A Sample Article Using IEEEtran.cls", "A Multifrequency MAC Specially Designed for Wireless Sensor Networks"],
)  # fmt: skip
def test_titles_of_templates(title: str) -> None:
    assert title_of(document(title)) is None


@pytest.mark.parametrize(
    "title", ["A text on titles", "Winds", "Sampling articles", "How to enter a titled dataset"]
)
def test_titles_of_papers(title: str) -> None:
    assert title_of(document(title)) == title


VERSIONS = {
    "a/paper_v2.tex": (("a", "paper"), 2), "paper2.tex": (("paper", "2"), 0), "paperV3.tex": (("paper",), 3),
    "name_apa7.tex": (("name", "apa", "7"), 0), "draft-10.tex": (("draft",), 10), "x_final.tex": (("x",), 10**6),
    "x_revised_v2.tex": (("x",), 10**6 + 2),
}  # fmt: skip


def test_versions_in_names() -> None:
    assert {path: version(path) for path in VERSIONS} == VERSIONS
