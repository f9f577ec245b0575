"""Every place that says which versions of Python will do says what pyproject.toml does."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from scimmir.doctor.packages import all_package_checks, check_python

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = SpecifierSet(PYPROJECT["project"]["requires-python"])
PROMISED = [f"3.{minor}" for minor in range(100) if NEEDED.contains(f"3.{minor}")]
VERSIONS = ["2.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.16", "4.0"]

# An interpreter of another version, as far as the question for its version goes; it makes no environments.
PRETENDER = """#!{python}
import sys
if sys.argv[1] == "-c":
    sys.version_info = ({major}, {minor}, 0)
    exec(sys.argv[2])
else:
    print("made:", *sys.argv[1:])
"""


def test_the_range_is_one_of_minor_versions_without_gaps() -> None:
    first, last = (int(version.split(".")[1]) for version in (PROMISED[0], PROMISED[-1]))
    assert str(NEEDED) == str(SpecifierSet(f">=3.{first},<3.{last + 1}"))
    assert set(PROMISED) < set(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_make_takes_the_promised_versions_only(version: str, tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    major, minor = version.split(".")
    python = tmp_path / "python"
    python.write_text(PRETENDER.format(python=sys.executable, major=major, minor=minor))
    python.chmod(0o755)
    command = ["make", ".venv/bin/python", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    if version in PROMISED:
        assert done.returncode == 0 and "made: -m venv .venv" in done.stdout, done.stderr
    else:
        assert done.returncode != 0 and "made:" not in done.stdout
        assert f"Python {PROMISED[0]} to {PROMISED[-1]} is needed: make PYTHON=python" in done.stdout


@pytest.mark.parametrize("version", VERSIONS)
def test_doctor_takes_the_promised_versions_only(version: str) -> None:
    needed = metadata.metadata("scimmir")["Requires-Python"]
    major, minor = version.split(".")
    found = check_python(needed, (int(major), int(minor)))
    if version in PROMISED:
        assert (found.state, found.sentence) == ("ok", f"version {version}")
    else:
        assert found.state == "missing"
        assert found.sentence == f"version {version}, and {PROMISED[0]} to {PROMISED[-1]} is needed"


def test_doctor_asks_the_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all_package_checks()[0].state == "ok"
    monkeypatch.setattr(metadata, "metadata", lambda name: {"Requires-Python": "<3.9,>=3.7"})
    assert all_package_checks()[0].sentence.endswith(", and 3.7 to 3.8 is needed")


def test_the_readme_says_the_range() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"Python (3\.\d+) to (3\.\d+)", readme) == [(PROMISED[0], PROMISED[-1])]


def test_code_is_written_for_the_oldest() -> None:
    assert PYPROJECT["tool"]["ruff"]["target-version"] == f"py{PROMISED[0].replace('.', '')}"
    assert PYPROJECT["tool"]["mypy"]["python_version"] == PROMISED[0]


def test_the_container_has_a_promised_version() -> None:
    images = re.findall(
        r"^FROM python:(\d+\.\d+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert images and set(images) <= set(PROMISED)
