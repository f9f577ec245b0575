"""A warehouse in a bucket: whole or not there, one writer at a time, readers with their own copies."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.services.s3_store import BUCKET, Store, environment_of, s3_store
from runtime import storage
from runtime.cache import mirror_of
from runtime.storage import Place, StorageError
from warehouse import remote
from warehouse.place import WarehouseError, prepare, readable_warehouse, warehouse_path
from warehouse.releases import publication as release
from warehouse.stages import tables as lake

RELEASE = "2026.1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with s3_store() as server, environment_of(server, str(tmp_path / "cache")):
        yield server


@pytest.fixture
def place(store: Store) -> Place:
    return Place(BUCKET, "warehouse")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a release, as far as the bucket looks at it."""
    made = tmp_path / "made"
    made.mkdir()
    (made / "papers.parquet").write_bytes(b"papers")
    files = {"papers.parquet": {"sha256": ""}}
    import hashlib

    files["papers.parquet"]["sha256"] = hashlib.sha256(b"papers").hexdigest()
    manifest = {"version": RELEASE, "release_hash": "h", "release_key": "k", "files": files}
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


def test_a_stage_is_there_for_every_machine_once_it_is_complete(place: Place) -> None:
    warehouse = warehouse_path(str(place))
    output = lake.stage_output(warehouse, "extract", "ab" * 16)
    assert not output.is_complete
    table = pa.table({"id": [1, 2], "image": [b"x", b"y"]})
    lake.write_stage(output, {"floats": table}, {"stage": "extract"})
    assert output.is_complete and output.table("floats") == table
    shutil.rmtree(warehouse)  # another machine, or a copy that was removed to make room
    assert output.is_complete and output.table("floats") == table
    assert output.table("floats", ["id"]) == table.select(["id"])
    storage.delete(place / "stages/extract/ab" / ("ab" * 16) / lake.COMPLETE)
    assert not output.is_complete


def test_a_stage_that_ends_half_way_up_is_not_there(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = warehouse_path(str(place))
    output = lake.stage_output(warehouse, "extract", "cd" * 16)
    real, calls = remote.put, 0

    def broken(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise StorageError("gone")
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(remote, "put", broken)
    tables = {"floats": pa.table({"id": [1]}), "papers": pa.table({"id": [2]})}
    with pytest.raises(StorageError):
        lake.write_stage(output, tables, {})
    assert not output.is_complete
    lake.write_stage(output, tables, {})
    assert output.is_complete


def test_a_damaged_or_missing_table_says_what_to_do(place: Place) -> None:
    output = lake.stage_output(warehouse_path(str(place)), "extract", "ef" * 16)
    with pytest.raises(WarehouseError, match="delete the folder"):
        output.table("floats")
    storage.put(place / "stages/extract/ef" / ("ef" * 16) / "floats.parquet", b"no Parquet")
    with pytest.raises(WarehouseError, match="delete the folder"):
        output.table("floats")


def test_a_release_is_there_only_when_its_manifest_is(
    place: Place, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = place / "releases" / RELEASE
    storage.put(target / "left-by-a-dead-build.parquet", b"old")
    real = remote.put
    monkeypatch.setattr(
        remote,
        "put",
        lambda where, what, **kw: None if where.name == "manifest.json" else real(where, what, **kw),
    )
    with pytest.raises(StorageError):
        remote.share_release(folder, target)
    assert remote.find_release(place, None, "k") is None
    monkeypatch.setattr(remote, "put", real)
    remote.share_release(folder, target)
    assert remote.find_release(place, None, "k") == RELEASE == remote.find_release(place, RELEASE, "k")
    assert remote.find_release(place, None, "other") is None
    assert {i.name for i in storage.items_below(target)} == {"manifest.json", "papers.parquet"}


def test_a_release_never_changes(place: Place, folder: Path) -> None:
    target = place / "releases" / RELEASE
    remote.share_release(folder, target)
    remote.share_release(folder, target)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "release_hash": "another"}))
    (folder / "papers.parquet").write_bytes(b"other papers")
    with pytest.raises(StorageError, match="releases never change"):
        remote.share_release(folder, target)
    found = storage.read(target / "papers.parquet")
    assert found is not None and found[0] == b"papers"


def test_a_reader_gets_a_checked_copy(place: Place, folder: Path, tmp_path: Path) -> None:
    target = place / "releases" / RELEASE
    with pytest.raises(StorageError, match="holds no release yet"):
        readable_warehouse(str(place))
    remote.share_release(folder, target)
    warehouse = mirror_of(place)
    prepare(warehouse)
    release.point_latest(warehouse, RELEASE)
    assert storage.read(place / "releases" / "latest") is not None
    shutil.rmtree(warehouse)
    assert readable_warehouse(f"s3:/{BUCKET}/warehouse") == warehouse
    copy = warehouse / "releases" / RELEASE
    assert (copy / "papers.parquet").read_bytes() == b"papers"
    assert (warehouse / "releases" / "latest").read_text().strip() == RELEASE
    with pytest.raises(StorageError, match="is no release"):
        readable_warehouse(str(place), "2027.1")
    shutil.rmtree(warehouse)
    storage.put(target / "papers.parquet", b"pap3rs")
    with pytest.raises(StorageError, match="not what the manifest says"):
        readable_warehouse(str(place))
    assert not copy.exists()


def test_versions_that_differ_in_case_only_are_refused(place: Place) -> None:
    storage.put(place / "releases" / "Alpha" / "manifest.json", b"{}")
    with pytest.raises(WarehouseError, match="in case only"):
        release.check_version(warehouse_path(str(place)), "alpha")


def test_a_bucket_that_is_not_there_is_told_before_work_begins(store: Store) -> None:
    with pytest.raises(StorageError, match="make the bucket first"):
        prepare(warehouse_path("s3://no-such-bucket/warehouse"))
