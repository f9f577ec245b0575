"""Duplicates found among thousands of pictures, against perceptual hashing by imagededup in the same run.

    python -m benchmarks.curation [--pictures 20000] [--embedder clip]

Searches a folder of invented figures and tables with planted copies and look-alikes (`invented/pictures.py`). Both
sides read the same files with two processes. `removed` counts as right where another member of the family stays.

Exits 1 unless precision is at least 0.99, recall at least 0.97, no look-alike of at least 500 is removed, and, where
imagededup is installed (`pip install imagededup==0.3.3.post2`), precision and recall are above those of its
perceptual hash at each of three thresholds, and the time is below that of its hash at its default threshold and of
its network (whose weights come from a model hub: random ones take the same time, and its search among the vectors
is not counted). At lower thresholds its search among hashes is quicker; the ratios are printed.
Both times count describing the files, which for us includes the vectors by which copies are found (a release holds
them anyway). What an embedder computes beside these, such as what `clip` needs for words, is in no time here, for
neither the search for duplicates nor that for contamination reads it; its cost is measured on some pictures and
printed.
"""

import argparse
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from benchmarks.baselines.imagededup_times import DEFAULT_BITS, Spent, clocks, network, since, theirs
from benchmarks.invented.pictures import Planted, planted_pictures
from curation.duplicates import COLUMNS, find_duplicates
from curation.embeddings import Embedder, copies_embedder, embedder_space, load_embedder
from curation.pictures import open_rgb
from curation.similarity import SIDE, Thumbnails, thumbnail
from extractors.images.store import perceptual_hash, pixel_sha256
from flows.build_options import BuildOptions
from flows.stages.thresholds import duplicate_parameters

T = TypeVar("T")

LOOK_ALIKES = 500
WORKERS = 2
BATCH = 32
WHOLE = 192  # pictures of which whole vectors are made, to say what they cost
PRECISION, RECALL = 0.99, 0.97


@dataclass(frozen=True)
class Score:
    """How the removed files of one method hold against the families."""

    precision: float
    recall: float
    look_alikes: int
    spent: Spent


@dataclass(frozen=True)
class Described:
    """What a build's stages compute of one file, and the processor seconds of each step."""

    vector: bytes
    thumbnail: bytes
    phash: int
    pixel_sha256: str
    pixels: int
    seconds: dict[str, float]


def describe(paths: list[Path], embedder: str) -> list[Described]:
    """Return what is known of some files."""
    clock = [time.process_time()]

    def step(made: T) -> T:
        clock.append(time.process_time())
        return made

    pictures = step([open_rgb(path.read_bytes()) for path in paths])
    greys = step([picture.convert("L") for picture in pictures])
    thumbs = step([thumbnail(grey).tobytes() for grey in greys])
    hashes = step(
        [(perceptual_hash(grey), pixel_sha256(rgb)) for grey, rgb in zip(greys, pictures, strict=True)]
    )
    vectors = step(_loaded(copies_embedder(embedder)).embed(pictures))
    each = np.diff(clock) / len(paths)
    seconds = dict(
        zip(("decoding", "luminance", "thumbnail", "hashes", "embedding"), each.tolist(), strict=True)
    )
    return [
        Described(vector.tobytes(), thumb, *both, picture.width * picture.height, seconds)
        for picture, thumb, both, vector in zip(pictures, thumbs, hashes, vectors, strict=True)
    ]


@cache
def _loaded(embedder: str) -> Embedder:
    return load_embedder(embedder)


def ours(folder: Path, planted: list[Planted], options: BuildOptions) -> tuple[set[str], Spent]:
    """Return which files the build's search removes, and what was spent from files to result."""
    start = clocks()
    parts = [planted[i : i + BATCH] for i in range(0, len(planted), BATCH)]
    with ProcessPoolExecutor(WORKERS) as pool:
        jobs = [[folder / item.name for item in part] for part in parts]
        made = [row for rows in pool.map(partial(describe, embedder=options.embedder), jobs) for row in rows]
    describing = since(start)
    middle = clocks()
    vectors = np.stack([np.frombuffer(row.vector, np.float32) for row in made])
    thumbs = [np.frombuffer(row.thumbnail, np.uint8).reshape(SIDE, SIDE) for row in made]
    rows = [
        {
            "pair_id": item.name,
            "source": "arxiv",
            "paper_key": item.name,
            "parent_id": None,
            "kind": item.kind,
            "license_rank": 1,
            "pixels": row.pixels,
            "origin": "file",
            "version": 1,
            "pixel_sha256": row.pixel_sha256,
            "phash": row.phash,
            "caption": item.caption,
            "table_text": item.table_text,
            "ocr_text": None,
        }
        for item, row in zip(planted, made, strict=True)
    ]
    result = find_duplicates(
        pa.Table.from_pylist(rows, schema=COLUMNS),
        vectors,
        Thumbnails(np.stack(thumbs)),
        embedder=embedder_space(copies_embedder(options.embedder)),
        parameters=duplicate_parameters(options),
        workers=WORKERS,
    )
    comparing = since(middle)
    steps = {name: 1000 * np.mean([row.seconds[name] for row in made]) for name in made[0].seconds}
    print("  a picture: " + ", ".join(f"{name} {value:.1f} ms" for name, value in steps.items()))
    tested = ", ".join(f"{count} by {test}" for test, count in result.tested.items())
    print(f"  described in {describing}, compared in {comparing}; pairs tested: {tested}")
    removed = {row.pair_id for row in result.rows}
    by_way(planted, removed)
    return removed, describing + comparing


