"""Exported triplets in an order in which a batch holds a pair together with its hardest negatives.

A contrastive loss holds each pair of a batch against all others in it, so that a negative is one by standing there.
"""

import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from schemas.errors import UserError
from training.pairs import Stored, shrunk
from training.shards import Example

COLUMNS = ["pair_id", "image", "caption", "negative_caption_ids", "negative_image_ids"]
SIZE = 4  # pairs that stand together


@dataclass(frozen=True)
class Triplets:
    """Pairs by name, each with the names of its negatives, the hardest first, captions' and pictures' in turn."""

    stored: Mapping[str, Stored]
    negatives: Mapping[str, tuple[str, ...]]


def read_triplets(folder: Path, split: str = "train", *, longest: int = 400) -> Triplets:
    """Return the triplets of a split.

    Args:
        folder: what `scimmir export --format triplets` wrote.
        split: train, validation or test.
        longest: longest side of the pictures in pixels.

    Raises:
        UserError: there are none, or a file cannot be read.
    """
    stored: dict[str, Stored] = {}
    negatives: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "data").glob(f"{split}-*.parquet")):
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(64, columns=COLUMNS):
                    for row in batch.to_pylist():
                        picture = Image.open(io.BytesIO(row["image"]["bytes"]))
                        stored[row["pair_id"]] = (shrunk(picture, longest), row["caption"])
                        lists = row["negative_caption_ids"], row["negative_image_ids"]
                        negatives[row["pair_id"]] = _in_turn(*lists)
        except (OSError, KeyError, pa.ArrowException) as error:
            raise UserError(f"{path} holds no triplets: {error}") from error
    if not stored:
        raise UserError(
            f"{folder} holds no triplets to learn from; scimmir export --format triplets writes them"
        )
    return Triplets(stored, negatives)


def _in_turn(captions: Sequence[str], pictures: Sequence[str]) -> tuple[str, ...]:
    longest = max(len(captions), len(pictures))
    turns = (names[place] for place in range(longest) for names in (captions, pictures) if place < len(names))
    return tuple(dict.fromkeys(turns))


def grouped(triplets: Triplets, seed: int, *, size: int = SIZE) -> Callable[[], Iterator[Example]]:
    """Return a function that yields every pair once, in groups, each time in others.

    Pairs are drawn at random; behind each come the hardest of its negatives that have not been yielded, until `size`
    of them stand together.
    """
    rng = np.random.default_rng(seed)
    numbers = itertools.count()

    def examples() -> Iterator[Example]:
        for group in groups(triplets, rng, size):
            number = next(numbers)
            for name in group:
                data, text = triplets.stored[name]
                yield Example(Image.open(io.BytesIO(data)).convert("RGB"), text, number)

    return examples


def groups(triplets: Triplets, rng: np.random.Generator, size: int) -> Iterator[list[str]]:
    """Yield the names of all pairs, a group at a time."""
    names = sorted(triplets.stored)
    waiting = set(names)
    for place in rng.permutation(len(names)):
        if names[place] not in waiting:
            continue
        group = [names[place]]
        group += [other for other in triplets.negatives[names[place]] if other in waiting][: size - 1]
        waiting.difference_update(group)
        yield group
