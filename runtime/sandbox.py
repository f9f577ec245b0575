"""Runs programs that can hang, crash or be steered by hostile input, inside hard limits."""

import contextlib
import os
import resource
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHELL = shutil.which("sh") or "/bin/sh"
_LOG_BYTES = 20_000

# The limits are set by a shell that then becomes the program: setting them in a forked copy of this process
# could deadlock where other threads run. Shells differ in the option that bounds processes.
_LIMITS = (
    # At the soft limit of time it is told (SIGXCPU), at the hard one ended: which of the two, its status tells.
    'ulimit -c 0 && ulimit -t "$(($1 + 2))" && ulimit -S -t "$1" && '
    'ulimit -f "$2" && ulimit -v "$3" && ulimit -n 64 || exit 126; shift 3; '
    'exec "$@"'
)

# Limits are in seconds of a processor: by the clock, a busy machine would reject what a quiet one reads, and the same
# papers would give another release. What neither works nor ends is stopped by the clock after all.
WALL_FACTOR = 10


class SandboxError(Exception):
    """The program gave no result; `kind` is missing, timeout, memory, output or exit."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail

    def __reduce__(self) -> tuple[type["SandboxError"], tuple[str, str]]:
        """Pickle with both arguments, so that the kind survives a process boundary."""
        return (SandboxError, (self.kind, self.detail))


@dataclass(frozen=True)
class Finished:
    """What a program left: the bytes asked for, and the end of its messages."""

    output: bytes
    log: str


def run_limited(
    argv: Sequence[str],
    *,
    timeout_s: float,
    memory_bytes: int,
    max_output_bytes: int,
    stdin: bytes | None = None,
    files: Mapping[str, bytes] | None = None,
    output_file: str | None = None,
) -> Finished:
    """Return what a program writes, run in an empty private folder that is removed afterwards.

    The folder is its working directory, home and place for temporary files; its environment holds nothing
    else but PATH. At the time-out the whole process group is killed.

    Args:
        argv: the program (looked up in PATH) and its arguments.
        timeout_s: limit of each process in seconds of a processor, rounded up; the clock allows ten times as
            much, because on a busy machine little of it is this program's.
        memory_bytes: limit of the address space of each process.
        max_output_bytes: limit of every single file that is written, and of what is returned.
        stdin: what it reads; nothing where None.
        files: what lies in the folder at the start, by plain file name.
        output_file: the file in the folder that is returned; its standard output where None.

    Raises:
        SandboxError: missing (no such program), timeout, memory, output (too much of it, or the file named
            is not there), exit (status other than 0, or killed by a signal).
    """
    program = shutil.which(argv[0])
    if program is None:
        raise SandboxError("missing", argv[0])
    with tempfile.TemporaryDirectory(prefix="scimmir-sandbox-", ignore_cleanup_errors=True) as base:
        # Output and messages lie beside the private folder, out of the way of the program's own files.
        folder, out, log = Path(base, "work"), Path(base, "out"), Path(base, "log")
        folder.mkdir()
        for name, data in (files or {}).items():
            (folder / name).write_bytes(data)
        (Path(base) / "in").write_bytes(stdin or b"")
        limits = _limit_arguments(timeout_s, memory_bytes, max_output_bytes)
        with (Path(base) / "in").open("rb") as source, out.open("wb") as sink, log.open("wb") as messages:
            process = subprocess.Popen(
                [_SHELL, "-c", _LIMITS, "sh", *limits, program, *argv[1:]],
                stdin=source,
                stdout=sink,
                stderr=messages,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
            ended = _wait_and_kill(process, WALL_FACTOR * timeout_s)
        said = _tail(log)
        if not ended:
            raise SandboxError("timeout", f"{argv[0]}: no end after {WALL_FACTOR * timeout_s:g} s")
        _check_status(process.returncode, argv[0], said)
        return Finished(_read_output(folder / output_file if output_file else out, max_output_bytes), said)


def _limit_arguments(timeout_s: float, memory_bytes: int, max_output_bytes: int) -> list[str]:
    seconds, blocks, kibibytes = int(timeout_s) + 1, -(-max_output_bytes // 512), memory_bytes // 1024
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:  # a limit cannot be raised above the one that this process has
        kibibytes = min(kibibytes, hard // 1024)
    return [str(seconds), str(blocks), str(kibibytes)]


def _environment(folder: Path) -> dict[str, str]:
    private = str(folder)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": private,
        "TMPDIR": private,
        "TEMP": private,
        "TMP": private,
        "LC_ALL": "C",
    }


def _wait_and_kill(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    """Wait for the program, kill whatever remains of its group; return whether it ended by itself."""
    try:
        return _ended_within(process, timeout_s)
    finally:
        # While its first process is not reaped yet, the group's number cannot belong to anyone else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ended_within(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    if not hasattr(os, "pidfd_open"):
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True
    descriptor = os.pidfd_open(process.pid)
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        return bool(poller.poll(timeout_s * 1000))
    finally:
        os.close(descriptor)


def _check_status(status: int, name: str, said: str) -> None:
    last = said.strip().splitlines()[-1][:200] if said.strip() else ""
    if status == 0:
        return
    if status == -signal.SIGXCPU:
        raise SandboxError("timeout", f"{name}: processor time used up")
    if status == -signal.SIGXFSZ:
        raise SandboxError("output", f"{name}: wrote more than allowed")
    if status == -signal.SIGKILL:
        raise SandboxError("memory", f"{name}: killed by the system")
    if status < 0:
        raise SandboxError("exit", f"{name}: {signal.Signals(-status).name} {last}".strip())
    raise SandboxError("exit", f"{name}: status {status} {last}".strip())


def _read_output(path: Path, max_output_bytes: int) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise SandboxError("output", "no output was written")
    with path.open("rb") as file:
        data = file.read(max_output_bytes + 1)
    if len(data) > max_output_bytes:
        raise SandboxError("output", f"more than {max_output_bytes} bytes")
    return data


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LOG_BYTES))
        return file.read(_LOG_BYTES).decode("utf-8", "replace")
