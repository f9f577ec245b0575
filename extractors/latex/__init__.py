"""Reads a LaTeX paper: every figure, table and panel, with its caption as a TeX engine would print it."""

from extractors.latex.extraction import VERSION, extract

__all__ = ["VERSION", "extract"]
