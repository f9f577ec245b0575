"""Compound figures of real papers whose panels were marked by eye, with the pictures that a build stored of them."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from PIL import Image

from extractors.panels.contract import Box

TRUTH = Path("../shared/compound/truth.jsonl")
TUNED = range(0, 3)  # fifths of the papers on whose figures thresholds were chosen


@dataclass(frozen=True)
class Marked:
    """A figure, its caption and stored picture, and the box and the words of each panel."""

    pair_id: str
    caption: str
    caption_raw: str | None
    image: Image.Image
    panels: tuple[tuple[str, Box], ...]
    words: Mapping[str, str]


def half_of(pair_id: str) -> str:
    """Return `tune` or `last`: figures of one paper are never in both."""
    paper = ":".join(pair_id.split(":")[:2])
    return "tune" if int(hashlib.sha256(paper.encode()).hexdigest(), 16) % 5 in TUNED else "last"


def marked_figures(release: Path, half: str, truth: Path = TRUTH) -> list[Marked]:
    """Return the marked figures of a half that a release of `../shared/corpus` holds."""
    lines = [json.loads(line) for line in truth.read_text(encoding="utf-8").splitlines()]
    wanted = {line["pair_id"]: line for line in lines if half_of(line["pair_id"]) == half}
    found = []
    for file in sorted(release.glob("pairs/*/*.parquet")):
        for row in pq.read_table(
            file, columns=["pair_id", "caption", "caption_raw", "image"], partitioning=None
        ).to_pylist():
            if row["pair_id"] in wanted:
                found.append(_marked(wanted.pop(row["pair_id"]), row))
    if wanted:
        raise SystemExit(
            f"{release} lacks {len(wanted)} of the marked figures: is it a release of ../shared/corpus?"
        )
    return sorted(found, key=lambda figure: figure.pair_id)


def _marked(line: Mapping[str, Any], row: Mapping[str, Any]) -> Marked:
    image = row["image"]
    picture = Image.open(io.BytesIO(image["bytes"] if isinstance(image, dict) else image)).convert("RGB")
    return Marked(
        row["pair_id"],
        row["caption"],
        row["caption_raw"],
        picture,
        tuple((p["label"].lower(), tuple(p["box"])) for p in line["panels"]),
        {p["label"].lower(): p["caption"] for p in line["panels"]},
    )
