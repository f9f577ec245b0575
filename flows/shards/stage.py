"""What a stage is: work on one shard after the other, or on all of them together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from flows.build_options import BuildOptions
from flows.shards.tables import ShardTables
from runtime.progress import Advance
from schemas.paper import PaperRef
from sources.inventory import Inventory
from warehouse.stages import Json, StageOutput

Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class ShardInputs:
    """What a stage reads of one shard: its papers, and the tables of the stages that it needs, by their names."""

    papers: tuple[PaperRef, ...]
    outputs: Mapping[str, StageOutput]

    def table(self, stage: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Return a table of a stage that this one needs."""
        return self.outputs[stage].table(name, None if columns is None else list(columns))


@dataclass(frozen=True)
class ShardStage:
    """A stage that works on one shard after the other.

    Its output is determined by its version, its parameters and the outputs of the stages that it needs; a stage that
    needs none reads the papers. `compute` calls its last argument with the number of units it has finished.
    """

    name: str
    version: str
    needs: tuple["ShardStage", ...]
    unit: str  # what `size` counts, for the progress bar
    parameters: Callable[[BuildOptions], Mapping[str, Json]]
    size: Callable[[ShardInputs, BuildOptions], int]
    compute: Callable[[ShardInputs, BuildOptions, Advance], Tables]


@dataclass(frozen=True)
class BuildInputs:
    """What a stage over the whole build reads: all papers found, the shards' tables, the outputs of earlier ones."""

    inventory: Inventory
    metadata: Path | None  # arXiv metadata as JSON lines
    shards: ShardTables
    outputs: Mapping[str, StageOutput] = field(default_factory=dict)


@dataclass(frozen=True)
class Computed:
    """A stage's tables, and what else its folder says of them."""

    tables: Tables
    notes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A stage's work on one build, not yet begun: what decides on its output, and how it is made."""

    parameters: Mapping[str, Json]
    compute: Callable[[], Computed]


@dataclass(frozen=True)
class BuildStage:
    """A stage that looks at all papers of a build at once.

    Its output is determined by its version, its plan's parameters and the outputs of the stages that it needs, and by
    the names and bytes of all papers where `reads_inventory` is set.
    """

    name: str
    version: str
    needs: tuple["ShardStage | BuildStage", ...]
    plan: Callable[[BuildInputs, BuildOptions], Plan]
    reads_inventory: bool = False
