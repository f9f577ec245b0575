"""One limit per host for every process and thread of the machine: lock files, no server."""

import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from schemas.errors import UserError
from sources.fetch.outcome import FetchError

# A stored time further ahead than a day comes from a clock that was wrong, not from a server. A pause of up to
# an hour is slept through; during a longer one, requests fail at once.
LONGEST_PAUSE_S = 86_400.0
PATIENCE_S = 3600.0


def wait_for_turn(host: str, interval_s: float, state: Path, *, patience_s: float = PATIENCE_S) -> float:
    """Return, once a request to the host is allowed, the seconds waited; the next is `interval_s` later.

    Times are wall-clock times, so that they hold across processes and restarts, and across machines that share
    the state folder.

    Args:
        host: the name under which requests are counted together.
        interval_s: seconds from this request to the next one of anybody; 0 does not limit, but a pause that
            the server asked for still holds.
        state: folder of the lock files; made when it is not there.
        patience_s: the longest pause that is slept through.

    Raises:
        FetchError: `paused` where the server asked for a longer pause than that.
        UserError: the state folder cannot be written.
    """
    waited = 0.0
    while True:
        with _locked(_file(host, state, "turn")) as handle:
            now = time.time()
            pause = _read(handle, now) - now
            if pause <= 0:
                if interval_s > 0:
                    _write(handle, now + interval_s)
                return waited
        if pause > patience_s:
            raise FetchError("paused", f"{host} asks for no request during the next {pause:.0f} seconds")
        # Everyone asks again after the sleep: a Retry-After may have come meanwhile for all of them.
        time.sleep(pause)
        waited += pause


def push_back(host: str, seconds: float, state: Path) -> None:
    """Let nobody ask the host again before `seconds` have passed; an earlier, longer pause stays as it is.

    Raises:
        UserError: the state folder cannot be written.
    """
    if not math.isfinite(seconds) or seconds <= 0:
        return
    with _locked(_file(host, state, "turn")) as handle:
        now = time.time()
        _write(handle, max(_read(handle, now), now + min(seconds, LONGEST_PAUSE_S)))


@contextmanager
def only_connection(host: str, state: Path) -> Iterator[None]:
    """Hold the one connection that a host allows; everyone else on the machine waits for it.

    Raises:
        UserError: the state folder cannot be written.
    """
    with _locked(_file(host, state, "connection")):
        yield


def _file(host: str, state: Path, kind: str) -> Path:
    return state / f"{quote(host.lower(), safe='.-')}.{kind}"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Yield a descriptor of the file with an exclusive lock; it ends with the process, however that dies."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UserError(
            f"the state folder {path.parent} cannot be used ({error.strerror}): it holds the times of the last "
            f"requests, without which no request is made; name a folder that can be written"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _read(handle: int, now: float) -> float:
    """Return the next allowed time; 0 where none stands there or a wrong clock wrote it."""
    try:
        stored = float(os.pread(handle, 64, 0).decode("ascii"))
    except ValueError:
        return 0.0
    return stored if math.isfinite(stored) and stored <= now + LONGEST_PAUSE_S else 0.0


def _write(handle: int, moment: float) -> None:
    """Store the time in a fixed width: one write that leaves nothing of an older, longer one."""
    try:
        os.pwrite(handle, f"{moment:020.6f}\n".encode("ascii"), 0)
    except OSError as error:
        raise UserError(
            f"the time of the last request cannot be stored ({error.strerror}): free space in the state folder"
        ) from error
