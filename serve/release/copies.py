"""Copies of releases' narrow columns in a cache folder, from which the page starts at once the next time.

A copy is made in the background while the page answers from the release's own files. Everything in the folder
can be deleted at any time; what has not been used for long goes by itself.
"""

import hashlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from serve.release.facets import load_facets
from serve.release.index import ReleaseIndex, copy_tables, open_release, release_files
from warehouse.catalog import PARQUET_TABLES
from warehouse.place import WarehouseError
from warehouse.releases import read_manifest
from warehouse.sql import one_line
from warehouse.stages import canonical_json
from warehouse.versions import damaged_release

VERSION = "3"  # 2: the table of words; 3: image types
DATABASE, COMPLETE = "pairs.duckdb", "complete"


@dataclass(frozen=True, kw_only=True)
class CacheLimits:
    """What stays in the folder: at half a million pairs a copy takes 0.3 GB, their vectors 0.5 to 1 GB.

    Entries go, those used longest ago first, while there is more than `bytes`, and where the last use is more
    than `days` ago; never those in use now by this process.
    """

    bytes: int = 8 * 1024**3
    days: float = 30.0


@dataclass(frozen=True)
class Copies:
    """The cache folder; each entry is a folder in it, there whole or not at all."""

    folder: Path
    limits: CacheLimits = CacheLimits()

    def find(self, name: str) -> Path | None:
        """Return an entry, marked as used now; None where it is not there."""
        mark = self.folder / name / COMPLETE
        try:
            os.utime(mark)
        except OSError:
            return None
        return mark.parent

    def add(self, name: str, write: Callable[[Path], None]) -> Path:
        """Return an entry that `write` fills, or the one that another process was faster to make.

        Raises:
            OSError: the folder cannot be written to.
        """
        aside = self.folder / f".{name}-{uuid.uuid4().hex}"
        aside.mkdir(parents=True)
        try:
            write(aside)
            (aside / COMPLETE).touch()
            target = self.folder / name
            if target.exists() and self.find(name) is None:
                shutil.rmtree(target)  # somebody deleted part of it by hand
            if not target.exists():
                aside.rename(target)
        except OSError:
            if self.find(name) is None:
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        self._trim(keep=name)
        return self.folder / name

    def remove(self, name: str) -> None:
        """Remove an entry, where it is there."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _trim(self, *, keep: str) -> None:
        """Remove what is too much; `keep` and what belongs to the same release stay."""
        entries = []
        for mark in self.folder.glob(f"*/{COMPLETE}"):
            size = sum(file.stat().st_size for file in mark.parent.iterdir())
            entries.append((mark.stat().st_mtime, size, mark.parent))
        left = sum(size for _, size, _ in entries)
        oldest = time.time() - self.limits.days * 86_400
        for used, size, folder in sorted(entries):
            of_this = folder.name.partition("-")[0] == keep.partition("-")[0]
            if not of_this and (left > self.limits.bytes or used < oldest):
                shutil.rmtree(folder, ignore_errors=True)
                left -= size
        for folder in self.folder.glob(".*-*"):  # of processes that were killed
            if folder.stat().st_mtime < time.time() - 86_400:
                shutil.rmtree(folder, ignore_errors=True)


def default_cache() -> Path:
    """Return the folder for what programs of this user can make again."""
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "scimmir" / "serve"


def copy_name(folder: Path) -> str:
    """Return the name of a release's copy: a hash of its own hash, its files and what reads them.

    Raises:
        WarehouseError: a file of the release is missing.
    """
    paths = [*release_files(folder), *(folder / f"{name}.parquet" for name in PARQUET_TABLES)]
    try:
        files = [
            [str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns] for path in paths
        ]
    except OSError as error:
        raise damaged_release(folder, f"{error.filename} is missing") from error
    content = [VERSION, duckdb.__version__, read_manifest(folder).get("release_hash"), files]
    return hashlib.sha256(canonical_json(content)).hexdigest()[:24]


def open_with_copy(folder: Path, copies: Copies) -> ReleaseIndex:
    """Return an opened release that reads its copy, where there is one.

    Raises:
        WarehouseError: a file of the release is missing or damaged.
    """
    entry = copies.find(copy_name(folder))
    if entry is not None:
        try:
            index = open_release(folder, known=load_facets(entry))
            index.use_copy(entry / DATABASE)
            return index
        except (duckdb.Error, OSError, ValueError, KeyError):
            shutil.rmtree(entry, ignore_errors=True)  # damaged; the release itself is read instead
    return open_release(folder)


@contextmanager
def copying(
    index: ReleaseIndex,
    copies: Copies,
    *,
    then: Callable[[threading.Event], object],
    say: Callable[[str], None],
    wait_s: float = 0.0,
) -> Iterator[threading.Thread]:
    """Make the release's copy in the background where it has none; the end of the block ends it.

    Args:
        index: an opened release, which reads the copy once it is there.
        copies: the cache folder.
        then: makes ready what else there is, and stops early once the event is set.
        say: is told why no copy could be made; the page works without.
        wait_s: seconds before the copy is begun.
    """
    cursor = index.connection.cursor()
    stopped = threading.Event()

    def work() -> None:
        # Whoever starts the page looks at it first: for that moment the processors are not shared.
        if stopped.wait(0 if index.is_copied else wait_s):
            return
        try:
            if not index.is_copied:
                name = copy_name(index.folder)
                entry = copies.add(name, lambda aside: _write(index, cursor, aside))
                if not stopped.is_set():
                    index.use_copy(entry / DATABASE)
            if not stopped.is_set():
                then(stopped)
        except (duckdb.Error, OSError, WarehouseError) as error:
            if not stopped.is_set():
                say(f"note: every start will be as slow as this one: {one_line(error)}")

    thread = threading.Thread(target=work, name="copy", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stopped.set()
        while thread.is_alive():  # an interrupt ends the statement at work, and another one may follow
            cursor.interrupt()
            thread.join(0.05)
        cursor.close()


def _write(index: ReleaseIndex, cursor: duckdb.DuckDBPyConnection, aside: Path) -> None:
    copy_tables(cursor, aside / DATABASE)
    index.facets.save(aside, [part.start for part in index.parts])
