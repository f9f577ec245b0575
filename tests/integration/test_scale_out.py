"""A build on a cluster, its inputs and its warehouse in a bucket, is the build of one process."""

import json
import multiprocessing
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from benchmarks.scale_out import WAYS, compare
from flows.build_options import BuildOptions
from flows.running.check_call import check_call
from flows.running.runners import far, finish, shard_runner
from flows.shards import ShardWork, plan_shards
from flows.stages.order import SHARD_STAGES
from schemas.errors import UserError
from schemas.paper import PaperRef

REF = PaperRef(
    source="arxiv", paper_id="2601.00001", layout="pdf", archive="/nowhere.pdf", size=1, sha256="0" * 64
)


@pytest.mark.integration
def test_two_dask_workers_build_the_same_release_as_one_process(
    few_papers: Path, few_warehouse: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    (one,) = (json.loads(path.read_text()) for path in few_warehouse.glob("releases/*/manifest.json"))
    # Ray takes a minute more to do the same: `python -m benchmarks.scale_out` compares all three.
    (two,) = compare(tmp_path, few_papers, WAYS[1:2], papers_per_shard=2, api=environment["PREFECT_API_URL"])
    assert one["counts"]["pairs"] > 15
    assert (two.release_hash, two.pairs) == (one["release_hash"], one["counts"]["pairs"])


def test_the_runner_is_that_of_the_cluster_asked_for() -> None:
    dask = shard_runner(BuildOptions(task_runner="dask", dask_address="tcp://127.0.0.1:8786"))
    ray = shard_runner(BuildOptions(task_runner="ray", ray_address="127.0.0.1:6379"))
    assert (type(dask).__name__, dask.address) == ("DaskTaskRunner", "tcp://127.0.0.1:8786")  # type: ignore[attr-defined]
    assert (type(ray).__name__, ray.address) == ("RayTaskRunner", "127.0.0.1:6379")  # type: ignore[attr-defined]


class _Lost:
    """A future whose workers are gone."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def result(self) -> str:
        raise self.error


def test_a_cluster_that_lost_its_workers_is_one_sentence() -> None:
    import distributed
    import ray.exceptions

    for error in (
        ray.exceptions.LocalRayletDiedError(),
        distributed.comm.CommClosedError("in <TCP>"),
        distributed.KilledWorker("shard", SimpleNamespace(address="tcp://10.0.0.2:1"), 3),
    ):
        with pytest.raises(UserError, match="goes on from here"):
            finish(_Lost(error))  # type: ignore[arg-type]  # a future as far as this goes
    with pytest.raises(ValueError, match="of its own"):
        finish(_Lost(ValueError("of its own")))  # type: ignore[arg-type]


@pytest.mark.parametrize(("runner", "variable"), [("dask", "DASK_ADDRESS"), ("ray", "RAY_ADDRESS")])
def test_no_cluster_is_refused_before_work_begins(
    runner: Literal["dask", "ray"], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable, raising=False)
    options = BuildOptions(task_runner=runner, ocr_engine="none")
    with pytest.raises(UserError, match=variable):
        check_call([str(tmp_path)], str(tmp_path), None, None, options)
    monkeypatch.setenv(variable, "tcp://127.0.0.1:8786")
    options = BuildOptions(task_runner=runner, ocr_engine="none")
    check_call([str(tmp_path)], str(tmp_path), None, None, options)


def test_a_worker_that_may_start_no_processes_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shard,) = plan_shards([REF], 4)
    work = far(ShardWork(tmp_path, BuildOptions(), SHARD_STAGES["extract"], shard))
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"):
        work.run()
