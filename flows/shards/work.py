"""One stage run: on a shard, or on the whole build. What is there already is not made again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flows.build_options import BuildOptions
from flows.shards.keys import build_key, shard_key
from flows.shards.plan import Shard
from flows.shards.stage import BuildInputs, BuildStage, ShardInputs, ShardStage
from flows.shards.tables import ShardTables
from runtime.memory import give_back
from runtime.progress import Advance
from warehouse.stages import Json, StageOutput, stage_output, write_stage


@dataclass(frozen=True)
class ShardWork:
    """One stage to be run on one shard."""

    warehouse: Path
    options: BuildOptions
    stage: ShardStage
    shard: Shard
    advance: Advance = lambda count: None

    @property
    def output(self) -> StageOutput:
        """Where this stage's tables of this shard are, or will be."""
        return shard_output(self.warehouse, self.options, self.stage, self.shard)

    @property
    def inputs(self) -> ShardInputs:
        """What the stage reads."""
        found = {
            need.name: shard_output(self.warehouse, self.options, need, self.shard)
            for need in self.stage.needs
        }
        return ShardInputs(self.shard.papers, found)

    @property
    def size(self) -> int:
        """How many of the stage's units the shard has."""
        return self.stage.size(self.inputs, self.options)

    def counted_by(self, advance: Advance) -> "ShardWork":
        """Return the same work, reporting finished units to `advance`."""
        return replace(self, advance=advance)

    def run(self) -> StageOutput:
        """Return the stage's output, computed unless it is there."""
        output = self.output
        if not output.is_complete:
            tables = self.stage.compute(self.inputs, self.options, self.advance)
            about: dict[str, Json] = {
                "stage": self.stage.name,
                "version": self.stage.version,
                "parameters": dict(self.stage.parameters(self.options)),
                "shard": self.shard.key,
            }
            write_stage(output, tables, about)
            del tables
            give_back()
        return output


def shard_output(warehouse: Path, options: BuildOptions, stage: ShardStage, shard: Shard) -> StageOutput:
    """Return where a stage's tables of a shard are, or will be: under a key of all that decides on them."""
    return stage_output(warehouse, stage.name, shard_key(options, stage, shard))


def shard_tables(
    warehouse: Path, options: BuildOptions, stages: Mapping[str, ShardStage], shards: tuple[Shard, ...]
) -> ShardTables:
    """Return the tables of the shard stages over all shards."""
    return ShardTables(warehouse, shards, partial(_named_output, warehouse, options, stages))


def _named_output(
    warehouse: Path, options: BuildOptions, stages: Mapping[str, ShardStage], name: str, shard: Shard
) -> StageOutput:
    return shard_output(warehouse, options, stages[name], shard)


def run_build_stage(stage: BuildStage, inputs: BuildInputs, options: BuildOptions) -> StageOutput:
    """Return the output of a stage over the whole build, computed unless it is there."""
    plan = stage.plan(inputs, options)
    key = build_key(stage, plan, inputs)
    output = stage_output(inputs.shards.warehouse, stage.name, key)
    if not output.is_complete:
        computed = plan.compute()
        about: dict[str, Json] = {"stage": stage.name, "version": stage.version}
        about["parameters"] = dict(plan.parameters)
        write_stage(output, computed.tables, about | dict(computed.notes))
    return output
