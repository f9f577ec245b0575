"""Each thing that can be wrong with an installation is found and said in words."""

import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extractors.ocr import rapidocr_engine
from scimmir.doctor import installation
from scimmir.doctor.packages import (
    check_constraints,
    check_extras,
    check_packages,
    installed_versions,
)

Answers = dict[str, tuple[int, object]]


@pytest.fixture
def served() -> Iterator[Callable[[Answers], str]]:
    """Return a function that starts a server with fixed answers by path and returns its address."""
    servers = []

    def start(answers: Answers) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers.get("Authorization")))
                status, body = answers.get(self.path, (404, None))
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


asked: list[tuple[str, str | None]] = []


def test_packages() -> None:
    requires = ["duckdb>=2.0", "pymupdf<2,>=1.26", 'boto3>=1.40; extra == "s3"', 'old; python_version < "3"']
    good = {"duckdb": "2.0.1", "pymupdf": "1.28"}
    assert check_packages(requires, good).state == "ok"
    found = check_packages(requires, {"pymupdf": "2.0"})
    assert found.state == "missing"
    assert found.sentence.startswith("duckdb is not installed; pymupdf 2.0 is installed, <2,>=1.26 is needed")
    assert [(c.name, c.state) for c in check_extras(requires, good)][2] == ("extra s3", "optional")
    assert "pip install 'scimmir[s3]'" in check_extras(requires, good)[2].sentence
    assert check_extras(requires, {**good, "boto3": "1.50"})[2].state == "ok"


def test_locked_versions() -> None:
    text = "Some_Package==1.0 \\\n    --hash=sha256:00\nother==2 ; python_version >= '3'\nabsent==3\n"
    assert check_constraints(text, {"some-package": "1.0", "other": "2"}).state == "ok"
    found = check_constraints(text, {"some-package": "1.1", "other": "2"})
    assert (found.state, found.sentence) == (
        "optional",
        "not those that were tested: some-package 1.1 instead of 1.0",
    )
    assert check_constraints(None, {}).state == "optional"
    assert installed_versions()["pytest"] == pytest.__version__


def test_programs_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installation.check_tex(), installation.check_ghostscript()  # what was found once is not taken for granted
    monkeypatch.setenv("PATH", str(tmp_path))
    found = installation.check_ghostscript()
    assert found.state == "missing" and "apt-get install ghostscript" in found.sentence
    assert installation.check_tex().state == "optional"


@pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")
def test_ghostscript_that_is_there() -> None:
    assert installation.check_ghostscript().state == "ok"


def test_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installation.check_ocr().state == "ok"
    detector, recogniser = (Path(shutil.copy(path, tmp_path)) for path in rapidocr_engine.model_files())
    data = bytearray(recogniser.read_bytes())
    data[1000] ^= 1
    recogniser.write_bytes(data)
    monkeypatch.setattr(installation, "model_files", lambda: (detector, recogniser))
    found = installation.check_ocr()
    assert found.state == "missing" and f"{recogniser} is damaged" in found.sentence
    recogniser.unlink()
    assert "cannot be read" in installation.check_ocr().sentence
    monkeypatch.undo()
    monkeypatch.setattr(rapidocr_engine, "DETECTOR", "gone.onnx")
    found = installation.check_ocr()
    assert found.state == "missing" and "gone.onnx is not in" in found.sentence


def test_embedders(tmp_path: Path) -> None:
    assert installation.check_embedder("descriptor").state == "ok"
    assert installation.check_embedder("nothing").state == "missing"
    assert installation.check_embedder(f"onnx:{tmp_path}").state == "missing"


def test_disk(tmp_path: Path) -> None:
    room, temporary = installation.check_disk(str(tmp_path / "not" / "yet"), 0.001)
    assert (room.state, temporary.state) == ("ok", "ok") and str(tmp_path) in room.sentence
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("x")
    assert "is no folder" in installation.check_disk(str(tmp_path / "file"), 0)[0].sentence
    assert installation.check_disk("/proc", 0)[0].state == "missing"
    low = installation.check_disk(str(tmp_path), 1e9)[0]
    assert low.state == "missing" and "GiB free, and 1e+09 are asked for" in low.sentence
    assert [check.name for check in installation.check_disk("s3://bucket/w", 0)] == ["temporary files"]


def test_s3(served: Callable[[Answers], str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    assert installation.check_s3(None, "here").sentence == "not configured"
    assert installation.check_s3(served({"/": (403, None)}), "here").state == "ok"
    assert installation.check_s3(served({"/": (503, None)}), "here").state == "missing"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://me:hush@127.0.0.1:1")
    found = installation.check_s3(None, "s3://bucket/w")
    assert found.state == "missing" and "127.0.0.1:1 does not answer" in found.sentence
    assert "hush" not in found.sentence


def test_server(served: Callable[[Answers], str]) -> None:
    from prefect import __version__
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    def check(address: str | None, auth: str | None = None) -> tuple[str, str]:
        with temporary_settings({PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: auth}):
            found = installation.check_server()
        return found.state, found.sentence

    sound: Answers = {"/api/health": (200, True), "/api/admin/version": (200, __version__)}
    assert check(None)[0] == "ok"
    assert check(served(sound) + "/api")[0] == "ok"
    assert check(served(sound) + "/api", "admin:hush")[0] == "ok"
    assert asked[-1] == ("/api/admin/version", "Basic YWRtaW46aHVzaA==")
    state, sentence = check(served({**sound, "/api/admin/version": (200, "3.0.0")}) + "/api")
    assert state == "optional" and "runs version 3.0.0" in sentence
    assert check(served({"/api/health": (401, None)}) + "/api")[1].endswith("(status 401)")
    assert check("http://127.0.0.1:1/api")[0] == "missing"


def run(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scimmir", "doctor", *(str(a) for a in arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1500, check=False)


def test_the_command(environment: dict[str, str], tmp_path: Path) -> None:
    done = run({**environment, "PATH": str(tmp_path)}, "-w", tmp_path / "w", "--min-free-gb", "0")
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("MISSING")] == [
        "MISSING Ghostscript"
    ]
    assert not (tmp_path / "w").exists()


@pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")
def test_a_sound_installation(environment: dict[str, str], tmp_path: Path) -> None:
    done = run(environment, "-w", tmp_path / "w", "--min-free-gb", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok      OCR models" in done.stdout and "ok      embedder" in done.stdout
