"""Differences of many pictures, measured by several processes; each result is the one that a single one gives."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from curation.alignment import Thumbnail, remaining_difference
from runtime.attempt import PoolParameters, attempt, worker_pool

BATCH = 48  # queries in one message to a worker: up to 4 MB of thumbnails
TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Query:
    """A thumbnail with those it is held against, in order, and how much each may differ at most."""

    thumbnail: Thumbnail
    others: tuple[Thumbnail, ...]
    at_most: tuple[float, ...]


Measure = Callable[[Sequence[Query]], Iterator[list[float]]]


@contextlib.contextmanager
def differences(workers: int) -> Iterator[Measure | None]:
    """Yield a function that measures queries in `workers` processes; None where it is to be done without any.

    For each query come its differences up to the first that is small enough, after which nobody asks. Where a
    worker dies or hangs the list is empty.
    """
    if workers < 2:
        yield None
        return
    with worker_pool(PoolParameters(workers=workers, memory_bytes=None)) as pool:

        def measure(queries: Sequence[Query]) -> Iterator[list[float]]:
            batches = [queries[start : start + BATCH] for start in range(0, len(queries), BATCH)]
            for outcome in attempt(measure_batch, batches, pool=pool, timeout_s=TIMEOUT_S):
                yield from outcome.value if outcome.value is not None else [[] for _ in outcome.item]

        yield measure


def measure_batch(queries: Sequence[Query]) -> list[list[float]]:
    """Return the differences of each query, up to the first that is small enough."""
    return [_measured(query) for query in queries]


def _measured(query: Query) -> list[float]:
    found: list[float] = []
    for other, at_most in zip(query.others, query.at_most, strict=True):
        found.append(remaining_difference(other, query.thumbnail, at_most=at_most))
        if found[-1] <= at_most:
            break
    return found
