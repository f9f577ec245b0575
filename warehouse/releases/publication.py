"""Joins the stage tables into one immutable release with its manifest, and publishes it whole or not at all."""

import fcntl
import hashlib
import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from runtime.cache import place_behind
from runtime.hashes import file_sha256
from runtime.lease import leased
from runtime.storage import put
from runtime.whole_files import written_whole
from schemas.columns import arrow_schema
from schemas.pair import SPLITS, Pair
from warehouse import remote
from warehouse.place import WarehouseError
from warehouse.releases.croissant import CROISSANT_JSON, as_bytes
from warehouse.releases.description import describe_release
from warehouse.releases.pair_files import ROWS_PER_GROUP, pair_file_schema, pair_writer
from warehouse.stages import Json, canonical_json, write_table
from warehouse.versions import RESERVED_VERSIONS

# 1: pairs by split, papers, rejects, duplicates, contamination, manifest; 2: licence policy; 3: croissant.json;
# 4: panels; 5: abstracts, sections of mentions; 6: the report counts both
VERSION = "6"

ROWS_PER_FILE = 20_000
VERSION_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
PAIRS_SQL = Path(__file__).with_name("pairs.sql")
LATEST = "latest"


@dataclass(frozen=True)
class ShardTables:
    """What a release joins of one shard: its stage tables, and its rows of the tables over the whole build.

    `kept` names the pairs of the release with their duplicate group, and why an image stays out.
    """

    floats: pa.Table
    images: pa.Table
    panels: pa.Table
    unsplit: pa.Table
    classes: pa.Table
    ocr: pa.Table
    papers: pa.Table
    float_licenses: pa.Table
    float_notices: pa.Table
    kept: pa.Table


@dataclass(frozen=True)
class ReleasePlan:
    """Everything that decides what a release holds.

    `version` is the name that the user wants, or None for one that comes from the content. `key` stands for
    all stage outputs that go in; `manifest` is what the manifest says besides files; `tables` are the
    release's other tables by file name.
    """

    version: str | None
    key: str
    shards: Callable[[], Iterable[ShardTables]]
    tables: Mapping[str, pa.Table]
    manifest: Mapping[str, Json]


def check_version(warehouse: Path, version: str) -> None:
    """Refuse a version that cannot be told from another release's by DuckDB, which ignores case.

    Raises:
        WarehouseError: with the rule, or the release that is in the way.
    """
    check_version_name(version)
    place = place_behind(warehouse)
    folders = (folder.name for folder in (warehouse / "releases").glob("*/"))
    for name in folders if place is None else remote.versions(place):
        if name != version and name.lower() == version.lower():
            raise WarehouseError(f"{version!r} differs from release {name!r} in case only: choose another")


def check_version_name(version: str) -> None:
    """Refuse a version that is no plain file name.

    Raises:
        WarehouseError: with the rule.
    """
    if version.lower() in RESERVED_VERSIONS or not VERSION_NAME.fullmatch(version):
        raise WarehouseError(
            f"{version!r} cannot name a release: use letters, digits, dots, dashes and underscores, "
            f"but none of {', '.join(sorted(RESERVED_VERSIONS))}"
        )


def find_release(warehouse: Path, version: str | None, key: str) -> Path | None:
    """Return the folder of the release made of the same stage outputs, None when it must be written.

    With a version only that release is looked at, else all of them.

    Raises:
        WarehouseError: the version exists and its manifest is broken.
    """
    releases = warehouse / "releases"
    place = place_behind(warehouse)
    if place is not None:
        found = remote.find_release(place, version, key)
        return remote.fetch_release(place / "releases" / found, releases / found) if found else None
    if version is not None:
        folder = releases / version
        return folder if folder.exists() and read_manifest(folder).get("release_key") == key else None
    for folder in sorted(releases.glob("*/manifest.json")):
        if not folder.parent.name.startswith(".") and _has_key(folder, key):
            return folder.parent
    return None


def _has_key(manifest: Path, key: str) -> bool:
    """Tell whether a manifest is of this key; a broken one of some other release is not this build's matter."""
    try:
        return read_manifest(manifest.parent).get("release_key") == key
    except WarehouseError:
        return False


def read_manifest(folder: Path) -> dict[str, Json]:
    """Return a release's manifest.

    Raises:
        WarehouseError: it is missing or no JSON object.
    """
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise WarehouseError(
            f"release {folder.name} is corrupt: {path} cannot be read; delete the folder and build again"
        ) from error
    if not isinstance(manifest, dict):
        raise WarehouseError(f"release {folder.name} is corrupt: {path} holds no JSON object")
    return manifest


