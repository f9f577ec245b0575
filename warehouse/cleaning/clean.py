"""Clears a warehouse of old releases and of stage tables that no release needs; never of what a build uses."""

import shutil
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from runtime.cache import mirror_of, place_behind
from runtime.storage import Place
from warehouse.catalog import rebuild
from warehouse.cleaning.bucket import plan_bucket, remove_from_bucket
from warehouse.cleaning.plan import CleanParameters, CleanPlan, Removal, unknown_remark
from warehouse.locks import no_build_at_work
from warehouse.place import WarehouseError, prepare
from warehouse.releases import publishing
from warehouse.stages import LINEAGE, referenced
from warehouse.versions import latest_version, release_names


def clean_warehouse(warehouse: Path, parameters: CleanParameters, *, really: bool) -> CleanPlan:
    """Return what goes, and remove it where `really` is true.

    Raises:
        WarehouseError: a build is at work, there is no release yet, or something cannot be removed.
        StorageError: the bucket that the warehouse lies in refuses or does not answer.
    """
    place = place_behind(warehouse)
    if place is not None:
        return _clean_bucket(place, parameters, really=really)
    latest_version(warehouse)  # refuses a folder that is no warehouse
    try:
        with no_build_at_work(warehouse), publishing(warehouse):
            plan = plan_cleaning(warehouse, parameters)
            if really:
                _remove(warehouse, plan)
            return plan
    except OSError as error:
        raise WarehouseError(f"{error.filename or warehouse} cannot be cleaned: {error.strerror}") from error


def _clean_bucket(place: Place, parameters: CleanParameters, *, really: bool) -> CleanPlan:
    warehouse = mirror_of(place)
    prepare(warehouse)
    with no_build_at_work(warehouse), publishing(warehouse):
        plan = plan_bucket(place, parameters)
        if really:
            remove_from_bucket(place, plan)
        return plan


def plan_cleaning(warehouse: Path, parameters: CleanParameters) -> CleanPlan:
    """Return what would go; nothing is changed."""
    kept, gone = _releases(warehouse, parameters.keep_releases)
    needed, unknown = referenced(warehouse, kept)
    before = time.time() - parameters.keep_days * 86_400
    remarks = []
    if unknown:
        newest = max(_written(warehouse / "releases" / version) for version in unknown)
        remarks.append(unknown_remark(unknown))
    removals = [Removal("release", folder, _size(folder)) for folder in gone]
    for folder in sorted((warehouse / "stages").glob("*/*/*")):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        written = _written(folder)
        if (folder.parents[1].name, folder.name) in needed or written >= before:
            continue
        if not unknown or written > newest:
            removals.append(Removal("stage", folder, _size(folder)))
    leftovers = [*(warehouse / "stages").glob("*/*/.*-*"), *(warehouse / "releases").glob(".*-*")]
    removals += [
        Removal("leftover", path, _size(path)) for path in sorted(leftovers) if path.stat().st_mtime < before
    ]
    return CleanPlan(tuple(removals), tuple(kept), tuple(remarks))


def _releases(warehouse: Path, keep: int | None) -> tuple[list[str], list[Path]]:
    """Return the versions that stay, and the folders of the others, oldest first."""
    names = list(release_names(warehouse))
    if keep is None:
        return names, []
    latest = latest_version(warehouse)
    by_age = sorted(names, key=lambda name: (_written(warehouse / "releases" / name), name))
    stay = set(by_age[-keep:] if keep > 0 else ()) | {latest}
    gone = [warehouse / "releases" / name for name in by_age if name not in stay]
    return [name for name in names if name in stay], gone


def _written(folder: Path) -> float:
    """Return when a release or a stage's output was finished: the time of the file that is written last."""
    for name in ("manifest.json", "stage.json"):
        if (folder / name).is_file():
            return (folder / name).stat().st_mtime
    return folder.stat().st_mtime


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _remove(warehouse: Path, plan: CleanPlan) -> None:
    gone = [removal.path for removal in plan.removals if removal.kind == "release"]
    _remove_whole([Path(str(removal.path)) for removal in plan.removals])
    for folder in gone:
        shutil.rmtree(warehouse / LINEAGE / folder.name, ignore_errors=True)
    if gone:
        rebuild(warehouse)


def _remove_whole(paths: Sequence[Path]) -> None:
    """Remove files and folders so that a reader finds a folder whole or not at all."""
    for path in paths:
        if path.is_dir():
            aside = path.with_name(f".removing-{uuid.uuid4().hex}")
            path.rename(aside)
            shutil.rmtree(aside)
        else:
            path.unlink()
