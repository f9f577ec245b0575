"""Gives memory that nobody uses back to the system."""

import ctypes
import functools
import time
from collections.abc import Callable

import pyarrow as pa

EVERY_S = 0.5  # it costs a few milliseconds, when what was given back is wanted again

_last = [0.0]


def give_back() -> None:
    """Return what was freed to the system, now and then, for a process that goes on: allocators keep most of it.

    Readers of many pictures keep growing without, and stay at one size with it.
    """
    now = time.monotonic()
    if now - _last[0] < EVERY_S:
        return
    _last[0] = now
    pa.default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    """Return the C library's function, None where it has none (glibc alone has)."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
    return trim