def publish(warehouse: Path, plan: ReleasePlan, write_report: Callable[[Path], object]) -> Path:
    """Write the release aside, then rename it into place and point `latest` at it; return its folder.

    `write_report` gets the folder with its Parquet files and a manifest, and writes `report.html` into it;
    `croissant.json` describes the files to other tools.
    A release of the same name and the same hash stays as it is.

    Raises:
        WarehouseError: the version exists with other content, or nothing can be written.
    """
    releases = warehouse / "releases"
    aside = releases / f".writing-{uuid.uuid4().hex}"
    try:
        aside.mkdir(parents=True)
        split_rows = _write_pairs(plan, aside)
        for name, table in plan.tables.items():
            write_table(table, aside / f"{name}.parquet")
        manifest = _manifest(plan, aside, split_rows)
        _write_manifest(aside, manifest)
        write_report(aside)
        files = manifest["files"]
        assert isinstance(files, dict)
        (aside / CROISSANT_JSON).write_bytes(as_bytes(describe_release(plan.tables, manifest, aside)))
        for name in ("report.html", CROISSANT_JSON):
            files[name] = _file_entry(aside / name)
        _write_manifest(aside, manifest)
        with publishing(warehouse):
            folder = releases / str(manifest["version"])
            place = place_behind(folder)
            if place is not None:
                remote.share_release(aside, place)
                shutil.rmtree(folder, ignore_errors=True)  # a copy, maybe of a release that was never shared
            if not folder.exists():
                aside.rename(folder)
            elif read_manifest(folder).get("release_hash") != manifest["release_hash"]:
                raise WarehouseError(
                    f"release {folder.name} exists and holds other data: "
                    "releases never change, so choose another version"
                )
            point_latest(warehouse, folder.name)
        return folder
    except OSError as error:
        raise WarehouseError(f"the release cannot be written: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def publishing(warehouse: Path) -> Iterator[None]:
    """Hold the warehouse's lock: one process at a time changes the list of releases and the catalog."""
    place = place_behind(warehouse)
    with (warehouse / ".lock").open("a") as lock, leased(place / ".lock") if place else nullcontext():
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def point_latest(warehouse: Path, version: str) -> None:
    """Make `releases/latest` name this version, atomically."""
    place = place_behind(warehouse)
    with written_whole(warehouse / "releases" / LATEST) as aside:
        aside.write_text(version + "\n", encoding="utf-8")
        if place is not None:
            put(place / "releases" / LATEST, aside)


_JOINED = (
    "images", "panels", "unsplit", "classes", "ocr", "papers", "float_licenses", "float_notices", "kept",
)  # fmt: skip


def _write_pairs(plan: ReleasePlan, folder: Path) -> dict[str, int]:
    """Write `pairs/split=…/part-*.parquet`, streaming shard by shard; return the rows of each split."""
    writers = {split: _PartWriter(folder / "pairs" / f"split={split}") for split in SPLITS}
    sql = PAIRS_SQL.read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        for shard in plan.shards():
            position = pa.array(range(shard.floats.num_rows), pa.int64())
            connection.register("floats", shard.floats.append_column("position", position))
            for name in _JOINED:
                connection.register(name, getattr(shard, name))
            rows = connection.sql(sql).to_arrow_table().cast(arrow_schema(Pair))
            for split, writer in writers.items():
                writer.add(rows.filter(pa.compute.equal(rows.column("split"), split)).drop_columns(["split"]))
    for writer in writers.values():
        writer.close()
    return {split: writer.rows for split, writer in writers.items()}


class _PartWriter:
    """Writes one split's rows into files of bounded size; equal rows give equal files however they come in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = 0
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Take rows; whole row groups of them are written at once."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= ROWS_PER_GROUP:
            rows = pa.concat_tables(self._waiting)
            whole = rows.num_rows - rows.num_rows % ROWS_PER_GROUP
            for start in range(0, whole, ROWS_PER_GROUP):
                self._write(rows.slice(start, ROWS_PER_GROUP))
            self._waiting = [rows.slice(whole)]
            self._waiting_rows = rows.num_rows - whole

    def close(self) -> None:
        """Write what is left."""
        if self._waiting_rows:
            self._write(pa.concat_tables(self._waiting))
        if self._writer is not None:
            self._writer.close()

    def _write(self, table: pa.Table) -> None:
        if self._writer is None or self.rows % ROWS_PER_FILE == 0:
            if self._writer is not None:
                self._writer.close()
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"part-{self.rows // ROWS_PER_FILE:05d}.parquet"
            self._writer = pair_writer(path, pair_file_schema())
        # In one piece, because pyarrow ends pages where its input was pieced together.
        whole = table.cast(pair_file_schema()).combine_chunks()
        self._writer.write_table(whole, row_group_size=ROWS_PER_GROUP)
        self.rows += table.num_rows


def _manifest(plan: ReleasePlan, folder: Path, split_rows: Mapping[str, int]) -> dict[str, Json]:
    files: dict[str, Json] = {
        path.relative_to(folder).as_posix(): _file_entry(path) for path in sorted(folder.rglob("*.parquet"))
    }
    # Neither the name that a user gives nor how the work was cut into shards changes what the release is.
    hashed: dict[str, Json] = {**plan.manifest, "rows_by_split": dict(split_rows), "files": files}
    digest = hashlib.sha256(canonical_json(hashed)).hexdigest()
    version = plan.version or f"r-{digest[:12]}"
    return {"version": version, "release_key": plan.key, "release_hash": digest, **hashed}


def _file_entry(path: Path) -> dict[str, Json]:
    return {"sha256": file_sha256(path), "bytes": path.stat().st_size}


def _write_manifest(folder: Path, manifest: Mapping[str, Json]) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")
