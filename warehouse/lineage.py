"""Which stage outputs each release was made of: what cleaning must leave alone.

Kept beside the releases and not in them: the same release can be made of other stage outputs, where the work was
cut into other shards, and stays the same to the byte.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from warehouse.lake import WarehouseError, canonical_json

LINEAGE = "lineage"

Outputs = frozenset[tuple[str, str]]  # stage and key


def record_lineage(
    warehouse: Path, version: str, release_key: str, outputs: Mapping[str, Sequence[str]]
) -> Path:
    """Return the file that says, from now on, that this release was made of these outputs (keys by stage)."""
    folder = warehouse / LINEAGE / version
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release_key}.json"
    aside = folder / f".{uuid.uuid4().hex}"
    aside.write_bytes(canonical_json({stage: list(keys) for stage, keys in outputs.items()}))
    aside.replace(path)
    return path


def lineage_of(warehouse: Path, version: str) -> Outputs | None:
    """Return the outputs that a release was ever made of; None where that was not recorded.

    Raises:
        WarehouseError: the record is damaged.
    """
    files = sorted((warehouse / LINEAGE / version).glob("*.json"))
    if not files:
        return None
    found: set[tuple[str, str]] = set()
    for path in files:
        try:
            recorded = json.loads(path.read_bytes())
            found |= {(stage, key) for stage, keys in recorded.items() for key in keys}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise WarehouseError(
                f"{path} cannot be read ({error}): delete it and build release {version} again"
            ) from error
    return frozenset(found)


def referenced(warehouse: Path, versions: Iterable[str]) -> tuple[Outputs, tuple[str, ...]]:
    """Return all outputs that these releases were made of, and the releases for which that is unknown."""
    found: set[tuple[str, str]] = set()
    unknown = []
    for version in versions:
        outputs = lineage_of(warehouse, version)
        if outputs is None:
            unknown.append(version)
        else:
            found |= outputs
    return frozenset(found), tuple(unknown)
