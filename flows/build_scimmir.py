"""The flow `build-scimmir`: from archives of papers on disk to one published release."""

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.runtime import flow_run
from prefect.task_runners import TaskRunner
from prefect.utilities.annotations import quote

from flows.build_options import BuildOptions
from flows.release import join_release
from flows.restart_lost_runs import check_starts
from flows.running.artifacts import publish_alert, publish_artifacts
from flows.running.check_call import check_call
from flows.running.metrics import Meter, metrics_folders
from flows.running.runners import FarShard, finish, is_outage, shard_runner, submit_shards
from flows.shards import (
    BuildInputs,
    BuildStage,
    Shard,
    ShardStage,
    ShardWork,
    plan_shards,
    run_build_stage,
    shard_tables,
)
from flows.stages.order import BUILD_STAGES, LAST_READING, SHARD_STAGES
from runtime.attempt import stop_shared_pools
from runtime.logs import DETAILS, about, log_to
from runtime.progress import progress
from schemas.errors import UserError
from sources.bucket import local_paths
from sources.inventory import Inventory, take_inventory
from warehouse.locks import building
from warehouse.place import warehouse_path
from warehouse.releases import jumps, latest_manifest, read_manifest
from warehouse.stages import StageOutput

T = TypeVar("T")
logger = logging.getLogger("scimmir")
details = logging.getLogger(DETAILS)


# An object store that is away for a while is no reason to end a build.
@task(
    task_run_name="{name}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[15, 60],
    retry_condition_fn=is_outage,
)
def run_shard(work: ShardWork | FarShard, name: str) -> str:
    """Run one stage on one shard; return the key of its output."""
    start = time.monotonic()
    stage = work.stage if isinstance(work, FarShard) else work.stage.name
    with about(stage=stage, shard=work.shard.name):
        key = work.run().key
        details.info("%s of %s done in %.1f s", stage, work.shard.name, time.monotonic() - start)
    return key


@task(cache_policy=NO_CACHE, persist_result=False)
def list_papers(inputs: list[str]) -> Inventory:
    """Find the papers in the inputs."""
    return take_inventory([Path(name).expanduser() for name in inputs])


@task(task_run_name="{name}", cache_policy=NO_CACHE, persist_result=False)
def run_stage(stage: BuildStage, inputs: BuildInputs, options: BuildOptions, name: str) -> StageOutput:
    """Run one stage over the whole build."""
    return run_build_stage(stage, inputs, options)


@task(cache_policy=NO_CACHE, persist_result=False)
def release(inputs: BuildInputs, options: BuildOptions, version: str | None) -> Path:
    """Join the stage tables and publish them."""
    return join_release(inputs, options, version)


@flow(
    name="build-scimmir",
    flow_run_name="build-scimmir {warehouse}",
    persist_result=False,
)
def build_scimmir(
    inputs: list[str],
    warehouse: str,
    metadata: str | None = None,
    version: str | None = None,
    options: BuildOptions = BuildOptions(),  # noqa: B008 - it is immutable
) -> str:
    """Build a release from archives of papers and return its folder; earlier work is used again.

    Args:
        inputs: arXiv bulk tars, e-prints, PMC packages, .nxml files, or folders of any of them; on disk or at
            s3:// addresses.
        warehouse: folder of stage tables and releases, made where it is missing; or an s3:// address.
        metadata: arXiv metadata as JSON lines (Kaggle snapshot), for titles, categories and licences.
        version: name of the release; derived from its content by default.
        options: everything else, see BuildOptions.

    Raises:
        UserError: something that the user can mend; nothing was published.
    """
    check_starts()
    check_call(inputs, warehouse, metadata, version, options)
    root = warehouse_path(warehouse)
    if options.log_format == "json":
        log_to(kind="json")
    meter, earlier, folder = Meter(), latest_manifest(root), None
    at_work = building(root)
    try:
        with about(run=str(flow_run.id)):
            folder = _build(root, inputs, metadata, version, options, meter)
    finally:
        at_work.close()
        if folder is None:
            with contextlib.suppress(UserError):  # the build's own error counts
                meter.write(metrics_folders(root, options), None)
    publish_artifacts(folder)
    _tell(folder, earlier, meter, metrics_folders(root, options))
    return str(folder)


