"""The Parquet files of a release's pairs: few are open at a time, for what a file tells of itself fills memory."""

import bisect
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# A file of 20,000 rows in groups of 100 takes 13 MB while it is open, whether anything of it is read or not, and
# 20 ms to open; half a million pairs are 26 of them.
OPEN_AT_ONCE = 6


@dataclass(frozen=True)
class Place:
    """Where a pair lies: the file's number, the row group in it, and the row in that."""

    part: int
    group: int
    row: int


@dataclass
class OpenFiles:
    """The files that were read last, open; what one thread reads another one may have closed meanwhile."""

    at_once: int = OPEN_AT_ONCE
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _files: OrderedDict[Path, pq.ParquetFile] = field(default_factory=OrderedDict)

    def get(self, path: Path) -> pq.ParquetFile:
        """Return the file, opened where it is not yet, and close what was not read for longest."""
        with self._lock:
            file = self._files.pop(path, None)
            if file is None:
                while len(self._files) >= self.at_once:
                    self._files.popitem(last=False)
                file = pq.ParquetFile(path)
            self._files[path] = file
            return file


class Part:
    """One Parquet file of pairs; one thread at a time reads it."""

    def __init__(self, path: Path, start: int, files: OpenFiles) -> None:
        self.split = path.parent.name.removeprefix("split=")
        self.path = path
        self.start = start
        self._files = files
        self._lock = threading.Lock()
        self._ends: list[int] = []

    def place(self, row: int) -> tuple[int, int]:
        """Return the row group of a row of the file, and the row's number in it."""
        with self._lock:
            if not self._ends:
                self._ends = _ends(self._files.get(self.path).metadata)
            group = bisect.bisect_right(self._ends, row)
            return group, row - (self._ends[group - 1] if group else 0)

    def read(self, group: int, columns: list[str] | None = None) -> pa.Table:
        """Return columns of one row group, all but the image where none are named."""
        with self._lock:
            file = self._files.get(self.path)
            names = columns or [name for name in file.schema_arrow.names if name != "image"]
            return file.read_row_group(group, columns=names, use_threads=False)


def _ends(metadata: pq.FileMetaData) -> list[int]:
    """Return the row after the last of each row group."""
    ends: list[int] = []
    for number in range(metadata.num_row_groups):
        ends.append((ends[-1] if ends else 0) + metadata.row_group(number).num_rows)
    return ends
