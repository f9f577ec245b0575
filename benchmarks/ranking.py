"""Ranks 16 K queries among 500 K candidates: `python -m benchmarks.ranking`.

Prints time and peak memory, and exits non-zero where the memory beyond the vectors, or the time, passes its bound.
Some of the queries have equal candidates, so that the exact comparison has work to do.
"""

import argparse
import resource
import sys
import time

import numpy as np
import numpy.typing as npt

from evaluation.ranking import metrics, rank

MORE_MEMORY_MB = 400.0  # beyond the vectors themselves
SECONDS = 1_800.0  # one direction, on two cores that others use, too


def unit_vectors(count: int, dimension: int, seed: int) -> npt.NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    vectors = np.empty((count, dimension), np.float32)
    for start in range(0, count, 10_000):
        part = rng.standard_normal((min(10_000, count - start), dimension), dtype=np.float32)
        vectors[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=16_263)
    parser.add_argument("--candidates", type=int, default=500_000)
    parser.add_argument("--dimension", type=int, default=512)
    arguments = parser.parse_args()
    candidates = unit_vectors(arguments.candidates, arguments.dimension, 0)
    gold = np.arange(arguments.queries, dtype=np.int64)
    candidates[-1_000:] = candidates[:1_000]
    noise = unit_vectors(arguments.queries, arguments.dimension, 1)
    queries = (candidates[gold] * np.float32(0.2) + noise * np.float32(0.8)).astype(np.float32)
    before = peak_mb()
    started = time.monotonic()
    found = rank(queries, candidates, gold)
    seconds, memory = time.monotonic() - started, peak_mb() - before
    score = metrics(found.ranks)
    print(
        f"{arguments.queries:,} queries, {arguments.candidates:,} candidates, {arguments.dimension} dimensions"
    )
    print(f"time {seconds:.0f} s (bound {SECONDS:.0f}); memory beyond the vectors {memory:.0f} MB ", end="")
    print(f"(bound {MORE_MEMORY_MB:.0f}); peak {peak_mb():.0f} MB")
    print(f"MRR {score.mrr:.4f}, Hits@10 {score.hits_10:.4f}; best twin rank {found.ranks[:1_000].min()}")
    if memory > MORE_MEMORY_MB or seconds > SECONDS or found.ranks[:1_000].min() < 2:
        sys.exit(1)


if __name__ == "__main__":
    main()
