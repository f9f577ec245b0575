"""A model hub that is not there, says nothing or says no is one clear sentence, soon; one that is slow is waited for."""

import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from optional import optional
from small_embeddings import PARAMETERS, write_embeddings
from small_release import VERSION, write_release

from benchmarks.services.processes import clean_environment, free_port
from curation.embeddings import hub as model_hub
from curation.embeddings import open_clip as embed_open_clip
from curation.embeddings.embedder import EmbedderError, embedder_identity

open_clip = optional("open_clip")

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[3]
SPEC = "open_clip:ViT-B-32/laion2b_s34b_b79k"
SAFE, PLAIN = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"
WEIGHTS = b"weights " * 40_000  # five blocks
COMMIT = {"X-Repo-Commit": "a" * 40}
PATIENCE_S = 4.0
CAP_S = 100.0
Answer = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, **headers: str) -> Answer:
    """Answer every request alike."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()

    return answer


def says_nothing(request: BaseHTTPRequestHandler) -> None:
    """Keep the connection until the other side has enough of it."""
    request.connection.settimeout(60)
    with contextlib.suppress(OSError):
        request.connection.recv(1)


def gives(request: BaseHTTPRequestHandler, pause_s: float = 0.0) -> None:
    """Give the plain weights as the hub does, with a pause before each of five blocks, and nothing else."""
    if not request.path.endswith(PLAIN):
        says(404, X_Error_Code="EntryNotFound", X_Repo_Commit=COMMIT["X-Repo-Commit"])(request)
        return
    request.send_response(200)
    etag = f'"{hashlib.sha256(WEIGHTS).hexdigest()}"'
    for name, value in {"Content-Length": str(len(WEIGHTS)), "ETag": etag, **COMMIT}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command == "GET":
        for start in range(0, len(WEIGHTS), 1 << 16):
            time.sleep(pause_s)
            request.wfile.write(WEIGHTS[start : start + (1 << 16)])
            request.wfile.flush()


class Hub(ThreadingHTTPServer):
    """A hub on the loopback interface that answers as a test says; `log` has what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answer: Answer = says(404)
        self.log: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        if self.path.startswith("/api/"):
            says(404)(self)
            return
        self.server.log.append(f"{self.command} {self.path}")
        with contextlib.suppress(OSError):
            self.server.answer(self)

    do_HEAD = do_GET

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Return a function that asks a hub for the weights and returns the identity, or the error's sentence."""
    from huggingface_hub import constants
    from open_clip import pretrained  # noqa: F401 - its import is none of the hub's seconds

    def ask_hub(address: str) -> str:
        monkeypatch.setattr(constants, "ENDPOINT", address)
        template = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        embed_open_clip._tag_weights.cache_clear()
        begin = time.monotonic()
        try:
            said = embedder_identity(SPEC)
        except EmbedderError as error:
            said = str(error)
        assert time.monotonic() - begin < CAP_S
        return said

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(model_hub, "PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr(model_hub, "PAUSES_S", (0.1, 0.1))
    model_hub._known.cache_clear()
    yield ask_hub
    model_hub._known.cache_clear()
    embed_open_clip._tag_weights.cache_clear()


def is_one_sentence(said: str) -> bool:
    return (
        said.count("\n") == 0
        and said.startswith("The weights laion2b_s34b_b79k of ViT-B-32 ")
        and "open_clip:ViT-B-32/<path of a .safetensors or .pt file>, or a folder" in said
        and "HF_ENDPOINT" in said
    )


def test_a_hub_that_is_not_there(ask: Callable[..., str]) -> None:
    for address, why in (
        (f"http://127.0.0.1:{free_port()}", "Connection refused"),
        ("http://hub.invalid", "hub.invalid: "),
    ):
        said = ask(address)
        assert is_one_sentence(said) and "HF_HUB_OFFLINE=1" in said
        assert f"the model hub {address} cannot be reached" in said and why in said


def test_a_name_that_is_looked_up_for_ever(ask: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def look_up(*arguments: object, **options: object) -> None:
        over.wait(100)
        raise OSError("nobody knows it")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert "hub.example does not answer" in ask("http://hub.example")
    over.set()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(says_nothing, "does not answer", id="silent"),
        pytest.param(says(500), "answers 500", id="500"),
        pytest.param(says(429, Retry_After="900"), "answers 429", id="429"),
    ],
)
def test_a_hub_that_has_no_answer(hub: Hub, ask: Callable[..., str], answer: Answer, why: str) -> None:
    hub.answer = answer
    said = ask(hub.address)
    assert is_one_sentence(said) and "cannot be reached" in said and why in said
    asked = len(hub.log)
    assert asked <= 3
    assert ask(hub.address) == said and len(hub.log) == asked  # it is not waited for again


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(says(401, X_Error_Code="RepoNotFound"), 401, id="401"),
        pytest.param(says(403, X_Error_Code="GatedRepo"), 403, id="gated"),
        pytest.param(says(404, X_Error_Code="RepoNotFound"), 404, id="no repo"),
        pytest.param(says(404, X_Error_Code="EntryNotFound", X_Repo_Commit="a" * 40), 404, id="no file"),
        pytest.param(says(404), 404, id="no hub"),
    ],
)
def test_a_hub_that_refuses(hub: Hub, ask: Callable[..., str], answer: Answer, status: int) -> None:
    hub.answer = answer
    said = ask(hub.address)
    assert is_one_sentence(said) and "cannot be reached" not in said
    assert f"answers {status} to /laion/" in said and said.count(PLAIN) == 1
    assert {line.rpartition("/")[2] for line in hub.log} == {SAFE, PLAIN}


