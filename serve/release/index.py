"""An opened release: its facets in memory, SQL over its narrow columns, and where each pair lies on disk."""

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas.pair import SPLITS
from serve.release.facets import Facets, read_facets
from serve.release.filters import WORDS_OF
from serve.release.parts import OpenFiles, Part, Place
from warehouse.query import QUICK
from warehouse.releases import read_manifest
from warehouse.sql import sql_text
from warehouse.versions import damaged_release, pair_files

# What filters, searches and lists read; everything else of a pair is read from its row group when it is shown.
COLUMNS = (
    "pair_id", "subcategory", "kind", "source", "license_code", "license_group", "categories", "published",
    "split", "caption", "label", "paper_key", "width", "height", "duplicates_removed", "image_type",
)  # fmt: skip
_TYPES = {"categories": "VARCHAR[]", "width": "INTEGER", "height": "INTEGER", "duplicates_removed": "INTEGER"}
WORDS_TABLE = (
    "CREATE TABLE {target} AS SELECT word, position::INTEGER AS position FROM (SELECT"
    " unnest(list_distinct(string_split(trim(words), ' '))) AS word, position FROM {source})"
    " ORDER BY word, position"
)
KEPT_PLACES = 20_000  # of pairs that were listed, while their names are in no index yet


@dataclass
class _State:
    is_copied: bool = False
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReleaseIndex:
    """An opened release.

    `connection` holds the views `pairs`, of COLUMNS with `position` (the pair's place in the release, from 0),
    `year` and `category_values` (the different categories or a null); `duplicates`, `contamination`, `rejects`
    and `papers`. They read the release's Parquet files until `use_copy`, and from then on a copy, in which
    `pairs` has the column `words` besides and is found by position and name without a scan, and the view `words`
    has the places of the pairs in whose captions each word is.
    """

    folder: Path
    manifest: Mapping[str, object]
    connection: duckdb.DuckDBPyConnection
    parts: tuple[Part, ...]
    facets: Facets
    _state: _State = field(default_factory=_State)

    @property
    def version(self) -> str:
        """The release's name."""
        return self.folder.name

    @property
    def count(self) -> int:
        """How many pairs it has."""
        return self.facets.count

    @property
    def is_copied(self) -> bool:
        """Whether the narrow columns are read from a copy."""
        return self._state.is_copied

    def use_copy(self, database: Path) -> None:
        """Read the narrow columns from the copy that `copy_tables` wrote, from now on."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"ATTACH {sql_text(database)} AS copied (READ_ONLY)")
            for name in ("words", "pairs", "duplicates"):
                cursor.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM copied.main.{name}")
        self._state.is_copied = True
        self._state.places.clear()

    def rows(self, sql: str, values: list[object] | None = None) -> list[tuple[object, ...]]:
        """Return the rows of a statement; safe to call from several threads."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, values or []).fetchall()

    def numbers(self, sql: str) -> npt.NDArray[np.int64]:
        """Return the only column of a statement, which holds numbers; safe to call from several threads."""
        with self.connection.cursor() as cursor:
            (column,) = cursor.execute(sql).fetchnumpy().values()
            return np.asarray(column, np.int64)

    def names(self) -> pa.ChunkedArray:
        """Return the pairs' names in the order of the release."""
        with self.connection.cursor() as cursor:
            return cursor.sql("SELECT pair_id FROM pairs").to_arrow_table().column("pair_id")

    def mappings(self, sql: str, values: list[object]) -> list[Mapping[str, object]]:
        """Return the rows of a statement by their columns' names; safe to call from several threads."""
        with self.connection.cursor() as cursor:
            found = cursor.execute(sql, values)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def position(self, pair_id: str) -> int | None:
        """Return a pair's place in the release, None where it is not in it."""
        known = self._state.places.get(pair_id)
        if known is not None:
            return known
        found = self.rows("SELECT position FROM pairs WHERE pair_id = ?", [pair_id])
        return int(str(found[0][0])) if found else None

    def remember(self, places: Iterable[tuple[str, int]]) -> None:
        """Keep where pairs lie whose images will be asked for next, as long as a search for them is a scan."""
        if not self.is_copied:
            if len(self._state.places) > KEPT_PLACES:
                self._state.places.clear()
            self._state.places.update(places)

    def place(self, position: int) -> Place:
        """Return where the pair at a place in the release lies on disk."""
        number = bisect.bisect_right([part.start for part in self.parts], position) - 1
        part = self.parts[number]
        return Place(number, *part.place(position - part.start))


