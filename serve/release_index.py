"""The narrow columns of a release in memory, and where each pair lies in its Parquet files."""

import bisect
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.pair import SPLITS
from warehouse.catalog import one_line, pair_files, sql_text
from warehouse.lake import WarehouseError
from warehouse.release import read_manifest

# What filters, searches and lists read; everything else of a pair is read from its row group when it is shown.
COLUMNS = (
    "pair_id", "subcategory", "kind", "source", "license_code", "license_group", "categories", "published",
    "split", "caption", "label", "paper_key", "width", "height", "duplicates_removed",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where a pair lies: the file's number, the row group in it, and the row in that."""

    part: int
    group: int
    row: int


class Part:
    """One Parquet file of pairs, kept open; one thread at a time reads it."""

    def __init__(self, path: Path, start: int) -> None:
        self.split = path.parent.name.removeprefix("split=")
        self.path = path
        self.start = start
        self._lock = threading.Lock()
        self._file = pq.ParquetFile(path)
        self.rows = self._file.metadata.num_rows
        self._ends: list[int] = []
        for number in range(self._file.metadata.num_row_groups):
            before = self._ends[-1] if self._ends else 0
            self._ends.append(before + self._file.metadata.row_group(number).num_rows)
        self.names = [name for name in self._file.schema_arrow.names if name != "image"]

    def place(self, row: int) -> tuple[int, int]:
        """Return the row group of a row of the file, and the row's number in it."""
        group = bisect.bisect_right(self._ends, row)
        return group, row - (self._ends[group - 1] if group else 0)

    def read(self, group: int, columns: list[str]) -> pa.Table:
        """Return columns of one row group."""
        with self._lock:
            return self._file.read_row_group(group, columns=columns, use_threads=False)


@dataclass(frozen=True, kw_only=True)
class ReleaseIndex:
    """An opened release.

    `connection` holds the table `pairs` of COLUMNS with `position`, the pair's place in the release, from 0, in
    whose order the rows lie; `year`; and `category_values`, the different categories or a null. It also has the
    tables `duplicates` and `contamination`; and the views `rejects` and `papers` of the files of these names.
    """

    folder: Path
    manifest: Mapping[str, object]
    connection: duckdb.DuckDBPyConnection
    parts: tuple[Part, ...]
    count: int

    @property
    def version(self) -> str:
        """The release's name."""
        return self.folder.name

    def rows(self, sql: str, values: list[object] | None = None) -> list[tuple[object, ...]]:
        """Return the rows of a statement; safe to call from several threads."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, values or []).fetchall()

    def mappings(self, sql: str, values: list[object]) -> list[Mapping[str, object]]:
        """Return the rows of a statement by their columns' names; safe to call from several threads."""
        with self.connection.cursor() as cursor:
            found = cursor.execute(sql, values)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def position(self, pair_id: str) -> int | None:
        """Return a pair's place in the release, None where it is not in it."""
        found = self.rows("SELECT position FROM pairs WHERE pair_id = ?", [pair_id])
        return int(str(found[0][0])) if found else None

    def place(self, position: int) -> Place:
        """Return where the pair at a place in the release lies on disk."""
        number = bisect.bisect_right([part.start for part in self.parts], position) - 1
        part = self.parts[number]
        return Place(number, *part.place(position - part.start))


def open_release(folder: Path) -> ReleaseIndex:
    """Return the release in a folder with its narrow columns read into memory: about 0.5 KB a pair.

    Raises:
        WarehouseError: a file of the release is missing or damaged.
    """
    manifest = read_manifest(folder)
    con = duckdb.connect(config={"python_enable_replacements": "false"})
    try:
        parts = _parts(folder)
        _load(con, parts)
        _load_evidence(con, folder)
        con.execute("SET lock_configuration = true")
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise WarehouseError(f"release in {folder} is damaged: {one_line(error)}") from error
    count = sum(part.rows for part in parts)
    return ReleaseIndex(folder=folder, manifest=manifest, connection=con, parts=parts, count=count)


def _parts(folder: Path) -> tuple[Part, ...]:
    order = {f"split={split}": number for number, split in enumerate(SPLITS)}
    files = sorted(pair_files(folder), key=lambda path: (order.get(path.parent.name, len(order)), path.name))
    parts: list[Part] = []
    for path in files:
        parts.append(Part(path, parts[-1].start + parts[-1].rows if parts else 0))
    return tuple(parts)


def _load(con: duckdb.DuckDBPyConnection, parts: tuple[Part, ...]) -> None:
    """Fill the table part by part, so that its rows lie in the order of their position."""
    types = {
        "categories": "VARCHAR[]",
        "width": "INTEGER",
        "height": "INTEGER",
        "duplicates_removed": "INTEGER",
    }
    columns = ", ".join(f"{name} {types.get(name, 'VARCHAR')}" for name in COLUMNS)
    con.execute(f"CREATE TABLE pairs ({columns}, year VARCHAR, category_values VARCHAR[], position BIGINT)")
    for part in parts:
        names = ", ".join(sql_text(part.split) if name == "split" else name for name in COLUMNS)
        con.execute(
            f"INSERT INTO pairs SELECT {names}, left(published, 4),"
            " CASE WHEN len(categories) = 0 THEN [NULL] ELSE list_distinct(categories) END,"
            f" {part.start} + file_row_number FROM read_parquet({sql_text(part.path)},"
            " file_row_number = true, hive_partitioning = false)"
        )
    con.execute("CREATE UNIQUE INDEX pair_ids ON pairs (pair_id)")
    con.execute("CREATE UNIQUE INDEX positions ON pairs (position)")


def _load_evidence(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read the other tables as they are: a release of an earlier version of the code may lack columns."""
    for name, kind in (
        ("duplicates", "TABLE"),
        ("contamination", "TABLE"),
        ("rejects", "VIEW"),
        ("papers", "VIEW"),
    ):
        source = f"read_parquet({sql_text(folder / f'{name}.parquet')}, hive_partitioning = false)"
        con.execute(f"CREATE {kind} {name} AS SELECT * FROM {source}")
    con.execute("CREATE INDEX duplicate_groups ON duplicates (duplicate_group)")
