"""Who works on a warehouse: builds hold a shared lock, so that nothing they use is cleared away meanwhile."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from runtime.cache import place_behind
from runtime.presence import SignOfLife, alive
from warehouse.place import WarehouseError

BUILDING = ".building"
CLEANING = ".cleaning"
POLL_S = 1.0


def building(warehouse: Path) -> IO[str] | SignOfLife:
    """Return a handle that says, until it is closed or its process ends, that a build is at work here.

    Any number of builds may be at work at once. Where the warehouse is being cleaned, this waits for the end.

    Raises:
        StorageError: the bucket that the warehouse lies in refuses or does not answer.
    """
    place = place_behind(warehouse)
    if place is not None:
        # Each side shows itself first and looks for the other then: whoever comes second sees the first.
        sign = SignOfLife(place / BUILDING)
        while alive(place / CLEANING):
            time.sleep(POLL_S)
        return sign
    handle = (warehouse / BUILDING).open("a")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def no_build_at_work(warehouse: Path) -> Iterator[None]:
    """Keep builds from starting inside the block.

    Raises:
        WarehouseError: a build is at work.
        StorageError: the bucket that the warehouse lies in refuses or does not answer.
    """
    place = place_behind(warehouse)
    if place is not None:
        with closing(SignOfLife(place / CLEANING)):
            if alive(place / BUILDING):
                raise WarehouseError(f"a build is at work in {place}: clean it when that has ended")
            yield
        return
    with (warehouse / BUILDING).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseError(
                f"a build is at work in {warehouse}: clean it when that has ended"
            ) from error
        yield
