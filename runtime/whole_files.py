"""Files that readers see whole or not at all, whoever is killed meanwhile."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield the path of a new file that takes the place of `path` when the block ends, and goes where it fails.

    Raises:
        OSError: it cannot be put there.
    """
    aside = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
