"""Reads a LaTeX paper: every figure, table and panel with its readable caption, as a TeX engine would see it."""

from extractors.latex.extraction import VERSION, extract

__all__ = ["VERSION", "extract"]
