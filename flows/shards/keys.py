"""The key of each stage's output: what decides it, and so where a build finds earlier work again."""

import hashlib
from pathlib import Path

from flows.build_options import BuildOptions
from flows.shards.plan import Shard
from flows.shards.stage import BuildInputs, BuildStage, Plan, ShardStage
from sources.inventory import Inventory
from warehouse.stages import Json, canonical_json, stage_key


def shard_key(options: BuildOptions, stage: ShardStage, shard: Shard) -> str:
    """Return the key of a stage's output of one shard, made of the keys of what it reads."""
    inputs = [shard_key(options, need, shard) for need in stage.needs] or [shard.key]
    return stage_key(stage.name, stage.version, stage.parameters(options), inputs)


def build_key(stage: BuildStage, plan: Plan, inputs: BuildInputs) -> str:
    """Return the key of a stage's output over the whole build, made of the keys of what it reads."""
    found = [inputs_sha256(inputs.inventory)] if stage.reads_inventory else []
    for need in stage.needs:
        is_whole = isinstance(need, BuildStage)
        found += [inputs.outputs[need.name].key] if is_whole else inputs.shards.keys(need.name)
    return stage_key(stage.name, stage.version, plan.parameters, found)


def inputs_sha256(inventory: Inventory) -> str:
    """Return a hash of all papers' names, places and bytes: of what their rows say of them."""
    content: list[Json] = [
        [ref.key, ref.layout, Path(ref.archive).name, ref.member, ref.sha256] for ref in inventory.papers
    ]
    return hashlib.sha256(canonical_json(content)).hexdigest()