def release_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a release's pairs in the order in which it is shown."""
    order = {f"split={split}": number for number, split in enumerate(SPLITS)}
    return sorted(pair_files(folder), key=lambda path: (order.get(path.parent.name, len(order)), path.name))


def open_release(folder: Path, *, known: tuple[Facets, list[int]] | None = None) -> ReleaseIndex:
    """Return the release in a folder, with its facets in memory: about 20 bytes a pair.

    Args:
        folder: of the release.
        known: its facets and the place of each file's first pair, where a copy of it tells; read otherwise.

    Raises:
        WarehouseError: a file of the release is missing or damaged.
    """
    manifest = read_manifest(folder)
    con = duckdb.connect(config={"python_enable_replacements": "false"})
    try:
        for setting in QUICK:
            con.execute(f"SET {setting}")
        # With it, DuckDB 2.0 breaks on a LIMIT over a view with the number of a row in its file.
        con.execute("SET disabled_optimizers = 'late_materialization'")
        files = release_files(folder)
        facets, starts = known or read_facets(con, _source(files), len(files))
        _make_views(con, folder, _source(files), starts)
        con.execute("SET lock_configuration = true")
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise damaged_release(folder, error) from error
    opened = OpenFiles()
    parts = tuple(Part(path, start, opened) for path, start in zip(files, starts, strict=True))
    return ReleaseIndex(folder=folder, manifest=manifest, connection=con, parts=parts, facets=facets)


def copy_tables(con: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Write the narrow columns of an opened release into a new DuckDB file, in the order of the release.

    Args:
        con: a cursor of the index's connection.
        database: the file; it must not be there yet.

    Raises:
        duckdb.Error: they cannot be read or written, or the cursor was interrupted.
    """
    con.execute(f"ATTACH {sql_text(database)} AS writing")
    try:
        con.execute(f"CREATE TABLE writing.main.pairs AS SELECT *, {WORDS_OF} AS words FROM pairs")
        con.execute("CREATE UNIQUE INDEX pair_ids ON writing.main.pairs (pair_id)")
        con.execute(WORDS_TABLE.format(target="writing.main.words", source="writing.main.pairs"))
        con.execute("CREATE TABLE writing.main.duplicates AS FROM duplicates ORDER BY duplicate_group")
    finally:
        con.execute("DETACH writing")


def _source(files: list[Path]) -> str:
    """Return the relation of all pair files, in the order given; DuckDB keeps it, and that of the rows."""
    names = [name for name in COLUMNS if name != "split"]
    if not files:
        columns = [f"NULL::{_TYPES.get(name, 'VARCHAR')} AS {name}" for name in COLUMNS]
        return f"(SELECT {', '.join(columns)}, 0 AS file_index, 0 AS file_row_number WHERE false)"
    listed = ", ".join(sql_text(path) for path in files)
    splits = ", ".join(sql_text(path.parent.name.removeprefix("split=")) for path in files)
    # Partitions are not left to DuckDB: a folder above the warehouse may look like one, too.
    return (
        f"(SELECT {', '.join(names)}, [{splits}][file_index::BIGINT + 1] AS split, file_index, file_row_number"
        f" FROM read_parquet([{listed}], hive_partitioning = false))"
    )


def _make_views(con: duckdb.DuckDBPyConnection, folder: Path, source: str, starts: list[int]) -> None:
    """Make the views; the tables beside the pairs as they are: a release of earlier code may lack columns."""
    first = f"([{', '.join(map(str, starts))}]::BIGINT[])[file_index::BIGINT + 1]"
    con.execute(
        f"CREATE VIEW pairs AS SELECT {', '.join(COLUMNS)}, left(published, 4) AS year,"
        " CASE WHEN len(categories) = 0 THEN [NULL] ELSE list_distinct(categories) END AS category_values,"
        f" {first} + file_row_number AS position FROM {source}"
    )
    for name in ("duplicates", "contamination", "rejects", "papers"):
        path = sql_text(folder / f"{name}.parquet")
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({path}, hive_partitioning = false)")
