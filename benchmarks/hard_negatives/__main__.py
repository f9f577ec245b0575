"""Checks the hard negatives of a release, and what training with them is worth on papers that were never seen.

    python -m benchmarks.hard_negatives WAREHOUSE [--invented 300] [--negatives 5] [--epochs 2] [--copies 2]
        [--seeds 3]

Exports triplets of all pairs, holds every negative against its pair by other means than the export's (the table of
papers, pixels, pictures aligned whatever their vectors say, numbers of tables), then trains the small model from the
weights that come with the package, with triplets and without, on the same number of pictures, and ranks the pairs of
the validation and of the test split, each among its own. Whoever changes how triplets are learnt compares the two on
validation (`--splits validation`) and looks at test once. The same is done on a release of invented papers, whose
captions say what is drawn: of their kind the small model knows enough to be told apart from chance.

Exits 1 where a negative is of the same work or a duplicate; where no release says anything; or where, on the last of
the splits, the mean reciprocal rank with triplets is below `LEAST` times that without, in either direction, over all
seeds. A release whose model, trained without them, is not two standard errors above chance says nothing.
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

from benchmarks.hard_negatives.invented_papers import INVENTED, build_release
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
NO_WORSE, WORSE, NOTHING = "no worse", "worse", "nothing"
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
    parser.add_argument("--invented", type=int, default=300, help="invented papers; 0 leaves them out")
    parser.add_argument("--negatives", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--splits", nargs="+", default=["validation", "test"])
    parser.add_argument("--release", help="the latest by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        version = wanted_release(arguments.warehouse, arguments.release).version
        found = [judged(arguments.warehouse, version, Path(temporary, "real"), arguments)]
        if arguments.invented:
            warehouse = build_release(Path(temporary, "invented"), arguments.invented)
            print(f"\n{arguments.invented} invented papers")
            found.append(judged(warehouse, INVENTED, Path(temporary, "invented"), arguments))
    sys.exit(WORSE in found or NO_WORSE not in found)


def judged(warehouse: Path, version: str, folder: Path, arguments: argparse.Namespace) -> str:
    """Print what there is to say of a release; return what its last split says, `WORSE` where a negative is wrong."""
    release = warehouse / "releases" / version
    start = time.process_time()
    plan = plan_export(release, "research")
    rows = write_triplets(plan, folder / "triplets", warehouse, "clip", arguments.negatives)
    count, wrong = wrong_negatives(release, folder / "triplets")
    print(f"pairs {rows}, {count} negatives, {time.process_time() - start:.0f} s of a processor")
    print(f"of the same work, or the same: {dict(wrong) or 'none'}", flush=True)
    ranks, sizes = compared(release, folder, arguments)
    said = [told(ranks, split, pairs) for split, pairs in sizes.items()]
    return WORSE if wrong else said[-1]


def told(ranks: dict[str, list["Ranks"]], split: str, pairs: int) -> str:
    """Print what a split says of training with hard negatives, and return it."""
    chance, error = by_chance(pairs)
    said = NO_WORSE
    for place, name in enumerate(("image to text", "text to image")):
        before, without, with_them = (
            np.array([row[split][place] for row in ranks[key]]) for key in ("before", "without", "with")
        )
        ratio = with_them.mean() / without.mean()
        each = ", ".join(f"{value:.3f}" for value in with_them / without)
        print(
            f"{split}, {name}: mean reciprocal rank {before.mean():.4f} before, {without.mean():.4f} trained "
            f"without, {with_them.mean():.4f} with hard negatives, {ratio:.3f} times (seed by seed {each}); "
            f"by chance {chance:.4f} ± {error:.4f}"
        )
        if without.mean() < chance + 2 * error:
            print("  this is no more than chance, and so says nothing of hard negatives")
            said = NOTHING if said == NO_WORSE else said
        elif ratio < LEAST:
            said = WORSE
    return said


def by_chance(pairs: int) -> tuple[float, float]:
    """Return the mean reciprocal rank of random vectors on so many pairs, and its standard error."""
    reciprocal = 1 / np.arange(1, pairs + 1)
    return float(reciprocal.mean()), float(reciprocal.std() / np.sqrt(pairs))


Ranks = dict[str, np.ndarray]  # of a split: the mean reciprocal ranks of both directions


def compared(
    release: Path, folder: Path, arguments: argparse.Namespace
) -> tuple[dict[str, list[Ranks]], dict[str, int]]:
    """Return the ranks before, trained without and with hard negatives, by seed, and the pairs of each split."""
    held_out = {split: released(release, [split]) for split in arguments.splits}

    def ranked(model: Path) -> Ranks:
        return {split: reciprocal_ranks(model, pairs) for split, pairs in held_out.items()}

    print(", ".join(f"{split} {len(pairs)} pairs" for split, pairs in held_out.items()), flush=True)
    ranks: dict[str, list[Ranks]] = {"before": [ranked(WEIGHTS.parent)], "without": [], "with": []}
    materials = {"without": Material(release=release, copies=arguments.copies)}
    materials["with"] = Material(triplets=folder / "triplets", copies=arguments.copies)
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
                    epochs=arguments.epochs, batch_size=arguments.batch_size, lr=3e-4, warmup=10, seed=seed
                ),
            )
            ranks[name].append(ranked(out))
            said = "; ".join(
                f"{split} {' '.join(f'{value:.4f}' for value in values)}"
                for split, values in ranks[name][-1].items()
            )
            seconds = time.perf_counter() - start
            print(f"seed {seed} {name}: {count} pictures in {seconds:.0f} s, ranks {said}", flush=True)
    return ranks, {split: len(pairs) for split, pairs in held_out.items()}


if __name__ == "__main__":
    main()