def beside(paths: list[Path], embedder: str) -> float:
    """Return the processor seconds that a picture's whole vector takes more than what finds copies."""
    pictures, spent = [open_rgb(path.read_bytes()) for path in paths], []
    for name in (embedder, copies_embedder(embedder)):
        _loaded(name).embed(pictures[:BATCH])
        start = time.process_time()
        for at in range(0, len(pictures), BATCH):
            _loaded(name).embed(pictures[at : at + BATCH])
        spent.append(time.process_time() - start)
    return (spent[0] - spent[1]) / len(pictures)


def score(planted: list[Planted], removed: set[str], spent: Spent) -> Score:
    """Return how far a method removed copies, and nothing else."""
    families: dict[str, list[str]] = defaultdict(list)
    for item in planted:
        families[item.family].append(item.name)
    right = sum(
        min(len(members) - 1, sum(name in removed for name in members)) for members in families.values()
    )
    possible = sum(len(members) - 1 for members in families.values())
    alike = sum(members[0] in removed for family, members in families.items() if family.endswith("x"))
    return Score(right / max(1, len(removed)), right / possible, alike, spent)


def by_way(planted: list[Planted], removed: set[str]) -> None:
    """Print which share of each way of copying does not stay beside another member of its family."""
    stay: dict[str, int] = defaultdict(int)
    for item in planted:
        stay[item.family] += item.name not in removed
    found: dict[str, list[bool]] = defaultdict(list)
    for item in planted:
        if "-" in item.name:
            way = item.name.split("-", 1)[1].removesuffix(".png")
            found[way].append(item.name in removed or stay[item.family] == 1)
    print("  " + ", ".join(f"{way} {np.mean(hits):.3f}" for way, hits in sorted(found.items())))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--embedder", default="clip")
    parser.add_argument("--thresholds", help="those that belong to another embedder")
    arguments = parser.parse_args()
    options = BuildOptions(embedder=arguments.embedder, thresholds=arguments.thresholds)
    folder, planted = planted_pictures(arguments.pictures, workers=WORKERS)
    alike = sum(item.family.endswith("x") for item in planted)
    copies = sum("-" in item.name for item in planted)
    print(f"{len(planted)} pictures: {copies} copies, {alike} look-alikes; {WORKERS} processes", flush=True)
    mine = score(planted, *ours(folder, planted, options))
    print(f"scimmir, {arguments.embedder}: {_line(mine)}", flush=True)
    if copies_embedder(arguments.embedder) != arguments.embedder:
        extra = 1000 * beside([folder / item.name for item in planted[:WHOLE]], arguments.embedder)
        print(f"  whole vectors take {extra:.1f} ms of a processor a picture more, in none of these times")
    checks = ((mine.precision, PRECISION, "precision"), (mine.recall, RECALL, "recall"))
    failures = [f"{name} {value:.4f} < {bound}" for value, bound, name in checks if value < bound]
    failures += [f"{mine.look_alikes} look-alikes removed"] if mine.look_alikes else []
    failures += [f"only {alike} look-alikes"] if alike < LOOK_ALIKES else []
    failures += _against(folder, planted, mine)
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    sys.exit(bool(failures))


def _against(folder: Path, planted: list[Planted], mine: Score) -> list[str]:
    try:
        import imagededup  # noqa: F401
    except ImportError:
        print("imagededup is not installed: pip install imagededup==0.3.3.post2 to compare")
        return []
    failures = []
    for bits, removed, taken in theirs(folder, WORKERS):
        other = score(planted, removed, taken)
        print(
            f"imagededup PHash, at most {bits} bits: {_line(other)}, {taken.against(mine.spent)}", flush=True
        )
        for name in ("precision", "recall"):
            if getattr(other, name) >= getattr(mine, name):
                failures.append(f"{name} is not above that of imagededup at {bits} bits")
        if bits == DEFAULT_BITS and taken.seconds <= mine.spent.seconds:
            ratio = mine.spent.seconds / taken.seconds
            failures.append(f"{ratio:.2f} times the time of imagededup's hash at {bits} bits")
    taken = network(folder)
    print(f"imagededup CNN, encoding alone: {taken}, {taken.against(mine.spent)}")
    if taken.seconds <= mine.spent.seconds:
        failures.append("slower than imagededup's network")
    return failures


def _line(found: Score) -> str:
    return (
        f"precision {found.precision:.4f}, recall {found.recall:.4f}, {found.look_alikes} look-alikes removed,"
        f" {found.spent}"
    )


if __name__ == "__main__":
    main()
