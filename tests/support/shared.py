"""What several of the suite's processes need: made, or started, by the first that asks for it."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from benchmarks.services.processes import started_server


def _base(folders: pytest.TempPathFactory) -> Path:
    """Return the folder of this run of the suite that all its processes have in common."""
    base = folders.getbasetemp()
    # Without processes, the parent would be the folder of all runs.
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this run of the suite that `make` has filled, in whichever process came first.

    Nobody may write into it. Raises what `make` raises, in each process that asks.
    """
    base = _base(folders)
    folder, made = base / name, base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            made.touch()
    return folder


@contextlib.contextmanager
def shared_server(folders: pytest.TempPathFactory, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the address of the API of one Prefect server; the last one that uses it stops it."""
    base = _base(folders)
    address = base / "server.address"
    with (base / "server.users").open("w") as users:
        with _turn(base):
            if not address.exists():
                _start(environment, base, address)
            fcntl.flock(users, fcntl.LOCK_SH)
            url, _ = address.read_text().split()
        try:
            yield url
        finally:
            with _turn(base):
                _stop_if_last(users.fileno(), address)


@contextlib.contextmanager
def _turn(base: Path) -> Iterator[None]:
    with (base / "server.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _start(environment: Mapping[str, str], base: Path, address: Path) -> None:
    # No test on this server waits for its schedules or automations, and they cost as much as all that is asked of it.
    service, url = started_server(environment, base, services=False)
    assert service.process is not None
    address.write_text(f"{url} {service.process.pid}")


def _stop_if_last(users: int, address: Path) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    _, pid = address.read_text().split()
    address.unlink()
    server = psutil.Process(int(pid))
    family = [*server.children(recursive=True), server]
    server.terminate()
    _, alive = psutil.wait_procs(family, timeout=10)
    for process in alive:
        process.kill()
