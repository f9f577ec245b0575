"""Cleaning removes what nothing needs, and nothing else: not what releases need, not what a build may use."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from small_release import write_release

from warehouse.cleaning.clean import clean_warehouse
from warehouse.cleaning.plan import CleanParameters
from warehouse.locks import building
from warehouse.place import WarehouseError, prepare
from warehouse.stages.lineage import LINEAGE, lineage_of, record_lineage
from warehouse.stages.tables import stage_output, write_stage

DAY = 86_400.0
OLD = CleanParameters(keep_days=8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a warehouse of three releases, each made of two stage outputs of which one is shared."""
    prepare(tmp_path)
    for number, version in enumerate(("a", "b", "c")):
        write_release(tmp_path, version=version, count=4)
        record_lineage(tmp_path, version, f"key-{version}", {"extract": [f"{version}0"], "embed": ["shared"]})
        write(tmp_path, "extract", f"{version}0", days=30)
        age(tmp_path / "releases" / version / "manifest.json", days=20 - number)
    write(tmp_path, "embed", "shared", days=30)
    return tmp_path


def write(root: Path, stage: str, key: str, *, days: float) -> Path:
    output = stage_output(root, stage, key)
    write_stage(output, {}, {"stage": stage})
    age(output.folder / "stage.json", days=days)
    return output.folder


def age(path: Path, *, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def removed(root: Path, parameters: CleanParameters = OLD, *, really: bool = True) -> list[str]:
    plan = clean_warehouse(root, parameters, really=really)
    return [f"{removal.kind} {removal.path.name}" for removal in plan.removals]


def stages(root: Path) -> set[str]:
    return {folder.name for folder in root.glob("stages/*/*/*")}


def test_nothing_goes_where_all_is_needed(root: Path) -> None:
    assert removed(root) == []
    assert stages(root) == {"a0", "b0", "c0", "shared"}


def test_what_no_release_needs_goes_once_it_is_old(root: Path) -> None:
    write(root, "extract", "orphan", days=9)
    write(root, "extract", "young", days=7)
    assert removed(root) == ["stage orphan"]
    assert stages(root) == {"a0", "b0", "c0", "shared", "young"}
    assert removed(root, CleanParameters(keep_days=0)) == ["stage young"]


def test_a_dry_run_changes_nothing_and_counts_bytes(root: Path) -> None:
    folder = write(root, "extract", "orphan", days=9)
    (folder / "floats.parquet").write_bytes(b"x" * 1000)
    before = sorted(root.rglob("*"))
    plan = clean_warehouse(root, OLD, really=False)
    assert [removal.path for removal in plan.removals] == [folder] and 1000 < plan.bytes < 1200
    assert sorted(p for p in root.rglob("*") if p.name not in (".building", ".lock")) == [
        p for p in before if p.name not in (".building", ".lock")
    ]


def test_old_releases_go_with_what_they_alone_need(root: Path) -> None:
    found = removed(root, CleanParameters(keep_releases=2))
    assert found == ["release a", "stage a0"]
    assert sorted(p.name for p in (root / "releases").iterdir()) == ["b", "c", "latest"]
    assert stages(root) == {"b0", "c0", "shared"} and not (root / LINEAGE / "a").exists()
    assert (root / "catalog.duckdb").is_file()


def test_the_latest_release_stays_however_old(root: Path) -> None:
    (root / "releases" / "latest").write_text("a\n")
    assert removed(root, CleanParameters(keep_releases=1)) == ["release b", "stage b0"]


def test_tables_of_a_release_without_a_record_stay(root: Path) -> None:
    shutil.rmtree(root / LINEAGE / "b")
    write(root, "extract", "before", days=25)
    write(root, "extract", "after", days=10)
    plan = clean_warehouse(root, OLD, really=True)
    assert [removal.path.name for removal in plan.removals] == ["after"]
    assert len(plan.remarks) == 1 and "what b was made of is not recorded" in plan.remarks[0]
    assert {"b0", "before"} <= stages(root)


def test_a_damaged_record_stops_cleaning(root: Path) -> None:
    (root / LINEAGE / "b" / "key-b.json").write_text("[")
    with pytest.raises(WarehouseError, match="cannot be read"):
        clean_warehouse(root, OLD, really=True)
    assert stages(root) == {"a0", "b0", "c0", "shared"}


def test_a_release_made_twice_keeps_both_sets(root: Path) -> None:
    record_lineage(root, "c", "other-key", {"extract": ["c1"]})
    write(root, "extract", "c1", days=30)
    assert removed(root) == []
    assert lineage_of(root, "c") == {("extract", "c0"), ("embed", "shared"), ("extract", "c1")}


def test_leftovers_of_killed_builds_go(root: Path) -> None:
    for name in ("stages/extract/ab/.ab-1", "releases/.writing-1"):
        (root / name).mkdir(parents=True)
    assert removed(root) == []
    for name in ("stages/extract/ab/.ab-1", "releases/.writing-1"):
        age(root / name, days=9)
    assert removed(root) == ["leftover .writing-1", "leftover .ab-1"]


def test_a_build_at_work_stops_cleaning(root: Path) -> None:
    write(root, "extract", "orphan", days=9)
    with building(root), building(root), pytest.raises(WarehouseError, match="a build is at work"):
        clean_warehouse(root, OLD, really=True)
    assert "orphan" in stages(root)
    assert removed(root) == ["stage orphan"]


def test_a_killed_build_holds_nothing_up(root: Path) -> None:
    script = "import sys, time; from pathlib import Path; from warehouse.locks import building\n"
    script += "lock = building(Path(sys.argv[1])); print('held', flush=True); time.sleep(3600)"
    process = subprocess.Popen([sys.executable, "-c", script, str(root)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with pytest.raises(WarehouseError, match="a build is at work"):
            clean_warehouse(root, OLD, really=True)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert removed(root) == []


def test_a_folder_that_is_no_warehouse_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "stages" / "x" / "ab" / "abc").mkdir(parents=True)
    with pytest.raises(WarehouseError, match="holds no release yet"):
        clean_warehouse(tmp_path, CleanParameters(keep_days=0), really=True)
    assert (tmp_path / "stages" / "x" / "ab" / "abc").is_dir()


Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_command_lists_before_it_removes(scimmir: Run, root: Path) -> None:
    done = scimmir("clean", "-w", root, "--keep-releases", 2)
    assert done.returncode == 0 and "nothing was removed" in done.stdout and "release a (" in done.stdout
    assert (root / "releases" / "a").is_dir()
    done = scimmir("clean", "-w", root, "--keep-releases", 2, "--yes")
    assert done.returncode == 0 and "removed 1 releases, 1 stage outputs and 0 leftovers" in done.stdout
    assert not (root / "releases" / "a").exists()
