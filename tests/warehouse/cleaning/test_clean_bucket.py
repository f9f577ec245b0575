"""Cleaning a warehouse in a bucket: what releases need stays, and so does what a build there may use."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.services.processes import wait_until
from benchmarks.services.s3_store import BUCKET, Store, environment_of, s3_store
from runtime import storage
from runtime.cache import mirror_of
from runtime.presence import PresenceParameters, SignOfLife, alive
from runtime.storage import Place
from warehouse.cleaning import bucket as clean_bucket
from warehouse.cleaning.clean import clean_warehouse
from warehouse.cleaning.plan import CleanParameters
from warehouse.locks import BUILDING, CLEANING, building
from warehouse.place import WarehouseError, prepare
from warehouse.stages.lineage import record_lineage
from warehouse.stages.tables import stage_output, write_stage

EVERYTHING = CleanParameters(keep_days=-1)  # the store's clock cannot be set back, so all counts as old


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with s3_store() as server, environment_of(server, str(tmp_path / "cache")):
        yield server


@pytest.fixture
def place(store: Store) -> Place:
    """Return a warehouse of two releases, each made of a stage output of its own and a shared one."""
    place = Place(BUCKET, "warehouse")
    root = mirror_of(place)
    prepare(root)
    # Stage tables first, as in a build: the store's clock, which counts seconds, tells them from later ones.
    write_stage(stage_output(root, "embed", "shared"), {}, {"stage": "embed"})
    for version in ("a", "b"):
        write_stage(stage_output(root, "extract", f"{version}0"), {}, {"stage": "extract"})
        storage.put(place / "releases" / version / "papers.parquet", b"papers")
        storage.put(place / "releases" / version / "manifest.json", json.dumps({"version": version}).encode())
        record_lineage(root, version, f"key-{version}", {"extract": [f"{version}0"], "embed": ["shared"]})
    storage.put(place / "releases" / "latest", b"b\n")
    return place


def removed(place: Place, parameters: CleanParameters = EVERYTHING, *, really: bool = True) -> list[str]:
    plan = clean_warehouse(mirror_of(place), parameters, really=really)
    return sorted(f"{removal.kind} {removal.path.name}" for removal in plan.removals)


def objects(place: Place) -> set[str]:
    return {item.name for item in storage.items_below(place)}


def test_what_releases_need_stays_and_orphans_go(place: Place) -> None:
    assert removed(place) == []
    orphan = stage_output(mirror_of(place), "extract", "orphan")
    write_stage(orphan, {}, {"stage": "extract"})
    storage.put(place / "stages/extract/ha/half/floats.parquet", b"of a build that was killed")
    before = objects(place)
    assert removed(place, CleanParameters()) == []
    assert removed(place, really=False) == ["leftover half", "stage orphan"] and objects(place) == before
    assert removed(place) == ["leftover half", "stage orphan"]
    assert before - objects(place) == {
        "stages/extract/or/orphan/stage.json",
        "stages/extract/ha/half/floats.parquet",
    }
    assert not orphan.folder.exists()


def test_an_old_release_goes_with_what_it_alone_needs_and_the_latest_never(place: Place) -> None:
    assert removed(place, CleanParameters(keep_days=-1, keep_releases=1)) == ["release a", "stage a0"]
    left = objects(place)
    assert {"releases/b/manifest.json", "releases/latest", "stages/embed/sh/shared/stage.json"} <= left
    assert not [name for name in left if "/a/" in name or "/a0/" in name]
    storage.put(place / "releases" / "latest", b"b\n")
    assert removed(place, CleanParameters(keep_days=-1, keep_releases=0)) == []


def test_another_machine_knows_what_a_release_was_made_of(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCIMMIR_CACHE", str(tmp_path / "other-machine"))
    assert removed(place) == []


def test_stage_tables_stay_where_nobody_knows_whether_a_release_needs_them(place: Place) -> None:
    storage.delete_below(place / "lineage" / "a")
    plan = clean_warehouse(mirror_of(place), EVERYTHING, really=True)
    assert "a was made of is not recorded" in plan.remarks[0]
    # No machine's copy of the record counts: it is the bucket's that builds on all machines write.
    assert "stages/extract/a0/a0/stage.json" in objects(place)


def test_a_build_at_work_is_not_disturbed_and_one_that_comes_waits(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = mirror_of(place)
    sign = building(root)
    with pytest.raises(WarehouseError, match="a build is at work"):
        removed(place)
    sign.close()
    assert not [name for name in objects(place) if name.startswith((BUILDING, CLEANING))]

    started, entered = threading.Event(), threading.Event()
    real = clean_bucket.plan_bucket

    def slow(*args: object) -> object:
        def build() -> None:
            started.set()
            building(root).close()
            entered.set()

        threading.Thread(target=build).start()
        started.wait()
        time.sleep(0.5)
        assert not entered.is_set()
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("warehouse.cleaning.clean.plan_bucket", slow)
    assert removed(place) == []
    assert entered.wait(600)


def test_a_sign_that_is_not_renewed_counts_for_nothing(place: Place) -> None:
    fast = PresenceParameters(renewed_s=0.2, gone_s=5.0)
    sign = SignOfLife(place / "here", fast)
    storage.put(place / "here" / "dead", b"")
    wait_until(
        lambda: "dead" not in alive(place / "here", fast), seconds=600, what="the end of the dead sign"
    )
    assert len(alive(place / "here", fast)) == 1
    sign.close()
    assert alive(place / "here", fast) == []
