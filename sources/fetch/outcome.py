"""What became of one paper or archive that was to be fetched."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fetched:
    """A file that is whole on disk; `md5` is of its bytes, `etag` and `last_modified` as the server said."""

    key: str
    path: Path
    size: int
    md5: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class FetchFailure:
    """A file that could not be fetched; another run tries again."""

    key: str
    reason: str
    detail: str
