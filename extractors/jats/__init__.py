"""PubMed Central articles in JATS and NLM XML."""

from extractors.jats.extract import extract

# 1: first form; 2: lines of cells as partial rules, scripts in table_text, ^x for one letter; 3: marks of lists,
# ranges of references, chemical structures, boxes and notes inside captions and cells; 4: the abstract, the titles of
# the sections in which mentions stand
VERSION = "4"

__all__ = ["VERSION", "extract"]
