"""A release's images: each is decoded and held against what its row says of it."""

import hashlib
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from PIL import Image

from warehouse.versions import pair_files

COLUMNS = [
    "pair_id",
    "image",
    "image_format",
    "width",
    "height",
    "image_sha256",
    "pixel_sha256",
    "image_withheld",
]


def check_images(folder: Path) -> tuple[int, list[str]]:
    """Return how many images were decoded, and what is wrong with them; one example of each fault is named.

    One row group at a time is in memory.
    """
    decoded = 0
    faults: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for path in pair_files(folder):
        with pq.ParquetFile(path) as file:
            columns = [name for name in COLUMNS if name in file.schema_arrow.names]
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group, columns=columns).to_pylist():
                    decoded += row["image"] is not None
                    for fault in _faults(row):
                        faults[fault] += 1
                        examples.setdefault(fault, row["pair_id"])
    return decoded, [f"{count} images {fault}, such as {examples[fault]}" for fault, count in faults.items()]


def _faults(row: Mapping[str, Any]) -> list[str]:
    data = (row["image"] or {}).get("bytes")
    if data is None:
        return [] if row.get("image_withheld") is not None else ["are missing without a reason"]
    faults = []
    if hashlib.sha256(data).hexdigest() != row["image_sha256"]:
        faults.append("have another sha256 than image_sha256 says")
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return faults + _differences(picture, row)
    # What Pillow raises on broken files.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return [*faults, f"cannot be decoded ({type(error).__name__})"]


def _differences(picture: Image.Image, row: Mapping[str, Any]) -> list[str]:
    found = []
    if picture.size != (row["width"], row["height"]):
        found.append("have another size than width and height say")
    if str(picture.format).lower() != row["image_format"]:
        found.append("are of another format than image_format says")
    if picture.mode != "RGB":
        found.append(f"have the mode {picture.mode} and not RGB")
    pixels = hashlib.sha256(f"{picture.width}x{picture.height}:".encode())
    pixels.update(picture.convert("RGB").tobytes())
    if pixels.hexdigest() != row["pixel_sha256"]:
        found.append("have other pixels than pixel_sha256 says")
    return found
