"""A release's files against its manifest, and its tables against the schemas."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.hashes import file_sha256
from schemas.columns import arrow_schema
from warehouse.catalog import PARQUET_TABLES
from warehouse.place import WarehouseError
from warehouse.releases import VERSION, pair_file_schema, read_manifest
from warehouse.sql import one_line
from warehouse.stages import canonical_json
from warehouse.versions import pair_files

# In the manifest, but no part of what its hash stands for.
UNHASHED = ("version", "release_key", "release_hash")


def check_manifest(folder: Path) -> tuple[dict[str, object], list[str]]:
    """Return the manifest (empty where it cannot be read) and what is wrong with it."""
    try:
        manifest: dict[str, object] = dict(read_manifest(folder))
    except WarehouseError as error:
        return {}, [str(error)]
    problems = []
    if manifest.get("version") != folder.name:
        problems.append(
            f"manifest.json is of release {manifest.get('version')!r}, and the folder is {folder.name}"
        )
    listed = manifest.get("files")
    if not isinstance(listed, dict):
        return manifest, [*problems, "manifest.json lists no files"]
    hashed = {name: value for name, value in manifest.items() if name not in UNHASHED}
    hashed["files"] = {name: entry for name, entry in listed.items() if name.endswith(".parquet")}
    if hashlib.sha256(canonical_json(hashed)).hexdigest() != manifest.get("release_hash"):
        problems.append("manifest.json was changed: its release_hash is not that of its content")
    return manifest, problems


def check_files(folder: Path, manifest: Mapping[str, object]) -> list[str]:
    """Return which files are missing, changed or not listed."""
    listed = manifest.get("files")
    if not isinstance(listed, dict):
        return []
    problems = []
    for name, entry in sorted(listed.items()):
        problem = _file_problem(folder / name, entry)
        if problem is not None:
            problems.append(f"{name} {problem}")
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir() or p.is_symlink()}
    for name in sorted(there - set(listed) - {"manifest.json"}):
        problems.append(f"{name} is in the folder and not in manifest.json")
    return problems


def _file_problem(path: Path, entry: object) -> str | None:
    if not isinstance(entry, dict):
        return "has no checksum in manifest.json"
    if path.is_symlink():
        return "is a link, and a release holds none"
    if not path.is_file():
        return "is missing"
    try:
        size = path.stat().st_size
        digest = file_sha256(path)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if size != entry.get("bytes"):
        return f"has {size:,} bytes, and manifest.json says {entry.get('bytes')}"
    return None if digest == entry.get("sha256") else "was changed: its sha256 is not that of manifest.json"


def check_schemas(folder: Path, manifest: Mapping[str, object]) -> tuple[bool, list[str]]:
    """Return whether all tables can be read, and where they differ from the schemas.

    A release of an older form may lack columns that came later; what it has must be of the right type.
    """
    stages = manifest.get("stages")
    current = isinstance(stages, dict) and stages.get("release") == VERSION
    expected = {f"{name}.parquet": arrow_schema(row_type) for name, row_type in PARQUET_TABLES.items()}
    expected |= {path.relative_to(folder).as_posix(): pair_file_schema() for path in pair_files(folder)}
    readable, problems = True, []
    for name, schema in expected.items():
        try:
            with pq.ParquetFile(folder / name) as file:
                problems += [f"{name}: {text}" for text in _differences(file.schema_arrow, schema, current)]
                problems += [f"{name}: {text}" for text in _empty_values(file, schema)]
        except FileNotFoundError:
            readable = False
            problems.append(f"{name} is missing, which every release has")
        except (OSError, pa.ArrowException) as error:
            readable = False
            problems.append(f"{name} is no readable Parquet file: {one_line(error)}")
    return readable, list(dict.fromkeys(problems))


def _differences(found: pa.Schema, expected: pa.Schema, current: bool) -> list[str]:
    problems = [f"column {name} is unknown" for name in found.names if name not in expected.names]
    for field in expected:
        place = found.get_field_index(field.name)
        if place < 0:
            if current:
                problems.append(f"column {field.name} is missing")
        elif not found.field(place).type.equals(field.type):
            problems.append(f"column {field.name} is of type {found.field(place).type}, not {field.type}")
    return problems


def _empty_values(file: pq.ParquetFile, schema: pa.Schema) -> list[str]:
    """Return the columns that must have a value and lack some, from the values themselves."""
    required = [f.name for f in schema if not f.nullable and f.name in file.schema_arrow.names]
    missing: dict[str, int] = {}
    for batch in file.iter_batches(batch_size=10_000, columns=required):
        for name in required:
            count = batch.column(batch.schema.get_field_index(name)).null_count
            if count:
                missing[name] = missing.get(name, 0) + count
    return [f"column {name} has no value in {count} rows" for name, count in missing.items()]
