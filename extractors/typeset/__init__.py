"""A table's HTML typeset to an image that looks as LaTeX would set it."""

from extractors.typeset.picture import TypesetParameters, image_row, library_versions

__all__ = ["VERSION", "TypesetParameters", "image_row", "library_versions"]

# 1: first form; 2: East Asian scripts, partial rules, PNG without filters; 3: small copies
VERSION = "3"
