"""Which pairs of a release an export holds, in which shard each; and that a folder holds one export only."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.whole_files import written_whole
from schemas.pair import EVERYTHING, SPLITS, Selection
from warehouse.place import WarehouseError
from warehouse.releases import read_manifest
from warehouse.stages import Json, canonical_json
from warehouse.versions import pair_files

POLICIES = {
    "redistributable": "pairs whose licence lets the image be passed on",
    "commercial": "of those, pairs that may be used commercially",
    "research": "all pairs: for your own use, the export must not be passed on",
}
EXPORT = "export.json"
_COLUMNS = ["license_code", "license_group", "allows_redistribution", "subcategory"]
_TYPE_COLUMN = "image_type"  # releases of earlier versions lack it


@dataclass(frozen=True)
class Place:
    """Where one pair lies: a file of the release, its row group, the row in it."""

    path: Path
    group: int
    row: int


@dataclass(frozen=True, kw_only=True)
class ExportPlan:
    """What is exported: per split the pairs in the order of the release, and what was left out by licence."""

    version: str
    release_hash: str
    policy: str
    splits: Mapping[str, tuple[Place, ...]]
    kept: Mapping[str, int]
    left_out: Mapping[str, int]
    selection: Selection = EVERYTHING
    not_selected: int = 0

    def shards(self, split: str, size: int) -> list[tuple[Place, ...]]:
        """Return a split's pairs in pieces of `size`."""
        places = self.splits[split]
        return [places[start : start + size] for start in range(0, len(places), size)]

    def about(self, form: str, version: str) -> dict[str, Json]:
        """Return what says which export a folder holds; a form adds how it cuts the pairs into files."""
        return {
            "format": form,
            "format_version": version,
            "release": self.version,
            "release_hash": self.release_hash,
            "license_policy": self.policy,
            "pairs_by_license": dict(self.kept),
            "left_out_by_license": dict(self.left_out),
            **self._selected(),
        }

    def _selected(self) -> dict[str, Json]:
        if self.selection == EVERYTHING:
            return {}
        return {
            "classes": list(self.selection.classes),
            "image_types": list(self.selection.image_types),
            "not_selected": self.not_selected,
        }


def plan_export(release: Path, policy: str, wanted: Selection = EVERYTHING) -> ExportPlan:
    """Return which pairs of a release are wanted and let through by a licence policy; reads no image.

    Raises:
        WarehouseError: there is no such policy, a file cannot be read, or nothing is left.
    """
    if policy not in POLICIES:
        raise WarehouseError(f"there is no licence policy {policy!r}: known are {', '.join(POLICIES)}")
    manifest = read_manifest(release)
    splits: dict[str, list[Place]] = {split: [] for split in SPLITS}
    kept, left_out, not_selected = Counter[str](), Counter[str](), 0
    for path in pair_files(release):
        split = path.parent.name.removeprefix("split=")
        metadata = _open(path)
        columns = [
            *_COLUMNS,
            *([_TYPE_COLUMN] if _TYPE_COLUMN in metadata.schema.to_arrow_schema().names else []),
        ]
        for group in range(metadata.num_row_groups):
            for row, values in enumerate(_read(path, group, columns).to_pylist()):
                if not wanted.takes(values["subcategory"], values.get(_TYPE_COLUMN)):
                    not_selected += 1
                    continue
                code = values["license_code"] or "unknown"
                if _allowed(policy, values["license_group"], values["allows_redistribution"]):
                    splits[split].append(Place(path, group, row))
                    kept[code] += 1
                else:
                    left_out[code] += 1
    if not kept:
        chosen = "" if wanted == EVERYTHING else "of the classes and image types that were named "
        raise WarehouseError(
            f"release {release.name} holds no pair {chosen}that the policy {policy} lets through"
        )
    return ExportPlan(
        version=release.name,
        release_hash=str(manifest.get("release_hash")),
        policy=policy,
        splits={split: tuple(places) for split, places in splits.items()},
        kept=dict(sorted(kept.items())),
        left_out=dict(sorted(left_out.items())),
        selection=wanted,
        not_selected=not_selected,
    )


def read_places(places: Sequence[Place]) -> Iterator[pa.Table]:
    """Yield the rows at some places, in order, a row group at a time.

    Raises:
        WarehouseError: a file cannot be read.
    """
    start = 0
    while start < len(places):
        first, stop = places[start], start
        while stop < len(places) and (places[stop].path, places[stop].group) == (first.path, first.group):
            stop += 1
        yield _read(first.path, first.group, None).take([place.row for place in places[start:stop]])
        start = stop


def claim_folder(folder: Path, about: Mapping[str, Json]) -> None:
    """Make a folder that of this export; one that was begun goes on.

    Raises:
        WarehouseError: it holds something else, or cannot be written.
    """
    path, wanted = folder / EXPORT, canonical_json(dict(about))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            if canonical_json(json.loads(path.read_bytes())) != wanted:
                raise WarehouseError(
                    f"{folder} holds an export of other data or options: name another folder"
                )
        elif any(not one.name.startswith(".") for one in folder.iterdir()):
            raise WarehouseError(f"{folder} is not empty and holds no export: name another folder")
        text = json.dumps(about, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        write_whole(path, text.encode())
    except (OSError, ValueError) as error:
        raise WarehouseError(f"{folder} cannot be used for an export: {error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none."""
    with written_whole(path) as aside:
        aside.write_bytes(content)


def _allowed(policy: str, group: str, redistribution: bool) -> bool:
    if policy == "research":
        return True
    return redistribution and (policy == "redistributable" or group == "commercial")


def _open(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{path} cannot be read: {error}") from error


def _read(path: Path, group: int, columns: list[str] | None) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read_row_group(group, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{path} cannot be read: {error}") from error
