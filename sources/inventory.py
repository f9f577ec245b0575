"""Finds the papers in the inputs a user names: archives, packages and folders of arXiv and PMC."""

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from runtime import storage
from runtime.hashes import file_sha256
from schemas.errors import UserError
from schemas.ids import paper_key
from schemas.paper import PaperRef
from schemas.reject import Reject
from sources import bucket

VERSION = "1"  # 1: bulk tars, e-prints, folders, PMC packages and folders, single JATS files

ARXIV_ID = re.compile(
    r"(?:arxiv-)?(?P<id>\d{4}\.\d{4,5}|[a-z][a-z-]*(?:\.[a-z]{2})?[/_]?\d{7})(?:v(?P<version>\d{1,3}))?$",
    re.IGNORECASE,
)
PMC_ID = re.compile(r"(?P<id>PMC\d{3,10})(?:\.(?P<version>\d{1,3}))?$")
BULK_MEMBER = re.compile(r"(?:^|/)\d{4}/[^/]+\.(?:gz|pdf)$")
JATS_SUFFIXES = (".nxml", ".xml")
TEX_SUFFIXES = (".tex", ".ltx")
READ_BYTES = 1 << 20
BULK_MEMBERS = 1_000_000  # a bulk tar of 500 MB holds a few thousand
# What tarfile raises on damaged or hostile archives.
TAR_ERRORS = (tarfile.TarError, EOFError, ValueError, OverflowError, OSError)


class InputError(UserError):
    """An input that the user named cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Inventory:
    """The papers found, in the order of the inputs, what was unreadable, and how many files are none."""

    papers: tuple[PaperRef, ...]
    rejects: tuple[Reject, ...]
    ignored: tuple[str, ...]


Found = PaperRef | Reject | str


def take_inventory(inputs: Sequence[Path]) -> Inventory:
    """Return every paper in the inputs.

    A paper that stands in them more than once (same source, id and version) is taken from the last place;
    the others become rejects.

    Raises:
        InputError: an input does not exist or no input holds any paper.
    """
    found: list[Found] = []
    for path in inputs:
        if storage.is_s3(path):
            rules = bucket.Rules(
                is_paper_folder=is_paper_folder,
                may_be_paper=may_be_paper,
                papers_in=_papers_in,
                version=VERSION,
            )
            found.extend(bucket.papers_in_bucket(path, rules))
        elif path.exists():
            found.extend(_papers_in(path.absolute(), named=True))
        else:
            raise InputError(f"input {path} does not exist: name an archive, a package or a folder of them")
    papers = [f for f in found if isinstance(f, PaperRef)]
    rejects = [f for f in found if isinstance(f, Reject)]
    if not papers:
        names = ", ".join(str(p) for p in inputs) or "nothing"
        why = f"; {rejects[0].detail}" if rejects else ""
        raise InputError(
            f"no paper found in {names}: "
            f"expected arXiv tars or e-prints, PMC packages or folders, or .nxml files{why}"
        )
    latest = {ref.key: ref for ref in papers}
    rejects += [_superseded(ref, latest[ref.key]) for ref in papers if latest[ref.key] is not ref]
    ordered = tuple(sorted(latest.values(), key=lambda ref: ref.key))
    return Inventory(ordered, tuple(rejects), tuple(f for f in found if isinstance(f, str)))


def _superseded(ref: PaperRef, kept: PaperRef) -> Reject:
    same = "the same bytes" if ref.sha256 == kept.sha256 else "other bytes"
    detail = f"{_place(ref)} gave way to {_place(kept)} ({same})"
    return Reject(paper_key=ref.key, stage="inventory", reason="paper_superseded", detail=detail)


def _place(ref: PaperRef) -> str:
    name = Path(ref.archive).name
    return f"{name}/{ref.member}" if ref.member else name


def _papers_in(path: Path, *, named: bool) -> Iterator[Found]:
    """Yield what one file or folder holds; `named` says that the user gave this very path."""
    if path.is_symlink() and not named:
        yield str(path)
    elif path.is_dir():
        yield from _papers_in_folder(path, named=named)
    elif not path.is_file():
        yield str(path)
    elif path.suffix == ".tar" and _is_bulk(path):
        yield from _papers_in_bulk_tar(path)
    else:
        yield _paper_in_file(path)


def _papers_in_folder(folder: Path, *, named: bool) -> Iterator[Found]:
    try:
        children = sorted(folder.iterdir(), key=lambda p: p.name)
    except OSError as error:
        key = f"folder:{_plain_id(folder.name)}"
        detail = f"{folder.name}: {error.strerror}"
        yield Reject(paper_key=key, stage="inventory", reason="archive_unreadable", detail=detail)
        return
    if is_paper_folder(folder.name, [p.name for p in children if p.is_file()], lambda: _names_below(folder)):
        pmc, arxiv = PMC_ID.match(folder.name), ARXIV_ID.match(folder.name)
        if pmc and _suffixes(p.name for p in children if p.is_file()) & set(JATS_SUFFIXES):
            yield _folder_ref(folder, "pmc", "pmc_folder", pmc["id"], pmc["version"])
            return
        paper_id, version = (arxiv["id"], arxiv["version"]) if arxiv else (_plain_id(folder.name), None)
        yield _folder_ref(folder, "arxiv", "folder", paper_id, version)
    else:
        for child in children:
            yield from _papers_in(child, named=False)


def is_paper_folder(name: str, files: Iterable[str], below: Callable[[], Iterable[str]]) -> bool:
    """Tell by names alone whether a folder is one paper; `below` gives the names of all that it holds."""
    suffixes = _suffixes(files)
    if (PMC_ID.match(name) and suffixes & set(JATS_SUFFIXES)) or suffixes & set(TEX_SUFFIXES):
        return True
    return bool(ARXIV_ID.match(name)) and bool(_suffixes(below()) & set(TEX_SUFFIXES))


def _suffixes(names: Iterable[str]) -> set[str]:
    return {PurePosixPath(name).suffix.lower() for name in names}


def _names_below(folder: Path) -> Iterator[str]:
    return (p.name for p in folder.rglob("*"))


def may_be_paper(name: str) -> bool:
    """Tell by a file's name alone whether a look into it is worth while."""
    return _stem_and_layout(name)[1] is not None


