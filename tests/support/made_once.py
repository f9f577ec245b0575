"""What several of the suite's processes need, made by the first that asks for it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this run of the suite that `make` has filled, in whichever process came first.

    Nobody may write into it. Raises what `make` raises, in each process that asks.
    """
    base = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # else the parent would be that of all runs
        base = base.parent
    folder, made = base / name, base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            made.touch()
    return folder
