"""Measures OCR on a release's tables whose source text is known: what the release holds, or engines run anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.ocr_quality import KnownTable, measure
from extractors import ocr
from flows.stages.floats import Picture
from flows.stages.ocr import read_text
from runtime.attempt import PoolParameters, attempt, shared_pool, stop_shared_pools
from runtime.progress import progress
from schemas.annotations import OcrRow
from schemas.columns import table_of
from schemas.errors import UserError
from schemas.ocr_quality import OcrQualityRow
from warehouse.place import WarehouseError
from warehouse.stages import write_table
from warehouse.versions import pair_files

COLUMNS = ["pair_id", "subcategory", "origin", "width", "height", "table_text"]
STORED = ["ocr_text", "ocr_engine", "ocr_error"]
TIMEOUT_S = 300.0  # for one table, of which RapidOCR reads most in a second or two


@dataclass(frozen=True, kw_only=True)
class OcrSettings:
    """Which engines read which tables; without engines, what the release holds is measured."""

    engines: tuple[str, ...] = ()
    tables: int | None = None
    parameters: ocr.OcrParameters = field(default_factory=ocr.OcrParameters)
    workers: int = 2


def evaluate_ocr(release: Path, *, settings: OcrSettings, output: Path | None = None) -> list[OcrQualityRow]:
    """Return the errors of each engine on each table, written to `output` as Parquet where one is named.

    Args:
        release: folder of a release.
        settings: engines and number of tables, which are spread evenly over the release in order of pair_id.
        output: file to write.

    Raises:
        UserError: the release holds no such table, or an engine or its weights are missing.
    """
    for name in settings.engines:
        ocr.engine_identity(name, settings.parameters)
    known = _known_tables(release, stored=not settings.engines)
    chosen = known
    if settings.tables is not None and len(known) > settings.tables:
        chosen = [known[round(place)] for place in np.linspace(0, len(known) - 1, settings.tables)]
    if settings.engines:
        rows = _read_anew(release, [table for table, _ in chosen], settings)
    else:
        rows = [measure(table, read) for table, read in chosen if read is not None]
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        aside = output.with_name(f".{output.name}")
        write_table(table_of(OcrQualityRow, rows), aside)
        aside.replace(output)
    return rows


def _known_tables(release: Path, *, stored: bool) -> list[tuple[KnownTable, OcrRow | None]]:
    found: list[tuple[KnownTable, OcrRow | None]] = []
    for path in pair_files(release):
        for row in _read(path, [*COLUMNS, *STORED]).to_pylist():
            if not row["table_text"] or (stored and row["ocr_engine"] is None):
                continue
            values = {name: row[name] for name in COLUMNS if name != "table_text"}
            read = None
            if row["ocr_engine"] is not None:
                read = OcrRow(
                    pair_id=row["pair_id"],
                    ocr_text=row["ocr_text"] or "",
                    ocr_engine=row["ocr_engine"],
                    ocr_error=row["ocr_error"],
                    ocr_boxes=(),
                )
            found.append((KnownTable(**values, text=row["table_text"]), read))
    if not found:
        what = "and that OCR read: name engines with --engine" if stored else "to read"
        raise UserError(f"release {release.name} holds no table whose source text is known {what}")
    return sorted(found, key=lambda item: item[0].pair_id)


def _read_anew(release: Path, tables: Sequence[KnownTable], settings: OcrSettings) -> list[OcrQualityRow]:
    pictures = _pictures(release, {table.pair_id for table in tables})
    rows = []
    pool = PoolParameters(workers=settings.workers, memory_bytes=None)
    try:
        for name in settings.engines:
            identity = ocr.engine_identity(name, settings.parameters)
            jobs = [((name, settings.parameters), [pictures[table.pair_id]]) for table in tables]
            read: dict[str, OcrRow] = {}
            with progress(f"ocr by {name}", len(jobs), "tables") as advance:
                for outcome in attempt(read_text, jobs, pool=shared_pool(pool), timeout_s=TIMEOUT_S):
                    pair_id = outcome.item[1][0].pair_id
                    result = outcome.value[0] if outcome.value else outcome.failure
                    read[pair_id] = (
                        result if isinstance(result, OcrRow) else _failed(pair_id, identity, result)
                    )
                    advance(1)
            rows += [measure(table, read[table.pair_id]) for table in tables]
    finally:
        stop_shared_pools()
    return rows


def _failed(pair_id: str, identity: str, failure: object) -> OcrRow:
    reason = getattr(failure, "reason", "unexpected")
    return OcrRow(pair_id=pair_id, ocr_text="", ocr_engine=identity, ocr_error=reason, ocr_boxes=())


def _pictures(release: Path, wanted: set[str]) -> dict[str, Picture]:
    found = {}
    for path in pair_files(release):
        names = _read(path, ["pair_id"]).column("pair_id").to_pylist()
        if not wanted.intersection(names):
            continue
        for row in _read(path, ["pair_id", "image"], wanted).to_pylist():
            found[row["pair_id"]] = Picture(row["pair_id"], row["image"]["bytes"])
    return found


def _read(path: Path, columns: list[str], wanted: set[str] | None = None) -> pa.Table:
    try:
        filters = [("pair_id", "in", wanted)] if wanted is not None else None
        return pq.read_table(path, columns=columns, partitioning=None, filters=filters)
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{path} cannot be read: {error}") from error
