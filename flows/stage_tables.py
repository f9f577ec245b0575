"""What the stages that look at all papers read: the tables of the shard stages, put together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from flows.build_options import BuildOptions
from flows.plan_shards import Shard
from flows.run_stages import SHARD_STAGES, ShardWork
from sources.inventory import Inventory
from warehouse.lake import StageOutput, canonical_json


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
        """Return a table of a shard stage over all shards, in the order of the papers."""
        wanted = list(columns) if columns is not None else None
        return pa.concat_tables([self.output(stage, i).table(name, wanted) for i in range(len(self.shards))])

    def inputs_sha256(self) -> str:
        """Return a hash of all papers' names, places and bytes: of what their rows say of them."""
        content = [
            [ref.key, ref.layout, Path(ref.archive).name, ref.member, ref.sha256]
            for ref in self.inventory.papers
        ]
        return hashlib.sha256(canonical_json(content)).hexdigest()
