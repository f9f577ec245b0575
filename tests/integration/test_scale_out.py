"""A build on a Dask cluster, its inputs and its warehouse in a bucket, is the build of one process."""

import multiprocessing
from pathlib import Path

import pytest

from benchmarks.scale_out import compare
from flows.build_options import BuildOptions
from flows.check_call import check_call
from flows.plan_shards import plan_shards
from flows.run_stages import SHARD_STAGES, ShardWork
from flows.task_runners import far
from schemas.errors import UserError
from schemas.paper import PaperRef

REF = PaperRef(
    source="arxiv", paper_id="2601.00001", layout="pdf", archive="/nowhere.pdf", size=1, sha256="0" * 64
)


@pytest.mark.integration
@pytest.mark.timeout(280)
def test_two_dask_workers_build_the_same_release_as_one_process(tmp_path: Path) -> None:
    one, two = compare(tmp_path, None)
    assert one.pairs > 70
    assert (two.release_hash, two.pairs) == (one.release_hash, one.pairs)


def test_dask_without_a_cluster_is_refused_before_work_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASK_ADDRESS", raising=False)
    options = BuildOptions(task_runner="dask", ocr_engine="none")
    with pytest.raises(UserError, match="DASK_ADDRESS"):
        check_call([str(tmp_path)], str(tmp_path), None, None, options)
    monkeypatch.setenv("DASK_ADDRESS", "tcp://127.0.0.1:8786")
    check_call(
        [str(tmp_path)], str(tmp_path), None, None, BuildOptions(task_runner="dask", ocr_engine="none")
    )


def test_a_worker_that_may_start_no_processes_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shard,) = plan_shards([REF], 4)
    work = far(ShardWork(tmp_path, BuildOptions(), SHARD_STAGES["extract"], shard))
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)  # type: ignore[attr-defined]
    with pytest.raises(UserError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"):
        work.run()
