"""What the stages that look at all papers read: the tables of the shard stages, put together."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.build_options import BuildOptions
from flows.plan_shards import Shard
from flows.run_stages import SHARD_STAGES, ShardWork
from schemas.columns import with_long_strings
from sources.inventory import Inventory
from warehouse.stages.tables import StageOutput, canonical_json


@dataclass(frozen=True)
class GlobalWork:
    """A build whose shard stages are done."""

    warehouse: Path
    options: BuildOptions
    shards: tuple[Shard, ...]
    inventory: Inventory
    metadata: Path | None

    def output(self, stage: str, index: int) -> StageOutput:
        """Return a shard stage's tables of one shard."""
        return ShardWork(self.warehouse, self.options, SHARD_STAGES[stage], self.shards[index]).output

    def keys(self, stage: str) -> list[str]:
        """Return the keys of a shard stage's outputs, in the order of the shards."""
        return [self.output(stage, index).key for index in range(len(self.shards))]

    def table(self, stage: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table of a shard stage over all shards, in the order of the papers, its strings long."""
        wanted = list(columns) if columns is not None else None
        parts = [self.output(stage, index).table(name, wanted) for index in range(len(self.shards))]
        return with_long_strings(pa.concat_tables(parts))

    def by_shard(self, table: pa.Table, column: str) -> list[pa.Table]:
        """Return a table of the whole build cut into the rows of each shard, in the order of its papers or floats.

        Args:
            table: any rows of papers or floats.
            column: what names them: `paper_key` or `pair_id`.

        Raises:
            KeyError: a row is of no shard.
        """
        if column == "paper_key":
            names = [pa.array([ref.key for ref in shard.papers], pa.large_string()) for shard in self.shards]
        else:
            outputs = (self.output("extract", index) for index in range(len(self.shards)))
            tables = (output.table("floats", [column]) for output in outputs)
            names = [with_long_strings(part).column(column).combine_chunks() for part in tables]
        table = with_long_strings(table)
        known = pa.chunked_array(names, pa.large_string())
        places = pc.index_in(table.column(column), value_set=known)
        if places.null_count:
            raise KeyError(f"{table.column(column).filter(pc.is_null(places))[0]} is of no shard")
        order = np.argsort(places.to_numpy(), kind="stable")
        bounds = [0, *itertools.accumulate(len(part) for part in names)]
        cuts = np.searchsorted(places.to_numpy()[order], bounds).tolist()
        ordered = table.take(pa.array(order))
        return [ordered.slice(start, end - start) for start, end in itertools.pairwise(cuts)]

    def inputs_sha256(self) -> str:
        """Return a hash of all papers' names, places and bytes: of what their rows say of them."""
        content = [
            [ref.key, ref.layout, Path(ref.archive).name, ref.member, ref.sha256]
            for ref in self.inventory.papers
        ]
        return hashlib.sha256(canonical_json(content)).hexdigest()
