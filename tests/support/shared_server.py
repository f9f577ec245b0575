"""One Prefect server for all of the suite's processes: the first that needs it starts it, the last one stops it."""

import contextlib
import fcntl
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from made_once import shared_base

from benchmarks.services.processes import started_server


@contextlib.contextmanager
def shared_server(folders: pytest.TempPathFactory, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the address of its API; who comes after the last one has stopped it starts another."""
    base = shared_base(folders)
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
    with contextlib.suppress(psutil.NoSuchProcess):
        server = psutil.Process(int(pid))
        family = [*server.children(recursive=True), server]
        server.terminate()
        psutil.wait_procs(family, timeout=10)
        for process in family:
            process.kill()
