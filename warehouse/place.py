"""Where a warehouse is: its folder on disk, or the local copies of one in a bucket."""

import os
import shutil
import time
import uuid
from pathlib import Path

from runtime.cache import mirror_of, place_behind
from runtime.storage import is_s3, place_of
from schemas.errors import UserError

CATALOG_NAME = "catalog.duckdb"
ABANDONED_S = 24 * 3600


class WarehouseError(UserError):
    """The warehouse cannot be used; the message says what to do."""


def warehouse_path(name: str | Path) -> Path:
    """Return a warehouse's absolute path; for one in a bucket, that of its local copies.

    Raises:
        WarehouseError: `~name` names nobody.
    """
    if is_s3(name):
        return mirror_of(place_of(name))
    try:
        return Path(name).expanduser().absolute()
    except RuntimeError as error:
        raise WarehouseError(f"warehouse {name}: {error}") from error


def readable_warehouse(name: str | Path, release: str | None = None, *, anew: bool = False) -> Path:
    """Return a warehouse's path for readers; of one in a bucket, the release (or the latest) is fetched first.

    With `anew` an earlier copy of the release is not taken for the release.

    Raises:
        WarehouseError: `~name` names nobody.
        StorageError: the bucket has no such release.
    """
    path = warehouse_path(name)
    if place_behind(path) is not None:
        from warehouse import remote  # imports Arrow, which a query of a local warehouse does not need

        remote.local_release(path, release, anew=anew)
    return path


def prepare(warehouse: Path) -> None:
    """Make the warehouse's folder.

    Raises:
        WarehouseError: the path is a file, or nothing can be written there.
    """
    if set(str(warehouse)) & set("*?[]"):
        raise WarehouseError(
            f"warehouse {warehouse}: DuckDB takes *, ?, [ and ] in a path for patterns; name another"
        )
    try:
        if warehouse.exists() and not warehouse.is_dir():
            raise WarehouseError(f"warehouse {warehouse} is a file: name a folder")
        for name in ("stages", "releases"):
            (warehouse / name).mkdir(parents=True, exist_ok=True)
        probe = warehouse / f".probe-{uuid.uuid4().hex}"
        probe.touch()
        probe.unlink()
        _sweep(warehouse)
        place = place_behind(warehouse)
        if place is not None:
            from warehouse import remote

            remote.check_writable(place)
    except OSError as error:
        raise WarehouseError(
            f"warehouse {warehouse} cannot be written to: {error.strerror or error}"
        ) from error
    if not os.access(warehouse, os.W_OK):
        raise WarehouseError(f"warehouse {warehouse} cannot be written to: permission denied")


def _sweep(warehouse: Path) -> None:
    """Remove what killed builds left half-written, once it is a day old and so nobody's work in progress."""
    before = time.time() - ABANDONED_S
    for pattern in ("stages/*/*/.*-*", "releases/.*-*"):
        for path in warehouse.glob(pattern):
            if path.is_dir() and path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)
