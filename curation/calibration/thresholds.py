"""Calibrated thresholds as a file: which model they belong to, how they were found, and the curves behind them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.contamination import LeakParameters
from curation.duplicates import DedupeParameters
from curation.embeddings import SMALL
from curation.similarity import Level
from runtime.whole_files import written_whole
from schemas.errors import UserError

FORMAT = 2  # 1: bits of the perceptual hash; 2: differences of aligned thumbnails

DUPLICATE_LEVELS = ("agreed", "silent", "opposed", "table")
LEAK_LEVELS = ("figure", "table", "agreed")


@dataclass(frozen=True)
class Thresholds:
    """Levels of evidence by name for duplicates and for leaks, bound to one embedding space."""

    space: str
    duplicates: Mapping[str, Level]
    leaks: Mapping[str, Level]

    def for_duplicates(self) -> DedupeParameters:
        """Return the parameters of the search for duplicates."""
        levels = self.duplicates
        return DedupeParameters(
            embedder=self.space,
            agreed=levels["agreed"],
            silent=levels["silent"],
            opposed=levels["opposed"],
            table=levels["table"],
        )

    def for_leaks(self) -> LeakParameters:
        """Return the parameters of the search for contamination."""
        levels = self.leaks
        return LeakParameters(
            embedder=self.space,
            figure=levels["figure"],
            table=levels["table"],
            agreed=levels["agreed"],
        )


def read_thresholds(path: Path) -> Thresholds:
    """Return the thresholds that `scimmir calibrate` wrote.

    Raises:
        UserError: the file is missing, damaged or of another format.
    """
    try:
        content = json.loads(path.read_bytes())
        if content["format"] != FORMAT:
            raise UserError(f"{path} has format {content['format']}, and this version reads {FORMAT}")
        return Thresholds(
            space=str(content["embedder"]),
            duplicates={name: _level(content["duplicates"][name]) for name in DUPLICATE_LEVELS},
            leaks={name: _level(content["leaks"][name]) for name in LEAK_LEVELS},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} holds no thresholds ({type(error).__name__}: {error}); scimmir calibrate writes them"
        ) from error


def shipped_thresholds(space: str) -> Thresholds | None:
    """Return the thresholds that come with this package for a space; None where there are none."""
    found = read_thresholds(SMALL / "thresholds.json")
    return found if found.space == space else None


def thresholds_of(space: str, path: Path) -> Thresholds:
    """Return the thresholds of a file, which must belong to an embedding space.

    Raises:
        UserError: the file holds none, or those of another model.
    """
    found = read_thresholds(path)
    if found.space != space:
        raise UserError(
            f"the thresholds in {path} belong to {found.space!r} and mean nothing for {space!r}: "
            f"run scimmir calibrate with this embedder"
        )
    return found


def write_thresholds(path: Path, thresholds: Thresholds, about: Mapping[str, Any]) -> None:
    """Write thresholds with what is to be known about them (target, release, counts, curves)."""
    content = {
        "format": FORMAT,
        "embedder": thresholds.space,
        "duplicates": {name: _plain(level) for name, level in thresholds.duplicates.items()},
        "leaks": {name: _plain(level) for name, level in thresholds.leaks.items()},
        **about,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as aside:
        aside.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _level(content: Mapping[str, Any]) -> Level:
    return Level(similarity=float(content["similarity"]), difference=float(content["difference"]))


def _plain(level: Level) -> dict[str, float]:
    return {"similarity": level.similarity, "difference": level.difference}
