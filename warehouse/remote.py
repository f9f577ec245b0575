"""A warehouse in a bucket: what is written here is shared there, its last object making it complete."""

import json
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.cache import place_behind, trim
from runtime.hashes import file_sha256
from runtime.storage import (
    Place,
    Ranges,
    StorageError,
    delete,
    delete_below,
    fetch,
    folders_below,
    head,
    items_below,
    put,
    read,
)
from runtime.whole_files import written_whole

MANIFEST = "manifest.json"
LATEST = "latest"


def is_there(place: Place) -> bool:
    """Tell whether there is an object at a place. Raises StorageError."""
    return head(place) is not None


def read_table(place: Place, columns: list[str] | None) -> pa.Table:
    """Return a Parquet object's table, or some of its columns, of which alone the bytes are read.

    Raises:
        OSError: there is no such object.
        StorageError: the store does not answer.
    """
    found = head(place)
    if found is None:
        raise FileNotFoundError(f"{place} does not exist")
    with pa.PythonFile(Ranges(place, found.size), mode="r") as source:
        return pq.ParquetFile(source, pre_buffer=True).read(columns=columns)


def share_folder(folder: Path, place: Place, *, last: str) -> None:
    """Write a folder's files below a place, the one named `last` after all others.

    Raises:
        StorageError: the store refuses or does not answer; without its last object, nothing is there.
    """
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != last)
    for path in [*files, folder / last]:
        put(place / path.relative_to(folder).as_posix(), path)
    trim()


def check_writable(place: Place) -> None:
    """Return when objects can be written below a place and taken away.

    Raises:
        StorageError: there is no such bucket, or the credentials do not allow it.
    """
    probe = place / f".probe-{uuid.uuid4().hex}"
    put(probe, b"")
    delete(probe)


def versions(warehouse: Place) -> list[str]:
    """Return the names of the releases in a bucket, also of those without a manifest. Raises StorageError."""
    return folders_below(warehouse / "releases")


def find_release(warehouse: Place, version: str | None, key: str) -> str | None:
    """Return the version of the release in a bucket that is made of these stage outputs, if there is one.

    With a version only that release is looked at, else all of them. Raises StorageError.
    """
    for name in [version] if version is not None else versions(warehouse):
        manifest = _manifest(warehouse / "releases" / name)
        if manifest is not None and manifest.get("release_key") == key:
            return name
    return None


def _manifest(release: Place) -> Mapping[str, object] | None:
    found = read(release / MANIFEST)
    if found is None:
        return None
    try:
        manifest = json.loads(found[0])
    except ValueError as error:
        raise StorageError(f"{release / MANIFEST} is no JSON: delete the release and build again") from error
    return manifest if isinstance(manifest, dict) else None


def share_release(folder: Path, release: Place) -> None:
    """Write a release below a place: a reader sees it once its manifest, the last object, is there.

    The caller holds the warehouse's lease. What a process that died left there is removed first; no object
    of a release with a manifest is ever written over.

    Raises:
        StorageError: the version is taken by another release, or the store does not answer.
    """
    own = json.loads((folder / MANIFEST).read_bytes())
    there = _manifest(release)
    if there is None:
        delete_below(release)
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST):
            put(release / path.relative_to(folder).as_posix(), path, only_new=True)
        if put(release / MANIFEST, folder / MANIFEST, only_new=True) is not None:
            return
        there = _manifest(release)
    if there is None or there.get("release_hash") != own["release_hash"]:
        raise StorageError(
            f"release {release.name} exists and holds other data: "
            "releases never change, so choose another version"
        )


def fetch_release(release: Place, folder: Path) -> Path:
    """Return the folder of a release's local copy, each file held against the checksum in its manifest.

    Raises:
        StorageError: there is no such release, or a file is not what the manifest says.
    """
    manifest = _manifest(release)
    if manifest is None:
        raise StorageError(f"{release} is no release: its manifest is missing")
    if _is_same(folder, manifest):
        return folder
    aside = folder.with_name(f".fetching-{uuid.uuid4().hex}")
    try:
        for item in items_below(release):
            fetch(release / item.name, aside / item.name)
        _check_files(aside, release, manifest)
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except OSError:
        if not _is_same(folder, manifest):  # another process was faster
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _is_same(folder: Path, manifest: Mapping[str, object]) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_bytes()) == manifest)
    except (OSError, ValueError):
        return False


def _check_files(folder: Path, release: Place, manifest: Mapping[str, object]) -> None:
    files = manifest.get("files")
    for name, entry in sorted(files.items()) if isinstance(files, dict) else ():
        path = folder / name
        if not path.is_file():
            raise StorageError(f"{release / name} is missing: the release is damaged")
        if file_sha256(path) != entry["sha256"]:
            raise StorageError(f"{release / name} is not what the manifest says: the release is damaged")


def latest_version(warehouse: Place) -> str:
    """Return the version that `releases/latest` names in a bucket.

    Raises:
        StorageError: the warehouse holds no release.
    """
    found = read(warehouse / "releases" / LATEST)
    if found is None:
        raise StorageError(f"warehouse {warehouse} holds no release yet: scimmir build makes one")
    return found[0].decode("utf-8", "replace").strip()


def latest_manifest(warehouse: Place) -> dict[str, object] | None:
    """Return the manifest of the latest release in a bucket, None where there is none. Raises StorageError."""
    found = read(warehouse / "releases" / LATEST)
    if found is None:
        return None
    manifest = _manifest(warehouse / "releases" / found[0].decode("utf-8", "replace").strip())
    return None if manifest is None else dict(manifest)


def shared_versions(warehouse: Path) -> list[str]:
    """Return the releases of a warehouse in a bucket; none for one on disk. Raises StorageError."""
    place = place_behind(warehouse)
    return [] if place is None else versions(place)


def local_release(warehouse: Path, version: str | None, *, anew: bool = False) -> None:
    """Bring a release of a warehouse in a bucket to its local copy: the named one, or the latest.

    Nothing happens for a warehouse on disk. A release never changes, so it is fetched once, or `anew`.

    Raises:
        StorageError: there is no such release.
    """
    place = place_behind(warehouse)
    if place is None:
        return
    latest = latest_version(place)
    releases = warehouse / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    if anew:
        shutil.rmtree(releases / (version or latest), ignore_errors=True)
    # The catalog shows the latest release in `main`, so that one is needed as well.
    for name in dict.fromkeys((latest, version or latest)):
        fetch_release(place / "releases" / name, releases / name)
    with written_whole(releases / LATEST) as aside:
        aside.write_text(latest + "\n", encoding="utf-8")
