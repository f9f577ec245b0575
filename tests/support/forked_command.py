"""The command `scimmir` as a user's process, forked from one that has imported what commands need.

A build's imports take three seconds of a processor, of which Prefect's are half; a suite that builds dozens of times
does them once. The fork has done nothing but import: all that a command reads, settings and the environment too, it
reads in its own process. `forked_programs` forks programs from the test's own process, which has imported torch and
open_clip: these take thirteen seconds.
"""

import contextlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, NoReturn

ROOT = Path(__file__).parents[2]
LIMIT_S = 1500


class ForkedCommand:
    """Runs the command with arguments, one at a time; the processes end with the one that asks."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start the process to fork from."""
        self._origin = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked_command"],
            env=dict(environment), cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._turn = threading.Lock()

    def __call__(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Return the exit status and what was printed. Raises subprocess.TimeoutExpired."""
        words = [str(argument) for argument in arguments]
        with tempfile.TemporaryDirectory() as folder, self._turn:
            code = self._ask({"arguments": words, "cwd": str(Path.cwd()), "folder": folder})
            printed = [(Path(folder) / name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
        return subprocess.CompletedProcess(["scimmir", *words], code, *printed)

    def _ask(self, job: dict[str, Any]) -> int:
        assert self._origin.stdin is not None and self._origin.stdout is not None
        late = threading.Timer(LIMIT_S, self._origin.kill)
        late.start()
        try:
            print(json.dumps(job), file=self._origin.stdin, flush=True)
            answer = self._origin.stdout.readline()
        finally:
            late.cancel()
        if not answer:
            raise subprocess.TimeoutExpired(job["arguments"], LIMIT_S)
        return int(answer)

    def close(self) -> None:
        """End the process to fork from."""
        assert self._origin.stdin is not None
        self._origin.stdin.close()
        self._origin.wait()


@contextlib.contextmanager
def forked_command(environment: Mapping[str, str]) -> Iterator[ForkedCommand]:
    """Yield the command as it runs in an environment."""
    command = ForkedCommand(environment)
    try:
        yield command
    finally:
        command.close()


def forked_programs() -> SimpleNamespace:
    """Return what stands for the module `subprocess` where `python -m` is to be run in a fork of this process.

    No thread comes along, so that the program has to do with one of its own.
    """
    return SimpleNamespace(run=_run_forked, STDOUT=subprocess.STDOUT)


def _run_forked(
    command: Sequence[str], *, stdout: IO[bytes], stderr: int, env: Mapping[str, str], check: bool
) -> subprocess.CompletedProcess[str]:
    assert command[:2] == [sys.executable, "-m"] and stderr == subprocess.STDOUT and not check
    child = os.fork()
    if child == 0:
        _run_module(command[2:], stdout, env)
    return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _run_module(words: Sequence[str], output: IO[bytes], env: Mapping[str, str]) -> NoReturn:
    code = 1
    try:
        for number in (1, 2):
            os.dup2(output.fileno(), number)
        sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = list(words)
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)


def _next_child() -> None:
    """Fork for each job of standard input, and print each exit status; returns in a fork that has a job to do."""
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(job)
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    raise SystemExit(0)


def _become(job: dict[str, Any]) -> None:
    """Take on a command's arguments, folder and files."""
    os.chdir(job["cwd"])
    sys.argv = ["scimmir", *job["arguments"]]
    names = [os.devnull, *(str(Path(job["folder"]) / name) for name in ("stdout", "stderr"))]
    for number, name in enumerate(names):
        opened = os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    from scimmir.cli import main
    from scimmir.terminal import quiet_prefect

    quiet_prefect()  # Prefect reads its settings when it is imported; each command says this before it does.
    import flows.build_scimmir  # noqa: F401 (for the forks)

    _next_child()
    main()
