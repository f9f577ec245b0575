"""Which extractor reads which source."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from extractors import jats, latex, pdf, tables
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

# 1: LaTeX and JATS; 2: drawings handed on to be rendered; 3: PDF where there is no usable source; 4: abstracts,
# sections of mentions
VERSION = "4"

# The source is not there or cannot be read, which a PDF of the paper makes good.
NO_SOURCE = frozenset(
    {
        "paper_empty",
        "pdf_only",
        "tex_main_missing",
        "tex_not_latex",
        "tex_too_complex",
        "xml_invalid",
        "xml_not_article",
    }
)


@dataclass(frozen=True)
class ExtractParameters:
    """What the user may choose: whether figures that are drawn in TeX are to be rendered."""

    render_drawings: bool = False


def _latex(paper: Paper, parameters: ExtractParameters) -> Extraction:
    return latex.extract(paper, parameters=latex.LatexParameters(render_drawings=parameters.render_drawings))


def _jats(paper: Paper, parameters: ExtractParameters) -> Extraction:
    return jats.extract(paper)


EXTRACTORS: dict[str, Callable[[Paper, ExtractParameters], Extraction]] = {"arxiv": _latex, "pmc": _jats}


def extract(paper: Paper, source: str, parameters: ExtractParameters) -> Extraction:
    """Return the figures and tables of a paper of a source, each as a float or as a reject.

    Where the source cannot be used and a PDF of the paper lies beside it, that is read, with a warning.

    Raises:
        RecordError: the paper as a whole cannot be read.
    """
    if len(paper.files) == 1 and pdf.paper_pdf(paper.files):
        return pdf.extract(paper)
    try:
        return EXTRACTORS[source](paper, parameters)
    except RecordError as error:
        name = pdf.paper_pdf(paper.files) if error.reason in NO_SOURCE else None
        if name is None:
            raise
        found = pdf.extract(paper)
        return replace(found, warnings=(f"{name} was read instead of the source: {error}", *found.warnings))


def versions() -> dict[str, str]:
    """Return the versions that decide, with the papers, what a build finds."""
    return {
        "latex": latex.VERSION,
        "jats": jats.VERSION,
        "pdf": pdf.VERSION,
        "tables": tables.VERSION,
    }
