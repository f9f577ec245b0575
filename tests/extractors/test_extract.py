"""Which extractor reads a paper, and what makes good for a source that cannot be used."""

import pytest
from pdf_pages import Pages

from extractors.extract import ExtractParameters, extract
from schemas.paper import Paper
from schemas.reject import RecordError

OFF = ExtractParameters()


def pdf_paper():
    pages = Pages().paragraph(6).space(16)
    pages.drawing(150, 450, 100)
    pages.space(18).line("Figure 1: Slow return.", x=200).space(18).paragraph(8)
    pages.add().paragraph(30)
    return pages.data()


def figure_file():
    pages = Pages()
    pages.drawing(50, 200, 100)
    return pages.data()


PDF = pdf_paper()
PLAIN_TEX = b"\\magnification=1200 \\hsize=15cm \\beginsection 1. Start\\par Words. \\bye"
LATEX = b"\\documentclass{article}\\begin{document}\\begin{figure}\\includegraphics{f}\\caption{C}\\end{figure}\\end{document}"


def test_a_pdf_alone_is_read():
    found = extract(Paper("arxiv:1", {"paper.pdf": PDF}), "arxiv", OFF)
    assert [f.label for f in found.floats] == ["Figure 1"] and not found.warnings


@pytest.mark.parametrize(
    ("source", "files", "reason"),
    [
        ("arxiv", {"ms.tex": PLAIN_TEX}, "tex_not_latex"),
        ("pmc", {"PMC1.nxml": b"<article><front>"}, "xml_"),
        ("pmc", {"notes.txt": b"nothing"}, "pdf_only"),
    ],
)
def test_a_pdf_makes_good_for_a_source_that_cannot_be_used(source, files, reason):
    found = extract(Paper(f"{source}:1", {**files, "ms.pdf": PDF}), source, OFF)
    assert [f.label for f in found.floats] == ["Figure 1"]
    assert found.warnings[0].startswith(f"ms.pdf was read instead of the source: {reason}")


def test_a_good_source_is_preferred_and_pdf_files_of_figures_are_no_papers():
    found = extract(Paper("arxiv:1", {"ms.tex": LATEX, "f.pdf": figure_file(), "ms.pdf": PDF}), "arxiv", OFF)
    assert [f.caption for f in found.floats] == ["C"]
    with pytest.raises(RecordError, match="tex_not_latex"):
        extract(Paper("arxiv:1", {"ms.tex": PLAIN_TEX, "f.pdf": figure_file()}), "arxiv", OFF)