def test_what_is_no_hub_is_said(hub: Hub, ask: Callable[..., str]) -> None:
    hub.answer = says(200, ETag='"1"')
    assert "cannot be fetched" in ask(hub.address)


def test_a_slow_transfer_is_waited_for(hub: Hub, ask: Callable[..., str]) -> None:
    hub.answer = lambda request: gives(request, pause_s=0.3 * PATIENCE_S)  # five times
    assert f"weights=sha256:{hashlib.sha256(WEIGHTS).hexdigest()[:16]}" in ask(hub.address)


def test_a_hub_that_is_there_at_the_second_attempt(hub: Hub, ask: Callable[..., str]) -> None:
    busy = [says(503)]
    hub.answer = lambda request: (busy.pop() if busy else gives)(request)
    assert "weights=sha256:" in ask(hub.address)


def test_a_hub_that_names_a_file_and_never_sends_it(hub: Hub, ask: Callable[..., str]) -> None:
    hub.answer = lambda request: (gives if request.command == "HEAD" else says_nothing)(request)
    said = ask(hub.address)
    assert is_one_sentence(said) and "does not answer" in said


def test_weights_of_the_cache_need_no_hub(hub: Hub, ask: Callable[..., str]) -> None:
    hub.answer = gives
    known = ask(hub.address)
    assert "weights=sha256:" in known
    hub.answer = says(500)
    assert ask(hub.address) == known


COMMANDS = """
import contextlib, io, json, sys, time
from scimmir.cli import main
said = []
for arguments in json.loads(sys.argv[1]):
    sys.argv, begin, out = ["scimmir", *arguments], time.monotonic(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
        main()
    said.append((out.getvalue(), time.monotonic() - begin))
print(json.dumps(said))
"""


def searchable_release(warehouse: Path) -> None:
    """Write a release whose embeddings are there, so that `serve` asks for the embedder."""
    write_release(warehouse)
    manifest = json.loads((warehouse / "releases" / VERSION / "manifest.json").read_text())
    manifest["stage_parameters"] = {"embed": PARAMETERS}
    manifest["stages"]["embed"] = "3"
    (warehouse / "releases" / VERSION / "manifest.json").write_text(json.dumps(manifest))
    write_embeddings(warehouse, range(3), "a" * 32)


def test_every_command_says_it(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    searchable_release(tmp_path / "warehouse")
    (tmp_path / "papers").mkdir()
    commands = [
        ["doctor", "--embedder", SPEC],
        ["build", "papers", "-w", "built", "--ocr-engine", "none", "--embedder", SPEC],
        ["evaluate", "-w", "warehouse", "--model", SPEC],
        ["calibrate", "-w", "warehouse", "--embedder", SPEC, "thresholds.json"],
        ["serve", "-w", "warehouse", "--port", "0", "--embedder", SPEC],
    ]
    own = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "hf"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps(commands)],
        env={**clean_environment(tmp_path), **own}, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=True,
    )  # fmt: skip
    for (command, *_), (said, seconds) in zip(commands, json.loads(done.stdout), strict=True):
        lines = [line for line in said.splitlines() if "model hub" in line]
        assert len(lines) == 1, (command, said)
        assert f"the model hub {address} cannot be reached" in lines[0] and "refused" in lines[0], command
        assert "Traceback" not in said and seconds < 240, (command, said)
