"""PubMed Central articles in JATS and NLM XML."""

from extractors.jats.extract import extract

# 1: first form; 2: lines of cells as partial rules, scripts in table_text, ^x for one letter; 3: marks of lists,
# ranges of references, chemical structures, boxes and notes inside captions and cells
VERSION = "3"

__all__ = ["VERSION", "extract"]
