"""Runs a function over many records so that one bad record costs at most itself."""

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from typing import Generic, TypeVar, cast

import pebble

from runtime.memory import give_back
from runtime.sandbox import WALL_FACTOR
from schemas.errors import UserError
from schemas.reject import RecordError

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R")

# Imported once in the fork server, so that a worker is there in milliseconds, also one in place of one that had to be
# killed: all that the stages of a build import, and libraries that these leave to the first record.
PRELOAD = ["flows.stages.order", "lxml.etree", "pymupdf"]

# Several threads add up in another order than one: the last digit would depend on how many the machine has. Workers
# keep all processors busy as it is. The libraries of numpy read this when a process begins.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

# Reasons that may lie in the state of the machine and not in the record.
PASSING = ("timeout", "memory_limit", "worker_died")

BREAKS = 3  # times that a record is begun again because its pool broke, before it is held to be at fault
LOOK_S = 1.0  # between two looks whether the pool of a record that is waited for is still there

_POOLS: dict["PoolParameters", "Workers"] = {}
_POOLS_LOCK = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """Why a record came to nothing: a documented reason and what exactly was wrong."""

    reason: str
    detail: str


Done = tuple[R | None, Failure | None, float]  # a worker's result, why there is none, and seconds


@dataclass(frozen=True)
class Outcome(Generic[T, R]):
    """One record with what became of it: `failure` is None exactly when `value` is the function's result."""

    item: T
    value: R | None
    failure: Failure | None
    seconds: float


@dataclass(frozen=True, kw_only=True)
class PoolParameters:
    """Bounds of the worker processes.

    `memory_bytes` caps each worker's address space (RLIMIT_AS); None leaves it uncapped, for libraries such
    as ONNX Runtime and torch that reserve far more than they use.
    """

    workers: int
    memory_bytes: int | None = 4 << 30


class Workers:
    """A pool of worker processes, which is made anew where it breaks.

    pebble gives a pool up where a worker dies that it knows no record of: one that is idle, or one that dies so early
    that the record it has begun is not yet known.
    """

    def __init__(self, parameters: PoolParameters) -> None:
        self._parameters = parameters
        self._pool = _new_pool(parameters)
        self._ended = False
        self._lock = threading.Lock()

    def schedule(self, fn: Callable[..., R], args: tuple[object, ...], timeout: float) -> Callable[[], R]:
        """Give a worker something to do; returns a function that waits for its result.

        That raises what `fn` raised, TimeoutError, pebble.ProcessExpired, and BrokenProcessPool where the pool broke
        meanwhile: then `fn` may have run or not.
        """
        with self._lock:
            if not self._ended and not self._pool.active:
                _stop(self._pool)
                self._pool = _new_pool(self._parameters)
            pool = self._pool
            future: Future[R] = pool.schedule(fn, args=args, timeout=timeout)

        def result() -> R:
            # What a pool that breaks had not yet given to a worker is never told of it.
            while not wait([future], LOOK_S).done:
                if not pool.active and not future.done():
                    raise BrokenProcessPool("the pool of workers ended")
            return future.result()

        return result

    def close(self) -> None:
        """End the workers when they have done what they were given."""
        self._ended = True
        self._pool.close()
        self._pool.join()

    def stop(self) -> None:
        """End the workers at once."""
        self._ended = True
        _stop(self._pool)


@contextlib.contextmanager
def worker_pool(parameters: PoolParameters) -> Iterator[Workers]:
    """Yield a pool of worker processes and stop it at the end, at once when an error leaves the block."""
    pool = Workers(parameters)
    try:
        yield pool
    except BaseException:
        pool.stop()
        raise
    pool.close()


def shared_pool(parameters: PoolParameters) -> Workers:
    """Return this process's pool of these parameters, made at the first call, for work from several threads."""
    with _POOLS_LOCK:
        if parameters not in _POOLS:
            _POOLS[parameters] = Workers(parameters)
        return _POOLS[parameters]


def stop_shared_pools() -> None:
    """Stop the pools that `shared_pool` made, at once; a later call makes new ones."""
    with _POOLS_LOCK:
        pools = list(_POOLS.values())
        _POOLS.clear()
    for pool in pools:
        pool.stop()


def _stop(pool: pebble.ProcessPool) -> None:
    pool.stop()
    pool.join()


def start_fork_server() -> BaseContext:
    """Start the process that workers come from, where it does not run, and return the context to make them in.

    It imports for a second meanwhile: start it before something that takes as long.
    """
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    forkserver.ensure_running()  # at once, while it is told so
    return context


def _new_pool(parameters: PoolParameters) -> pebble.ProcessPool:
    context = start_fork_server()
    return pebble.ProcessPool(
        max_workers=parameters.workers,
        context=context,
        initializer=_limit_worker,
        initargs=(parameters.memory_bytes,),
    )


