"""Clears a warehouse in a bucket, by the same rules as one on disk."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.cache import mirror_of
from runtime.presence import clock
from runtime.storage import Item, Place, delete, delete_below, items_below
from warehouse.cleaning.plan import CleanParameters, CleanPlan, Removal, unknown_remark
from warehouse.remote import MANIFEST, latest_version
from warehouse.stages import COMPLETE, LINEAGE, referenced

DAY_S = 86_400.0


@dataclass(frozen=True)
class _Folder:
    """Objects of one release or of one stage's output; `written` is None where its last object is missing."""

    place: Place
    size: int
    newest: float
    written: float | None


def plan_bucket(warehouse: Place, parameters: CleanParameters) -> CleanPlan:
    """Return what would go; nothing is changed.

    Raises:
        StorageError: there is no release yet, or the store does not answer.
    """
    latest = latest_version(warehouse)
    before = clock(warehouse / ".clock") - parameters.keep_days * DAY_S
    releases = list(_folders(warehouse / "releases", depth=1, last=MANIFEST))
    stages = list(_folders(warehouse / "stages", depth=3, last=COMPLETE))
    whole = sorted((f for f in releases if f.written is not None), key=lambda f: (f.newest, f.place.name))
    keep = len(whole) if parameters.keep_releases is None else parameters.keep_releases
    stay = {f.place.name for f in whole[len(whole) - keep :]} | {latest}
    needed, unknown = referenced(mirror_of(warehouse), sorted(stay))
    bound = max((f.newest for f in whole if f.place.name in unknown), default=None)
    removals = [Removal("release", f.place, f.size) for f in whole if f.place.name not in stay]
    for folder in stages:
        key = (folder.place.key.split("/")[-3], folder.place.name)
        if folder.written is None or folder.written >= before or key in needed:
            continue
        if bound is None or folder.written > bound:
            removals.append(Removal("stage", folder.place, folder.size))
    removals += [
        Removal("leftover", f.place, f.size)
        for f in (*stages, *releases)
        if f.written is None and f.newest < before
    ]
    remarks = (unknown_remark(unknown),) if unknown else ()
    return CleanPlan(tuple(removals), tuple(sorted(stay)), remarks)


def _folders(root: Place, *, depth: int, last: str) -> Iterator[_Folder]:
    found: dict[str, list[Item]] = {}
    for item in items_below(root):
        parts = item.name.split("/")
        if len(parts) > depth:  # `releases/latest` is no folder
            found.setdefault("/".join(parts[:depth]), []).append(item)
    for name, items in found.items():
        ends = [item.modified for item in items if item.name == f"{name}/{last}"]
        yield _Folder(
            root / name,
            sum(item.size for item in items),
            max(item.modified for item in items),
            ends[0] if ends else None,
        )


def remove_from_bucket(warehouse: Place, plan: CleanPlan) -> None:
    """Remove what the plan names: first the object that makes a folder whole, then the others.

    Raises:
        StorageError: the store refuses or does not answer.
    """
    copies = mirror_of(warehouse)
    for removal in plan.removals:
        place = removal.path
        assert isinstance(place, Place)
        for last in (MANIFEST, COMPLETE):
            delete(place / last)
        delete_below(place)
        copy: Path = mirror_of(place)
        shutil.rmtree(copy, ignore_errors=True)
        if removal.kind == "release":
            delete_below(warehouse / LINEAGE / place.name)
            shutil.rmtree(copies / LINEAGE / place.name, ignore_errors=True)
