"""Programs run in the sandbox: what comes back, what is cut off, what is left behind."""

import pickle
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.services.processes import wait_until
from runtime.sandbox import Finished, SandboxError, run_limited

LIMITS = {"timeout_s": 600.0, "memory_bytes": 1 << 30, "max_output_bytes": 1 << 20}


def run(script: str, **changes):
    return run_limited(["sh", "-c", script], **{**LIMITS, **changes})


def kind_of(script: str, **changes) -> str:
    with pytest.raises(SandboxError) as caught:
        run(script, **changes)
    return caught.value.kind


def test_output_and_messages_come_back():
    assert run("cat; echo said >&2", stdin=b"given") == Finished(b"given", "said\n")


def test_a_named_file_comes_back_and_files_lie_in_the_folder():
    done = run("tr a-z A-Z < in.txt > out.txt; ls", files={"in.txt": b"abc"}, output_file="out.txt")
    assert done.output == b"ABC"


def test_environment_is_empty_but_for_path_and_private_folders(monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_USER", "1")
    lines = run("env; pwd").output.decode().splitlines()
    folder = lines[-1]
    values = dict(line.split("=", 1) for line in lines[:-1])
    assert "SECRET_OF_THE_USER" not in values
    assert {values[name] for name in ("HOME", "TMPDIR", "TEMP", "TMP")} == {folder}
    assert not Path(folder).exists()


def test_a_program_that_hangs_is_killed_with_its_children(tmp_path):
    script = f"sleep 3600 & echo $! > {tmp_path}/child; mv {tmp_path}/child {tmp_path}/pid; sleep 3600"
    assert kind_of(script, timeout_s=0.6) == "timeout"  # six by the clock
    wait_until(
        lambda: not psutil.pid_exists(int((tmp_path / "pid").read_text())), seconds=600, what="its end"
    )


def test_children_that_outlive_the_program_are_killed(tmp_path):
    run(f"sleep 3600 & echo $! > {tmp_path}/pid")
    wait_until(
        lambda: not psutil.pid_exists(int((tmp_path / "pid").read_text())), seconds=600, what="its end"
    )


def test_waiting_is_not_counted():
    assert run("sleep 2; echo done", timeout_s=0.5).output == b"done\n"


def test_processor_time_is_limited():
    assert kind_of("while :; do :; done", timeout_s=1) == "timeout"


def test_memory_is_limited():
    python = [sys.executable, "-c", "b = bytearray(1 << 29); print(len(b))"]
    with pytest.raises(SandboxError) as caught:
        run_limited(python, **{**LIMITS, "memory_bytes": 1 << 28})
    assert caught.value.kind == "exit"
    assert "MemoryError" in caught.value.detail
    assert run_limited(python, **LIMITS).output.strip() == str(1 << 29).encode()


def test_output_is_limited():
    assert kind_of("exec head -c 3000000 /dev/zero") == "output"
    assert kind_of("exec head -c 3000000 /dev/zero > x; true", output_file="x") == "output"


@pytest.mark.parametrize(
    ("script", "kind"),
    [("exit 3", "exit"), ("kill -SEGV $$", "exit"), ("kill -KILL $$", "memory")],
)
def test_failures_are_told_apart(script, kind):
    assert kind_of(script) == kind


def test_output_that_is_missing_or_a_link_is_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    assert kind_of("true", output_file="x") == "output"
    assert kind_of(f"ln -s {secret} x", output_file="x") == "output"


def test_a_missing_program_is_told():
    with pytest.raises(SandboxError) as caught:
        run_limited(["no-such-program-here"], **LIMITS)
    assert (caught.value.kind, caught.value.detail) == ("missing", "no-such-program-here")


def test_open_files_and_core_dumps_are_limited():
    assert run("ulimit -n; ulimit -c").output.split() == [b"64", b"0"]


def test_the_error_survives_pickling():
    error = pickle.loads(pickle.dumps(SandboxError("timeout", "gs")))
    assert (error.kind, error.detail) == ("timeout", "gs")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system lists no open descriptors")
def test_no_descriptor_leaks():
    run("true")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        run("true")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
