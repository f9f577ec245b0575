"""The pymupdf module, as every extractor that reads PDF files uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def opened_pdf(data: bytes) -> Iterator[Any]:
    """Yield MuPDF's document of a PDF file, and leave nothing of it behind.

    MuPDF keeps up to 256 MB of what it decoded of files that are closed, so its store is emptied afterwards.
    """
    try:
        with mupdf().open(stream=data, filetype="pdf") as document:
            yield document
    finally:
        mupdf().TOOLS.store_shrink(100)
