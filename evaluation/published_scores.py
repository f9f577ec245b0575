"""Scores that papers have published: a reference beside results, read from a file of its own and never into one."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "published" / "scimmir.csv"
SOURCE = "arXiv:2401.13478"
POOL_SIZES = {"test": 16_263, "all": 530_975}


@dataclass(frozen=True, kw_only=True)
class PublishedScore:
    """One model's published scores of one group in one direction, in percent."""

    model: str
    training: str
    ocr: bool
    pool: str
    direction: str
    group: str
    mrr: float
    hits_10: float


def published_scores() -> list[PublishedScore]:
    """Return the scores that SciMMIR's paper states, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            PublishedScore(
                model=line["model"],
                training=line["training"],
                ocr=line["ocr"] == "yes",
                pool=line["pool"],
                direction=line["direction"],
                group=line["group"],
                mrr=float(line["mrr"]),
                hits_10=float(line["hits_10"]),
            )
            for line in csv.DictReader(lines)
        ]
