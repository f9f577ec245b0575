"""A build goes on where another one ended, however it ended."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.releases.publication import read_manifest

pytestmark = pytest.mark.long

Run = Callable[..., subprocess.CompletedProcess[str]]


def stage_files(warehouse: Path) -> dict[str, int]:
    files = warehouse.glob("stages/*/*/[!.]*/stage.json")  # not what is still being written
    return {str(f.relative_to(warehouse)): f.stat().st_mtime_ns for f in files}


def only_release(warehouse: Path) -> Path:
    (folder,) = (p for p in (warehouse / "releases").iterdir() if p.is_dir())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_second_build_does_nothing_again(
    scimmir: Run, build_arguments: list[object], warehouse: Path, release: Path
) -> None:
    before, written = stage_files(warehouse), (release / "manifest.json").stat().st_mtime_ns
    done = scimmir(*build_arguments, "--warehouse", warehouse)
    assert done.returncode == 0, done.stderr
    assert stage_files(warehouse) == before
    assert (release / "manifest.json").stat().st_mtime_ns == written
    assert only_release(warehouse) == release


def test_a_changed_parameter_redoes_its_stage_and_what_follows(
    scimmir: Run, few_arguments: list[object], few_warehouse: Path, tmp_path: Path
) -> None:
    warehouse = Path(shutil.copytree(few_warehouse, tmp_path / "warehouse"))
    before = set(stage_files(warehouse))
    changed = ["--embedder", "descriptor", "--version", "other"]
    done = scimmir(*few_arguments, "--warehouse", warehouse, *changed)
    assert done.returncode == 0, done.stderr
    new = {Path(name).parts[1] for name in set(stage_files(warehouse)) - before}
    assert new == {"embed", "dedupe", "decontaminate"}
    taken = scimmir(*few_arguments, "--warehouse", warehouse, "--version", "other")
    assert taken.returncode == 1
    assert taken.stderr.strip().splitlines()[-1] == (
        "scimmir: release other exists and holds other data: releases never change, so choose another version"
    )


def test_a_killed_build_ends_in_the_same_bytes(
    scimmir: Run,
    few_arguments: list[object],
    few_warehouse: Path,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "scimmir", *map(str, few_arguments), "--warehouse", str(killed)]
    build = subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 1500
    while not any(name.startswith("stages/images/") for name in stage_files(killed)):
        assert build.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert not list((killed / "releases").iterdir())
    done = stage_files(killed)
    assert done and done.keys() < stage_files(few_warehouse).keys()
    assert scimmir(*few_arguments, "--warehouse", killed).returncode == 0
    assert done.items() <= stage_files(killed).items()
    assert contents(only_release(killed)) == contents(only_release(few_warehouse))


def test_two_builds_at_once_share_one_warehouse(
    scimmir: Run,
    few_arguments: list[object],
    few_warehouse: Path,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "scimmir", *map(str, few_arguments), "--warehouse", str(tmp_path)]
    builds = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for build in builds:
        _, errors = build.communicate(timeout=1500)
        assert build.returncode == 0, errors
    assert contents(only_release(tmp_path)) == contents(only_release(few_warehouse))
    pairs = read_manifest(only_release(tmp_path))["counts"]["pairs"]  # type: ignore[call-overload,index]
    answer = scimmir("query", "--warehouse", tmp_path, "--format", "csv", "SELECT count(*) AS n FROM pairs")
    assert answer.stdout == f"n\n{pairs}\n"
    assert not [p for p in tmp_path.rglob(".*-*") if p.is_dir()]
