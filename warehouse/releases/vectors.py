"""Embeddings kept in the warehouse: by what was embedded and by all that decides the numbers, never twice."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from runtime.whole_files import written_whole
from schemas.columns import arrow_schema
from schemas.retrieval import VectorRow
from warehouse.place import WarehouseError
from warehouse.stages import canonical_json

PART_ROWS = 4096  # vectors written together: what a killed run loses at most

Floats = npt.NDArray[np.float32]


class Vectors:
    """The kept vectors of one kind and one embedder, and those that are added.

    Args:
        warehouse: its folder.
        kind: image or text.
        identity: all that the numbers depend on, to the last bit.
        dimension: length of a vector.

    Raises:
        WarehouseError: a kept file is damaged.
    """

    def __init__(self, warehouse: Path, kind: str, identity: str, *, dimension: int) -> None:
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        self.folder = warehouse / "embeddings" / kind / name
        self.dimension = dimension
        self._rows: dict[str, int] = {}
        self._blocks: list[Floats] = []
        self._waiting: list[tuple[str, Floats]] = []
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self.folder / "embedder.json", canonical_json({"identity": identity, "kind": kind}))
        for part in sorted(self.folder.glob("part-*.parquet")):
            self._take(*self._read(part))

    def missing(self, keys: Sequence[str]) -> list[str]:
        """Return the keys that have no vector yet, each once, in the order given."""
        waiting = {key for key, _ in self._waiting}
        return [key for key in dict.fromkeys(keys) if key not in self._rows and key not in waiting]

    def add(self, keys: Sequence[str], vectors: Floats) -> None:
        """Keep vectors; they are on disk at the latest after `flush`."""
        self._waiting += zip(keys, vectors, strict=True)
        if len(self._waiting) >= PART_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what was added. A file is there whole or not at all."""
        if not self._waiting:
            return
        keys = [key for key, _ in self._waiting]
        block = np.stack([vector for _, vector in self._waiting])
        self._waiting = []
        lists = pa.FixedSizeListArray.from_arrays(pa.array(block.ravel()), self.dimension)
        columns = [pa.array(keys), lists.cast(pa.list_(pa.float32()))]
        table = pa.Table.from_arrays(columns, schema=arrow_schema(VectorRow))
        name = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
        out = pa.BufferOutputStream()
        pq.write_table(table, out, compression="zstd", use_dictionary=False)
        _replace(self.folder / f"part-{name}.parquet", out.getvalue())
        self._take(keys, block)

    def gather(self, keys: Sequence[str]) -> Floats:
        """Return the vectors of keys that were kept or added, of shape (n, dimension)."""
        self.flush()
        if len(self._blocks) > 1:
            self._blocks = [np.concatenate(self._blocks)]
        if not keys:
            return np.empty((0, self.dimension), np.float32)
        return self._blocks[0][[self._rows[key] for key in keys]]

    def _take(self, keys: Sequence[str], block: Floats) -> None:
        first = sum(len(part) for part in self._blocks)
        self._blocks.append(block)
        for row, key in enumerate(keys):
            self._rows.setdefault(key, first + row)

    def _read(self, part: Path) -> tuple[list[str], Floats]:
        try:
            table = pq.read_table(part, partitioning=None)
            keys = table.column("sha256").to_pylist()
            values = table.column("embedding").combine_chunks().flatten().to_numpy(zero_copy_only=False)
            return keys, values.astype(np.float32, copy=False).reshape(len(keys), self.dimension)
        except (OSError, KeyError, ValueError, pa.ArrowException) as error:
            raise WarehouseError(f"{part} cannot be read ({error}): delete it and evaluate again") from error


def _replace(path: Path, content: bytes | pa.Buffer) -> None:
    try:
        with written_whole(path) as aside:
            aside.write_bytes(content)
    except OSError as error:
        raise WarehouseError(f"cannot write to the warehouse: {error}") from error
