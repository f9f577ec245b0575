"""One stage run: on a shard, or on the whole build. What is there already is not made again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from flows.build_options import BuildOptions
from flows.shards.plan import Shard
from flows.shards.stage import BuildInputs, BuildStage, ShardInputs, ShardStage
from flows.shards.tables import ShardTables
from runtime.memory import give_back
from runtime.progress import Advance
from sources.inventory import Inventory
from warehouse.stages import Json, StageOutput, canonical_json, stage_key, stage_output, write_stage


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
    return stage_output(warehouse, stage.name, _key(options, stage, shard))


def _key(options: BuildOptions, stage: ShardStage, shard: Shard) -> str:
    inputs = [_key(options, need, shard) for need in stage.needs] or [shard.key]
    return stage_key(stage.name, stage.version, stage.parameters(options), inputs)


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
    found = [inputs_sha256(inputs.inventory)] if stage.reads_inventory else []
    for need in stage.needs:
        is_whole = isinstance(need, BuildStage)
        found += [inputs.outputs[need.name].key] if is_whole else inputs.shards.keys(need.name)
    key = stage_key(stage.name, stage.version, plan.parameters, found)
    output = stage_output(inputs.shards.warehouse, stage.name, key)
    if not output.is_complete:
        computed = plan.compute()
        about: dict[str, Json] = {"stage": stage.name, "version": stage.version}
        about["parameters"] = dict(plan.parameters)
        write_stage(output, computed.tables, about | dict(computed.notes))
    return output


def inputs_sha256(inventory: Inventory) -> str:
    """Return a hash of all papers' names, places and bytes: of what their rows say of them."""
    content: list[Json] = [
        [ref.key, ref.layout, Path(ref.archive).name, ref.member, ref.sha256] for ref in inventory.papers
    ]
    return hashlib.sha256(canonical_json(content)).hexdigest()
