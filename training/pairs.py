"""Pairs to train on: those of a release, held as small pictures."""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from schemas.errors import UserError
from training.shards import Example

Stored = tuple[bytes, str]  # a PNG file and its caption


def released(release: Path, splits: Sequence[str] = ("train",), *, longest: int = 400) -> list[Stored]:
    """Return picture and caption of the pairs in a release's splits, ordered by pair id.

    Args:
        release: folder of a release.
        splits: which of train, validation and test.
        longest: longest side of the pictures in pixels; copies are distorted at this size.

    Raises:
        UserError: there are none.
    """
    found: list[tuple[str, Stored]] = []
    for split in splits:
        for part in sorted((release / "pairs" / f"split={split}").glob("*.parquet")):
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(64, columns=["pair_id", "image", "caption"]):
                    for row in batch.to_pylist():
                        if row["image"] is not None:  # a licence policy may leave it out
                            picture = Image.open(io.BytesIO(row["image"]["bytes"]))
                            found.append((row["pair_id"], (shrunk(picture, longest), row["caption"])))
    if not found:
        raise UserError(f"{release} has no pair with an image in {' or '.join(splits)}")
    return [stored for _, stored in sorted(found)]


def shrunk(image: Image.Image, longest: int) -> bytes:
    """Return a picture as PNG, its longest side at most `longest` pixels."""
    image = image.convert("RGB")
    image.thumbnail((longest, longest))
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
