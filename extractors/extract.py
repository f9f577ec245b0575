"""Which extractor reads which source."""

from collections.abc import Callable

from extractors import jats, latex, tables
from schemas.floats import Extraction
from schemas.paper import Paper

VERSION = "1"  # 1: LaTeX and JATS

EXTRACTORS: dict[str, Callable[[Paper], Extraction]] = {"arxiv": latex.extract, "pmc": jats.extract}


def versions() -> dict[str, str]:
    """Return the versions that decide, with the papers, what a build finds."""
    return {"latex": latex.VERSION, "jats": jats.VERSION, "tables": tables.VERSION}
