"""Learns what the gallery says of image types.

    python -m curation.classes.gallery.learn PICTURES curation/classes/models/scimmir-classes/gallery.npz
        [--labels tests/data/gallery_labels.csv]

PICTURES is the folder that `python -m training.gallery` fills; pictures that are not there are not learnt from.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.classes.gallery.opinion import DIRECTIONS, OPINIONS, Gallery, Seen, seen_in, write_gallery
from curation.classes.kernels import fit_ridge
from curation.classes.learn import SHARPNESS
from curation.looks import GRAPH, SHIPPED, picture_features
from schemas.pair import IMAGE_TYPES

RIDGES = (0.1, 0.3, 1.0)

Array = npt.NDArray[np.float64]
Inputs = Mapping[str, npt.NDArray[np.float32]]


def learn_gallery(pictures: Sequence[Inputs], types: Sequence[str], packages: Sequence[str]) -> Gallery:
    """Return the gallery of some pictures; the ridge is chosen by what is said of packages left out.

    Args:
        pictures: what is seen in each, by the names of DIRECTIONS.
        types: image type of each.
        packages: where each is from.
    """
    seen = {
        name: _seen(np.stack([one[name] for one in pictures]), count) for name, count in DIRECTIONS.items()
    }
    near = {name: _own_kernel(part) for name, part in seen.items()}
    told = np.eye(len(IMAGE_TYPES))[[IMAGE_TYPES.index(name) for name in types]]
    duals = {}
    for opinion, loudness in OPINIONS.items():
        kernel = np.sum([loud * near[name] for name, loud in loudness.items()], axis=0)
        duals[opinion] = fit_ridge(kernel, told, packages, RIDGES).duals.astype(np.float32)
    return Gallery(seen, duals)


def _seen(values: npt.NDArray[np.float32], count: int) -> Seen:
    mean, spread = values.mean(0), values.std(0) + np.float32(1e-6)
    whole = np.eye(len(mean), dtype=np.float32)
    blank = Seen(mean, spread, whole, np.zeros(len(mean), np.float32), np.zeros((0, 0), np.int8), *_ONES)
    standard = blank.places(values).astype(np.float64)
    middle = standard.mean(0)
    _, vectors = np.linalg.eigh((standard - middle).T @ (standard - middle))
    vectors = vectors[:, ::-1][:, :count]
    vectors *= np.sign(vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])])  # one of two as good
    axes = vectors.astype(np.float16).astype(np.float32)
    middle = (middle @ axes).astype(np.float32)
    places = standard.astype(np.float32) @ axes - middle
    step = np.float32(np.abs(places).max() / 127)
    rows = np.rint(places / step).astype(np.int8)
    kept = rows.astype(np.float64) * step
    squares = (kept**2).sum(1)
    scale = np.median(squares[:, None] + squares[None] - 2 * kept @ kept.T) / SHARPNESS
    return Seen(mean, spread, axes, middle, rows, np.asarray(step), np.asarray(scale, np.float32))


_ONES = (np.ones((), np.float32), np.ones((), np.float32))


def _own_kernel(part: Seen) -> Array:
    kept = part.rows.astype(np.float64) * float(part.step)
    squares = (kept**2).sum(1)
    apart = squares[:, None] + squares[None] - 2 * kept @ kept.T
    return np.asarray(np.exp(-np.maximum(apart, 0) / float(part.scale)))


def read_labels(path: Path, pictures: Path) -> list[tuple[Path, str, str]]:
    """Return picture, image type and package of each label whose picture is there."""
    with path.open(encoding="utf-8", newline="") as lines:
        found = [
            (pictures / f"{line['name']}.webp", line["image_type"], line["package"])
            for line in csv.DictReader(lines)
        ]
    return sorted(one for one in found if one[0].is_file())


def main() -> int:
    """Learn the gallery from its pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--labels", type=Path, default=Path("tests/data/gallery_labels.csv"))
    arguments = parser.parse_args()
    found = read_labels(arguments.labels, arguments.pictures)
    if not found:
        print(f"{arguments.pictures} holds none of the pictures of {arguments.labels}", file=sys.stderr)
        return 2
    looks = [picture_features(path.read_bytes(), SHIPPED / GRAPH) for path, _, _ in found]
    types, packages = [kind for _, kind, _ in found], [package for _, _, package in found]
    write_gallery(learn_gallery([seen_in(look) for look in looks], types, packages), arguments.output)
    print(f"{len(found)} pictures of {len(set(packages))} packages: {dict(sorted(Counter(types).items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
