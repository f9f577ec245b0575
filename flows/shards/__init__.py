"""How a build's papers are cut into shards, what a stage is, and how one is run on a shard or on all of them.

`plan.py` cuts, `stage.py` says what a stage states of itself, `keys.py` makes the key of each stage's output, and
`work.py` runs a stage.
"""

from flows.shards.batches import model_pool, parts, reader_pool, run_batches, wanted_device
from flows.shards.keys import inputs_sha256
from flows.shards.plan import Shard, plan_shards
from flows.shards.stage import (
    BuildInputs,
    BuildStage,
    Computed,
    Plan,
    ShardInputs,
    ShardStage,
    Tables,
)
from flows.shards.tables import FLOAT_STAGES, ShardTables
from flows.shards.work import ShardWork, run_build_stage, shard_output, shard_tables

__all__ = [
    "FLOAT_STAGES",
    "BuildInputs",
    "BuildStage",
    "Computed",
    "Plan",
    "Shard",
    "ShardInputs",
    "ShardStage",
    "ShardTables",
    "ShardWork",
    "Tables",
    "inputs_sha256",
    "model_pool",
    "parts",
    "plan_shards",
    "reader_pool",
    "run_batches",
    "run_build_stage",
    "shard_output",
    "shard_tables",
    "wanted_device",
]
