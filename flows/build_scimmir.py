"""The flow `build-scimmir`: from archives of papers on disk to one published release."""

import logging
from collections.abc import Sequence
from pathlib import Path

from prefect import flow, task, unmapped
from prefect.artifacts import create_markdown_artifact
from prefect.futures import wait
from prefect.task_runners import ThreadPoolTaskRunner

from flows.build_options import BuildOptions
from flows.curate_pairs import GlobalWork
from flows.join_release import join_release, release_summary
from flows.plan_shards import plan_shards
from flows.run_stages import SHARD_STAGES, ShardStage, ShardWork
from runtime.attempt import stop_shared_pools
from runtime.progress import progress
from sources.inventory import Inventory, take_inventory
from warehouse import catalog
from warehouse.lake import prepare
from warehouse.release import check_version_name, publishing

logger = logging.getLogger("scimmir")


@flow(name="build-scimmir", description=__doc__, log_prints=False, validate_parameters=True)
def build_scimmir(
    inputs: list[str],
    warehouse: str,
    metadata: str | None = None,
    version: str | None = None,
    options: BuildOptions = BuildOptions(),  # noqa: B008 - immutable, and Prefect shows it as the default
) -> str:
    """Build a release and return its folder.

    Args:
        inputs: arXiv bulk tars, e-prints, PMC packages, .nxml files, or folders of any of them.
        warehouse: folder of stage tables and releases; made where it is missing.
        metadata: arXiv metadata as JSON lines (Kaggle snapshot), for titles, categories and licences.
        version: name of the release; by default derived from what it holds.
        options: everything else.
    """
    if version is not None:
        check_version_name(version)
    root = Path(warehouse).expanduser().absolute()
    prepare(root)
    try:
        inventory = list_papers(inputs)
        shards = plan_shards(inventory.papers, options.papers_per_shard)
        logger.info("%d papers in %d shards", len(inventory.papers), len(shards))
        for stage in SHARD_STAGES.values():
            _run_stage(stage, [ShardWork(root, options, stage, shard) for shard in shards], options.workers)
        work = GlobalWork(root, options, tuple(shards), inventory, Path(metadata) if metadata else None)
        curate(work)
        folder = release(work, version)
    finally:
        stop_shared_pools()
    create_markdown_artifact(release_summary(folder), key="scimmir-release", description=folder.name)
    return str(folder)


def _run_stage(stage: ShardStage, works: Sequence[ShardWork], workers: int) -> None:
    """Run a stage on the shards that lack it; stage tables from earlier builds are used as they are."""
    missing = [work for work in works if not work.output.is_complete]
    if not missing:
        logger.info("%s: all %d shards are there", stage.name, len(works))
        return
    with progress(stage.name, sum(work.size() for work in missing), stage.unit) as advance:
        futures = run_shard.map([work.counted_by(advance) for work in missing])
        wait(futures)
    for future in futures:
        future.result()
