"""Signs of life in a bucket: who is at work there now, by the bucket's own clock."""

import contextlib
import threading
import uuid
from dataclasses import dataclass

from runtime.storage import Place, StorageError, delete, items_below, put

CLOCK = ".clock-"


@dataclass(frozen=True, kw_only=True)
class PresenceParameters:
    """Times in seconds: how often a sign is renewed, and after how long without renewal its process is gone."""

    renewed_s: float = 15.0
    gone_s: float = 90.0


class SignOfLife:
    """An object below a place that is written again and again until it is closed, or its process ends."""

    def __init__(self, folder: Place, parameters: PresenceParameters | None = None) -> None:
        """Write the object for the first time.

        Raises:
            StorageError: the store refuses or does not answer.
        """
        self._place = folder / uuid.uuid4().hex
        self._every_s = (parameters or PresenceParameters()).renewed_s
        self._end = threading.Event()
        put(self._place, b"")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._end.wait(self._every_s):
            with contextlib.suppress(StorageError):  # the store may be back in time for the next one
                put(self._place, b"")

    def close(self) -> None:
        """Take the object away; where the store does not answer, others see after a while that it is old."""
        self._end.set()
        self._thread.join()
        with contextlib.suppress(StorageError):
            delete(self._place)


def alive(folder: Place, parameters: PresenceParameters | None = None) -> list[str]:
    """Return the names of the signs below a place that were renewed lately.

    Raises:
        StorageError: the store refuses or does not answer.
    """
    now = clock(folder)
    oldest = now - (parameters or PresenceParameters()).gone_s
    return [i.name for i in items_below(folder) if not i.name.startswith(CLOCK) and i.modified >= oldest]


def clock(folder: Place) -> float:
    """Return the store's time in seconds since 1970; that of machines may be another.

    Raises:
        StorageError: the store refuses or does not answer.
    """
    probe = folder / f"{CLOCK}{uuid.uuid4().hex}"
    put(probe, b"")
    try:
        (item,) = [i for i in items_below(folder) if i.name == probe.name]
    finally:
        delete(probe)
    return item.modified
