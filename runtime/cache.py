"""Local copies of what lies in a bucket: each whole, of one content, and together of bounded size.

    <cache>/inputs/<hash>/<name>         a file or folder of papers; <hash> stands for its address and content
    <cache>/s3/<bucket>/<key>/stages/…   stage tables of a warehouse, as they lie in the bucket
    <cache>/s3/<bucket>/<key>/releases/  releases that were built or asked about here
    <cache>/archives/<bucket>/<key>/     what is on its way into an archive of papers, and the archive's ledger

The bound holds for inputs and stage tables. What is in use is never removed: its user holds a lock on it.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from runtime.storage import Place, StorageError

TRIM_EVERY_S = 20.0
TRIM_TO = 0.8  # of the bound, so that not every new file makes it trim again

_LOCK = threading.Lock()
_LAST_TRIM = 0.0


def cache_root() -> Path:
    """Return the folder of local copies: SCIMMIR_CACHE, or `scimmir` in the user's cache folder."""
    named = os.environ.get("SCIMMIR_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser().absolute() / "scimmir"


def cache_bytes() -> int:
    """Return the bound on local copies: SCIMMIR_CACHE_GB in GiB, 20 by default.

    Raises:
        StorageError: it is no positive number.
    """
    text = os.environ.get("SCIMMIR_CACHE_GB", "20")
    try:
        bound = float(text)
    except ValueError:
        bound = 0.0
    if bound <= 0:
        raise StorageError(f"SCIMMIR_CACHE_GB is {text!r}: give the gigabytes of local copies, such as 20")
    return int(bound * (1 << 30))


def mirror_of(place: Place) -> Path:
    """Return the folder that holds the local copies of a warehouse in a bucket."""
    return cache_root() / "s3" / place.bucket / place.key


def place_behind(path: Path) -> Place | None:
    """Return the place that a path is the local copy of, None for a path that is no copy."""
    root = cache_root() / "s3"
    if not path.is_relative_to(root) or path == root:
        return None
    bucket, *rest = path.relative_to(root).parts
    return Place(bucket, "/".join(rest))


def staging_of(place: Place) -> Path:
    """Return the folder in which files wait on their way into a bucket, and downloads for their rest."""
    return cache_root() / "archives" / place.bucket / place.key


@contextlib.contextmanager
def held_copy(identity: str, name: str, fill: Callable[[Path], None]) -> Iterator[Path]:
    """Yield the local copy of an input, filled where it is missing; it stays as long as the block lasts.

    Args:
        identity: what stands for its address and content.
        name: name of the file or folder.
        fill: writes it to the path that it gets.
    """
    entry = cache_root() / "inputs" / hashlib.sha256(identity.encode()).hexdigest()[:32]
    entry.parent.mkdir(parents=True, exist_ok=True)
    with _lock_file(entry) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not (entry / name).exists():
            fcntl.flock(lock, fcntl.LOCK_EX)  # one process fetches, the others wait
            if not (entry / name).exists():
                _fill(entry, name, fill)
            fcntl.flock(lock, fcntl.LOCK_SH)
        os.utime(entry)
        yield entry / name


def _fill(entry: Path, name: str, fill: Callable[[Path], None]) -> None:
    aside = entry.with_name(f".{entry.name}-{uuid.uuid4().hex}")
    aside.mkdir()
    try:
        fill(aside / name)
        shutil.rmtree(entry, ignore_errors=True)
        aside.rename(entry)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    trim()


@contextlib.contextmanager
def _lock_file(entry: Path) -> Iterator[int]:
    descriptor = os.open(entry.with_name(f"{entry.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def trim(*, now: bool = False) -> None:
    """Remove the local copies used longest ago once all are larger than the bound; at most every 20 s."""
    global _LAST_TRIM
    with _LOCK:
        if not now and time.monotonic() - _LAST_TRIM < TRIM_EVERY_S:
            return
        _LAST_TRIM = time.monotonic()
    bound = cache_bytes()
    root = cache_root()
    entries = [p for p in root.glob("inputs/*") if p.is_dir() and not p.name.startswith(".")]
    entries += [p.parent for p in root.glob("s3/**/stages/*/*/*/stage.json")]
    known = sorted((_used(entry), entry) for entry in entries)
    total = sum(size for (_, size), _ in known)
    if total <= bound:
        return
    for (_, size), entry in known:
        if total <= TRIM_TO * bound:
            return
        if _remove(entry):
            total -= size


def _used(entry: Path) -> tuple[float, int]:
    """Return when a copy was last used and how many bytes it has."""
    try:
        size = sum(p.stat().st_size for p in entry.rglob("*") if p.is_file())
        return entry.stat().st_mtime, size
    except FileNotFoundError:  # removed by another process meanwhile
        return 0.0, 0


def _remove(entry: Path) -> bool:
    """Remove a copy unless somebody holds it; readers see all of it or nothing."""
    with contextlib.ExitStack() as stack:
        if entry.parent.name == "inputs":
            lock = stack.enter_context(_lock_file(entry))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        gone = entry.with_name(f".gone-{uuid.uuid4().hex}")
        try:
            entry.rename(gone)
        except FileNotFoundError:
            return True
        shutil.rmtree(gone, ignore_errors=True)
    return True
