"""Who works on a warehouse: builds hold a shared lock, so that nothing they use is cleared away meanwhile."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from warehouse.lake import WarehouseError

BUILDING = ".building"


def building(warehouse: Path) -> IO[str]:
    """Return a handle that says, until it is closed or its process ends, that a build is at work here.

    Any number of builds may be at work at once. Where the warehouse is being cleaned, this waits for the end.
    """
    handle = (warehouse / BUILDING).open("a")
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def no_build_at_work(warehouse: Path) -> Iterator[None]:
    """Keep builds from starting inside the block.

    Raises:
        WarehouseError: a build is at work.
    """
    with (warehouse / BUILDING).open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseError(
                f"a build is at work in {warehouse}: clean it when that has ended"
            ) from error
        yield
