"""PubMed Central articles in JATS and NLM XML."""

from extractors.jats.extract import extract

VERSION = "2"  # 1: first form; 2: lines of cells as partial rules, scripts in table_text, ^x for one letter

__all__ = ["VERSION", "extract"]
