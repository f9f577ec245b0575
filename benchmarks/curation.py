"""Duplicates found among thousands of pictures, against perceptual hashing by imagededup in the same run.

    python -m benchmarks.curation [--pictures 20000] [--embedder clip]

Writes a folder of invented figures and tables: families of copies made in eleven ways, look-alikes (same axes or
same layout, other data), and pictures on their own; none of them was trained on. A third of the copies of figures
keep their caption, a third have its first words only, a third have none; tables keep their text. Both methods read
the same files with two processes. `removed` counts as right where another member of the same family stays.

Exits 1 unless precision is at least 0.99, recall at least 0.97, no look-alike of 500 is removed, and, where
imagededup is installed (`pip install imagededup==0.3.3.post2`), precision and recall are above those of its
perceptual hash at each of three thresholds, and the time below that of its network (whose weights come from a model
hub: random ones take the same time). The time beside the perceptual hash, which is faster, is printed.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from curation.alignment import SIDE, Thumbnails, thumbnail
from curation.copies import COPIES
from curation.dedupe import COLUMNS, find_duplicates
from curation.embed import embedder_space, load_embedder
from curation.embed_descriptor import open_rgb
from extractors.images.store import perceptual_hash, pixel_sha256
from flows.build_options import BuildOptions
from flows.curate_pairs import duplicate_parameters
from samples.many_figures import invent

FIRST = 50_000_000  # number of the first picture; training used other numbers
LOOK_ALIKES = 500
# Two drawings of a ring with the same group, or of a small network of the same layers, are the same picture.
TWINS = ("Chemical structure of", "Architecture of the network with")
BATCH = 32
PRECISION, RECALL = 0.99, 0.97


@dataclass(frozen=True)
class Planted:
    """One file: which family it belongs to, and what the pair's texts are."""

    name: str
    family: str
    caption: str
    table_text: str | None
    kind: str


@dataclass(frozen=True)
class Score:
    """How the removed files of one method hold against the families."""

    precision: float
    recall: float
    look_alikes: int
    seconds: float


