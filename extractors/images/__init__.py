"""Any graphics file, or several that make one figure, as one normal image."""

from extractors.images.eps import ghostscript_version
from extractors.images.normal import ImageParameters, shrunk
from extractors.images.row import find_placeholders, image_row, library_versions
from extractors.images.store import stored_row
from extractors.images.texts import drawn_texts

__all__ = [
    "VERSION",
    "ImageParameters",
    "drawn_texts",
    "find_placeholders",
    "ghostscript_version",
    "image_row",
    "library_versions",
    "shrunk",
    "stored_row",
]

# 1: first form. 2: boxes turn, mirror, cut and stretch; EXIF counts where the document lets it. 3: boxes of pages.
# 4: small copies.
VERSION = "4"
