"""Reads a LaTeX paper: every figure, table and panel, with its caption as a TeX engine would print it."""

from extractors.latex.drawn import RenderLimits, engine_identity, render_drawing
from extractors.latex.extraction import VERSION, LatexParameters, extract

__all__ = ["VERSION", "LatexParameters", "RenderLimits", "engine_identity", "extract", "render_drawing"]
