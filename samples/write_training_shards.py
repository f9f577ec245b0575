"""Writes shards to train a small CLIP on: `.venv/bin/python -m samples.write_training_shards RELEASE FOLDER`.

They hold the train split of a release and invented figures (`samples.invented`), each in several distorted
copies. `training.train` reads them.
"""

import argparse
from pathlib import Path

from samples.invented import invent
from training.pairs import Stored, mixed, released, shrunk
from training.shards import write_shards
from training.small_clip import SIDE

LONGEST = 400  # pixels; copies are distorted at this size and stored much smaller


def invented(first: int, count: int) -> list[Stored]:
    """Return that many invented pictures with their captions."""
    pictures = (invent(number, width=LONGEST) for number in range(first, first + count))
    return [(shrunk(picture.image, LONGEST), picture.caption) for picture in pictures]


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
