"""A build without Prefect and its server, for tests that look at what it leaves."""

from dataclasses import replace
from pathlib import Path

from flows.build_options import BuildOptions
from flows.release import join_release
from flows.shards import BuildInputs, ShardWork, plan_shards, run_build_stage, shard_tables
from flows.stages.order import BUILD_STAGES, SHARD_STAGES
from sources.inventory import take_inventory
from warehouse.place import prepare


def stages_in_process(
    inputs: list[Path], warehouse: Path, *, metadata: Path | None = None, **options: object
) -> tuple[BuildInputs, BuildOptions]:
    """Return what a release is made of, all stages run; the caller stops the shared pools."""
    prepare(warehouse)
    inventory = take_inventory(inputs)
    chosen = BuildOptions(**{"ocr_engine": "none", "workers": 2, **options})  # type: ignore[arg-type]
    shards = tuple(plan_shards(inventory.papers, chosen.papers_per_shard))
    for stage in SHARD_STAGES.values():
        for shard in shards:
            ShardWork(warehouse, chosen, stage, shard).run()
    found = BuildInputs(inventory, metadata, shard_tables(warehouse, chosen, SHARD_STAGES, shards))
    for whole in BUILD_STAGES.values():
        output = run_build_stage(whole, found, chosen)
        found = replace(found, outputs={**found.outputs, whole.name: output})
    return found, chosen


def build_in_process(
    inputs: list[Path], warehouse: Path, version: str, *, metadata: Path | None = None, **options: object
) -> Path:
    """Return the folder of the release; the caller stops the shared pools."""
    return join_release(*stages_in_process(inputs, warehouse, metadata=metadata, **options), version)