def write_family(folder: Path, number: int, *, ways: tuple[str, ...], look_alike: bool) -> list[Planted]:
    """Write an original, its copies and a look-alike as PNG files; nothing where chance makes twins."""
    original = invent(FIRST + number)
    if original.caption.startswith(TWINS):
        return []
    kind = "table" if original.subcategory.startswith("table") else "figure"
    family = f"f{number:06d}"
    planted = [Planted(f"{family}.png", family, original.caption, original.table_text, kind)]
    original.image.save(folder / planted[0].name, compress_level=1)
    for place, way in enumerate(ways):
        words = original.caption.split()
        caption = (original.caption, " ".join(words[: max(6, len(words) * 2 // 3)]), "")[(number + place) % 3]
        name = f"{family}-{way}.png"
        COPIES[way](original.image).save(folder / name, compress_level=1)
        planted.append(Planted(name, family, caption, original.table_text, kind))
    if look_alike:
        other = invent(FIRST + number, data=1)
        if np.array_equal(np.asarray(other.image), np.asarray(original.image)):
            return planted  # no data shows in it
        name = f"{family}x.png"
        other.image.save(folder / name, compress_level=1)
        planted.append(Planted(name, f"{family}x", other.caption, other.table_text, kind))
    return planted


def plant(folder: Path, pictures: int, pool: ProcessPoolExecutor) -> list[Planted]:
    """Write about that many pictures: one in five a copy, 500 look-alikes."""
    ways = list(COPIES)
    step = max(2, int(pictures / 1.28 / 560))  # a few look-alikes show no data and are left out
    jobs, total, number = [], 0, 0
    while total < pictures:
        chosen = tuple(ways[(number + place) % len(ways)] for place in range(4)) if number % 16 == 0 else ()
        look_alike = number % 16 != 0 and number % step == 1
        jobs.append(pool.submit(write_family, folder, number, ways=chosen, look_alike=look_alike))
        total += 1 + len(chosen) + look_alike
        number += 1
    return [planted for job in jobs for planted in job.result()]


def describe(paths: list[Path], embedder: str) -> list[tuple[bytes, bytes, int, str, int]]:
    """Return vector, thumbnail, hashes and size of some files; what a build's stages compute of them."""
    pictures = [open_rgb(path.read_bytes()) for path in paths]
    vectors = _loaded(embedder)(pictures)
    return [
        (
            vector.tobytes(),
            thumbnail(picture).tobytes(),
            perceptual_hash(picture),
            pixel_sha256(picture),
            picture.width * picture.height,
        )
        for picture, vector in zip(pictures, vectors, strict=True)
    ]


_MODELS: dict[str, object] = {}


def _loaded(embedder: str):  # type: ignore[no-untyped-def]
    if embedder not in _MODELS:
        _MODELS[embedder] = load_embedder(embedder).embed
    return _MODELS[embedder]


def ours(folder: Path, planted: list[Planted], options: BuildOptions) -> tuple[set[str], float]:
    """Return which files the build's search removes, and the seconds from files to result."""
    start = time.perf_counter()
    parts = [planted[i : i + BATCH] for i in range(0, len(planted), BATCH)]
    with ProcessPoolExecutor(2) as pool:
        jobs = [[folder / item.name for item in part] for part in parts]
        made = [row for rows in pool.map(partial(describe, embedder=options.embedder), jobs) for row in rows]
    described = time.perf_counter()
    vectors = np.stack([np.frombuffer(row[0], np.float32) for row in made])
    thumbnails = Thumbnails(np.stack([np.frombuffer(row[1], np.uint8).reshape(SIDE, SIDE) for row in made]))
    rows = [
        {
            "pair_id": item.name,
            "source": "arxiv",
            "paper_key": item.name,
            "parent_id": None,
            "kind": item.kind,
            "license_rank": 1,
            "pixels": pixels,
            "origin": "file",
            "version": 1,
            "pixel_sha256": digest,
            "phash": bits,
            "caption": item.caption,
            "table_text": item.table_text,
            "ocr_text": None,
        }
        for item, (_, _, bits, digest, pixels) in zip(planted, made, strict=True)
    ]
    result = find_duplicates(
        pa.Table.from_pylist(rows, schema=COLUMNS),
        vectors,
        thumbnails,
        embedder=embedder_space(options.embedder),
        parameters=duplicate_parameters(options),
    )
    end = time.perf_counter()
    spent = f"described in {described - start:.0f} s, compared in {end - described:.0f} s"
    print(f"  {spent}, {result.candidates} candidates")
    families = {item.name: item.family for item in planted}
    for row in result.rows:
        if families[row.pair_id] != families[row.duplicate_group]:
            print(
                f"  wrong: {row.pair_id} as {row.duplicate_group}, {row.similarity:.3f}, {row.difference:.2f}"
            )
    return {row.pair_id for row in result.rows}, end - start


def theirs(folder: Path, bits: int) -> tuple[set[str], float]:
    """Return which files imagededup's perceptual hash would remove, and the seconds it takes."""
    from imagededup.methods import PHash

    start = time.perf_counter()
    removed = PHash(verbose=False).find_duplicates_to_remove(
        image_dir=str(folder), max_distance_threshold=bits, num_enc_workers=2, num_dist_workers=2
    )
    return set(removed), time.perf_counter() - start


def score(planted: list[Planted], removed: set[str], seconds: float) -> Score:
    """Return how far a method removed copies, and nothing else."""
    families: dict[str, list[str]] = defaultdict(list)
    for item in planted:
        families[item.family].append(item.name)
    right = sum(
        min(len(members) - 1, sum(name in removed for name in members)) for members in families.values()
    )
    possible = sum(len(members) - 1 for members in families.values())
    alike = sum(members[0] in removed for family, members in families.items() if family.endswith("x"))
    return Score(right / max(1, len(removed)), right / possible, alike, seconds)


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
    failures = []
    with tempfile.TemporaryDirectory() as temporary, ProcessPoolExecutor(2) as pool:
        folder = Path(temporary)
        planted = plant(folder, arguments.pictures, pool)
        alike = sum(item.family.endswith("x") for item in planted)
        copies = sum("-" in item.name for item in planted)
        print(f"{len(planted)} pictures: {copies} copies, {alike} look-alikes")
        removed, seconds = ours(folder, planted, options)
        mine = score(planted, removed, seconds)
        print(f"scimmir, {arguments.embedder}: {_line(mine)}")
        by_way(planted, removed)
        checks = ((mine.precision, PRECISION, "precision"), (mine.recall, RECALL, "recall"))
        failures += [f"{name} {value:.4f} < {bound}" for value, bound, name in checks if value < bound]
        failures += [f"{mine.look_alikes} look-alikes removed"] if mine.look_alikes else []
        failures += _against(folder, planted, mine)
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    sys.exit(bool(failures))


def network_seconds(folder: Path) -> float:
    """Return the seconds that imagededup's network (MobileNetV3, its default) needs to encode the files.

    Its weights come from a model hub; random ones cost the same time, and their vectors are not looked at.
    """
    import torch
    from imagededup.methods import CNN
    from imagededup.utils.models import CustomModel, MobilenetV3
    from torchvision.models import mobilenet_v3_small

    whole = mobilenet_v3_small(weights=None).eval()
    network = torch.nn.Sequential(whole.features, whole.avgpool, torch.nn.Flatten())
    model = CustomModel(name="random", model=network, transform=MobilenetV3.transform)
    start = time.perf_counter()
    CNN(verbose=False, model_config=model).encode_images(image_dir=str(folder), num_enc_workers=0)
    return time.perf_counter() - start


def _against(folder: Path, planted: list[Planted], mine: Score) -> list[str]:
    try:
        import imagededup  # noqa: F401
    except ImportError:
        print("imagededup is not installed: pip install imagededup==0.3.3.post2 to compare")
        return []
    failures = []
    for bits in (0, 4, 10):
        other = score(planted, *theirs(folder, bits))
        print(
            f"imagededup PHash, at most {bits} bits: {_line(other)}; time ratio {other.seconds / mine.seconds:.2f}"
        )
        for name in ("precision", "recall"):
            if getattr(other, name) >= getattr(mine, name):
                failures.append(f"{name} is not above that of imagededup at {bits} bits")
    seconds = network_seconds(folder)
    print(f"imagededup CNN, encoding alone: {seconds:.0f} s; time ratio {seconds / mine.seconds:.2f}")
    if seconds <= mine.seconds:
        failures.append("slower than imagededup's network")
    return failures


def _line(found: Score) -> str:
    return (
        f"precision {found.precision:.4f}, recall {found.recall:.4f}, {found.look_alikes} look-alikes removed,"
        f" {found.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
