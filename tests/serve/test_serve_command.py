"""`scimmir serve` as a user starts it."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from small_release import VERSION, write_release
from typer.testing import CliRunner

from scimmir.cli import app


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what a start leaves for the next one out of the user's own folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "scimmir" / "serve"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder)
    return folder


def test_it_says_where_answers_on_loopback_and_ends_at_ctrl_c(warehouse: Path) -> None:
    command = [sys.executable, "-m", "scimmir", "serve", "-w", str(warehouse), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = next(line for line in process.stdout if "http://" in line)
            assert line.startswith("32 pairs at http://127.0.0.1:")
            address = re.search(r"http://\S+", line)[0]
            answer = httpx.get(address, follow_redirects=True, timeout=300)
            assert answer.status_code == 200 and f"/{VERSION}/pairs" in str(answer.url)
            assert httpx.get(address, headers={"Host": "rebound.example"}, timeout=300).status_code == 421
        finally:
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-w", "nowhere"], "there is no warehouse at"),
        (["--release", "2020.1"], "there is no release '2020.1'"),
        (["--host", "203.0.113.7", "--port", "0"], "cannot listen on 203.0.113.7"),
        (["--embedder", "descriptor", "--port", "0"], "the embeddings of release"),
    ],
)
def test_wrong_calls_are_one_sentence(warehouse: Path, arguments: list[str], sentence: str) -> None:
    place = [] if "-w" in arguments else ["-w", str(warehouse)]
    done = CliRunner().invoke(app, ["serve", *place, *arguments])
    assert sentence in str(done.exception)


def test_a_taken_port_is_said_before_the_release_is_read(warehouse: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["serve", "-w", str(warehouse), "--port", port])
    assert "try --port 0" in str(done.exception) and "reading" not in done.output


def test_other_hosts_are_warned_of(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serve.server.run", lambda application, bound: bound.close())
    done = CliRunner().invoke(app, ["serve", "-w", str(warehouse), "--host", "0.0.0.0", "--port", "0"])
    assert done.exit_code == 0 and "warning: everybody who reaches 0.0.0.0" in done.output
