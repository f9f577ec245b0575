"""Pairs of vectors at or above a cosine similarity, found by FAISS in blocks of bounded memory."""

import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = (
    "2"  # 1: flat to 100,000 vectors, inverted lists above; 2: a self-join goes through them list by list
)

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Likely = Callable[[Indices, Indices], npt.NDArray[np.bool_]]

log = logging.getLogger(__name__)

# FAISS sums in an order that depends on blocks and threads; candidates are taken this much below the
# threshold and measured again in float64, so that the result depends on neither.
SLACK = 1e-4

# K-means needs no more to find lists of about equal size; its cost would otherwise be that of the whole search.
ITERATIONS, PER_LIST = 10, 40


@dataclass(frozen=True, kw_only=True)
class SearchParameters:
    """When and how the search is approximate (a flat self-join of 100,000 by 512 took 53 s)."""

    flat_limit: int = 100_000
    sample: int = 2048  # vectors whose neighbours are compared with the flat search, four times as many
    sample_matches: int = 400  # where they have fewer matches than this, which would say little
    recall: float = 0.985  # share of the sample's matches that the lists looked through must hold
    queries: int = 16_384  # of a self-join at once: enough for each list to be multiplied with many
    hits_limit: int = 8_000_000  # similarities held at once, 24 bytes each


@dataclass(frozen=True)
class Block:
    """Matches of one block of queries: row numbers `query` and `match`, sorted, with their cosine."""

    query: Indices
    match: Indices
    similarity: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Index:
    """A searchable set of unit vectors; `recall` is None for a flat search, which misses nothing."""

    vectors: Floats
    faiss_index: Any
    name: str
    recall: float | None


@dataclass(frozen=True)
class Lists:
    """Vectors in groups around centroids; a search looks through those nearly as near as the nearest.

    `reach` is how much smaller than the best one's a centroid's product with the query may be. It adapts the
    number of lists to each query, which finds as much as a fixed number in half the lists.
    """

    centroids: Floats
    assigned: Indices  # the list of each vector
    reach: float
    probed: float  # lists looked through for one query, on average
    recall: float


def build_index(vectors: Floats, *, threshold: float, parameters: SearchParameters) -> Index:
    """Return an index over unit vectors of shape (n, d): flat, or with inverted lists when they are many."""
    import faiss

    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    count, dimension = vectors.shape
    if count <= parameters.flat_limit:
        flat = faiss.IndexFlatIP(dimension)
        flat.add(vectors)
        return Index(vectors, flat, "flat", None)
    centroids = _centroids(vectors)
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(centroids)
    inverted = faiss.IndexIVFFlat(quantizer, dimension, len(centroids), faiss.METRIC_INNER_PRODUCT)
    inverted.is_trained = True
    assigned = _nearest(vectors, centroids)
    inverted.add_core(count, faiss.swig_ptr(vectors), None, faiss.swig_ptr(assigned))
    better, _ = _lists_before(vectors, centroids, assigned, threshold, parameters)
    inverted.nprobe = 1 + int(np.quantile(better, parameters.recall, method="higher")) if len(better) else 16
    recall = float(np.mean(better < inverted.nprobe)) if len(better) else 1.0
    log.info("%d vectors in %d lists, %d probed, recall %.4f", count, len(centroids), inverted.nprobe, recall)
    return Index(vectors, inverted, f"ivf{len(centroids)} nprobe={inverted.nprobe}", recall)


