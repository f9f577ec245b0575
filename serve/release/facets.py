"""Which value of each facet every pair has, as numbers in memory: filters and counts take milliseconds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from serve.release.filters import FACETS, NOT_STATED, Filter

ARRAYS, VALUES = "facets.npz", "facets.json"

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Column:
    """One facet: `codes` are places in `values`, of which a null is not stated.

    Where a pair can have several values, `rows` tells of which pair each code is; otherwise it is None, and the
    codes are those of the pairs in the order of the release.
    """

    values: tuple[str | None, ...]
    codes: Codes
    rows: npt.NDArray[np.uint32] | None

    def having(self, wanted: Sequence[str], count: int) -> Mask:
        """Return which of `count` pairs have one of the values."""
        named = {None if value == NOT_STATED else value for value in wanted}
        table = np.array([value in named for value in self.values] or [False])
        if self.rows is None:
            found: Mask = table[self.codes]
            return found
        mask = np.zeros(count, np.bool_)
        mask[self.rows[table[self.codes]]] = True
        return mask

    def counts(self, mask: Mask | None) -> list[tuple[str | None, int]]:
        """Return how many pairs of a mask, or of all, have each value that any of them has; most frequent first."""
        codes = self.codes
        if mask is not None:
            codes = codes[mask if self.rows is None else mask[self.rows]]
        numbers = np.bincount(codes, minlength=len(self.values)).tolist()
        found = [(value, n) for value, n in zip(self.values, numbers, strict=True) if n]
        return sorted(found, key=lambda item: (-item[1], item[0] is None, item[0] or ""))


@dataclass(frozen=True)
class Facets:
    """The facets of a release of `count` pairs, by their keys."""

    columns: Mapping[str, Column]
    count: int

    def matching(self, wanted: Filter, *, but: str = "") -> Mask | None:
        """Return which pairs have the values chosen, those of the facet `but` aside; None where that is all."""
        mask: Mask | None = None
        for key, column in self.columns.items():
            chosen = wanted.values(key)
            if chosen and key != but:
                having = column.having(chosen, self.count)
                mask = having if mask is None else mask & having
        return mask

    def save(self, folder: Path, starts: Sequence[int]) -> None:
        """Write the facets into a folder, with the place of each file's first pair."""
        arrays = {f"{key}_codes": column.codes for key, column in self.columns.items()}
        arrays |= {f"{key}_rows": c.rows for key, c in self.columns.items() if c.rows is not None}
        with (folder / ARRAYS).open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        values = {key: column.values for key, column in self.columns.items()}
        (folder / VALUES).write_text(
            json.dumps({"count": self.count, "starts": list(starts), "values": values}), encoding="utf-8"
        )


def load_facets(folder: Path) -> tuple[Facets, list[int]]:
    """Return the facets and the places that `save` wrote.

    Raises:
        OSError, ValueError, KeyError: they are damaged.
    """
    stated = json.loads((folder / VALUES).read_text(encoding="utf-8"))
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        columns = {
            facet.key: Column(
                tuple(stated["values"][facet.key]),
                arrays[f"{facet.key}_codes"],
                arrays[f"{facet.key}_rows"] if facet.is_list else None,
            )
            for facet in FACETS
        }
    return Facets(columns, int(stated["count"])), [int(start) for start in stated["starts"]]


def read_facets(con: duckdb.DuckDBPyConnection, source: str, files: int) -> tuple[Facets, list[int]]:
    """Return the facets of the pairs of a relation, and the place of the first pair of each of its files.

    Args:
        con: an open connection.
        source: SQL of the relation, with the view's columns and `file_index`, in the order of the release.
        files: their number.
    """
    names = ", ".join(f"{facet.expression} AS {facet.key}" for facet in FACETS)
    table = con.sql(f"SELECT file_index, {names} FROM {source}").to_arrow_table()
    sizes = np.bincount(table.column("file_index").to_numpy().astype(np.int64), minlength=files)
    columns = {facet.key: (_lists if facet.is_list else _texts)(table.column(facet.key)) for facet in FACETS}
    return Facets(columns, table.num_rows), (np.cumsum(sizes) - sizes).tolist()


def _texts(column: pa.ChunkedArray) -> Column:
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return Column(tuple(encoded.dictionary.to_pylist()), _small(encoded.indices), None)


def _lists(column: pa.ChunkedArray) -> Column:
    """Return each value of a pair once; an empty list counts as a null."""
    lists = column.combine_chunks()
    lengths = np.diff(lists.offsets.to_numpy())
    encoded = lists.flatten().dictionary_encode()
    values = (*encoded.dictionary.to_pylist(), None)
    stated = encoded.is_valid().to_numpy(zero_copy_only=False)
    codes = encoded.indices.drop_null().to_numpy().astype(np.uint64)
    rows = np.repeat(np.arange(len(lists), dtype=np.uint64), lengths)[stated]
    empty = np.flatnonzero(lengths == 0).astype(np.uint64)
    both = np.unique(np.concatenate([rows * len(values) + codes, empty * len(values) + (len(values) - 1)]))
    return Column(values, _small(pa.array(both % len(values))), (both // len(values)).astype(np.uint32))


def _small(numbers: pa.Array) -> Codes:
    values: npt.NDArray[np.int64] = numbers.to_numpy(zero_copy_only=False)
    return values.astype(np.uint16) if not len(values) or values.max() < 65_536 else values.astype(np.uint32)
