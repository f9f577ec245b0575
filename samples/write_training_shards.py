"""Writes shards to train a small CLIP on: `.venv/bin/python -m samples.write_training_shards RELEASE FOLDER`.

They hold the train split of a release and invented figures (`samples.many_figures`), each in several distorted
copies. `training.train` reads them.
"""

import argparse
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from samples.many_figures import invent
from training.shards import Example, write_shards
from training.small_clip import SIDE

Stored = tuple[bytes, str]
LONGEST = 400  # pixels; copies are distorted at this size and stored much smaller


def released(release: Path) -> list[Stored]:
    """Return picture and caption of the pairs in a release's train split."""
    found = []
    for part in sorted((release / "pairs" / "split=train").glob("*.parquet")):
        for row in pq.read_table(part, columns=["image", "caption"]).to_pylist():
            if row["image"] is not None:  # a licence policy may leave it out
                found.append((_shrunk(Image.open(io.BytesIO(row["image"]["bytes"]))), row["caption"]))
    return found


def invented(first: int, count: int) -> list[Stored]:
    """Return that many invented pictures with their captions."""
    pictures = (invent(number, width=LONGEST) for number in range(first, first + count))
    return [(_shrunk(picture.image), picture.caption) for picture in pictures]


def _shrunk(image: Image.Image) -> bytes:
    image = image.convert("RGB")
    image.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def mixed(stored: Sequence[Stored], seed: int) -> Callable[[], Iterator[Example]]:
    """Return a function that yields all pictures, in one random order."""
    order = np.random.default_rng(seed).permutation(len(stored))

    def examples() -> Iterator[Example]:
        for place in order:
            data, text = stored[place]
            yield Example(Image.open(io.BytesIO(data)).convert("RGB"), text)

    return examples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("shards", type=Path)
    parser.add_argument("--invented", type=int, default=8_000)
    parser.add_argument("--first", type=int, default=1_000_000, help="number of the first invented picture")
    parser.add_argument("--repeat", type=int, default=3, help="how often each real pair stands in one run")
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    stored = released(arguments.release) * arguments.repeat + invented(arguments.first, arguments.invented)
    print(f"{len(stored)} pictures", flush=True)
    pattern, count = write_shards(
        arguments.shards,
        mixed(stored, arguments.seed),
        side=SIDE,
        copies=arguments.copies,
        seed=arguments.seed,
    )
    print(pattern, count, flush=True)


if __name__ == "__main__":
    main()
