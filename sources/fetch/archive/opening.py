"""Opens an archive of papers, in a folder or in a bucket, and keeps its ledger there current."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.cache import staging_of
from runtime.lease import leased
from runtime.storage import Place, StorageError, fetch, head, is_s3, place_of, put
from schemas.errors import UserError
from sources.fetch.archive.files import BucketFiles, md5_of
from sources.fetch.archive.ledger import LEDGER, Ledger
from sources.fetch.http import disk_errors

EXPORT = "fetches.parquet"
METADATA_STORE = "arxiv-metadata.sqlite"
LOCK = "fetch.lock"
logger = logging.getLogger("scimmir")


@dataclass(frozen=True, kw_only=True)
class SavingParameters:
    """How often the ledger goes back to the bucket: after so many outcomes or seconds, whichever comes first.

    A killed fetch loses no more than that, and fetches it again. `share` bounds the time that is spent on it: the
    ledger of all of PMC has two gigabytes.
    """

    outcomes: int = 100
    seconds: float = 60.0
    share: float = 0.05


class Archive:
    """An open archive: its ledger, and its name as the user knows it."""

    def __init__(self, name: str, ledger: Ledger, saved: "tuple[_Saved, ...]", p: SavingParameters) -> None:
        self.name, self.ledger = name, ledger
        self._saved, self._p = saved, p
        self._outcomes, self._last, self._spent = 0, time.monotonic(), 0.0

    def count(self) -> None:
        """Count an outcome, and bring the ledger to the bucket where it is time."""
        self._outcomes += 1
        passed = time.monotonic() - self._last
        is_due = self._outcomes >= self._p.outcomes or passed >= self._p.seconds
        if self._saved and is_due and passed >= self._spent / self._p.share:
            self.save()

    def save(self) -> None:
        """Bring the ledger and the harvested metadata to the bucket, where they changed."""
        begin = time.monotonic()
        for one in self._saved:
            one.save()
        self._last = time.monotonic()
        self._outcomes, self._spent = 0, self._last - begin

    def finish(self) -> None:
        """Save, and write the ledger as a table for analysts."""
        self.save()
        path = self.ledger.archive / EXPORT
        with disk_errors(path):
            self.ledger.export(path)
        if isinstance(files := self.ledger.files, BucketFiles):
            md5 = md5_of(path)
            if not files.has_md5(path, md5):
                put(files.place / EXPORT, path, md5=md5)
            files.remove_local(path)


@contextlib.contextmanager
def open_archive(
    name: str | Path, *, metadata: bool = False, parameters: SavingParameters | None = None
) -> Iterator[Archive]:
    """Yield an archive; one in a bucket is held by a lease, so that one fetch at a time writes to it.

    What is fetched into a bucket passes through a folder of the cache, where unfinished downloads stay.

    Args:
        name: a folder, or an `s3://bucket/prefix` address.
        metadata: whether arXiv's harvested metadata are needed.
        parameters: how often the ledger is saved.

    Raises:
        UserError: the folder cannot be written; the bucket is missing, refuses or does not answer.
    """
    p = parameters or SavingParameters()
    with contextlib.ExitStack() as stack:
        if is_s3(name):
            place = place_of(name)
            folder = staging_of(place)
            stack.enter_context(leased(place / LOCK))
            with disk_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
            names = (LEDGER, METADATA_STORE) if metadata else (LEDGER,)
            saved = tuple(_Saved(place / file, folder / file) for file in names)
            ledger = stack.enter_context(Ledger(folder, BucketFiles(folder, place)))
            archive = Archive(str(place), ledger, saved, p)
        else:
            folder = Path(name).expanduser()
            archive = Archive(str(folder), stack.enter_context(Ledger(folder)), (), p)
        try:
            yield archive
        finally:
            archive.finish()


class _Saved:
    """An SQLite file that lies in the bucket between fetches, and while one runs here.

    The note beside it holds the mark of the object that it was last equal to, or came from: while the bucket still
    has that one, the file here is as new or newer.
    """

    def __init__(self, place: Place, path: Path) -> None:
        self._place, self._path = place, path
        self._note = path.with_name(f"{path.name}.etag")
        self._seen: object = None
        found = head(place)
        self._mark = found.etag if found else None
        self._md5 = found.md5 if found else None
        if found is not None and (not path.exists() or self._noted() != found.etag):
            with disk_errors(path):
                for suffix in ("", "-wal", "-shm", "-journal"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
                fetch(place, path)
                self._note.write_text(found.etag)

    def save(self) -> None:
        """Write the file to the bucket as it is after its last transaction, if it changed.

        Raises:
            StorageError: another fetch wrote it, although this one held the lock, or the store does not answer.
        """
        state = self._state()
        if not self._path.exists() or state == self._seen:
            return
        copy = self._path.with_name(f".{self._path.name}.saving")
        try:
            _back_up(self._path, copy)
            md5 = md5_of(copy)
            if md5 != self._md5:
                self._put(copy, md5)
        finally:
            copy.unlink(missing_ok=True)
        self._seen = state

    def _put(self, copy: Path, md5: str) -> None:
        mark = put(self._place, copy, only_new=self._mark is None, replacing=self._mark, md5=md5)
        if mark is None:
            found = head(self._place)  # the store may have written it before its answer got lost
            if found is None or not found.has_md5(md5):
                raise StorageError(f"{self._place} was written by another fetch meanwhile: fetch again")
            mark = found.etag
        self._mark, self._md5 = mark, md5
        with disk_errors(self._note):
            self._note.write_text(mark)

    def _state(self) -> object:
        """Return what differs once the file was written to."""
        files = (self._path, self._path.with_name(f"{self._path.name}-wal"))
        return [(f.stat().st_mtime_ns, f.stat().st_size) if f.exists() else None for f in files]

    def _noted(self) -> str | None:
        try:
            return self._note.read_text().strip()
        except FileNotFoundError:
            return None


def _back_up(path: Path, copy: Path) -> None:
    """Write a copy of a database that is in use, as one file."""
    copy.unlink(missing_ok=True)
    try:
        with (
            contextlib.closing(sqlite3.connect(path, timeout=60)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise UserError(
            f"{path} cannot be copied ({error}): make room in the cache and fetch again"
        ) from error
