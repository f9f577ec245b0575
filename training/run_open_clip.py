"""Runs open_clip's training program in a process of its own, with model configurations that it does not ship.

`python -m training.run_open_clip CONFIG.json … -- ARGUMENTS OF open_clip_train` is what that process runs.
"""

import itertools
import json
import os
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

KEEP_GROUPS = "SCIMMIR_TRAIN_KEEP_GROUPS"
Sample = dict[str, Any]  # as webdataset reads it


def main() -> None:
    """Register the configurations, then hand over to open_clip_train."""
    place = sys.argv.index("--")
    for path in sys.argv[1:place]:
        json.loads(Path(path).read_text(encoding="utf-8"))  # told before imports that take seconds
    import open_clip
    import torch
    from open_clip_train.main import main as train

    if os.environ.get(KEEP_GROUPS):
        from open_clip_train import data

        keep_groups(data)
    for path in sys.argv[1:place]:
        open_clip.add_model_config(path)
    torch.set_num_threads(training_threads())
    train(sys.argv[place + 1 :])


def training_threads() -> int:
    """Return what SCIMMIR_TRAIN_THREADS says, or OMP_NUM_THREADS; all processors where neither is set.

    More threads than there are free processors are several times slower than one: they wait for each other.
    """
    named = os.environ.get("SCIMMIR_TRAIN_THREADS") or os.environ.get("OMP_NUM_THREADS")
    return int(named or os.cpu_count() or 1)


def keep_groups(data: Any) -> None:
    """Have a batch hold what stands together in a shard; the groups are shuffled, in each epoch in another way."""
    data.tarfile_to_samples_nothrow = GroupShuffle(data.tarfile_to_samples_nothrow, data._SAMPLE_SHUFFLE_SIZE)
    data._SAMPLE_SHUFFLE_SIZE = data._SAMPLE_SHUFFLE_INITIAL = 1  # samples by themselves are not


class GroupShuffle:
    """Reads samples as webdataset does, and shuffles groups of them, which `group_of` tells by a sample's name.

    Args:
        read: returns the samples of shards.
        size: samples that are held in memory to draw from.
    """

    def __init__(self, read: Callable[..., Iterable[Sample]], size: int) -> None:
        self.read, self.size = read, size
        self.epochs = itertools.count()

    def __call__(self, shards: Iterable[Any], **options: Any) -> Iterator[Sample]:
        """Yield each sample once, those of a group one after the other."""
        import torch

        rng = random.Random(torch.initial_seed() + next(self.epochs))
        held: list[list[Sample]] = []
        count = 0
        for _, group in itertools.groupby(self.read(shards, **options), key=group_of):
            held.append(list(group))
            count += len(held[-1])
            while count > self.size:
                drawn = _drawn(held, rng)
                count -= len(drawn)
                yield from drawn
        while held:
            yield from _drawn(held, rng)


def group_of(sample: Sample) -> str:
    """Return the group that `training.shards` wrote into a sample's name; the whole name where it has none."""
    return str(sample["__key__"]).rpartition("-")[2]


def _drawn(held: list[list[Sample]], rng: random.Random) -> list[Sample]:
    place = rng.randrange(len(held))
    held[place], held[-1] = held[-1], held[place]
    return held.pop()


if __name__ == "__main__":
    main()
