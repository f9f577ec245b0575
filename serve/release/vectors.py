"""The embeddings of a release's pairs in its order, as a matrix on disk that is searched exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from serve.release.facets import Mask
from serve.release.index import ReleaseIndex
from warehouse.stages import StageOutput

MATRIX, KNOWN = "vectors.npy", "known.npy"
FEW = 0.05  # of so few rows, picking them out costs less than multiplying all

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Vectors:
    """The embeddings in the order of the release, mapped from a file; `known` tells which rows hold one."""

    matrix: Floats
    known: Mask

    def nearest(self, vector: Floats, mask: Mask | None, count: int) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return the rows of a mask with the largest inner products, and these; equal ones in their order."""
        allowed = self.known if mask is None else self.known & mask
        rows = np.flatnonzero(allowed)
        told = _told(vector)
        # One product over the whole file: half a gigabyte in 60 ms, and no memory beyond the file's pages.
        if len(rows) > FEW * len(allowed):
            scores = (self.matrix[:, told] @ vector[told])[rows]
        else:
            scores = self.matrix[rows, told] @ vector[told]
        count = min(count, len(rows))
        best = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)
        order = best[np.lexsort((best, -scores[best]))]
        return rows[order], scores[order]


def _told(vector: Floats) -> slice:
    """Return the places of a vector outside of which it is zero: a text's says nothing where pictures are copies."""
    places = np.flatnonzero(vector)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0)


def write_vectors(index: ReleaseIndex, stages: Sequence[StageOutput], folder: Path) -> None:
    """Write the embeddings of a release's pairs into a folder; of a pair that two outputs hold, the first.

    They are copied output by output, so that memory holds one of them at a time.
    """
    import pyarrow.compute as pc  # 30 ms, which a start need not take

    names = index.names()
    known = np.zeros(len(names), np.bool_)
    matrix: Floats | None = None
    for output in stages:
        table = output.table("embeddings", ["pair_id", "embedding"])
        found = pc.index_in(table.column("pair_id"), value_set=names)
        places = found.fill_null(-1).to_numpy().astype(np.int64)
        taken = np.flatnonzero(places >= 0)
        taken = taken[~known[places[taken]]]
        if not len(taken):
            continue
        vectors = _rows(table.column("embedding"))
        if matrix is None:
            matrix = np.lib.format.open_memmap(
                folder / MATRIX, mode="w+", dtype=np.float32, shape=(len(names), vectors.shape[1])
            )
        matrix[places[taken]] = vectors[taken]
        known[places[taken]] = True
    if matrix is None:
        np.save(folder / MATRIX, np.zeros((len(names), 1), np.float32))
    np.save(folder / KNOWN, known)


def open_vectors(folder: Path) -> Vectors:
    """Return the embeddings that `write_vectors` wrote."""
    return Vectors(np.load(folder / MATRIX, mmap_mode="r"), np.load(folder / KNOWN))


def _rows(column: pa.ChunkedArray) -> Floats:
    flat = np.concatenate([chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks])
    return np.asarray(flat, np.float32).reshape(len(column), -1)
