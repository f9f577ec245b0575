"""The beginning of a file that is being downloaded: kept between runs, never under the file's own name."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UserError
from sources.fetch.outcome import FetchError

READ_BYTES = 1 << 20


@dataclass(frozen=True)
class Validators:
    """What tells whether the server still has the same bytes: only then may a download go on in the middle."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def if_range(self) -> str | None:
        """The value of an If-Range header; a weak ETag promises no equal bytes and cannot be one."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


@dataclass(frozen=True)
class Downloaded:
    """What came and stands complete at its target; `file_name` and `content_type` are what the server calls it."""

    size: int
    md5: str
    etag: str | None
    last_modified: str | None
    file_name: str | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Stated:
    """What the source states of a file, as far as it does, and the most bytes that are taken of it."""

    md5: str | None = None
    size: int | None = None
    limit: int | None = None

    def check(self, done: Downloaded, where: str) -> None:
        """Compare what came.

        Raises:
            FetchError: `size_mismatch` or `checksum_mismatch`.
        """
        if self.size is not None and done.size != self.size:
            raise FetchError("size_mismatch", f"{where}: {done.size:,} bytes came, {self.size:,} were stated")
        if self.md5 is not None and done.md5 != self.md5.lower():
            detail = f"{where}: md5 {done.md5} came, {self.md5.lower()} was stated"
            raise FetchError("checksum_mismatch", detail)


class Partial:
    """The bytes of a file as far as they came: `size` and `md5` of them, and what the server said they are of."""

    def __init__(self, handle: int, target: Path) -> None:
        self.handle = handle
        self.target = target
        self.path = _part(target)
        self.size = 0
        self.digest = hashlib.md5(usedforsecurity=False)
        self.validators = self._read_validators()
        if self.validators.if_range is not None:
            self._read_bytes()

    def conditions(self, known: Validators) -> dict[str, str]:
        """Return the headers that ask for the rest of what is there, or only for what is not known."""
        if self.size and (same := self.validators.if_range):
            return {"Range": f"bytes={self.size}-", "If-Range": same}
        if known.etag:
            return {"If-None-Match": known.etag}
        return {"If-Modified-Since": known.last_modified} if known.last_modified else {}

    def restart(self, validators: Validators) -> None:
        """Drop what came before and note what the coming bytes are of."""
        with disk_errors(self.target):
            os.ftruncate(self.handle, 0)
            os.lseek(self.handle, 0, os.SEEK_SET)
            if validators.if_range is not None:
                _note(self.target).write_text(json.dumps([validators.etag, validators.last_modified]))
            else:
                _note(self.target).unlink(missing_ok=True)
        self.size = 0
        self.digest = hashlib.md5(usedforsecurity=False)
        self.validators = validators

    def append(self, block: bytes) -> None:
        """Write a block behind the others."""
        view = memoryview(block)
        with disk_errors(self.target):
            while view:
                view = view[os.write(self.handle, view) :]
        self.digest.update(block)
        self.size += len(block)

    def finish(self) -> None:
        """Give the file its name, once its bytes are on the disk."""
        with disk_errors(self.target):
            os.fsync(self.handle)
            self.path.replace(self.target)
            _note(self.target).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove what came: it is not what was asked for."""
        with disk_errors(self.target):
            self.path.unlink(missing_ok=True)
            _note(self.target).unlink(missing_ok=True)

    def _read_validators(self) -> Validators:
        try:
            noted = json.loads(_note(self.target).read_text())
        except (OSError, ValueError):
            return Validators()
        match noted:
            case [str() | None as etag, str() | None as last_modified]:
                return Validators(etag, last_modified)
            case _:
                return Validators()

    def _read_bytes(self) -> None:
        with disk_errors(self.target):
            while block := os.read(self.handle, READ_BYTES):
                self.digest.update(block)
                self.size += len(block)


@contextmanager
def open_partial(target: Path) -> Iterator[Partial]:
    """Yield the partial file of a target; while it is open, nobody else on the machine writes to it.

    Raises:
        UserError: the folder cannot be written.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = _claim(_part(target))
    try:
        yield Partial(handle, target)
    finally:
        os.close(handle)


def _claim(path: Path) -> int:
    """Return a locked descriptor of the file that has this name now: whoever had it before may have renamed it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except FileNotFoundError:
            pass
        os.close(handle)


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _note(target: Path) -> Path:
    return target.with_name(target.name + ".part.json")


@contextmanager
def disk_errors(target: Path) -> Iterator[None]:
    """Turn what the disk refuses into a sentence that says what to do.

    Raises:
        UserError: the target cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{target} cannot be written ({error.strerror or error}): free space or choose a folder that can be "
            f"written, then fetch again; what is complete stays and is not fetched twice"
        ) from error
