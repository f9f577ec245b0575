"""The tables of the shard stages, put together for what looks at all papers."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.shards.plan import Shard
from schemas.columns import with_long_strings
from warehouse.stages import StageOutput

FLOAT_STAGES = ("extract", "panels")  # stages with a table of floats: those found, and those cut out of them


@dataclass(frozen=True)
class ShardTables:
    """What the shard stages of a build wrote: `output_of` finds it by a stage's name and a shard."""

    warehouse: Path
    shards: tuple[Shard, ...]
    output_of: Callable[[str, Shard], StageOutput]

    def __len__(self) -> int:
        """Return the number of shards."""
        return len(self.shards)

    def output(self, stage: str, index: int) -> StageOutput:
        """Return a stage's tables of one shard."""
        return self.output_of(stage, self.shards[index])

    def keys(self, stage: str) -> list[str]:
        """Return the keys of a stage's outputs, in the order of the shards."""
        return [self.output_of(stage, shard).key for shard in self.shards]

    def parts(self, stage: str, name: str, columns: Sequence[str] | None = None) -> list[pa.Table]:
        """Return a table of a stage, shard by shard."""
        wanted = None if columns is None else list(columns)
        return [self.output_of(stage, shard).table(name, wanted) for shard in self.shards]

    def table(self, stage: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table of a stage over all shards, in the order of the papers, its strings long."""
        return with_long_strings(pa.concat_tables(self.parts(stage, name, columns)))

    def float_parts(self, columns: Sequence[str] | None = None) -> list[pa.Table]:
        """Return all floats shard by shard: those that the papers hold, then the panels cut out of them."""
        parts = [self.parts(stage, "floats", columns) for stage in FLOAT_STAGES]
        return [pa.concat_tables(tables) for tables in zip(*parts, strict=True)]

    def floats(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Return all floats of all shards, its strings long."""
        return with_long_strings(pa.concat_tables(self.float_parts(columns)))

    def by_paper(self, table: pa.Table) -> list[pa.Table]:
        """Return rows of papers, named in `paper_key`, cut by shard and ordered as its papers. Raises KeyError."""
        names = [pa.array([ref.key for ref in shard.papers], pa.large_string()) for shard in self.shards]
        return _cut(table, "paper_key", names)

    def by_float(self, table: pa.Table) -> list[pa.Table]:
        """Return rows of floats, named in `pair_id`, cut by shard and ordered as its floats. Raises KeyError."""
        parts = self.float_parts(["pair_id"])
        names = [with_long_strings(part).column("pair_id").combine_chunks() for part in parts]
        return _cut(table, "pair_id", names)


def _cut(table: pa.Table, column: str, names: Sequence[pa.Array]) -> list[pa.Table]:
    """Return a table cut into the rows of each list of names, in its order."""
    table = with_long_strings(table)
    known = pa.chunked_array(list(names), pa.large_string())
    places = pc.index_in(table.column(column), value_set=known)
    if places.null_count:
        raise KeyError(f"{table.column(column).filter(pc.is_null(places))[0]} is of no shard")
    order = np.argsort(places.to_numpy(), kind="stable")
    bounds = [0, *itertools.accumulate(len(part) for part in names)]
    cuts = np.searchsorted(places.to_numpy()[order], bounds).tolist()
    ordered = table.take(pa.array(order))
    return [ordered.slice(start, end - start) for start, end in itertools.pairwise(cuts)]
