"""Reads one paper, found by the inventory, into memory."""

from pathlib import Path

from schemas.paper import Paper, PaperRef
from schemas.reject import RecordError
from sources.archives import ArchiveLimits, gunzip, is_tar, untar
from sources.inventory import files_below

VERSION = "2"  # 1: e-prints, folders, PMC packages and folders, single JATS files; 2: PDF-only papers

POSTSCRIPT = b"%!PS"
PDF = b"%PDF"


def read_paper(ref: PaperRef, limits: ArchiveLimits | None = None) -> Paper:
    """Return the paper's files.

    A single gzipped TeX file comes back as `main.tex`, a PDF as `paper.pdf`, a JATS file under its own name.

    Raises:
        RecordError: `archive_unreadable`, `archive_too_large`, `paper_empty`, `pdf_only`.
    """
    limits = limits or ArchiveLimits()
    if ref.layout in ("folder", "pmc_folder"):
        return Paper(ref.key, *_read_folder(Path(ref.archive), limits))
    if ref.size > limits.unpacked_bytes:
        raise RecordError("archive_too_large", f"{ref.size:,} bytes packed")
    data = _packed_bytes(ref)
    if not data:
        raise RecordError("paper_empty", "the archive has no bytes")
    if ref.layout == "jats_file":
        return Paper(ref.key, {Path(ref.archive).name: data})
    files, skipped = unpack(data, limits)
    if not files:
        raise RecordError("paper_empty", "the archive holds no regular file")
    return Paper(ref.key, files, skipped)


def unpack(data: bytes, limits: ArchiveLimits) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files of an e-print or package: a tar or a single file, gzipped or not, told by content."""
    for _ in range(3):  # some submissions were gzipped twice
        if not data.startswith(b"\x1f\x8b"):
            break
        data = gunzip(data, limits)
    if is_tar(data):
        return untar(data, limits)
    if data.startswith(PDF):
        return {"paper.pdf": data}, ()
    if data.startswith(POSTSCRIPT):
        raise RecordError("pdf_only", "the submission is PostScript")
    if b"\0" in data[:4096]:
        raise RecordError("archive_unreadable", "neither gzip, tar nor text")
    return {"main.tex": data}, ()


def _packed_bytes(ref: PaperRef) -> bytes:
    try:
        with Path(ref.archive).open("rb") as handle:
            if ref.offset is not None:
                handle.seek(ref.offset)
                data = handle.read(ref.size)
            else:
                data = handle.read()
    except OSError as error:
        raise RecordError("archive_unreadable", f"{error.strerror}") from error
    if len(data) != ref.size:
        raise RecordError("archive_unreadable", "the archive changed or ends early")
    return data


def _read_folder(folder: Path, limits: ArchiveLimits) -> tuple[dict[str, bytes], tuple[str, ...]]:
    files: dict[str, bytes] = {}
    skipped: list[str] = []
    total = 0
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        try:
            size = path.stat().st_size
            total += size
            if len(files) >= limits.files or size > limits.file_bytes or total > limits.unpacked_bytes:
                raise RecordError("archive_too_large", f"{name[:200]}: past the limits on files or bytes")
            files[name] = path.read_bytes()
        except OSError as error:
            skipped.append(f"{name[:200]}: {error.strerror}")
    if not files:
        raise RecordError("paper_empty", "the folder holds no readable file")
    return files, tuple(skipped)
