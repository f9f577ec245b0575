"""What several of the suite's processes need, made by the first that asks for it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_base(folders: pytest.TempPathFactory) -> Path:
    """Return the folder of this run of the suite that all its processes have in common."""
    base = folders.getbasetemp()
    # Without processes, the parent would be the folder of all runs.
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder of this run of the suite that `make` has filled, in whichever process came first.

    Nobody may write into it. Raises what `make` raises, in each process that asks.
    """
    base = shared_base(folders)
    folder, made = base / name, base / f"{name}.made"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            made.touch()
    return folder
