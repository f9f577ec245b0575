"""What the class of a pair costs beyond decoding its picture, by the shipped classifier on one thread."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from curation import classes
from curation.pictures import open_rgb
from scimmir.jobs.train_classes import float_of

PAIRS = 400
AT_MOST = 12.0


def print_cost(pairs: Path) -> list[str]:
    """Print what classes of evenly chosen pairs of a folder cost, the least of two runs; return what is missed."""
    rows = list(_rows(pairs))
    chosen = [rows[place] for place in np.unique(np.linspace(0, len(rows) - 1, PAIRS).round().astype(int))]
    given = [(float_of(row), _picture(row), str(row["origin"])) for row in chosen]
    spent = {"figure": [0.0], "table": [0.0]}
    with threadpool_limits(1):
        for item, picture, origin in given[:20]:
            classes.hear(item, picture, origin=origin)
        for item, picture, origin in given:
            spent[item.kind].append(min(_hear(item, picture, origin) for _ in range(2)))
        start = time.process_time()
        classes.decide([classes.hear(item, picture, origin=origin) for item, picture, origin in given])
        whole = 1000 * (time.process_time() - start) / len(given)
    figure, table = (1000 * float(np.mean(spent[kind][1:])) for kind in ("figure", "table"))
    print(
        f"\nCOST of {len(given)} pairs beyond decoding, one thread: a figure {figure:.1f} ms of a processor, a table "
        f"{table:.1f}, a pair with all that is decided together {whole:.1f} (at most {AT_MOST:.0f})"
    )
    return [] if whole <= AT_MOST else [f"a pair costs {whole:.1f} ms, not at most {AT_MOST:.0f}"]


def _hear(item: Any, picture: Any, origin: str) -> float:
    start = time.process_time()
    classes.hear(item, picture, origin=origin)
    return time.process_time() - start


def _picture(row: dict[str, Any]) -> Any:
    return open_rgb(row["image"]["bytes"]) if row["kind"] == "figure" and row["image"] else None


def _rows(pairs: Path) -> Iterator[dict[str, Any]]:
    for path in sorted([*pairs.glob("pairs*.parquet"), *pairs.glob("pairs/*/*.parquet")]):
        yield from pq.read_table(path, partitioning=None).to_pylist()
