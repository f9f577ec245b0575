"""The tree is what CONTRIBUTING.md says it is."""

import importlib
import re
from pathlib import Path

import pytest

from schemas.reject import REASONS

ROOT = Path(__file__).parents[1]
PACKAGES = [
    "scimmir",
    "flows",
    "sources",
    "extractors",
    "curation",
    "warehouse",
    "runtime",
    "schemas",
    "evaluation",
    "training",
    "serve",
]


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_resolve_inside_the_repository(name: str) -> None:
    module = importlib.import_module(name)
    assert Path(str(module.__file__)).is_relative_to(ROOT)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reject_reason_is_raised_and_tested(reason: str) -> None:
    quoted = re.compile(rf"""["']{reason}["']""")
    code = [p for name in PACKAGES if name != "schemas" for p in (ROOT / name).rglob("*.py")]
    tests = [p for p in (ROOT / "tests").rglob("*.py") if p != Path(__file__)]
    tests.append(ROOT / "samples" / "expected.json")  # which tests/flows/test_build.py holds a build to
    assert any(quoted.search(p.read_text(encoding="utf-8")) for p in code), f"no code rejects as {reason}"
    assert any(quoted.search(p.read_text(encoding="utf-8")) for p in tests), f"no test expects {reason}"


def test_only_one_broad_except() -> None:
    code = [p for name in PACKAGES for p in (ROOT / name).rglob("*.py")]
    broad = [
        p.relative_to(ROOT).as_posix() for p in code if re.search(r"except (Base)?Exception\b", p.read_text())
    ]
    assert broad == ["runtime/attempt.py"]


def test_no_file_of_the_flows_hides_a_module() -> None:
    # Prefect puts the folder of a flow's file first on sys.path.
    for path in (ROOT / "flows").glob("*.py"):
        if path.stem != "__init__":
            assert "_" in path.stem, f"{path.name} could stand in for a module of that name"
