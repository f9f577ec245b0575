"""Checks a release from the ground up: every checksum, schema, count, name and image, and what is wrong in words."""

from dataclasses import dataclass
from pathlib import Path

from warehouse.place import WarehouseError
from warehouse.releases import LATEST
from warehouse.verification.files import check_files, check_manifest, check_schemas
from warehouse.verification.images import check_images
from warehouse.verification.rows import check_rows
from warehouse.versions import release_names


@dataclass(frozen=True)
class Verdict:
    """What a check of one release found: `problems` are sentences, none where all is well."""

    version: str
    problems: tuple[str, ...]
    files: int
    pairs: int
    images: int


def verify_release(warehouse: Path, version: str) -> Verdict:
    """Return what is wrong with a release of a warehouse.

    Nothing is believed that can be computed again: files are hashed, rows counted, images decoded. Memory stays
    at one row group of images and the narrow columns that name pairs and papers.

    Raises:
        WarehouseError: there is no such release.
    """
    folder = warehouse / "releases" / version
    if version not in release_names(warehouse):
        known = ", ".join(release_names(warehouse)) or "none"
        raise WarehouseError(f"there is no release {version!r} in {warehouse}: it holds {known}")
    manifest, problems = check_manifest(folder)
    problems += check_files(folder, manifest)
    readable, wrong = check_schemas(folder, manifest)
    problems += wrong
    if not readable:
        problems.append("rows and images were not looked at, because not all tables can be read")
        return Verdict(version, tuple(problems), len(_listed(manifest)), 0, 0)
    pairs, wrong = check_rows(folder, manifest)
    images, broken = check_images(folder)
    return Verdict(version, (*problems, *wrong, *broken), len(_listed(manifest)), pairs, images)


def verify_pointer(warehouse: Path) -> tuple[str, ...]:
    """Return what is wrong with `releases/latest`."""
    pointer = warehouse / "releases" / LATEST
    names = release_names(warehouse)
    try:
        named = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return (f"{pointer} is missing: the release written last counts as the latest",) if names else ()
    except (OSError, ValueError) as error:
        return (f"{pointer} cannot be read: {error}",)
    return () if named in names else (f"{pointer} names {named!r}, and there is no such release",)


def _listed(manifest: dict[str, object]) -> dict[str, object]:
    files = manifest.get("files")
    return files if isinstance(files, dict) else {}
