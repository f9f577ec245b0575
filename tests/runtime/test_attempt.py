"""One bad record costs itself and nothing else."""

import ctypes
import os
import time
from collections import Counter
from collections.abc import Iterator

import pebble
import pytest

from runtime.attempt import Failure, PoolParameters, attempt, attempt_batches, each, worker_pool
from schemas.reject import RecordError


def work_on(record: str) -> str:
    match record:
        case "reject":
            raise RecordError("image_empty", "fig.png")
        case "defect":
            raise ZeroDivisionError("by zero")
        case "hang":
            time.sleep(60)
        case "exit":
            os._exit(3)
        case "crash":
            ctypes.string_at(0)
        case "gorge":
            bytearray(8 << 30)
    return record.upper()


def work_on_batch(job: tuple[str, list[str]]) -> list[str | Failure]:
    context, records = job
    return [r if isinstance(r, Failure) else context + r for r in each(work_on, records)]


@pytest.fixture(scope="module")
def pool() -> Iterator[pebble.ProcessPool]:
    with worker_pool(PoolParameters(workers=2)) as pool:
        yield pool


def test_each_record_ends_as_itself_or_with_its_reason(pool: pebble.ProcessPool) -> None:
    records = ["a", "reject", "defect", "hang", "b", "exit", "crash", "gorge", "c"]
    outcomes = list(attempt(work_on, records, pool=pool, timeout_s=2))
    assert [o.item for o in outcomes] == records
    assert [o.value or (o.failure and o.failure.reason) for o in outcomes] == [
        "A", "image_empty", "unexpected", "timeout", "B", "worker_died", "worker_died", "memory_limit", "C",
    ]  # fmt: skip
    assert outcomes[1].failure == Failure("image_empty", "fig.png")
    assert outcomes[2].failure is not None and "ZeroDivisionError: by zero" in outcomes[2].failure.detail


def process_of(record: int) -> tuple[int, int]:
    return record, os.getpid()


def test_a_worker_makes_room_for_a_fresh_one_and_no_item_is_lost() -> None:
    with worker_pool(PoolParameters(workers=2, tasks=5)) as pool:
        outcomes = list(attempt(process_of, range(40), pool=pool, timeout_s=20))
    assert [o.value and o.value[0] for o in outcomes] == list(range(40))
    each_did = Counter(o.value[1] for o in outcomes if o.value is not None)
    assert max(each_did.values()) <= 5
    assert len(each_did) >= 8


def test_a_batch_loses_only_the_item_at_fault(pool: pebble.ProcessPool) -> None:
    batches = [("1", ["a", "b"]), ("2", ["c", "hang", "reject", "d"]), ("3", ["exit", "e"])]
    results = attempt_batches(work_on_batch, batches, pool=pool, timeout_s=2, batch_timeout_s=2)
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


def test_items_are_taken_as_they_are_needed(pool: pebble.ProcessPool) -> None:
    taken = []

    def records() -> Iterator[str]:
        for number in range(200):
            taken.append(number)
            yield str(number)

    outcomes = attempt(work_on, records(), pool=pool, timeout_s=30, ahead=4)
    next(outcomes)
    assert len(taken) <= 5
    assert sum(1 for _ in outcomes) == 199
