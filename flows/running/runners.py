"""Where shards are worked on: in threads that feed this machine's processes, or on a Dask or Ray cluster."""

import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from prefect import Task
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.build_options import BuildOptions
from flows.shards import Shard, ShardWork
from flows.stages.order import SHARD_STAGES
from runtime.cache import place_behind
from runtime.progress import Advance
from runtime.storage import StorageError
from schemas.errors import UserError
from warehouse.place import warehouse_path
from warehouse.stages import StageOutput

CLUSTER_LOST = (
    ("ray.exceptions", "RayError"),
    ("distributed.scheduler", "KilledWorker"),
    ("distributed.comm", "CommClosedError"),
)
SHARDS_IN_FLIGHT = 3  # shards fed to the worker processes at once, so that these never wait for a slow one


@dataclass(frozen=True)
class FarShard:
    """One stage to be run on one shard by another machine: everything is named, nothing is open."""

    warehouse: str
    options: BuildOptions
    stage: str
    shard: Shard

    def run(self) -> StageOutput:
        """Return the stage's output, computed unless it is there.

        Raises:
            UserError: this worker may not start processes of its own.
        """
        if multiprocessing.current_process().daemon:
            raise UserError(
                "this Dask worker may not start processes, which guard against hostile files: "
                "start it with DASK_DISTRIBUTED__WORKER__DAEMON=False"
            )
        root = warehouse_path(self.warehouse)
        return ShardWork(root, self.options, SHARD_STAGES[self.stage], self.shard).run()


def submit_shards(
    runner: TaskRunner[Any], task: Task[..., str], works: Sequence[ShardWork], advance: Advance
) -> list[PrefectFuture[str]]:
    """Hand the work to the runner and return its futures; `advance` counts items as they are finished.

    On a cluster a shard's items are counted when it is done, here one by one.
    """
    here = isinstance(runner, ThreadPoolTaskRunner)
    futures: list[PrefectFuture[str]] = []
    for work in works:
        # Quoted, so that Prefect does not search it for futures; Dask would take the quote for a tuple.
        sent = quote(work.counted_by(advance)) if here else far(work)
        parameters = {"work": sent, "name": f"{work.stage.name} {work.shard.name}"}
        future = runner.submit(task, parameters)
        if not here:
            size = work.size
            future.add_done_callback(lambda _, size=size: advance(size))
        futures.append(future)
    return futures


def finish(future: PrefectFuture[str]) -> None:
    """Wait for a shard's work and raise what went wrong.

    Raises:
        UserError: the cluster lost the workers that had the shard.
    """
    try:
        future.result()
    except _lost_by_clusters() as error:
        first = str(error).strip().split("\n")[0]
        raise UserError(
            f"the cluster lost a shard with its workers ({first}); look at their logs and memory, then start the "
            "build again: it goes on from here"
        ) from error


def _lost_by_clusters() -> tuple[type[BaseException], ...]:
    """Return what Dask and Ray raise for workers that are gone; a package that nobody imported raises nothing."""
    found: list[type[BaseException]] = []
    for module, name in CLUSTER_LOST:
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def is_outage(task: object, run: object, state: State[Any]) -> bool:
    """Tell whether a task failed because the object store was away: then it is worth another try."""
    return isinstance(state.result(raise_on_failure=False), StorageError)


def far(work: ShardWork) -> FarShard:
    """Return the same work in a form that another machine understands."""
    name = str(place_behind(work.warehouse) or work.warehouse)
    return FarShard(name, work.options, work.stage.name, work.shard)


def shard_runner(options: BuildOptions) -> TaskRunner[Any]:
    """Return the task runner that the options ask for.

    Raises:
        UserError: Dask or Ray is wanted and not installed.
    """
    try:
        match options.task_runner:
            case "threads":
                return cast(TaskRunner[Any], ThreadPoolTaskRunner(max_workers=SHARDS_IN_FLIGHT))
            case "dask":
                from prefect_dask.task_runners import DaskTaskRunner

                return cast(TaskRunner[Any], DaskTaskRunner(address=options.dask_address))
            case "ray":
                from prefect_ray.task_runners import RayTaskRunner

                return cast(TaskRunner[Any], RayTaskRunner(address=options.ray_address))
    except ImportError as error:
        name = options.task_runner
        raise UserError(f"the task runner {name} needs packages: pip install 'scimmir[{name}]'") from error
