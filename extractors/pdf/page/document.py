"""A PDF file opened safely, and its pages as text."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.mupdf import mupdf, opened_pdf
from extractors.pdf.page.fonts import name_glyphs
from extractors.pdf.page.pieces import Frame, Piece, Word, displayed, frame_of, pieces_of, raw_lines
from extractors.pdf.parameters import PdfParameters
from schemas.reject import RecordError

_TRIED = 5  # PDF files of one archive that are opened to find the paper
_LONGEST_SIDE = 1e5  # points
_LEAST_LETTERS = 200  # a page with fewer may be a scan with a stamp
_MOST_IMAGES = 1_000


@cache
def _mupdf_errors() -> tuple[type[Exception], ...]:
    """Return what MuPDF and its Python layer raise on damaged files."""
    return (
        mupdf().mupdf.FzErrorBase,
        RuntimeError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        KeyError,
        OSError,
    )


@contextmanager
def reading() -> Iterator[None]:
    """Turn what MuPDF raises inside the block into a RecordError; for calls of MuPDF only.

    Raises:
        RecordError: memory_limit where memory ran out, else archive_unreadable.
    """
    try:
        yield
    except MemoryError as error:
        raise RecordError("memory_limit", "reading the PDF") from error
    except _mupdf_errors() as error:
        detail = (str(error) or repr(error)).split("\n")[0][:200]
        reason = "memory_limit" if "alloc" in detail and "failed" in detail else "archive_unreadable"
        raise RecordError(reason, f"pdf: {detail}") from error


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


@contextmanager
def open_pdf(data: bytes) -> Iterator[Any]:
    """Yield MuPDF's document.

    Raises:
        RecordError: archive_unreadable where it is damaged, encrypted or has no page.
    """
    if b"%PDF" not in data[:2048]:
        raise RecordError("archive_unreadable", "pdf: not a PDF file")
    with ExitStack() as stack:
        with reading():
            document = stack.enter_context(opened_pdf(data))
            encrypted, pages = document.needs_pass, document.page_count
        if encrypted or pages < 1:
            raise RecordError("archive_unreadable", "pdf: encrypted" if encrypted else "pdf: no page")
        yield document


def read_pages(document: Any, parameters: PdfParameters) -> ReadPages:
    """Return the text of the pages, within the bounds on pages and time."""
    deadline = time.process_time() + parameters.max_seconds
    warnings: list[str] = []
    pages: list[PageText] = []
    with reading():
        count = int(document.page_count)
    if count > parameters.max_pages:
        warnings.append(f"only the first {parameters.max_pages} of {count} pages were read")
    with suppress(RecordError), reading():  # a font that cannot be looked at is read as it is
        name_glyphs(document, range(min(count, parameters.max_pages)))
    for index in range(min(count, parameters.max_pages)):
        if time.process_time() > deadline:
            warnings.append(f"the time limit ended the reading after page {index} of {count}")
            break
        try:
            pages.append(_read_page(document, index, parameters))
        except RecordError as error:
            if error.reason != "archive_unreadable":
                raise
            warnings.append(f"page {index + 1} cannot be read: {error.detail}")
    scanned = [page.index + 1 for page in pages if page.scanned]
    if scanned:
        warnings.append(f"scanned pages without text: {', '.join(map(str, scanned[:20]))}")
    return ReadPages(tuple(pages), tuple(warnings))


def _read_page(document: Any, index: int, parameters: PdfParameters) -> PageText:
    pymupdf = mupdf()
    flags = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
    with reading():
        page = document[index]
        width, height = float(page.rect.width), float(page.rect.height)
        if not (1 <= width < _LONGEST_SIDE and 1 <= height < _LONGEST_SIDE):
            raise RecordError("archive_unreadable", f"pdf: page of {width:g} x {height:g} pt")
        text, matrix = page.get_text("dict", flags=flags), tuple(page.rotation_matrix)
    lines, hidden = raw_lines(text, matrix, parameters.max_lines)
    scanned = False
    if sum(len(s.text) for line in lines for s in line.spans) < _LEAST_LETTERS:
        scanned = (hidden or not lines) and _image_share(page) >= parameters.scan_share
    frame = frame_of(lines, width, height)
    return PageText(index, frame, tuple(pieces_of(lines, frame)), scanned)


def _image_share(page: Any) -> float:
    """Return the share of the page that its images cover; strips of one scan are added up."""
    with reading():
        total = float(page.rect.width * page.rect.height)
        images = page.get_image_info()[:_MOST_IMAGES]
        covered = sum(float(abs(mupdf().Rect(image["bbox"]) & page.rect)) for image in images)
    return covered / total


def page_grey(document: Any, index: int, scale: float) -> npt.NDArray[np.uint8]:
    """Return a page as displayed in grey, a row of pixels a row, at so many pixels per point.

    Raises:
        RecordError: archive_unreadable, memory_limit.
    """
    pymupdf = mupdf()
    with reading():
        pixmap = document[index].get_pixmap(
            matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=False, annots=False
        )
        rows = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    return rows[:, : pixmap.width]


def page_words(document: Any, index: int, frame: Frame, limit: int) -> list[Word]:
    """Return a page's words in the reading frame, at most so many.

    Raises:
        RecordError: archive_unreadable, memory_limit.
    """
    with reading():
        page = document[index]
        words, matrix = page.get_text("words")[:limit], tuple(page.rotation_matrix)
    return [Word(str(word[4]), frame.inside(displayed(word[:4], matrix))) for word in words]
