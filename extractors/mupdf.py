"""The pymupdf module, as every extractor that reads PDF files uses it."""

import sys
from functools import cache
from importlib import import_module
from typing import Any


@cache
def mupdf() -> Any:
    """Return the pymupdf module (0.8 s to import), told not to write about damaged files to the terminal."""
    module: Any = import_module("pymupdf")
    module.TOOLS.mupdf_display_errors(False)
    module.TOOLS.mupdf_display_warnings(False)
    return module


def forget_files() -> None:
    """Empty the store in which MuPDF keeps up to 256 MB of what it decoded of files that are closed."""
    if "pymupdf" in sys.modules:
        mupdf().TOOLS.store_shrink(100)
