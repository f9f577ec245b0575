"""Builds of the sample, made once for all tests that look at one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samples.make_sample import make_sample

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each file's tests in one process, and all that look at the sample's release in one."""
    for item in items:
        built = "warehouse" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("release" if built else item.path.name))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which Prefect keeps its database to itself."""
    home = tmp_path_factory.mktemp("prefect")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "SCIMMIR_"))}
    return {**kept, "PREFECT_HOME": str(home), "COLUMNS": "200"}


@pytest.fixture(scope="session")
def scimmir(environment: dict[str, str]) -> Run:
    """Return a function that runs the command as a user would."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scimmir", *(str(a) for a in arguments)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=280, check=False
        )

    return run


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the packed sample."""
    folder = tmp_path_factory.mktemp("sample")
    make_sample(folder)
    return folder


@pytest.fixture(scope="session")
def build_arguments(sample: Path) -> list[object]:
    """Return the arguments of `make demo`'s build, but for the warehouse."""
    return [
        "build",
        sample / "arxiv",
        sample / "pmc",
        "--metadata",
        sample / "arxiv-metadata.jsonl",
        "--decontaminate",
        sample / "benchmark-images",
        "--papers-per-shard",
        "4",
    ]


@pytest.fixture(scope="session")
def warehouse(
    tmp_path_factory: pytest.TempPathFactory, scimmir: Run, build_arguments: list[object]
) -> Iterator[Path]:
    """Return a warehouse with one release of the sample."""
    folder = tmp_path_factory.mktemp("warehouse")
    done = scimmir(*build_arguments, "--warehouse", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder


@pytest.fixture(scope="session")
def release(warehouse: Path) -> Path:
    """Return the folder of that release."""
    return warehouse / "releases" / (warehouse / "releases" / "latest").read_text().strip()