def _paper_in_file(path: Path) -> Found:
    """Return the paper of one file, by its name; the file's path when it is none."""
    stem, layout = _stem_and_layout(path.name)
    if layout == "jats_file":
        pmc = PMC_ID.match(stem)
        paper_id, version = (pmc["id"], pmc["version"]) if pmc else (_plain_id(stem), None)
        return _file_ref(path, "pmc", layout, paper_id, version)
    if layout == "packed" and (pmc := PMC_ID.match(stem)):
        return _file_ref(path, "pmc", "pmc_package", pmc["id"], pmc["version"])
    if layout in ("packed", "pdf") and (arxiv := ARXIV_ID.match(stem)):
        kind = "eprint" if layout == "packed" else "pdf"
        return _file_ref(path, "arxiv", kind, arxiv["id"], arxiv["version"])
    return str(path)


def _stem_and_layout(name: str) -> tuple[str, str | None]:
    for suffix in (".tar.gz", ".tgz", ".tar", ".tex.gz", ".gz"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], "packed"
    for suffix in JATS_SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)], "jats_file"
    return (name[:-4], "pdf") if name.lower().endswith(".pdf") else (name, None)


def _is_bulk(path: Path) -> bool:
    """Tell a bulk tar from a single e-print that is a tar: its first file is `YYMM/<id>.gz` or `.pdf`."""
    if path.name.startswith(("arXiv_src", "arXiv_pdf")):
        return True
    try:
        with tarfile.open(path, mode="r:") as tar:
            first = next((m for m in _members(tar) if not m.isdir()), None)
    except TAR_ERRORS:
        return False
    return first is not None and BULK_MEMBER.search(first.name) is not None


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield a tar's members, once each: a header of negative size would lead tarfile back to itself for ever."""
    offset = -1
    for _ in range(BULK_MEMBERS):
        member = tar.next()
        if member is None:
            return
        if member.size < 0 or member.offset <= offset:
            raise tarfile.ReadError("a header points backwards")
        offset = member.offset
        tar.members.clear()  # type: ignore[attr-defined]  # it keeps every header otherwise
        yield member
    raise tarfile.ReadError(f"more than {BULK_MEMBERS:,} members")


