"""Servers on loopback that can be told to fail, and clients that fetch from them."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback_http import Loopback, Reply
from loopback_pmc import Bucket

from sources.fetch.http.settings import TransportSettings
from sources.fetch.http.transport import Transport
from sources.fetch.outcome import Fetched, FetchFailure
from sources.fetch.pmc.articles import fetch_pmc


@pytest.fixture
def loopbacks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Loopback]]:
    """Return a function that starts a server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    started: list[Loopback] = []

    def start() -> Loopback:
        started.append(Loopback())
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def loopback(loopbacks: Callable[[], Loopback]) -> Loopback:
    return loopbacks()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def transports(tmp_path: Path) -> Iterator[Callable[..., Transport]]:
    """Return a function that makes an impatient client."""
    with contextlib.ExitStack() as stack:

        def make(**changes: object) -> Transport:
            quick = {"retries": 3, "backoff_s": 0.01, "timeout_s": 300.0}
            state = tmp_path / "state"
            settings = TransportSettings(contact="anna@example.org", state=state, **(quick | changes))
            return stack.enter_context(Transport(settings))

        yield make


@pytest.fixture
def transport(transports: Callable[..., Transport]) -> Transport:
    return transports()


@pytest.fixture
def bucket(loopback, reply) -> Bucket:
    return Bucket(loopback, reply)


@pytest.fixture
def fetch(bucket: Bucket, transport, tmp_path: Path):
    def run(*ids: str, **options) -> list[Fetched | FetchFailure]:
        return list(fetch_pmc(transport, ids, tmp_path / "pmc", parameters=bucket.parameters, **options))

    return run
