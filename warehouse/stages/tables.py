"""Where stage tables live: a folder named by the hash of what went in, written whole or not at all."""

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.cache import place_behind
from runtime.storage import Place
from warehouse import remote
from warehouse.place import WarehouseError
from warehouse.stages.keys import Json, canonical_json

COMPLETE = "stage.json"


@dataclass(frozen=True)
class StageOutput:
    """One stage's tables for one shard (or for all of them, where the stage is global).

    `place` is where they lie in a bucket; `folder` then holds local copies of some of them.
    """

    folder: Path
    place: Place | None = None

    @property
    def is_complete(self) -> bool:
        """True once all its tables are written."""
        if self.place is not None:
            return remote.is_there(self.place / COMPLETE)
        return (self.folder / COMPLETE).is_file()

    @property
    def key(self) -> str:
        """The hash that names it."""
        return self.folder.name

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return one of its tables, or some of that table's columns."""
        path = self.folder / f"{name}.parquet"
        try:
            if self.place is not None and not path.is_file():
                return remote.read_table(self.place / path.name, columns)
            return pq.read_table(path, columns=columns, partitioning=None)
        except (OSError, pa.ArrowInvalid) as error:
            raise WarehouseError(
                f"stage table {path} cannot be read ({error}): delete the folder {self.folder} and build again"
            ) from error


def stage_output(warehouse: Path, stage: str, key: str) -> StageOutput:
    """Return the place of a stage's output, whether it is there yet or not."""
    folder = warehouse / "stages" / stage / key[:2] / key
    return StageOutput(folder, place_behind(folder))


def write_stage(output: StageOutput, tables: Mapping[str, pa.Table], about: Mapping[str, Json]) -> None:
    """Write a stage's tables so that a reader sees all of them or none.

    They are written aside and the folder is renamed into place. When another process was faster, its
    output stays: equal keys mean equal content.
    """
    output.folder.parent.mkdir(parents=True, exist_ok=True)
    aside = output.folder.with_name(f".{output.key}-{uuid.uuid4().hex}")
    aside.mkdir()
    try:
        rows: dict[str, Json] = {}
        for name, table in tables.items():
            write_table(table, aside / f"{name}.parquet")
            rows[name] = table.num_rows
        (aside / COMPLETE).write_bytes(canonical_json({**about, "rows": rows}))
        if output.place is not None:
            remote.share_folder(aside, output.place, last=COMPLETE)
            shutil.rmtree(output.folder, ignore_errors=True)
        elif output.folder.exists() and not output.is_complete:
            shutil.rmtree(output.folder)  # somebody deleted part of it by hand
        aside.rename(output.folder)
    except OSError as error:
        if not output.is_complete:
            raise WarehouseError(f"cannot write to the warehouse: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_table(table: pa.Table, path: Path, *, row_group_rows: int = 4096) -> None:
    """Write a Parquet file; equal tables give equal bytes under one version of pyarrow."""
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=row_group_rows,
        write_page_index=True,
        store_schema=True,
    )