def _papers_in_bulk_tar(path: Path) -> Iterator[Found]:
    """Yield the papers of an arXiv bulk tar; one pass that also hashes each member."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            for member in _members(tar):
                if not member.isdir():
                    yield _bulk_member(path, tar, member)
    except TAR_ERRORS as error:
        detail = f"{path.name}: {error}; papers after this point are lost, fetch the tar again"
        key = f"arxiv:{_plain_id(path.name)}"
        yield Reject(paper_key=key, stage="inventory", reason="archive_unreadable", detail=detail)


def _bulk_member(path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Found:
    name = PurePosixPath(member.name)
    stem, layout = _stem_and_layout(name.name)
    match = ARXIV_ID.match(stem)
    if match is None or layout not in ("packed", "pdf"):
        return f"{path}/{member.name}"
    key = paper_key("arxiv", match["id"], None)
    if not member.isreg():
        detail = f"{path.name}/{member.name} is a link or a device"
        return Reject(paper_key=key, stage="inventory", reason="archive_unsafe", detail=detail)
    digest, size = hashlib.sha256(), 0
    handle = tar.extractfile(member)
    while handle is not None and (block := handle.read(READ_BYTES)):
        digest.update(block)
        size += len(block)
    if size != member.size:
        raise tarfile.ReadError(f"{member.name} ends early")
    return PaperRef(
        source="arxiv",
        paper_id=_canonical_id(match["id"]),
        version=_number(match["version"]),
        layout="eprint" if layout == "packed" else "pdf",
        archive=str(path),
        member=member.name,
        offset=member.offset_data,
        size=size,
        sha256=digest.hexdigest(),
    )


def _plain_id(name: str) -> str:
    """Return a file's name as an identifier: what is not plain ASCII is percent-encoded."""
    return quote(os.fsencode(name), safe="/-._~")


def _canonical_id(paper_id: str) -> str:
    """Return the identifier with the slash that file names of old-style ids leave out: astro-ph/0001001."""
    if re.match(r"\d{4}\.", paper_id):
        return paper_id
    archive, number = paper_id[:-7].rstrip("/_"), paper_id[-7:]
    return f"{archive.lower() if '.' not in archive else archive}/{number}"


def _file_ref(path: Path, source: str, layout: str, paper_id: str, version: str | None) -> Found:
    try:
        digest = file_sha256(path)
        size = path.stat().st_size
    except OSError as error:
        key = paper_key(source, paper_id, _number(version))
        return Reject(
            paper_key=key,
            stage="inventory",
            reason="archive_unreadable",
            detail=f"{path.name}: {error.strerror}",
        )
    return PaperRef(
        source=source,
        paper_id=_canonical_id(paper_id) if source == "arxiv" else paper_id,
        version=_number(version),
        layout=layout,
        archive=str(path),
        size=size,
        sha256=digest,
    )


def _folder_ref(folder: Path, source: str, layout: str, paper_id: str, version: str | None) -> Found:
    digest, size = hashlib.sha256(), 0
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        try:
            content = file_sha256(path)
            size += path.stat().st_size
        except OSError as error:
            content = f"unreadable: {error.strerror}"
        digest.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    is_arxiv_id = source == "arxiv" and ARXIV_ID.match(paper_id)
    return PaperRef(
        source=source,
        paper_id=_canonical_id(paper_id) if is_arxiv_id else paper_id,
        version=_number(version),
        layout=layout,
        archive=str(folder),
        size=size,
        sha256=digest.hexdigest(),
    )


def files_below(folder: Path) -> list[Path]:
    """Return the regular files below a folder, sorted by path, without following links."""
    found = [
        Path(root, name)
        for root, _, names in os.walk(folder)
        for name in names
        if not Path(root, name).is_symlink() and Path(root, name).is_file()
    ]
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def _number(text: str | None) -> int | None:
    return int(text) if text else None
