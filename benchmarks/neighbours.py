"""Self-join of a million unit vectors for near duplicates: time, memory, recall and growth.

    python -m benchmarks.neighbours [--vectors 1000000]

The vectors are random around 20,000 centres, as figures of many families are, and 2 % have a copy at a cosine of
about 0.93. Each size runs in a process of its own. Prints seconds, peak memory, the share of planted copies found
and the recall against a flat search on a sample. Exits 1 where less than 97 % of the copies are found, the memory is
above 12 GB, or the time grows by more than twice n log n from a tenth of the vectors to all of them. Growth is that
of the processor's seconds, on which other work on the machine has little influence; both sizes use inverted lists.
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import time

import numpy as np

from curation.similarity import SearchParameters, matches_within

DIMENSION, THRESHOLD = 256, 0.85
RECALL, MEMORY_GB, CONSTANT = 0.97, 12.0, 2.0
FLAT_LIMIT = 50_000  # lists at either size: a flat search of the smaller one would hide how they grow


def vectors(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return unit vectors, and the row numbers of originals and of their copies."""
    rng = np.random.default_rng(20261121)
    centres = rng.standard_normal((20_000, DIMENSION), dtype=np.float32)
    made = np.empty((count, DIMENSION), np.float32)
    for start in range(0, count, 50_000):
        size = min(50_000, count - start)
        noise = rng.standard_normal((size, DIMENSION), dtype=np.float32)
        made[start : start + size] = centres[rng.integers(0, len(centres), size)] + noise
    rows = rng.permutation(count)[: count // 25]
    originals, copies = rows[::2], rows[1::2]
    length = np.linalg.norm(made[originals], axis=1, keepdims=True)
    noise = rng.standard_normal((len(originals), DIMENSION), dtype=np.float32)
    made[copies] = made[originals] + 0.4 * length * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made, originals, copies


def measure(count: int) -> dict[str, float | str | None]:
    """Return what one self-join costs and finds."""
    made, originals, copies = vectors(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, processor = time.perf_counter(), time.process_time()
    blocks, name, recall = matches_within(
        made, threshold=THRESHOLD, parameters=SearchParameters(flat_limit=FLAT_LIMIT)
    )
    found: set[tuple[int, int]] = set()
    wanted = {(min(a, b), max(a, b)) for a, b in zip(originals.tolist(), copies.tolist(), strict=True)}
    hits = 0
    for block in blocks:
        later = block.match < block.query
        pairs = set(zip(block.match[later].tolist(), block.query[later].tolist(), strict=True))
        hits += len(pairs)
        found |= pairs & wanted
    return {
        "vectors": count,
        "seconds": time.perf_counter() - start,
        "processor": time.process_time() - processor,
        "memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "vectors_gb": before / 2**20,
        "planted_found": len(found) / len(wanted),
        "pairs": hits,
        "index": name,
        "recall": recall,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    small, large = (_apart(count) for count in (arguments.vectors // 10, arguments.vectors))
    n, m = small["vectors"], large["vectors"]
    expected = m * math.log(m) / (n * math.log(n))
    growth = large["processor"] / small["processor"]
    print(f"time grows {growth:.1f} times for 10 times the vectors; n log n would be {expected:.1f} times")
    failures = [
        f"{row['vectors']} vectors: {row['planted_found']:.3f} of the copies found"
        for row in (small, large)
        if row["planted_found"] < RECALL
    ]
    if large["memory_gb"] > MEMORY_GB:
        failures.append(f"{large['memory_gb']:.1f} GB")
    if growth > CONSTANT * expected:
        failures.append(f"time grows {growth:.1f} times")
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    sys.exit(bool(failures))


def _apart(count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.neighbours", "--one", str(count)]
    row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    recall = "exact" if row["recall"] is None else f"recall {row['recall']:.4f} against flat"
    parts = (
        f"{row['seconds']:.0f} s ({row['processor']:.0f} of the processor)",
        f"peak {row['memory_gb']:.1f} GB (the vectors alone {row['vectors_gb']:.1f})",
        f"{row['index']}, {recall}",
        f"{row['planted_found']:.4f} of the copies found, {row['pairs']} pairs",
    )
    print(f"{row['vectors']} vectors: " + ", ".join(parts), flush=True)
    return dict(row)


if __name__ == "__main__":
    main()
