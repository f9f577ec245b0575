"""Hashes of files."""

import functools
import hashlib
from pathlib import Path


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def model_sha256(path: Path) -> str:
    """Return `file_sha256` of a model's file, read once per state of the file.

    Weights may be gigabytes, and every stage's key asks for them.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    return _kept(str(path.resolve()), status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=128)
def _kept(path: str, _size: int, _modified_ns: int) -> str:
    return file_sha256(Path(path))
