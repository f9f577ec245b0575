"""A submission of several documents: paper and supplement, drafts and templates, and what 00README says of them."""

import json

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper

WORDS = {name: " ".join(f"{name}{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(200)) for name in "xyz"}


def document(
    picture: str, caption: str, *, title: str = "A paper", words: str = "x", kind: str = "article"
) -> str:
    return (
        f"\\documentclass{{{kind}}}\\usepackage{{graphicx}}\n\\title{{{title}}}\n\\begin{{document}}\\maketitle {WORDS[words]}\n"
        f"\\begin{{figure}}\\includegraphics{{{picture}}}\\caption{{{caption}}}\\end{{figure}}\\end{{document}}"
    )


def read(**files: str) -> Extraction:
    named = {name.replace("__", "/").replace("_dot_", "."): text.encode() for name, text in files.items()}
    data = {name if "." in name else name + ".tex": text for name, text in named.items()}
    return extract(Paper("arxiv:1", {**data, "a.png": b"x", "b.png": b"x", "c.png": b"x"}))


MAIN = document("a", "Of the paper.")
SUPPLEMENT = document("b", "Of the supplement.", title="Supplemental material", words="y")


def captions(found: Extraction) -> list[str]:
    return [f.caption for f in found.floats]


def aside(found: Extraction) -> list[str]:
    return [w for w in found.warnings if "left aside" in w]


def test_paper_and_supplement_give_the_floats_of_both() -> None:
    found = read(MainText=MAIN, SupplementalMaterial=SUPPLEMENT)
    assert captions(found) == ["Of the paper.", "Of the supplement."]
    assert [f.pair_id for f in found.floats] == ["arxiv:1:figure-1", "arxiv:1:figure-2"]
    assert [f.source_file for f in found.floats] == ["MainText.tex", "SupplementalMaterial.tex"]
    assert (found.header.main_file, found.header.title, aside(found)) == ("MainText.tex", "A paper", [])


def test_each_document_numbers_anew_and_knows_its_own_labels() -> None:
    labelled = SUPPLEMENT.replace(
        r"\begin{figure}", r"\renewcommand{\thefigure}{S\arabic{figure}} See Fig.~\ref{f}.\begin{figure}"
    )
    found = read(
        main=MAIN.replace("A paper", r"A paper\newcommand{\who}{main}"),
        supp=labelled.replace(r"\end{figure}", r"\label{f}\end{figure}"),
    )
    assert [f.label for f in found.floats] == ["Figure 1", "Figure S1"]
    assert "See Fig. S1." in found.floats[1].mentions[0]


def test_settings_of_one_document_do_not_hold_in_the_next() -> None:
    main = MAIN.replace(r"\begin{document}", r"\graphicspath{{one/}}\begin{document}")
    found = extract(Paper("arxiv:1", {
        "main.tex": main.encode(), "supp.tex": SUPPLEMENT.encode(), "one/a.png": b"x", "one/b.png": b"x", "b.jpg": b"x",
    }))  # fmt: skip
    assert [f.graphics[0].path for f in found.floats] == ["one/a.png", "b.jpg"]


def test_a_rejected_float_of_the_supplement_counts_too() -> None:
    found = read(main=MAIN, supp=SUPPLEMENT.replace("{b}", "{gone}"))
    assert [(r.pair_id, r.reason) for r in found.rejects] == [("arxiv:1:figure-2", "image_missing")]


ASIDE = {
    "a copy": ({"main_v2": document("b", "Other.", words="x")}, "most of it stands in another document"),
    "a draft": ({"draft": document("b", "Other.", words="y")}, "its name is that of a draft"),
    "an old version": ({"old__paper": document("b", "Other.", words="y")}, "its name is that of a draft"),
    "a reply": ({"response_to_referees": document("b", "Other.", words="y")}, "a letter or a reply"),
    "slides": ({"talk1": document("b", "Other.", words="y", kind="beamer")}, "its class is beamer"),
    "a template": (
        {"neurips": document("b", "Other.", words="y", title=r"Formatting Instructions for \LaTeX{}")},
        "it is a template",
    ),
    "a template by its name": (
        {"elsarticle-template": document("b", "Other.", words="y")},
        "that of a template",
    ),
    "another paper in a folder": ({"more__thing": document("b", "Other.", words="y")}, "in another folder"),
    "ignored": (
        {"more": document("b", "Other.", words="y"), "00README_dot_XXX": "more.tex ignore\n"},
        "00README says to ignore it",
    ),
}


@pytest.mark.parametrize(("files", "why"), ASIDE.values(), ids=ASIDE)
def test_what_is_left_aside_is_named(files: dict[str, str], why: str) -> None:
    found = read(main=MAIN, **files)
    assert captions(found) == ["Of the paper."]
    (warning,) = aside(found)
    assert next(iter(files)).replace("__", "/") + ".tex" in warning and why in warning


def test_a_supplement_in_a_folder_and_a_second_paper_beside_belong_to_it() -> None:
    found = read(main=MAIN, update=document("c", "Of the update.", words="z"), supp__text=SUPPLEMENT)
    assert captions(found) == ["Of the paper.", "Of the supplement.", "Of the update."]


def test_parts_of_a_document_are_no_documents() -> None:
    main = MAIN.replace(r"\end{document}", r"\newcommand{\part}{two}\input{one}\input{\part}\end{document}")
    standalone = document("c", "Alone.", words="z", kind="standalone")
    found = read(
        main=main, one=document("b", "One.", words="y"), two=document("c", "Two.", words="z"), fig=standalone
    )
    assert captions(found) == ["Of the paper.", "One.", "Two."] and not aside(found)


YAML = "spec_version: 1\nsources:\n  - filename: {0}\n    usage: toplevel\n  - usage: toplevel\n    filename: '{1}'\n  - {{filename: main.tex, usage: ignore}}\n"
READMES = {
    "directives": ("00README.XXX", "{0} toplevelfile\n{1} toplevelfile\nmain.tex ignore\n"),
    "YAML": ("00README.yaml", YAML),
    "JSON": ("00README.json", ""),
}


@pytest.mark.parametrize(("name", "text"), READMES.values(), ids=READMES)
def test_the_readme_rules(name: str, text: str) -> None:
    chosen = ("supp.tex", "draft.tex")
    if not text:
        sources = [{"filename": n, "usage": "toplevel"} for n in chosen] + [
            {"filename": "main.tex", "usage": "ignore"}
        ]
        text = json.dumps({"sources": sources}).replace("{", "{{").replace("}", "}}")
    found = read(
        main=MAIN, supp=SUPPLEMENT, draft=document("c", "Of a draft.", words="z"),
        **{name.replace(".", "_dot_"): text.format(*chosen)},
    )  # fmt: skip
    assert captions(found) == ["Of the supplement.", "Of a draft."]
    assert found.header.main_file == "supp.tex" and ["main.tex" in w for w in aside(found)] == [True]


def test_the_readme_says_that_pictures_go_through_dvips() -> None:
    files = {"main.tex": MAIN.encode(), "a.pdf": b"x", "a.eps": b"x"}
    readme = b'{"process": {"compiler": "latex+dvips_ps2pdf"}}'
    assert extract(Paper("arxiv:1", files)).floats[0].graphics[0].path == "a.pdf"
    assert extract(Paper("arxiv:1", {**files, "00README.json": readme})).floats[0].graphics[0].path == "a.eps"


def test_ancillary_files_are_no_documents() -> None:
    found = read(main=MAIN, anc__supp=SUPPLEMENT)
    assert captions(found) == ["Of the paper."]


def test_a_template_beside_the_paper_is_not_the_main_file() -> None:
    guide = document("b", "How to.", title=r"\LaTeX\ Author Guidelines for Proceedings", words="y")
    found = read(paper_for_review=MAIN, final=guide)
    assert found.header.main_file == "paper_for_review.tex"
