"""Pairs to train on: those of a release, held as small pictures."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from schemas.errors import UserError
from schemas.pair import EVERYTHING, Selection
from training.shards import Example

_COLUMNS = (
    "pair_id",
    "image",
    "caption",
    "subcategory",
    "image_type",
)  # the last two are not in every release

Stored = tuple[bytes, str]  # a PNG file and its caption


def released(
    release: Path,
    splits: Sequence[str] = ("train",),
    *,
    longest: int = 400,
    wanted: Selection = EVERYTHING,
) -> list[Stored]:
    """Return picture and caption of the pairs in a release's splits, ordered by pair id.

    Args:
        release: folder of a release.
        splits: which of train, validation and test.
        longest: longest side of the pictures in pixels; copies are distorted at this size.
        wanted: classes and image types that are learnt; all by default.

    Raises:
        UserError: there are none.
    """
    found: list[tuple[str, Stored]] = []
    for split in splits:
        for part in sorted((release / "pairs" / f"split={split}").glob("*.parquet")):
            with pq.ParquetFile(part) as file:
                named = [name for name in _COLUMNS if name in file.schema_arrow.names]
                for batch in file.iter_batches(64, columns=named):
                    for row in batch.to_pylist():
                        # A licence policy may leave an image out.
                        if row["image"] is not None and _wanted(row, wanted):
                            picture = Image.open(io.BytesIO(row["image"]["bytes"]))
                            found.append((row["pair_id"], (shrunk(picture, longest), row["caption"])))
    if not found:
        kind = "pair of these classes and types" if wanted != EVERYTHING else "pair"
        raise UserError(f"{release} has no {kind} with an image in {' or '.join(splits)}")
    return [stored for _, stored in sorted(found)]


def _wanted(row: Mapping[str, Any], wanted: Selection) -> bool:
    if wanted == EVERYTHING:
        return True
    return wanted.takes(str(row.get("subcategory")), row.get("image_type"))


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
