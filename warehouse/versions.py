"""The releases of a warehouse by their manifests: which there are, which is the latest, which is sound."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.place import WarehouseError
from warehouse.sql import one_line

# Every release has these Parquet files, beside those of its pairs.
TABLES = ("papers", "rejects", "duplicates", "contamination")

# Schemas of DuckDB's own: a release of that name could not have one.
RESERVED_VERSIONS = frozenset(
    {"catalog", "main", "temp", "system", "information_schema", "pg_catalog", "latest"}
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release as it lies on disk; figures are null where its manifest does not state them."""

    version: str
    folder: Path
    release_hash: str | None
    code_version: str | None
    papers: int | None
    floats_found: int | None
    pairs: int | None
    rejects_float: int | None
    rejects_paper: int | None
    license_policy: str | None
    images_withheld: int | None
    problem: str | None


def latest_version(warehouse: Path) -> str:
    """Return the version that `releases/latest` names; the one written last where that is gone.

    Raises:
        WarehouseError: there is no such folder, or it holds no release yet.
    """
    if not warehouse.is_dir():
        raise WarehouseError(f"there is no warehouse at {warehouse}")
    releases = warehouse / "releases"
    pointer = releases / "latest"
    named = pointer.read_text(encoding="utf-8", errors="replace").strip() if pointer.is_file() else None
    names = release_names(warehouse)
    if not names:
        raise WarehouseError(f"warehouse {warehouse} holds no release yet: scimmir build makes one")
    return named if named in names else max(names, key=lambda name: ((releases / name).stat().st_mtime, name))


def release_names(warehouse: Path) -> tuple[str, ...]:
    """Return the versions in a warehouse, in order; hidden folders are releases still being built."""
    folder = warehouse / "releases"
    if not folder.is_dir():
        return ()
    return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")))


def list_releases(warehouse: Path) -> tuple[Release, ...]:
    """Return the releases of a warehouse, in order of their names."""
    return tuple(read_release(warehouse / "releases" / name) for name in release_names(warehouse))


def read_release(folder: Path) -> Release:
    """Return what a release's manifest says of it, with the problem where a file is missing."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        problem = None if isinstance(manifest, dict) else "manifest.json is no JSON object"
    except FileNotFoundError:
        manifest, problem = {}, "manifest.json is missing"
    except (OSError, ValueError) as error:
        manifest, problem = {}, f"manifest.json cannot be read: {one_line(error)}"
    if not isinstance(manifest, dict):
        manifest = {}
    counts, files, policy = (manifest.get(name) for name in ("counts", "files", "license_policy"))
    counts = counts if isinstance(counts, dict) else {}
    policy = policy if isinstance(policy, dict) else {}
    return Release(
        version=folder.name,
        folder=folder,
        release_hash=_text(manifest.get("release_hash")),
        code_version=_text(manifest.get("code_version")),
        papers=_number(counts.get("papers")),
        floats_found=_number(counts.get("floats_found")),
        pairs=_number(counts.get("pairs")),
        rejects_float=_number(counts.get("rejects_float")),
        rejects_paper=_number(counts.get("rejects_paper")),
        license_policy=_text(policy.get("name")),
        images_withheld=_number(policy.get("images_withheld")),
        problem=problem or _file_problem(folder, files if isinstance(files, dict) else {}),
    )


def damaged_release(folder: Path, problem: BaseException | str) -> WarehouseError:
    """Return the error that says what of a release is missing or cannot be read."""
    return WarehouseError(f"release in {folder} is damaged: {one_line(problem)}")


def wanted_release(warehouse: Path, version: str | None) -> Release:
    """Return the release of a version, the latest without one.

    Raises:
        WarehouseError: there is none, or its files are damaged.
    """
    latest = latest_version(warehouse)
    name, known = version or latest, release_names(warehouse)
    if name not in known:
        raise WarehouseError(
            f"there is no release {name!r} in {warehouse}: it holds {', '.join(known) or 'none'}"
        )
    wanted = read_release(warehouse / "releases" / name)
    if wanted.problem is not None:
        raise WarehouseError(f"release {name} is damaged: {wanted.problem}")
    return wanted


def pair_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a release's pairs, in order; splits without pairs have none."""
    return sorted(folder.glob("pairs/split=*/part-*.parquet"))


def _file_problem(folder: Path, listed: Mapping[str, object]) -> str | None:
    """Return what is wrong with the Parquet files that a release must have, judged by names and sizes."""
    for name in [*(f"{table}.parquet" for table in TABLES), *sorted(listed)]:
        if not name.endswith(".parquet"):
            continue
        if not (folder / name).is_file():
            return f"{name} is missing"
        entry = listed.get(name)
        expected = entry.get("bytes") if isinstance(entry, dict) else None
        actual = (folder / name).stat().st_size
        if isinstance(expected, int) and actual != expected:
            return f"{name} has {actual:,} bytes instead of {expected:,}"
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
