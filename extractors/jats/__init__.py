"""PubMed Central articles in JATS and NLM XML."""

from extractors.jats.extract import extract

VERSION = "1"  # 1: first form

__all__ = ["VERSION", "extract"]
