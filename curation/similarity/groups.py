"""Rows of a column that hold the same value, in a few bytes a row: Python's strings and lists take hundreds."""

import hashlib
from array import array
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def codes_of(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    """Return a number for each row's value, counted in the order of their first rows; -1 for null."""
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(), dtype=np.int32)


class Groups:
    """The rows of each code, in their order; codes count up from 0 in order of their first rows.

    `firsts` has the first row of each code.
    """

    def __init__(self, codes: npt.NDArray[np.int32]) -> None:
        self._rows = np.argsort(codes, kind="stable")
        self._bounds = np.searchsorted(codes[self._rows], np.arange(int(codes.max(initial=-1)) + 2))
        self.firsts: npt.NDArray[np.int64] = self._rows[self._bounds[:-1]]

    def __len__(self) -> int:
        return len(self.firsts)

    def __getitem__(self, code: int) -> list[int]:
        rows: list[int] = self._rows[self._bounds[code] : self._bounds[code + 1]].tolist()
        return rows


class RowsByName:
    """The rows of each name among many, None being no name; kept as digests of 128 bits."""

    def __init__(self, names: Iterable[str | None]) -> None:
        digests, rows = bytearray(), array("q")
        for row, name in enumerate(names):
            if name:
                digests += _digest(name)
                rows.append(row)
        keys = np.frombuffer(bytes(digests), dtype="S16")
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], np.array(rows, dtype=np.int64)[order]

    def rows(self, name: str | None) -> list[int]:
        """Return the rows of a name, in their order."""
        if not name:
            return []
        key = np.frombuffer(_digest(name), dtype="S16")[0]
        low, high = (int(np.searchsorted(self._keys, key, side)) for side in ("left", "right"))
        found: list[int] = self._rows[low:high].tolist()
        return found


def _digest(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