def attempt(
    fn: Callable[[T], R],
    items: Iterable[T],
    *,
    pool: Workers,
    timeout_s: float,
    ahead: int = 32,
    tries: int = 2,
) -> Iterator[Outcome[T, R]]:
    """Yield an outcome per item, in the items' order, whatever the items do to the worker.

    `fn` must be importable by name in a fresh process. An item that raises `RecordError` fails with its
    reason, one that takes more than `timeout_s` seconds of a processor (or `WALL_FACTOR` times as long by the
    clock) with `timeout`, one that kills its worker with `worker_died`, one that runs into the memory cap with
    `memory_limit`, and any other error is `unexpected`. What may have been the machine's fault (time, memory, a
    dead worker) is tried `tries` times. At most `ahead` items are under way at once, so that memory stays flat
    however many there are.

    Raises:
        UserError: what `fn` raises of it, for the user has to mend that before any record can be worked on.
    """

    def start(item: T) -> Callable[[], Done[R]]:
        return pool.schedule(_in_worker, (fn, item, timeout_s), WALL_FACTOR * timeout_s)

    def once(item: T, result: Callable[[], Done[R]]) -> Outcome[T, R]:
        for _ in range(BREAKS):
            try:
                return _outcome(item, timeout_s, result)
            except BrokenProcessPool:
                result = start(item)
        return Outcome(item, None, Failure("worker_died", f"its pool of workers broke {BREAKS} times"), 0.0)

    def finish(item: T, result: Callable[[], Done[R]]) -> Outcome[T, R]:
        outcome = once(item, result)
        for _ in range(tries - 1):
            if outcome.failure is None or outcome.failure.reason not in PASSING:
                break
            outcome = once(item, start(item))
        return outcome

    waiting: deque[tuple[T, Callable[[], Done[R]]]] = deque()
    for item in items:
        waiting.append((item, start(item)))
        if len(waiting) >= ahead:
            yield finish(*waiting.popleft())
    while waiting:
        yield finish(*waiting.popleft())


def attempt_batches(
    fn: Callable[[tuple[C, Sequence[T]]], list[R | Failure]],
    batches: Iterable[tuple[C, Sequence[T]]],
    *,
    pool: Workers,
    timeout_s: float,
    batch_timeout_s: float,
) -> Iterator[tuple[T, R | Failure]]:
    """Yield each item of each batch with its result or failure, in order.

    `fn` gets a batch's context and its items, and returns one result or `Failure` per item; it opens what
    the items share (an archive, a model) once. A batch that hangs, crashes or fails as a whole is worked on
    again item by item, each with `timeout_s` to itself, so that only the item at fault is lost.
    """
    for outcome in attempt(fn, batches, pool=pool, timeout_s=batch_timeout_s, tries=1):
        context, items = outcome.item
        if outcome.value is not None:
            yield from zip(items, outcome.value, strict=True)
            continue
        singles = [(context, [item]) for item in items]
        again = attempt(fn, singles, pool=pool, timeout_s=timeout_s, tries=1)
        for item, single in zip(items, again, strict=True):
            yield item, single.value[0] if single.value is not None else _failed(single)


def each(fn: Callable[[T], R], items: Iterable[T]) -> list[R | Failure]:
    """Return the result or the failure of each item, worked on in this process: the loop inside a batch."""
    results: list[R | Failure] = []
    for item in items:
        value, failure, _ = _guarded(fn, item)
        results.append(failure if failure is not None else cast(R, value))
    return results


def _failed(outcome: Outcome[T, R]) -> Failure:
    return outcome.failure or Failure("unexpected", "no result and no failure")


def _outcome(item: T, timeout_s: float, result: Callable[[], Done[R]]) -> Outcome[T, R]:
    try:
        value, failure, seconds = result()
    except TimeoutError:
        waited = WALL_FACTOR * timeout_s
        return Outcome(item, None, Failure("timeout", f"no end after {waited:g} s"), waited)
    except pebble.ProcessExpired as error:
        if error.exitcode == -signal.SIGPROF:
            detail = f"no end after {timeout_s:g} s of a processor"
            return Outcome(item, None, Failure("timeout", detail), timeout_s)
        detail = f"the worker ended with code {error.exitcode}"
        return Outcome(item, None, Failure("worker_died", detail), 0.0)
    return Outcome(item, value, failure, seconds)


def _in_worker(fn: Callable[[T], R], item: T, timeout_s: float) -> tuple[R | None, Failure | None, float]:
    # Counts the time of all threads; at its end the system ends the process, whatever library it is in.
    signal.setitimer(signal.ITIMER_PROF, timeout_s)
    try:
        return _guarded(fn, item)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        with contextlib.suppress(MemoryError):  # near the cap; the item's own outcome counts
            give_back()


def _guarded(fn: Callable[[T], R], item: T) -> tuple[R | None, Failure | None, float]:
    start = time.perf_counter()
    try:
        return fn(item), None, time.perf_counter() - start
    except RecordError as error:
        failure = Failure(error.reason, error.detail)
    except UserError:
        raise  # of the machine, as a GPU that another process has: no record is at fault
    except MemoryError:
        failure = Failure("memory_limit", "the worker's memory cap was reached")
    except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes a reject
        failure = Failure("unexpected", _describe(error))
    return None, failure, time.perf_counter() - start


def _describe(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__}: {str(error)[:300]} (in {where})"


def _limit_worker(memory_bytes: int | None) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
