"""Pairs of vectors at or above a cosine similarity, found by FAISS in blocks of bounded memory."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = "1"  # 1: flat to 100,000 vectors, inverted lists above

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

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
    sample: int = 2048  # vectors whose neighbours are compared with the flat search
    recall: float = 0.98  # lists probed are doubled until this recall is met on the sample
    hits_limit: int = 50_000_000  # similarities held at once


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


def build_index(vectors: Floats, *, threshold: float, parameters: SearchParameters) -> Index:
    """Return an index over unit vectors of shape (n, d): flat, or with inverted lists when they are many."""
    import faiss

    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    count, dimension = vectors.shape
    flat = faiss.IndexFlatIP(dimension)
    flat.add(vectors)
    if count <= parameters.flat_limit:
        return Index(vectors, flat, "flat", None)
    lists = 2 ** int(np.clip(np.round(np.log2(4 * np.sqrt(count))), 4, 12))
    quantizer = faiss.IndexFlatIP(dimension)
    inverted = faiss.IndexIVFFlat(quantizer, dimension, lists, faiss.METRIC_INNER_PRODUCT)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # centroids must not depend on the number of threads
    inverted.cp.niter = ITERATIONS
    inverted.train(vectors[:: max(1, count // (PER_LIST * lists))])
    faiss.omp_set_num_threads(threads)
    inverted.add(vectors)
    recall = _tune(inverted, flat, vectors, threshold, parameters)
    log.info("%d vectors in %d lists, %d probed, recall %.4f", count, lists, inverted.nprobe, recall)
    return Index(vectors, inverted, f"ivf{lists} nprobe={inverted.nprobe}", recall)


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
    vectors: Floats, *, threshold: float, parameters: SearchParameters
) -> tuple[Iterator[Block], str, float | None]:
    """Return the pairs of a self-join, the name of the search and its recall (None for a flat one).

    Every pair stands in the blocks at least once, from the later row (query) to the earlier (match); a flat
    search leaves out most of the other direction, which halves its time.
    """
    if len(vectors) <= parameters.flat_limit:
        return _flat_within(vectors, threshold, parameters), "flat", None
    index = build_index(vectors, threshold=threshold, parameters=parameters)
    found = matches(index, index.vectors, threshold=threshold, parameters=parameters)
    return found, index.name, index.recall


def _flat_within(vectors: Floats, threshold: float, parameters: SearchParameters) -> Iterator[Block]:
    import faiss

    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    growing = faiss.IndexFlatIP(vectors.shape[1])
    size = _block_size(len(vectors), parameters)
    for start in range(0, len(vectors), size):
        block = vectors[start : start + size]
        growing.add(block)
        query, match = _range_search(growing, block, threshold - SLACK)
        yield _measured(vectors, block, query, match, start, threshold)


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


def _tune(inverted: Any, flat: Any, vectors: Floats, threshold: float, parameters: SearchParameters) -> float:
    """Double the number of lists probed until the sample's neighbours are found; return the recall."""
    rows = np.arange(0, len(vectors), max(1, len(vectors) // parameters.sample))[: parameters.sample]
    truth = _neighbour_pairs(flat, vectors, rows, threshold)
    inverted.nprobe = 16
    while True:
        found = _neighbour_pairs(inverted, vectors, rows, threshold)
        recall = len(found & truth) / len(truth) if truth else 1.0
        if recall >= parameters.recall or inverted.nprobe >= inverted.nlist:
            return recall
        inverted.nprobe = min(inverted.nlist, inverted.nprobe * 2)


def _neighbour_pairs(
    faiss_index: Any, vectors: Floats, rows: Indices, threshold: float
) -> set[tuple[int, int]]:
    """Return the sample's matches but for each vector with itself, which any search finds."""
    query, match = _range_search(faiss_index, vectors[rows], threshold)
    other = match != rows[query]
    return set(zip(query[other].tolist(), match[other].tolist(), strict=True))
