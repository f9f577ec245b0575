"""Single arXiv papers by identifier: their sources as served, under names that the inventory reads."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.ids import paper_key
from sources.archives import is_tar
from sources.fetch.http import Downloaded, Transport, Validators, disk_errors
from sources.fetch.outcome import Fetched, FetchError, Outcome

NEW_ID = re.compile(r"(?P<id>\d\d(?:0[1-9]|1[0-2])\.\d{4,5})(?:v(?P<version>[1-9]\d{0,2}))?")
OLD_ID = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/?(?P<number>\d\d(?:0[1-9]|1[0-2])\d{3})"
    r"(?:v(?P<version>[1-9]\d{0,2}))?",
    re.IGNORECASE,
)
BEFORE_ID = re.compile(r"^(?:arxiv:|https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|src|e-print)/)", re.IGNORECASE)
NAMED_VERSION = re.compile(r"\dv(\d{1,3})(?:\.|$)")
# What arXiv's page says in place of a source: of a version that was withdrawn, or whose source is gone.
NO_SOURCE = re.compile(r"withdrawn|file unavailable|no file for|source was not provided", re.IGNORECASE)
HTML = re.compile(rb"\s*(?:<!doctype\s+html|<html|<head|<!--)", re.IGNORECASE)
READ_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class EprintParameters:
    """Where e-prints are asked for; `export.arxiv.org` is the mirror that arXiv keeps for programs.

    A submission is at most 50 MB, some hundred by arrangement; `checked_bytes` is how far the inside of a gzip
    file is unpacked to see that its end is there.
    """

    base: str = "https://export.arxiv.org/src/"
    byte_limit: int = 2 << 30
    checked_bytes: int = 4 << 30
    attempts: int = 3


@dataclass(frozen=True)
class EprintId:
    """One paper as arXiv names it; without a version its latest one is meant."""

    paper_id: str
    version: int | None

    @property
    def key(self) -> str:
        """The name of the paper, as in `arxiv:hep-th/9901001v2`."""
        return paper_key("arxiv", self.paper_id, self.version)

    @property
    def month(self) -> str:
        """The four digits of its year and month, as in the names of the bulk tars."""
        return self.paper_id.rpartition("/")[2][:4]


def parse_eprint_id(text: str) -> EprintId:
    """Return the paper that an identifier names: new or old style, with or without version, bare or in a URL.

    Raises:
        FetchError: `bad_id`.
    """
    bare = BEFORE_ID.sub("", text.strip()).removesuffix(".pdf")
    if match := NEW_ID.fullmatch(bare):
        return EprintId(match["id"], _number(match["version"]))
    if match := OLD_ID.fullmatch(bare):
        # The subject class of math.GT/0309136 is no part of the name.
        return EprintId(f"{match['archive'].lower()}/{match['number']}", _number(match["version"]))
    raise FetchError(
        "bad_id", f"{text[:100]!r}: an arXiv identifier looks like 2310.01234v2 or hep-th/9901001"
    )


def fetch_eprints(
    transport: Transport,
    ids: Iterable[str],
    folder: Path,
    *,
    known: Callable[[str], Fetched | None] = lambda key: None,
    parameters: EprintParameters | None = None,
) -> Iterator[Outcome]:
    """Yield what became of each paper, once each and in order; keys name the paper as it was asked for.

    Files lie in `folder/<YYMM>/arXiv-<id>v<version>` with `.tar.gz`, `.gz` (one file), `.tar` or `.pdf`.

    Args:
        transport: the client.
        ids: identifiers in any form that `parse_eprint_id` reads.
        folder: where the files go.
        known: returns what the archive holds of a key. A version that is there is not asked for again, a paper
            without version only if the server has another one. What it returns under another key, such as a
            later version, takes the paper's place.
        parameters: where to ask.
    """
    parameters = parameters or EprintParameters()
    done: set[EprintId] = set()
    for text in ids:
        try:
            paper = parse_eprint_id(text)
        except FetchError as error:
            yield error.failure(f"arxiv:{text.strip()[:100]}")
            continue
        if paper in done:
            continue
        done.add(paper)
        there = known(paper.key)
        if there is not None and there.key != paper.key:
            yield there
            continue
        try:
            yield _fetch(transport, paper, folder, there, parameters)
        except FetchError as error:
            yield error.failure(paper.key)


def _fetch(
    transport: Transport, paper: EprintId, folder: Path, known: Fetched | None, parameters: EprintParameters
) -> Fetched:
    if known is not None and paper.version is not None:
        return known
    suffix = f"v{paper.version}" if paper.version else ""
    url = f"{parameters.base}{paper.paper_id}{suffix}"
    here = Validators(known.etag, known.last_modified) if known else Validators()
    staged = folder / paper.month / f".{_file_id(paper)}{suffix}.incoming"
    for attempt in range(1, parameters.attempts + 1):
        try:
            came = transport.download_if_changed(url, staged, here, limit=parameters.byte_limit)
        except FetchError as error:
            if error.reason in ("not_found", "gone") and NO_SOURCE.search(error.page):
                raise FetchError("withdrawn", error.detail) from error
            raise
        if came is None:
            if known is None:
                raise FetchError("bad_response", f"{url}: 304 to a request without a condition")
            return known
        try:
            return _place(staged, paper, came, parameters)
        except FetchError as error:
            with disk_errors(staged):
                staged.unlink(missing_ok=True)
            if error.reason != "truncated" or attempt == parameters.attempts:
                raise
    raise FetchError("truncated", f"{url}: at least one attempt is needed")


def _place(staged: Path, paper: EprintId, came: Downloaded, parameters: EprintParameters) -> Fetched:
    """Give the file the name that its content and its version deserve."""
    suffix = _suffix(staged, parameters.checked_bytes)
    version = _version(paper, came)
    stem = f"arXiv-{_file_id(paper)}" + (f"v{version}" if version else "")
    target = staged.with_name(stem + suffix)
    with disk_errors(target):
        staged.replace(target)
    return Fetched(
        key=paper.key,
        path=target,
        size=came.size,
        md5=came.md5,
        etag=came.etag,
        last_modified=came.last_modified,
    )


def _version(paper: EprintId, came: Downloaded) -> int | None:
    """Return the version that came: the one asked for, or the one that the server names."""
    match = NAMED_VERSION.search(came.file_name or "")
    named = int(match[1]) if match else None
    if paper.version is not None and named not in (None, paper.version):
        raise FetchError("bad_response", f"{paper.key}: the server sent version {named}")
    return paper.version or named


def _suffix(path: Path, checked_bytes: int) -> str:
    """Return the ending for a file by its content.

    Raises:
        FetchError: `withdrawn` or `bad_response` for a page, `truncated` for a gzip file without its end.
    """
    with disk_errors(path), path.open("rb") as handle:
        head = handle.read(READ_BYTES)
    if head.startswith(b"\x1f\x8b"):
        return ".tar.gz" if is_tar(_inner_head(path, checked_bytes)) else ".gz"
    if head.startswith(b"%PDF"):
        return ".pdf"
    if HTML.match(head):
        page = head.decode("utf-8", "replace")
        reason = "withdrawn" if NO_SOURCE.search(page) else "bad_response"
        raise FetchError(reason, f"{path.name}: a page came in place of a source")
    if is_tar(head):
        return ".tar"
    raise FetchError("bad_response", f"{path.name}: neither gzip, tar nor PDF: {head[:20]!r}")


def _inner_head(path: Path, checked_bytes: int) -> bytes:
    """Return the first kilobyte inside a gzip file, once its checksum and its end were seen.

    The server gives e-prints without checksum and often without length.
    """
    engine, inner, total = zlib.decompressobj(wbits=31), b"", 0
    with disk_errors(path), path.open("rb") as handle:
        try:
            while total < checked_bytes and not engine.eof and (block := handle.read(READ_BYTES)):
                while block and total < checked_bytes and not engine.eof:
                    piece = engine.decompress(block, READ_BYTES)
                    block = engine.unconsumed_tail
                    inner += piece[: 1024 - len(inner)]
                    total += len(piece)
        except zlib.error as error:
            raise FetchError("truncated", f"{path.name}: damaged gzip data ({error})") from error
    if not engine.eof and total < checked_bytes:
        raise FetchError("truncated", f"{path.name}: the gzip data end early")
    return inner


def _file_id(paper: EprintId) -> str:
    return paper.paper_id.replace("/", "_")


def _number(text: str | None) -> int | None:
    return int(text) if text else None
