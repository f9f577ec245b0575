"""Reads a LaTeX paper: every figure, table and panel, with its caption as a TeX engine would print it."""

from extractors.latex.extraction import VERSION, LatexParameters, Reading, extract, read_drawn

__all__ = ["VERSION", "LatexParameters", "Reading", "extract", "read_drawn"]
