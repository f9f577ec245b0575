"""One bad record costs itself and nothing else."""

import ctypes
import hashlib
import os
import platform
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool

import psutil
import pytest

from runtime.attempt import (
    ONE_THREAD,
    PRELOAD,
    Failure,
    PoolParameters,
    Workers,
    attempt,
    attempt_batches,
    each,
    worker_pool,
)
from runtime.memory import EVERY_S
from schemas.errors import UserError
from schemas.reject import RecordError

pytestmark = pytest.mark.long

LIMIT_S = 1  # of a processor, and ten times as long by the clock for what sleeps


def _in_threads(work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def work_on(record: str) -> str:
    match record:
        case "reject":
            raise RecordError("image_empty", "fig.png")
        case "defect":
            raise ZeroDivisionError("by zero")
        case "hang":
            time.sleep(3600)
        case "spin":
            re.match(r"(a+)+$", "a" * 60 + "b")  # one call that never comes back to Python
        case "threads":
            _in_threads(lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000_000))
        case "exit":
            os._exit(3)
        case "crash":
            ctypes.string_at(0)
        case "machine":
            raise UserError("the GPU is another process's")
        case "gorge":
            bytearray(8 << 30)
    return record.upper()


def threads_of_blas(name: str) -> str | None:
    return os.environ.get(name)


def is_imported(module: str) -> bool:
    return module in sys.modules


def work_on_batch(job: tuple[str, list[str]]) -> list[str | Failure]:
    context, records = job
    return [r if isinstance(r, Failure) else context + r for r in each(work_on, records)]


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with worker_pool(PoolParameters(workers=2)) as pool:
        yield pool


def test_a_worker_begins_with_what_stages_import(pool: Workers) -> None:
    found = attempt(is_imported, PRELOAD, pool=pool, timeout_s=LIMIT_S)
    assert {outcome.item: outcome.value for outcome in found} == dict.fromkeys(PRELOAD, True)


def test_workers_add_up_in_one_thread_so_that_sums_are_alike_on_every_machine(
    pool: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ONE_THREAD:
        monkeypatch.setenv(name, "2")
    found = attempt(threads_of_blas, ONE_THREAD, pool=pool, timeout_s=LIMIT_S)
    assert [outcome.value for outcome in found] == ["1"] * len(ONE_THREAD)


def test_what_the_user_must_mend_is_no_records_fault(pool: Workers) -> None:
    done = attempt(work_on, ["a", "machine", "b"], pool=pool, timeout_s=LIMIT_S)
    assert next(done).value == "A"
    with pytest.raises(UserError, match="the GPU is another process's"):
        next(done)


def test_each_record_ends_as_itself_or_with_its_reason(pool: Workers) -> None:
    records = ["a", "reject", "defect", "hang", "b", "exit", "crash", "gorge", "c"]
    outcomes = list(attempt(work_on, records, pool=pool, timeout_s=LIMIT_S))
    assert [o.item for o in outcomes] == records
    assert [o.value or (o.failure and o.failure.reason) for o in outcomes] == [
        "A", "image_empty", "unexpected", "timeout", "B", "worker_died", "worker_died", "memory_limit", "C",
    ]  # fmt: skip
    assert outcomes[1].failure == Failure("image_empty", "fig.png")
    assert outcomes[2].failure is not None and "ZeroDivisionError: by zero" in outcomes[2].failure.detail


@pytest.mark.parametrize("record", ["spin", "threads"])
def test_work_without_end_has_its_time_in_seconds_of_a_processor(
    pool: Workers, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.attempt.WALL_FACTOR", 600)  # however little of one it gets
    (outcome,) = attempt(work_on, [record], pool=pool, timeout_s=LIMIT_S, tries=1)
    assert outcome.failure == Failure("timeout", "no end after 1 s of a processor")


def wait(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_waiting_for_a_processor_is_not_counted(pool: Workers) -> None:
    # Asleep it takes as little of a processor as behind others on a busy machine.
    (outcome,) = attempt(wait, [3 * LIMIT_S], pool=pool, timeout_s=LIMIT_S, tries=1)
    assert outcome.value == 3 * LIMIT_S


_KEPT: list[bytes] = []


def memory_before_using_100_mb(_: int) -> int:
    time.sleep(1.1 * EVERY_S)
    before = psutil.Process().memory_info().rss
    blocks = [os.urandom(2_000) for _ in range(50_000)]
    _KEPT.append(
        os.urandom(2_000)
    )  # behind the others: the allocator alone gives back only what is at its end
    del blocks
    return before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no malloc_trim")
def test_a_worker_gives_back_what_it_used() -> None:
    with worker_pool(PoolParameters(workers=1)) as pool:
        outcomes = list(attempt(memory_before_using_100_mb, range(4), pool=pool, timeout_s=600))
    used = [outcome.value or 0 for outcome in outcomes]
    assert used[0] > 0
    assert max(used) - used[0] < 20e6


def test_a_batch_loses_only_the_item_at_fault(pool: Workers) -> None:
    batches = [("1", ["a", "b"]), ("2", ["c", "hang", "reject", "d"]), ("3", ["exit", "e"])]
    results = attempt_batches(work_on_batch, batches, pool=pool, timeout_s=LIMIT_S, batch_timeout_s=LIMIT_S)
    assert [(item, r.reason if isinstance(r, Failure) else r) for item, r in results] == [
        ("a", "1A"),
        ("b", "1B"),
        ("c", "2C"),
        ("hang", "timeout"),
        ("reject", "image_empty"),
        ("d", "2D"),
        ("exit", "worker_died"),
        ("e", "3E"),
    ]


def test_items_are_taken_as_they_are_needed(pool: Workers) -> None:
    taken = []

    def records() -> Iterator[str]:
        for number in range(200):
            taken.append(number)
            yield str(number)

    outcomes = attempt(work_on, records(), pool=pool, timeout_s=600, ahead=4)
    next(outcomes)
    assert len(taken) <= 5
    assert sum(1 for _ in outcomes) == 199


def test_a_worker_that_dies_idle_costs_nothing() -> None:
    with worker_pool(PoolParameters(workers=2)) as pool:
        for _ in range(3):
            (process,) = {
                outcome.value for outcome in attempt(process_of, ["one"], pool=pool, timeout_s=LIMIT_S)
            }
            assert process is not None
            os.kill(process, signal.SIGKILL)
            records = ["ab", "cd", "ef"]
            found = list(attempt(work_on, records, pool=pool, timeout_s=LIMIT_S))
            assert [(outcome.item, outcome.failure) for outcome in found] == [(r, None) for r in records]


def process_of(record: str) -> int:
    return os.getpid()


def test_a_pool_that_breaks_whenever_a_record_is_tried_fails_the_record_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Breaking(Workers):
        def schedule(self, fn, args, timeout):  # type: ignore[no-untyped-def]
            started = super().schedule(fn, args, timeout)

            def result():  # type: ignore[no-untyped-def]
                found = started()
                if args[1] == "broken":
                    raise BrokenProcessPool
                return found

            return result

    pool = Breaking(PoolParameters(workers=1))
    try:
        found = list(attempt(work_on, ["ab", "broken", "cd"], pool=pool, timeout_s=LIMIT_S))
    finally:
        pool.stop()
    assert [outcome.failure and outcome.failure.reason for outcome in found] == [None, "worker_died", None]
