"""Hands records to worker processes in batches that share an archive or a model, and sorts out what comes back."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from flows.build_options import BuildOptions
from runtime.attempt import Failure, PoolParameters, attempt_batches, shared_pool
from runtime.devices import Device, Wanted, visible_gpus
from runtime.progress import Advance

T = TypeVar("T")
R = TypeVar("R")
Context = TypeVar("Context")


def reader_pool(options: BuildOptions) -> PoolParameters:
    """Return the bounds of the processes that read untrusted files: their memory is capped."""
    return PoolParameters(workers=options.workers, memory_bytes=int(options.worker_memory_gb * (1 << 30)))


def model_pool(options: BuildOptions, device: Device = "cpu") -> PoolParameters:
    """Return the bounds of the processes that run models over images of our own making: on GPUs one for each."""
    workers = options.workers if device == "cpu" else len(visible_gpus())
    return PoolParameters(workers=workers, memory_bytes=None)


def wanted_device(options: BuildOptions) -> Wanted:
    """Return where models are to run; machines of a cluster agree on the processor unless a GPU is asked for."""
    return "cpu" if options.device == "auto" and options.task_runner != "threads" else options.device


def run_batches(
    fn: Callable[[tuple[Context, Sequence[T]]], list[R | Failure]],
    batches: Iterable[tuple[Context, Sequence[T]]],
    *,
    pool: PoolParameters,
    timeout_s: float,
    advance: Advance,
) -> tuple[list[R], list[tuple[T, Failure]]]:
    """Return what `fn` makes of each item, and the items that failed with the reason; both in order.

    Args:
        fn: a function of a module, which workers import by name: one result or failure for each item of a batch.
        batches: items with what they share.
        pool: bounds of the processes.
        timeout_s: limit for one item; a batch that takes longer than 1.5 times that is done again item by item.
        advance: called for each finished item.
    """
    rows: list[R] = []
    failures: list[tuple[T, Failure]] = []
    results = attempt_batches(
        fn, batches, pool=shared_pool(pool), timeout_s=timeout_s, batch_timeout_s=1.5 * timeout_s
    )
    for item, result in results:
        advance(1)
        if isinstance(result, Failure):
            failures.append((item, result))
        else:
            rows.append(result)
    return rows, failures


def parts(items: Sequence[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
