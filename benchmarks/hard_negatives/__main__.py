"""Checks the hard negatives of a release, and what training with them is worth on papers that were never seen.

    python -m benchmarks.hard_negatives WAREHOUSE [--negatives 5] [--epochs 2] [--copies 2] [--seeds 1]

Exports triplets of all pairs, holds every negative against its pair by other means than the export's (the table of
papers, pixels, pictures aligned whatever their vectors say, numbers of tables), then trains the small model from the
weights that come with the package, with triplets and without, on the same number of pictures, and ranks the pairs of
the validation and test splits. Exits 1 where a negative is of the same work or a duplicate, or where the
mean reciprocal rank with triplets is below `LEAST` times that without, in either direction, over all seeds.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq

from benchmarks.train_small import reciprocal_ranks
from curation.similarity import (
    Prepared,
    remaining_difference,
    same_numbers,
    thumbnail,
    word_agreement,
    words_of,
)
from scimmir.jobs.triplets import write_triplets
from training.job import Material, train_model
from training.pairs import released
from training.small_clip import NAME
from training.train import TrainParameters
from warehouse.exports import plan_export
from warehouse.versions import wanted_release

LEAST = 0.95  # of the rank without: what a few hundred held-out pairs cannot tell apart
COPY = 0.5  # what copies leave at most once aligned
WEIGHTS = Path(__file__).parents[2] / "curation/embeddings/models/scimmir-small/open_clip_model.safetensors"


def wrong_negatives(release: Path, folder: Path) -> tuple[int, Counter[str]]:
    """Return how many negatives there are, and of those that may be no negatives how many for which reason."""
    facts = pairs_of(release)
    thumbs: dict[str, Prepared] = {}
    rows: list[dict[str, Any]] = []
    for path in sorted((folder / "data").glob("*.parquet")):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            thumbs[row["pair_id"]] = Prepared(thumbnail(row.pop("image")["bytes"]))
            rows.append(row)
    seen: set[tuple[str, str]] = set()
    wrong: Counter[str] = Counter()
    count = 0
    for row in rows:
        for other in (*row["negative_caption_ids"], *row["negative_image_ids"]):
            count += 1
            one, two = sorted((row["pair_id"], other))
            if (one, two) not in seen:
                seen.add((one, two))
                wrong.update(faults(facts[one], facts[two], thumbs[one], thumbs[two]))
    return count, wrong


def pairs_of(release: Path) -> dict[str, dict[str, Any]]:
    """Return of each pair what tells whether another is the same."""
    with duckdb.connect() as con:
        rows = con.sql(
            "SELECT pair_id, kind, pairs.split, pairs.paper_key, papers.group_id, caption, table_text, pixel_sha256, "
            "duplicate_group, pairs.paper_id, papers.doi, papers.title "
            f"FROM read_parquet('{release}/pairs/*/*.parquet', hive_partitioning = true) AS pairs "
            f"JOIN '{release}/papers.parquet' AS papers USING (paper_key)"
        ).to_arrow_table()
    return {row["pair_id"]: row for row in rows.to_pylist()}


def faults(one: dict[str, Any], two: dict[str, Any], left: Prepared, right: Prepared) -> list[str]:
    """Return why two pairs are no negatives of each other."""
    found = [
        f"same {name}"
        for name in ("paper_key", "group_id", "paper_id", "pixel_sha256")
        if one[name] == two[name]
    ]
    found += [f"same {name}" for name in ("doi", "title") if one[name] and one[name] == two[name]]
    found += [f"another {name}" for name in ("kind", "split") if one[name] != two[name]]
    if one["caption"].casefold() == two["caption"].casefold():
        found.append("same caption")
    texts = [words_of(pair["table_text"] or "") for pair in (one, two)]
    if one["table_text"] and two["table_text"]:
        if word_agreement(*texts) >= 0.9 and same_numbers(*texts):
            found.append("same table")
    elif remaining_difference(left, right, at_most=COPY) <= COPY:
        found.append("same picture")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("--negatives", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    release = arguments.warehouse / "releases" / wanted_release(arguments.warehouse, None).version
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        start = time.process_time()
        plan = plan_export(release, "research")
        rows = write_triplets(plan, folder / "triplets", arguments.warehouse, "clip", arguments.negatives)
        count, wrong = wrong_negatives(release, folder / "triplets")
        print(f"pairs {rows}, {count} negatives, {time.process_time() - start:.0f} s of a processor")
        print(f"of the same work, or the same: {dict(wrong) or 'none'}", flush=True)
        ranks = compared(release, folder, arguments)
    worse = False
    for place, name in enumerate(("image to text", "text to image")):
        before, without, with_them = (float(np.mean([row[place] for row in ranks[key]])) for key in ranks)
        print(
            f"{name}: mean reciprocal rank {before:.4f} before, {without:.4f} trained without, {with_them:.4f} with "
            f"hard negatives, {with_them / without:.3f} times"
        )
        worse = worse or with_them < LEAST * without
    sys.exit(bool(wrong) or worse)


def compared(release: Path, folder: Path, arguments: argparse.Namespace) -> dict[str, list[np.ndarray]]:
    """Return the ranks of the model before, trained without and with hard negatives, by seed."""
    held_out = released(release, ("test", "validation"))
    ranks: dict[str, list[np.ndarray]] = {"before": [], "without": [], "with": []}
    materials = {"without": Material(release=release, copies=arguments.copies)}
    materials["with"] = Material(triplets=folder / "triplets", copies=arguments.copies)
    ranks["before"].append(reciprocal_ranks(WEIGHTS.parent, held_out))
    for seed in range(arguments.seeds):
        for name, material in materials.items():
            out = folder / f"{name}-{seed}"
            start = time.perf_counter()
            count = train_model(
                out,
                material,
                model=NAME,
                work=folder / f"{name}-{seed}-work",
                pretrained=str(WEIGHTS),
                parameters=TrainParameters(
                    epochs=arguments.epochs, batch_size=128, lr=3e-4, warmup=10, seed=seed
                ),
            )
            ranks[name].append(reciprocal_ranks(out, held_out))
            print(
                f"seed {seed} {name}: {count} pictures in {time.perf_counter() - start:.0f} s, {len(held_out)} held "
                f"out, ranks {', '.join(f'{value:.4f}' for value in ranks[name][-1])}",
                flush=True,
            )
    return ranks


if __name__ == "__main__":
    main()
