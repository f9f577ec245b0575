"""A lock in a bucket: an object that only one process can make, and that runs out when that process dies."""

import contextlib
import json
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.storage import Place, StorageError, delete, put, read

logger = logging.getLogger("scimmir")


@dataclass(frozen=True, kw_only=True)
class LeaseParameters:
    """Times of a lease in seconds.

    `lasts_s` is how long a dead holder blocks the others; a live one renews four times as often. `waits_s`
    is how long to wait for a live one: as long as publishing a large release may take.
    """

    lasts_s: float = 60.0
    polls_s: float = 1.0
    waits_s: float = 6 * 3600.0


@contextlib.contextmanager
def leased(place: Place, parameters: LeaseParameters | None = None) -> Iterator[None]:
    """Hold the lock at a place during the block; wait while another process holds it.

    The store's conditional writes decide who gets it. A lease that was not renewed for `lasts_s`, as seen by
    the waiting process's own clock, is taken over: clocks of different machines are never compared.

    Raises:
        StorageError: the lock is held for too long, or it was lost while the block ran.
    """
    p = parameters or LeaseParameters()
    owner = uuid.uuid4().hex
    mark = _acquire(place, owner, p)
    renewal = _Renewal(place, owner, mark, p)
    try:
        yield
    finally:
        lost = renewal.stop()
        if not lost:
            delete(place)
    if lost:
        raise StorageError(
            f"the lock {place} was lost to another process: start again; what was finished is kept"
        )


def _acquire(place: Place, owner: str, p: LeaseParameters) -> str:
    start = time.monotonic()
    seen, seen_at, told = "", start, False
    while True:
        mark = put(place, _content(owner, 0), only_new=True)
        if mark is not None:
            return mark
        found = read(place)
        now = time.monotonic()
        if _is_of(owner, found):  # the store had written it before its answer got lost
            return found[1] if found else ""
        if found is not None and found[1] != seen:
            seen, seen_at = found[1], now
        elif found is not None and now - seen_at > p.lasts_s:
            mark = put(place, _content(owner, 0), replacing=seen)
            if mark is not None:
                logger.info("took over %s: its holder is gone", place)
                return mark
        if now - start > p.waits_s:
            raise StorageError(
                f"another process holds {place} for {p.waits_s:g} s; delete it if there is none"
            )
        if not told:
            logger.info("waiting for %s, which another process holds", place)
            told = True
        time.sleep(p.polls_s)


def _is_of(owner: str, found: tuple[bytes, str] | None) -> bool:
    return found is not None and owner.encode() in found[0]


def _content(owner: str, number: int) -> bytes:
    return json.dumps({"owner": owner, "renewed": number}).encode()


class _Renewal:
    """Renews a lease in a thread until it is stopped or lost."""

    def __init__(self, place: Place, owner: str, mark: str, p: LeaseParameters) -> None:
        self._place, self._owner, self._mark, self._p = place, owner, mark, p
        self._lost = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._end.wait(self._p.lasts_s / 4):
            number += 1
            try:
                mark = put(self._place, _content(self._owner, number), replacing=self._mark)
                found = read(self._place) if mark is None else None
                if found is not None and _is_of(self._owner, found):
                    mark = found[1]
            except StorageError:
                continue  # the store may be back in time for the next try
            if mark is None:
                self._lost = True
                return
            self._mark = mark

    def stop(self) -> bool:
        """End the renewals and tell whether the lease was lost."""
        self._end.set()
        self._thread.join()
        return self._lost
