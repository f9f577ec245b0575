"""A room is entered by its door, and holds no more than a stranger can take in."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = CONFIGURATION["tool"]["importlinter"]["root_packages"]
(ROOMS,) = (
    contract["rooms"]
    for contract in CONFIGURATION["tool"]["importlinter"]["contracts"]
    if contract["type"] == "rooms"
)
MOST_FILES = 18


def tracked_folders() -> dict[Path, list[str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this copy is no git checkout, which tells source from what lies beside it")
    folders: dict[Path, list[str]] = {}
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            folders.setdefault(Path(name).parent, []).append(name)
    return folders


def test_no_folder_of_source_holds_more_than_eighteen_files() -> None:
    source = {*PACKAGES, "samples", "tests", "benchmarks"}
    full = {
        folder.as_posix(): len(names)
        for folder, names in tracked_folders().items()
        if folder.parts and folder.parts[0] in source and len(names) > MOST_FILES
    }
    assert full == {}


@pytest.mark.parametrize("package", ["curation", "extractors", "serve", "warehouse"])
def test_every_folder_of_these_is_a_room_of_the_contract(package: str) -> None:
    folders = {f"{package}.{path.parent.name}" for path in (ROOT / package).glob("*/__init__.py")}
    assert folders == {room for room in ROOMS if room.startswith(f"{package}.")}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_says_what_it_is_for(package: str) -> None:
    for path in (ROOT / package).rglob("__init__.py"):
        assert path.read_text(encoding="utf-8").startswith('"""'), path


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A package with one room, and someone outside of it."""
    room = tmp_path / "house" / "room"
    room.mkdir(parents=True)
    (room.parent / "__init__.py").write_text("")
    (room / "__init__.py").write_text("from house.room.inside import thing\n")
    (room / "inside.py").write_text("thing = 1\n")
    (room / "beside.py").write_text("from house.room.inside import thing\n")
    (room.parent / "outside.py").write_text("from house.room import thing\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = house\ncontract_types =\n    rooms: room_contract.RoomContract\n"
        "[importlinter:contract:1]\nname = doors\ntype = rooms\nrooms =\n    house.room\n"
    )
    return room.parent


def lint(house: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    environment = {"PYTHONPATH": f"{ROOT / '.ci'}:{house.parent}", "COLUMNS": "200"}
    return subprocess.run(
        [program, "--no-cache"],
        cwd=house.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_door_and_what_lies_beside_in_the_room_may_be_used(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_past_the_door_breaks_the_contract(house: Path) -> None:
    (house / "outside.py").write_text("from house.room.inside import thing\n")
    done = lint(house)
    assert done.returncode == 1
    assert "1: house.outside imports house.room.inside, which house.room keeps to itself" in done.stdout
