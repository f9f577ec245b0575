"""Which stage outputs each release was made of: what cleaning must leave alone.

Kept beside the releases and not in them: the same release can be made of other stage outputs, where the work was
cut into other shards, and stays the same to the byte.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from runtime.cache import place_behind
from runtime.storage import Place, items_below, put, read
from runtime.whole_files import written_whole
from warehouse.place import WarehouseError
from warehouse.stages.keys import canonical_json

LINEAGE = "lineage"

Outputs = frozenset[tuple[str, str]]  # stage and key


def record_lineage(
    warehouse: Path, version: str, release_key: str, outputs: Mapping[str, Sequence[str]]
) -> Path:
    """Return the file that says, from now on, that this release was made of these outputs (keys by stage)."""
    folder = warehouse / LINEAGE / version
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release_key}.json"
    place = place_behind(path)
    with written_whole(path) as aside:
        aside.write_bytes(canonical_json({stage: list(keys) for stage, keys in outputs.items()}))
        if place is not None:
            put(place, aside)
    return path


def lineage_of(warehouse: Path, version: str) -> Outputs | None:
    """Return the outputs that a release was ever made of; None where that was not recorded.

    Raises:
        WarehouseError: the record is damaged.
    """
    found: set[tuple[str, str]] = set()
    recorded = False
    for where, content in _records(warehouse / LINEAGE / version):
        recorded = True
        try:
            outputs = json.loads(content)
            found |= {(stage, key) for stage, keys in outputs.items() for key in keys}
        except (ValueError, AttributeError, TypeError) as error:
            raise WarehouseError(
                f"{where} cannot be read ({error}): delete it and build release {version} again"
            ) from error
    return frozenset(found) if recorded else None


def _records(folder: Path) -> Iterator[tuple[Path | Place, bytes]]:
    place = place_behind(folder)
    if place is None:
        for path in sorted(folder.glob("*.json")):
            try:
                yield path, path.read_bytes()
            except OSError as error:
                raise WarehouseError(f"{path} cannot be read: {error.strerror}") from error
        return
    for item in items_below(place):
        found = read(place / item.name)
        if found is not None:
            yield place / item.name, found[0]


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
