"""Tables as clean HTML and as plain text, and back: the one form in which LaTeX and JATS tables travel."""

from extractors.tables.grid import Grid, PlacedCell, TableLimits, grid_of, normalise
from extractors.tables.html import from_element, from_html, render, to_html, to_text
from extractors.tables.inline import Run, inline_text, runs_of

__all__ = [
    "VERSION",
    "Grid",
    "PlacedCell",
    "Run",
    "TableLimits",
    "from_element",
    "from_html",
    "grid_of",
    "inline_text",
    "normalise",
    "render",
    "runs_of",
    "to_html",
    "to_text",
]

VERSION = "2"  # 1: first form; 2: scripts kept in the text, partial rules
