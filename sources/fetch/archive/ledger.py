"""What has been fetched: one row per paper or archive, in an SQLite file that several processes share."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.columns import arrow_schema, column, table_of
from schemas.errors import UserError
from sources.fetch.archive.files import Files, LocalFiles
from sources.fetch.outcome import Fetched, FetchFailure, Outcome

LEDGER = "fetch-ledger.sqlite"
BUSY_S = 60.0  # a writer holds the file for milliseconds, so this is never reached by waiting in a queue
ROWS_AT_ONCE = 10_000
LAST = "\U0010ffff"  # behind a prefix: behind every key that goes on after it

CREATE = """
CREATE TABLE IF NOT EXISTS fetches (
    key TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    path TEXT, size INTEGER, md5 TEXT, etag TEXT, last_modified TEXT,
    status TEXT NOT NULL CHECK (status IN ('fetched', 'failed')),
    reason TEXT, detail TEXT,
    fetched_at TEXT NOT NULL,
    CHECK ((status = 'failed') = (reason IS NOT NULL)),
    CHECK (status = 'failed' OR (path IS NOT NULL AND size IS NOT NULL AND md5 IS NOT NULL))
) WITHOUT ROWID
"""
RECORD_FETCHED = """
INSERT OR REPLACE INTO fetches (key, source, path, size, md5, etag, last_modified, status, fetched_at)
VALUES (?, ?, ?, ?, ?, ?, ?, 'fetched', ?)
"""
# What an earlier fetch left on disk is still there after a failure, so its path and md5 stay.
RECORD_FAILED = """
INSERT INTO fetches (key, source, status, reason, detail, fetched_at) VALUES (?, ?, 'failed', ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET source = excluded.source, status = 'failed', reason = excluded.reason,
    detail = excluded.detail, fetched_at = excluded.fetched_at
"""


class LedgerError(UserError):
    """The ledger cannot be used; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One row of the ledger: what the archive holds of one key, and how the last attempt ended."""

    key: str = column(pa.string(), "name within all sources: arxiv-bulk:src/arXiv_src_2601_001.tar")
    source: str = column(pa.string(), "source that it was fetched from: arxiv-bulk, arxiv-ids, pmc, ...")
    path: str | None = column(
        pa.string(), "file, relative to the archive; null when none was ever fetched", nullable=True
    )
    size: int | None = column(pa.int64(), "bytes of the file", nullable=True)
    md5: str | None = column(pa.string(), "md5 of the file's bytes, in hex", nullable=True)
    etag: str | None = column(pa.string(), "ETag as the server gave it", nullable=True)
    last_modified: str | None = column(pa.string(), "Last-Modified as the server gave it", nullable=True)
    status: Literal["fetched", "failed"] = column(pa.string(), "how the last attempt ended")
    reason: str | None = column(
        pa.string(), "why it failed: one of a closed list, see FETCH_REASONS", nullable=True
    )
    detail: str | None = column(pa.string(), "what exactly went wrong", nullable=True)
    fetched_at: str = column(pa.string(), "end of the last attempt, in UTC, ISO 8601")


COLUMNS = ", ".join(arrow_schema(LedgerRow).names)


@dataclass(frozen=True, kw_only=True)
class LedgerCounts:
    """How many keys ended how; `fetched + failed` is the number of rows."""

    fetched: int = 0
    failed: int = 0
    size: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


class Ledger:
    """The open ledger of one archive; threads may share it, processes open their own.

    `archive` is the folder that fetches write to; `files` tells where what they wrote lies in the end.
    """

    def __init__(self, archive: Path, files: Files | None = None) -> None:
        """Open the ledger in `archive`, made where it is missing; the files lie in it unless others are given.

        Raises:
            LedgerError: the file is damaged, is no ledger, or cannot be written.
        """
        self.archive = archive
        self.files = files or LocalFiles(archive)
        self.path = archive / LEDGER
        self._lock = threading.Lock()
        archive.mkdir(parents=True, exist_ok=True)
        with self._errors():
            self._db = sqlite3.connect(
                self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            _use_wal(self._db)
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(CREATE)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the ledger cannot be used after."""
        self._db.close()

    def known(self, key: str) -> LedgerRow | None:
        """Return the row of a key, or None where it was never tried."""
        with self._lock, self._errors():
            found = self._db.execute(f"SELECT {COLUMNS} FROM fetches WHERE key = ?", (key,)).fetchone()
        return _row(found) if found else None

    def fetched(self, key: str) -> Fetched | None:
        """Return the file, or the folder of files, that is there with the size it had; None otherwise."""
        row = self.known(key)
        if row is None or row.path is None or row.size is None or row.md5 is None:
            return None
        path = self.archive / row.path
        if self.files.size(path) != row.size:
            return None
        return Fetched(
            key=key, path=path, size=row.size, md5=row.md5, etag=row.etag, last_modified=row.last_modified
        )

    def is_current(self, key: str, md5: str, size: int) -> bool:
        """Return whether the file with this md5 was fetched and is there with this size."""
        found = self.fetched(key)
        return found is not None and (found.md5, found.size) == (md5, size)

    def holds(self, file: Fetched, *, source: str) -> bool:
        """Return whether the archive holds this file, recorded or not: a killed fetch may have left it so."""
        if self.is_current(file.key, file.md5, file.size):
            return True
        if self.files.size(file.path) != file.size or not self.files.has_md5(file.path, file.md5):
            return False
        self.record(file, source=source)
        return True

    def record(self, outcome: Outcome, *, source: str) -> None:
        """Store how an attempt ended; the row of an earlier attempt gives way.

        What was fetched is taken into the archive first, so that no row says more than is there.
        """
        if isinstance(outcome, Fetched):
            self.files.keep(outcome)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._lock, self._errors():
            if isinstance(outcome, FetchFailure):
                detail = outcome.detail.encode("utf-8", "replace").decode()  # a file's name may be no Unicode
                values = (outcome.key, source, outcome.reason, detail, now)
                self._db.execute(RECORD_FAILED, values)
                return
            path = self._relative(outcome.path)
            known = (outcome.size, outcome.md5, outcome.etag, outcome.last_modified)
            self._db.execute(RECORD_FETCHED, (outcome.key, source, path, *known, now))

    def learn(self, outcome: Outcome, *, source: str) -> bool:
        """Record an outcome unless it is what the ledger has already; return whether it was news."""
        row = self.known(outcome.key)
        if row is not None and row.status == "fetched" and outcome == self.fetched(outcome.key):
            self.files.keep(outcome)  # it may have come once more, with the same bytes
            return False
        self.record(outcome, source=source)
        return True

    def forget(self, key: str) -> None:
        """Drop the row of a key."""
        with self._lock, self._errors():
            self._db.execute("DELETE FROM fetches WHERE key = ?", (key,))

    def forget_below(self, prefix: str) -> None:
        """Drop the rows whose keys begin with the prefix, such as those of an article's images."""
        with self._lock, self._errors():
            self._db.execute("DELETE FROM fetches WHERE key >= ? AND key < ?", (prefix, prefix + LAST))

    def rows_below(self, prefix: str) -> list[LedgerRow]:
        """Return the rows whose keys begin with the prefix, such as those of a paper's versions, by key."""
        query = f"SELECT {COLUMNS} FROM fetches WHERE key >= ? AND key < ? ORDER BY key"
        with self._lock, self._errors():
            found = self._db.execute(query, (prefix, prefix + LAST)).fetchall()
        return [_row(values) for values in found]

    def rows(self) -> Iterator[LedgerRow]:
        """Yield every row, by key."""
        last = ""
        while True:
            query = f"SELECT {COLUMNS} FROM fetches WHERE key > ? ORDER BY key LIMIT {ROWS_AT_ONCE}"
            with self._lock, self._errors():
                found = self._db.execute(query, (last,)).fetchall()
            if not found:
                return
            yield from (_row(values) for values in found)
            last = found[-1][0]

    def counts(self, *, source: str | None = None) -> LedgerCounts:
        """Return how many keys were fetched and how many failed and why, of one source or of all."""
        query = (
            "SELECT status, reason, count(*), coalesce(sum(size), 0) FROM fetches "
            "WHERE ? IS NULL OR source = ? GROUP BY status, reason ORDER BY status, reason"
        )
        with self._lock, self._errors():
            found = self._db.execute(query, (source, source)).fetchall()
        reasons = {reason: number for status, reason, number, _ in found if status == "failed"}
        return LedgerCounts(
            fetched=sum(number for status, _, number, _ in found if status == "fetched"),
            failed=sum(reasons.values()),
            size=sum(size for *_, size in found),
            reasons=reasons,
        )

    def export(self, path: Path) -> int:
        """Write the ledger as a Parquet file, whole or not at all; return the number of rows."""
        table = table_of(LedgerRow, self.rows())
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            pq.write_table(table, temporary, compression="zstd")
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return int(table.num_rows)

    def _relative(self, path: Path) -> str:
        """Return a path that stays true when the whole archive is moved."""
        whole, archive = path.absolute(), self.archive.absolute()
        return whole.relative_to(archive).as_posix() if whole.is_relative_to(archive) else str(whole)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
            raise LedgerError(
                f"the ledger {self.path} cannot be used ({error}): it must lie on a local disk with room, "
                "be writable, and be a ledger; where it is damaged, move it away and fetch again"
            ) from error


def _row(values: tuple[object, ...]) -> LedgerRow:
    return LedgerRow(**dict(zip(arrow_schema(LedgerRow).names, values, strict=True)))


def _use_wal(db: sqlite3.Connection) -> None:
    """Let readers and one writer work at once; SQLite does not wait by itself when two switch together."""
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
