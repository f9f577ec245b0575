"""Differences of many pictures, measured by several processes; each result is the one that a single one gives."""

import contextlib
import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from curation.similarity import Prepared, Thumbnail, remaining_difference
from runtime.attempt import PoolParameters, attempt, worker_pool

BATCH = 48  # queries in one message to a worker: up to 4 MB of thumbnails
TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Query:
    """A thumbnail with those it is held against, in order, and how much each may differ at most."""

    thumbnail: Thumbnail
    others: tuple[Thumbnail, ...]
    at_most: tuple[float, ...]


K = TypeVar("K")
Asked = tuple[K, Query]


class Measure(Protocol):
    """Measures a stream of queries, each with a name of its own, ahead of whoever takes the results."""

    def __call__(self, asked: Iterable[Asked[K]]) -> Iterator[tuple[K, list[float]]]:
        """Yield each name with the differences of its query up to the first that is small enough."""


@contextlib.contextmanager
def differences(workers: int) -> Iterator[Measure | None]:
    """Yield a function that measures queries in `workers` processes; None where it is to be done without any.

    Nobody asks for what follows the first difference that is small enough. Where a worker dies or hangs the list
    is empty.
    """
    if workers < 2:
        yield None
        return
    with worker_pool(PoolParameters(workers=workers, memory_bytes=None)) as pool:

        def measure(asked: Iterable[Asked[K]]) -> Iterator[tuple[K, list[float]]]:
            names: deque[list[K]] = deque()
            for outcome in attempt(
                measure_batch, _batches(asked, names), pool=pool, timeout_s=TIMEOUT_S, ahead=4 * workers
            ):
                found = outcome.value if outcome.value is not None else [[] for _ in outcome.item]
                yield from zip(names.popleft(), found, strict=True)

        yield measure


def _batches(asked: Iterable[Asked[K]], names: deque[list[K]]) -> Iterator[list[Query]]:
    """Yield queries in batches, and put their names aside in the same order."""
    stream = iter(asked)
    while batch := list(itertools.islice(stream, BATCH)):
        names.append([name for name, _ in batch])
        yield [query for _, query in batch]


def measure_batch(queries: Sequence[Query]) -> list[list[float]]:
    """Return the differences of each query, up to the first that is small enough."""
    return [_measured(query) for query in queries]


def _measured(query: Query) -> list[float]:
    found: list[float] = []
    own = Prepared(query.thumbnail)
    for other, at_most in zip(query.others, query.at_most, strict=True):
        found.append(remaining_difference(other, own, at_most=at_most, outlined=True))
        if found[-1] <= at_most:
            break
    return found
