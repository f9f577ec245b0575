"""The real pictures that figures are composed of and that the letter model is trained with, divided by paper."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from PIL import Image

PAIRS = Path("../shared/pairs")
SHARES = {"train": range(0, 3), "tune": range(3, 6), "test": range(6, 10)}  # tenths of the papers

_WITHOUT_LETTERS = frozenset(
    {"line", "bar", "scatter", "heat", "photo", "micro", "sky", "map", "screen", "text"}
)


@dataclass(frozen=True)
class Single:
    """A picture that a reader judged to show one panel; what kind of picture it is, its caption and its paper."""

    pair_id: str
    paper: str
    kind: str
    caption: str
    image: bytes

    def opened(self) -> Image.Image:
        """Return the picture in RGB."""
        return Image.open(io.BytesIO(self.image)).convert("RGB")


def share_of(paper: str) -> str:
    """Return which share a paper belongs to: train (the letter model), tune (thresholds) or test."""
    tenth = int(hashlib.sha256(f"panels {paper}".encode()).hexdigest(), 16) % 10
    return next(share for share, tenths in SHARES.items() if tenth in tenths)


def singles(share: str, folder: Path = PAIRS) -> list[Single]:
    """Return the pictures of one panel of the papers of a share, by pair_id."""
    kinds = {
        row["pair_id"]: row["image_type"]
        for row in csv.DictReader((folder / "image_types.csv").open(encoding="utf-8"))
        if row["panels"] == "1"
    }
    found = [
        Single(row["pair_id"], row["paper"], kinds[row["pair_id"]], row["caption"], row["image"]["bytes"])
        for row in rows(folder)
        if row["pair_id"] in kinds and row["image"] and share_of(row["paper"]) == share
    ]
    return sorted(found, key=lambda single: single.pair_id)


def training_pictures(count: int, folder: Path = PAIRS) -> list[Image.Image]:
    """Return pictures of plots and photographs of the papers that the letter model may see: they name few things."""
    found = [single for single in singles("train", folder) if single.kind in _WITHOUT_LETTERS]
    return [single.opened() for single in found[:count]]


def rows(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield all pairs of the folder."""
    columns = ["pair_id", "paper", "parent_id", "kind", "caption", "image"]
    for file in sorted(folder.glob("pairs-*.parquet")):
        yield from pq.read_table(file, columns=columns).to_pylist()
