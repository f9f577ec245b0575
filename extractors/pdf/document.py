"""A PDF file opened safely, and its pages as text."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from extractors.pdf.parameters import PdfParameters
from extractors.pdf.pieces import Frame, Piece, frame_of, pieces_of, raw_lines
from schemas.reject import RecordError

_TRIED = 5  # PDF files of one archive that are opened to find the paper


@cache
def mupdf() -> Any:
    """Return the pymupdf module (slow to import), told not to write about damaged files to the terminal."""
    module: Any = import_module("pymupdf")
    module.TOOLS.mupdf_display_errors(False)
    module.TOOLS.mupdf_display_warnings(False)
    return module


@cache
def mupdf_errors() -> tuple[type[Exception], ...]:
    """Return what MuPDF raises on damaged files."""
    return (
        mupdf().mupdf.FzErrorBase,
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        KeyError,
        OSError,
        UnicodeError,
        AssertionError,
        ZeroDivisionError,
        OverflowError,
    )


@dataclass(frozen=True)
class PageText:
    """The text of one page in its reading frame; `index` counts from 0."""

    index: int
    frame: Frame
    pieces: tuple[Piece, ...]
    scanned: bool


@dataclass(frozen=True)
class ReadPages:
    """The pages that could be read, and what was odd about the others."""

    pages: tuple[PageText, ...]
    warnings: tuple[str, ...]


def paper_pdf(files: Mapping[str, bytes]) -> str | None:
    """Return the name of the PDF that is the paper itself, None where there are only PDFs of its figures.

    A file alone is the paper; of several, the largest of the five largest that has more than one page.
    """
    names = [name for name in files if b"%PDF" in files[name][:1024]]
    if len(files) == 1:
        return names[0] if names else None
    for name in sorted(names, key=lambda n: (-len(files[n]), n))[:_TRIED]:
        try:
            with open_pdf(files[name]) as document:
                if document.page_count > 1:
                    return name
        except RecordError:
            continue
    return None


def open_pdf(data: bytes) -> Any:
    """Return MuPDF's document.

    Raises:
        RecordError: archive_unreadable where it is damaged, encrypted or has no page.
    """
    if b"%PDF" not in data[:2048]:
        raise RecordError("archive_unreadable", "pdf: not a PDF file")
    try:
        document = mupdf().open(stream=data, filetype="pdf")
    except MemoryError as error:
        raise RecordError("memory_limit", "opening the PDF") from error
    except mupdf_errors() as error:
        raise RecordError("archive_unreadable", f"pdf: {first_line(error)}") from error
    try:
        if document.needs_pass:
            raise RecordError("archive_unreadable", "pdf: encrypted")
        if document.page_count < 1:
            raise RecordError("archive_unreadable", "pdf: no page")
    except mupdf_errors() as error:
        raise RecordError("archive_unreadable", f"pdf: {first_line(error)}") from error
    return document


def read_pages(document: Any, parameters: PdfParameters) -> ReadPages:
    """Return the text of the pages, within the bounds on pages and time."""
    deadline = time.monotonic() + parameters.max_seconds
    warnings: list[str] = []
    pages: list[PageText] = []
    count = document.page_count
    if count > parameters.max_pages:
        warnings.append(f"only the first {parameters.max_pages} of {count} pages were read")
    for index in range(min(count, parameters.max_pages)):
        if time.monotonic() > deadline:
            warnings.append(f"the time limit ended the reading after page {index} of {count}")
            break
        try:
            pages.append(_read_page(document[index], index, parameters))
        except mupdf_errors() as error:
            warnings.append(f"page {index + 1} cannot be read: {first_line(error)}")
    scanned = [page.index + 1 for page in pages if page.scanned]
    if scanned:
        warnings.append(f"scanned pages without text: {', '.join(map(str, scanned[:20]))}")
    return ReadPages(tuple(pages), tuple(warnings))


def _read_page(page: Any, index: int, parameters: PdfParameters) -> PageText:
    pymupdf = mupdf()
    width, height = float(page.rect.width), float(page.rect.height)
    if not (1 <= width < 1e5 and 1 <= height < 1e5):
        raise ValueError(f"page of {width:g} x {height:g} pt")
    flags = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
    matrix = page.rotation_matrix
    lines, hidden = raw_lines(page.get_text("dict", flags=flags), matrix, parameters.max_lines)
    scanned = False
    if sum(len(s.text) for line in lines for s in line.spans) < 200:
        scanned = (hidden or not lines) and _image_share(page) >= parameters.scan_share
    frame = frame_of(lines, width, height)
    return PageText(index, frame, tuple(pieces_of(lines, frame)), scanned)


def _image_share(page: Any) -> float:
    """Return the share of the page that its images cover; strips of one scan are added up."""
    total = float(page.rect.width * page.rect.height)
    covered = sum(float(abs(mupdf().Rect(i["bbox"]) & page.rect)) for i in page.get_image_info()[:1000])
    return covered / total


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return (str(error) or repr(error)).split("\n")[0][:200]
