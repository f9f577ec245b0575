"""A build without Prefect and its server, for tests that look at what it leaves."""

from pathlib import Path

from flows.build_options import BuildOptions
from flows.catalogue_papers import catalogue_papers
from flows.curate_pairs import find_duplicates
from flows.guard_pairs import find_contamination
from flows.join_release import Curated, join_release
from flows.plan_shards import plan_shards
from flows.run_stages import SHARD_STAGES, ShardWork
from flows.stage_tables import GlobalWork
from sources.inventory import take_inventory
from warehouse.place import prepare


def build_in_process(
    inputs: list[Path], warehouse: Path, version: str, *, metadata: Path | None = None, **options: object
) -> Path:
    """Return the folder of the release; the caller stops the shared pools."""
    prepare(warehouse)
    inventory = take_inventory(inputs)
    chosen = BuildOptions(ocr_engine="none", workers=2, **options)  # type: ignore[arg-type]
    shards = tuple(plan_shards(inventory.papers, chosen.papers_per_shard))
    for stage in SHARD_STAGES.values():
        for shard in shards:
            ShardWork(warehouse, chosen, stage, shard).run()
    work = GlobalWork(warehouse, chosen, shards, inventory, metadata)
    papers = catalogue_papers(work)
    duplicates = find_duplicates(work, papers)
    curated = Curated(papers, duplicates, find_contamination(work, papers, duplicates))
    return join_release(work, curated, version)
