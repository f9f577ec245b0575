"""Reads a LaTeX paper: every figure, table and panel, with its caption as a TeX engine would print it."""

from extractors.latex.extract import VERSION, LatexParameters, extract
from extractors.latex.floats.drawn import RenderLimits, engine_identity, render_drawing
from extractors.latex.header import plain_text

__all__ = [
    "VERSION", "LatexParameters", "RenderLimits", "engine_identity", "extract", "plain_text", "render_drawing",
]  # fmt: skip
