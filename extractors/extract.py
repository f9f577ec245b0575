"""Which extractor reads which source."""

from collections.abc import Callable
from dataclasses import dataclass

from extractors import jats, latex, tables
from schemas.floats import Extraction
from schemas.paper import Paper

VERSION = "2"  # 1: LaTeX and JATS; 2: drawings handed on to be rendered


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

    Raises:
        RecordError: the paper as a whole cannot be read.
    """
    return EXTRACTORS[source](paper, parameters)


def versions() -> dict[str, str]:
    """Return the versions that decide, with the papers, what a build finds."""
    return {"latex": latex.VERSION, "jats": jats.VERSION, "tables": tables.VERSION}