def build_lists(vectors: Floats, *, threshold: float, parameters: SearchParameters) -> Lists:
    """Return unit vectors of shape (n, d) in lists, with as much reach as the wanted recall needs."""
    centroids = _centroids(vectors)
    assigned = _nearest(vectors, centroids)
    _, gaps = _lists_before(vectors, centroids, assigned, threshold, parameters)
    reach = float(np.quantile(gaps, parameters.recall, method="higher")) if len(gaps) else 0.1
    sample = vectors[:: max(1, len(vectors) // parameters.sample)] @ centroids.T
    probed = float((sample >= sample.max(axis=1, keepdims=True) - reach).sum(axis=1).mean())
    recall = float(np.mean(gaps <= reach)) if len(gaps) else 1.0
    log.info(
        "%d vectors in %d lists, %.1f looked through, recall %.4f",
        len(vectors),
        len(centroids),
        probed,
        recall,
    )
    return Lists(centroids, assigned, reach, probed, recall)


def _centroids(vectors: Floats) -> Floats:
    """Return unit vectors of shape (lists, d) around which the vectors lie."""
    import faiss

    count, dimension = vectors.shape
    lists = 2 ** int(np.clip(np.round(np.log2(4 * np.sqrt(count))), 4, 12))
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # centroids must not depend on the number of threads
    means = faiss.Kmeans(dimension, lists, niter=ITERATIONS, spherical=True, max_points_per_centroid=PER_LIST)
    means.train(np.ascontiguousarray(vectors[:: max(1, count // (PER_LIST * lists))]))
    faiss.omp_set_num_threads(threads)
    return np.asarray(means.centroids, dtype=np.float32)


def _nearest(vectors: Floats, centroids: Floats) -> Indices:
    assigned = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), 8192):
        assigned[start : start + 8192] = (vectors[start : start + 8192] @ centroids.T).argmax(axis=1)
    return assigned


def _lists_before(
    vectors: Floats, centroids: Floats, assigned: Indices, threshold: float, parameters: SearchParameters
) -> tuple[Indices, Floats]:
    """Return for each match of a sample, as a flat search finds them, how many lists come before its own.

    The second is how much nearer than its own list's centroid the nearest one is.
    """
    wanted = min(4 * parameters.sample, len(vectors))
    order = np.arange(wanted) * (len(vectors) // wanted)
    order = np.concatenate([order[first::4] for first in range(4)])  # each quarter lies all over the vectors
    before, gaps = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
    for start in range(0, wanted, 512):
        if start >= parameters.sample and sum(map(len, gaps)) >= parameters.sample_matches:
            break
        rows = order[start : start + 512]
        query, match = _flat_matches(vectors, rows, threshold)
        near = vectors[rows] @ centroids.T
        own = near[query, assigned[match]]
        before.append((near[query] > own[:, None]).sum(axis=1))
        gaps.append(near.max(axis=1)[query] - own)
    return np.concatenate(before), np.concatenate(gaps)


def _flat_matches(vectors: Floats, rows: Indices, threshold: float) -> tuple[Indices, Indices]:
    """Return (place in rows, match) at or above the threshold, but for each vector with itself."""
    found = []
    for start in range(0, len(vectors), 65_536):
        query, match = np.nonzero(vectors[rows] @ vectors[start : start + 65_536].T >= threshold)
        found.append((query, match + start))
    query, match = (np.concatenate(parts) for parts in zip(*found, strict=True))
    other = match != rows[query]
    return query[other], match[other]


def matches(
    index: Index, queries: Floats, *, threshold: float, parameters: SearchParameters
) -> Iterator[Block]:
    """Yield all (query, indexed) pairs whose cosine is at least `threshold`, in order of the queries."""
    queries = np.ascontiguousarray(queries, dtype=np.float32)
    size = _block_size(len(index.vectors), parameters)
    for start in range(0, len(queries), size):
        block = queries[start : start + size]
        query, match = _range_search(index.faiss_index, block, threshold - SLACK)
        yield _measured(index.vectors, block, query, match, start, threshold)


def matches_within(
    vectors: Floats, *, threshold: float, parameters: SearchParameters, likely: Likely | None = None
) -> tuple[Iterator[Block], str, float | None]:
    """Return the pairs of a self-join, the name of the search and its recall (None for a flat one).

    Every pair stands in the blocks at least once, from the later row (query) to the earlier (match); a flat
    search leaves out most of the other direction, which halves its time. `likely` gets the rows of queries and
    matches that may be similar enough, and tells which pairs are wanted; only these are measured exactly.
    """
    if len(vectors) <= parameters.flat_limit:
        return _flat_within(vectors, threshold, parameters, likely), "flat", None
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    lists = build_lists(vectors, threshold=threshold, parameters=parameters)
    name = f"ivf{len(lists.centroids)} reach={lists.reach:.3f}"
    return _within_lists(vectors, lists, threshold, parameters, likely), name, lists.recall


def _within_lists(
    vectors: Floats, lists: Lists, threshold: float, parameters: SearchParameters, likely: Likely | None
) -> Iterator[Block]:
    """Yield the matches of many queries at a time, each list multiplied at once with all that look through it.

    One query after the other would read every list from memory again, which takes most of the time.
    """
    order = np.argsort(lists.assigned, kind="stable")
    bounds = np.searchsorted(lists.assigned[order], np.arange(len(lists.centroids) + 1)).tolist()
    grouped = vectors[order]
    start, size = 0, parameters.queries
    while start < len(vectors):
        block = vectors[start : start + size]
        near = lists.centroids @ block.T
        near -= near.max(axis=0)
        queries: list[Indices] = [np.empty(0, np.int64)]
        found: list[Indices] = [np.empty(0, np.int64)]
        hits = 0
        for number, (low, high) in enumerate(itertools.pairwise(bounds)):
            asking = np.flatnonzero(near[number] >= -lists.reach)
            high = low + int(np.searchsorted(order[low:high], start + len(block)))  # later ones ask for these
            if len(asking) and high > low:
                query, match = np.nonzero(block[asking] @ grouped[low:high].T >= threshold - SLACK)
                queries.append(asking[query])
                found.append(order[low + match])
                hits += len(query)
            if hits > parameters.hits_limit and size > 16:
                break
        if hits > parameters.hits_limit and size > 16:
            size //= 2
            continue
        query, match = _wanted(np.concatenate(queries), np.concatenate(found), start, likely)
        yield _measured(vectors, block, query, match, start, threshold)
        start += len(block)


def _flat_within(
    vectors: Floats, threshold: float, parameters: SearchParameters, likely: Likely | None
) -> Iterator[Block]:
    import faiss

    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    growing = faiss.IndexFlatIP(vectors.shape[1])
    size = _block_size(len(vectors), parameters)
    for start in range(0, len(vectors), size):
        block = vectors[start : start + size]
        growing.add(block)
        query, match = _wanted(*_range_search(growing, block, threshold - SLACK), start, likely)
        yield _measured(vectors, block, query, match, start, threshold)


def _wanted(query: Indices, match: Indices, start: int, likely: Likely | None) -> tuple[Indices, Indices]:
    """Return the candidates of a block that are to be measured; `query` counts within the block."""
    if likely is None:
        return query, match
    wanted = likely(query + start, match)
    return query[wanted], match[wanted]


def _block_size(indexed: int, parameters: SearchParameters) -> int:
    return int(np.clip(parameters.hits_limit // max(1, indexed), 16, 4096))


def _measured(
    vectors: Floats, block: Floats, query: Indices, match: Indices, start: int, threshold: float
) -> Block:
    """Measure candidates again, pair by pair, in pieces that bound the memory."""
    similarity = np.empty(len(query), dtype=np.float64)
    for low in range(0, len(query), 16_384):
        part = slice(low, low + 16_384)
        left = block[query[part]].astype(np.float64)
        right = vectors[match[part]].astype(np.float64)
        similarity[part] = (left * right).sum(axis=1)
    kept = similarity >= threshold
    query, match, similarity = query[kept], match[kept], similarity[kept]
    order = np.lexsort((match, query))
    return Block(query[order] + start, match[order], similarity[order])


def _range_search(faiss_index: Any, block: Floats, threshold: float) -> tuple[Indices, Indices]:
    limits, _, found = faiss_index.range_search(block, float(threshold))
    query = np.repeat(np.arange(len(block), dtype=np.int64), np.diff(limits.astype(np.int64)))
    return query, found.astype(np.int64)
