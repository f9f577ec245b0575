"""Builds of the sample, made once for all tests that look at one."""

import gc
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from examples import profile
from forked_command import forked_command
from hypothesis import settings
from shared import made_once, shared_server
from tiny_models import write_tiny_clip
from tour import Tour, take_tour

from benchmarks.services.processes import clean_environment
from samples.make_sample import make_sample

Run = Callable[..., subprocess.CompletedProcess[str]]

pytest.register_assert_rewrite("graphics_files")  # it checks the images that it shows

# What a script runs in its background ignores Ctrl+C, and what tests start, to end it so, would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.load_profile(profile())

LONGEST_ID = 80
FEW = (
    "arxiv/2601.00101v1.tar.gz",
    "arxiv/2601.00101v2.tar.gz",
    "pmc/PMC9900058.tar.gz",
    "pmc/PMC9900024.1",
    "pmc/PMC9900042.1",
)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Refuse bytes as names of tests: what is random in them makes every process collect other tests."""
    if isinstance(val, bytes | bytearray):
        raise pytest.UsageError(f"name the values of {argname} (ids=[…]): bytes are no names of tests")
    return argname if isinstance(val, str) and len(val) > LONGEST_ID else None


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each file's tests in one process, and in one all that share what takes long to make.

    What takes longest goes first, so that no process is left alone with it at the end.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what is there for good: six thousand tests and all that they import."""
    gc.collect()
    gc.freeze()


def _group(item: pytest.Item) -> str:
    """Return what a test is kept with: torch takes each process six seconds to import."""
    # A file may well have a small warehouse of its own, by the same name.
    if "warehouse" in getattr(item, "fixturenames", ()) and not hasattr(
        getattr(item, "module", None), "warehouse"
    ):
        return "release"
    return "torch" if item.get_closest_marker("torch") else item.path.name


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("integration"):
        return 0
    if _group(item) in ("release", "torch"):
        return 1
    return 2 if item.get_closest_marker("long") else 3


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a user without a Prefect server, whose database is in a folder of its own."""
    return clean_environment(tmp_path_factory.mktemp("prefect"))


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Yield the environment of a user with a Prefect server: a build without one takes ten seconds to start its own."""
    own = clean_environment(tmp_path_factory.mktemp("prefect"))
    with shared_server(tmp_path_factory, own) as api:
        yield {**own, "PREFECT_API_URL": api}


@pytest.fixture(scope="session")
def scimmir(environment: dict[str, str]) -> Iterator[Run]:
    """Yield a function that runs the command as a user would."""
    with forked_command(environment) as command:
        yield command


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the packed sample."""
    return made_once(tmp_path_factory, "sample", make_sample)


@pytest.fixture(scope="session")
def few_papers(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with five papers of the sample, two of them versions of one, for tests that build often."""

    def make(folder: Path) -> None:
        for name in FEW:
            place = folder / Path(name).name
            (shutil.copytree if (sample / name).is_dir() else shutil.copy)(sample / name, place)

    return made_once(tmp_path_factory, "few", make)


@pytest.fixture(scope="session")
def few_arguments(few_papers: Path) -> list[object]:
    """Return the arguments of a build of these, without OCR and in three shards, but for the warehouse."""
    return ["build", few_papers, "--ocr-engine", "none", "--papers-per-shard", "2", "--workers", "2"]


@pytest.fixture(scope="session")
def few_warehouse(
    scimmir: Run, few_arguments: list[object], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a warehouse with the release of these; who writes into it takes a copy."""

    def make(folder: Path) -> None:
        done = scimmir(*few_arguments, "--warehouse", folder)
        assert done.returncode == 0, done.stdout + done.stderr

    return made_once(tmp_path_factory, "few-warehouse", make)


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
    tmp_path_factory: pytest.TempPathFactory, alone: dict[str, str], build_arguments: list[object]
) -> Iterator[Path]:
    """Return a warehouse with one release of the sample, built as `make demo` does it."""
    folder = tmp_path_factory.mktemp("warehouse")
    command = [
        sys.executable,
        "-m",
        "scimmir",
        *(str(a) for a in build_arguments),
        "--warehouse",
        str(folder),
    ]
    done = subprocess.run(command, env=alone, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an exported model that nobody trained; it is made with torch and used without."""
    return made_once(tmp_path_factory, "tiny-clip", write_tiny_clip) / "exported"


@pytest.fixture(scope="session")
def tour(
    tmp_path_factory: pytest.TempPathFactory, sample: Path, warehouse: Path, environment: dict[str, str]
) -> Tour:
    """Return the README's tour, taken once: among other things it trains a model."""
    return take_tour(tmp_path_factory.mktemp("tour"), sample, warehouse, environment)


@pytest.fixture(scope="session")
def release(warehouse: Path) -> Path:
    """Return the folder of that release."""
    return warehouse / "releases" / (warehouse / "releases" / "latest").read_text().strip()
