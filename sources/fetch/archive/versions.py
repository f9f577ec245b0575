"""Keeps only the latest version of a paper, where the user wants no others."""

import re
from collections.abc import Callable, Iterator

from sources.fetch.archive.ledger import Ledger, LedgerRow
from sources.fetch.outcome import Fetched

KEY = re.compile(r"(?P<paper>arxiv:.+?)(?:v(?P<arxiv>\d+))?|(?P<article>pmc:PMC\d+)(?:\.(?P<pmc>\d+))?")
PATH = re.compile(r"(?:arXiv-.+?v|PMC\d+\.)(?P<version>\d+)(?:\.tar\.gz|\.gz|\.tar|\.pdf)?")


def latest_of(ledger: Ledger) -> Callable[[str], Fetched | None]:
    """Return a function that gives what the archive holds of a key, or of a later version in its place."""

    def known(key: str) -> Fetched | None:
        paper, version = _parts(key)
        found = ledger.fetched(key)
        if version is None:
            return found
        rows = [row for row in _rows(ledger, paper) if (_version(row.path) or 0) > version]
        for row in sorted(rows, key=lambda row: -(_version(row.path) or 0)):
            if later := ledger.fetched(row.key):
                return later
        return found

    return known


def drop_older(ledger: Ledger, came: Fetched, before: LedgerRow | None) -> None:
    """Remove what the archive holds of earlier versions of what just came.

    Args:
        ledger: the archive's.
        came: what was taken into it.
        before: the row of its key before that. Another file under the same key is older, whatever its number:
            the source decides which version it prefers.

    Raises:
        UserError: the archive cannot be written.
    """
    paper, _ = _parts(came.key)
    for row in (*_rows(ledger, paper), *([before] if before else [])):
        if row.path is None or ledger.archive / row.path == came.path:
            continue
        own = _version(row.path)  # of a file that states none, nobody knows whether it is older
        if row.key == came.key or (own is not None and own < (_version(came.path.name) or 0)):
            ledger.files.remove(ledger.archive / row.path)
            if row.key != came.key:
                ledger.forget(row.key)


def _rows(ledger: Ledger, paper: str) -> Iterator[LedgerRow]:
    return (row for row in ledger.rows_below(paper) if _parts(row.key)[0] == paper)


def _parts(key: str) -> tuple[str, int | None]:
    """Return the paper that a key names, and the version where it names one."""
    match = KEY.fullmatch(key)
    if match is None:
        return key, None
    version = match["arxiv"] or match["pmc"]
    return match["paper"] or match["article"], int(version) if version else None


def _version(path: str | None) -> int | None:
    """Return the version that a file's or folder's name states."""
    match = PATH.fullmatch((path or "").rpartition("/")[2])
    return int(match["version"]) if match else None