def _build(
    root: Path,
    inputs: list[str],
    metadata: str | None,
    version: str | None,
    options: BuildOptions,
    meter: Meter,
) -> Path:
    """Publish the release and return its folder."""
    with contextlib.ExitStack() as stack:
        with meter.stage("inventory"):
            # What is read as a whole is brought here first, where it lies in a bucket.
            known = stack.enter_context(local_paths([metadata] if metadata else []))
            sets = stack.enter_context(local_paths(options.decontaminate))
            options = options.model_copy(update={"decontaminate": sets})
            inventory = list_papers(inputs)
        shards = tuple(plan_shards(inventory.papers, options.papers_per_shard))
        _say(inventory, shards)
        # After the runner ended, which waits for the shards under way: a shard whose pool is stopped under it
        # may wait for ever.
        stack.callback(stop_shared_pools)
        runner = stack.enter_context(shard_runner(options))
        for stage in SHARD_STAGES.values():
            works = [ShardWork(root, options, stage, shard) for shard in shards]
            with meter.stage(stage.name):
                meter.count(stage.name, _run_on_shards(runner, stage, works))
            if stage.name == LAST_READING:
                stop_shared_pools()  # no shard is under way, and the models can use the readers' memory
        tables = shard_tables(root, options, SHARD_STAGES, shards)
        metadata_file = Path(known[0]).expanduser() if known else None
        return _finish(BuildInputs(inventory, metadata_file, tables), options, version, meter)


def _say(inventory: Inventory, shards: Sequence[Shard]) -> None:
    logger.info("%d papers in %d shards", len(inventory.papers), len(shards))
    if inventory.ignored:
        logger.info("%d files are no papers, such as %s", len(inventory.ignored), inventory.ignored[0])


def _run_on_shards(runner: TaskRunner[Any], stage: ShardStage, works: Sequence[ShardWork]) -> int:
    """Run a stage on the shards that lack it, and return how many records that were.

    Stage tables of earlier builds are used as they are.
    """
    missing = [work for work in works if not work.output.is_complete]
    if not missing:
        logger.info("%s: done before", stage.name)
        return 0
    size = sum(work.size for work in missing)
    with progress(stage.name, size, stage.unit) as advance:
        futures = submit_shards(runner, run_shard, missing, advance)
        for future in as_completed(futures):
            finish(future)  # the first error ends the build
    return size


def _finish(inputs: BuildInputs, options: BuildOptions, version: str | None, meter: Meter) -> Path:
    """Run the stages over the whole build, and publish the release."""
    for stage in BUILD_STAGES.values():
        with meter.stage(stage.name):
            output: StageOutput = run_stage(_whole(stage), _whole(inputs), options, stage.name)
        inputs = replace(inputs, outputs={**inputs.outputs, stage.name: output})
    with meter.stage("release"):
        folder: Path = release(_whole(inputs), options, version)
    return folder


def _tell(folder: Path, earlier: Mapping[str, object] | None, meter: Meter, metrics: list[Path]) -> None:
    """Write the run's metrics, and say which reject reasons jumped."""
    manifest = read_manifest(folder)
    found = jumps(earlier, manifest) if earlier and earlier.get("version") != folder.name else ()
    for jump in found:
        logger.warning("alert: %s", jump.sentence)
    if found:
        publish_alert(folder, [jump.sentence for jump in found])
    meter.write(metrics, manifest, len(found))


def _whole(value: T) -> T:
    """Return the value so that Prefect hands it to a task as it is, without searching it for futures."""
    return cast(T, quote(value))
