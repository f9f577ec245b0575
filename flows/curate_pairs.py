"""The stage `dedupe`: which pairs repeat another one."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from curation import dedupe, dedupe_parameters, embed, leaks, thresholds
from flows.build_options import BuildOptions
from flows.narrow_columns import read_narrow
from flows.stage_tables import GlobalWork
from runtime.attempt import Failure
from schemas.annotations import DuplicateRow
from schemas.columns import table_of, with_long_strings
from schemas.errors import UserError
from schemas.reject import Reject
from warehouse.stages.tables import Json, StageOutput, stage_key, stage_output, write_stage

R = TypeVar("R")

REJECT_COLUMNS = ["paper_key", "pair_id", "kind", "label", "caption", "snippet"]


def find_duplicates(work: GlobalWork, papers: StageOutput) -> StageOutput:
    """Return the stage's output: tables `duplicates` (evidence) and `rejects`."""
    parameters = duplicate_parameters(work.options)
    about = plain(dataclasses.asdict(parameters))
    inputs = [papers.key, *(key for name in ("extract", "embed", "ocr") for key in work.keys(name))]
    key = stage_key("dedupe", dedupe.VERSION, {"parameters": about}, inputs)
    output = stage_output(work.warehouse, "dedupe", key)
    if not output.is_complete:
        narrow = read_narrow(work, papers)
        identity = embed.embedder_space(work.options.embedder)
        result = dedupe.find_duplicates(
            narrow.table,
            narrow.embeddings,
            narrow.thumbnails,
            embedder=identity,
            parameters=parameters,
            workers=work.options.workers,
        )
        rows = {row.pair_id: row for row in result.rows}
        write_stage(
            output,
            {
                "duplicates": table_of(DuplicateRow, result.rows),
                "rejects": reject_table(work, "dedupe", rows, _duplicate_failure),
            },
            {"stage": "dedupe", "version": dedupe.VERSION, "index": result.index, "recall": result.recall},
        )
    return output


def duplicate_parameters(options: BuildOptions) -> dedupe_parameters.DedupeParameters:
    """Return the thresholds for the build's embedder.

    Raises:
        UserError: none was measured for this embedder and none is given.
    """
    space = embed.embedder_space(options.embedder)
    calibrated = _calibrated(options, space)
    if calibrated is not None:
        return calibrated.for_duplicates()
    try:
        return dedupe_parameters.dedupe_parameters(space, similarity=options.near_duplicate_threshold)
    except ValueError as error:
        raise UserError(f"{error} (options --thresholds and --near-duplicate-threshold)") from error


def leak_parameters(options: BuildOptions) -> leaks.LeakParameters:
    """Return the thresholds of contamination for the build's embedder. Raises UserError."""
    calibrated = _calibrated(options, embed.embedder_space(options.embedder))
    if calibrated is not None:
        return calibrated.for_leaks()
    return leaks.leak_parameters(duplicate_parameters(options))


def _calibrated(options: BuildOptions, space: str) -> thresholds.Thresholds | None:
    if options.thresholds is None:
        given = options.near_duplicate_threshold is not None
        return None if given else thresholds.shipped_thresholds(space)
    if options.near_duplicate_threshold is not None:
        raise UserError("give --thresholds or --near-duplicate-threshold, not both")
    return thresholds.thresholds_of(space, Path(options.thresholds).expanduser())


def _duplicate_failure(row: DuplicateRow) -> Failure:
    reason = "duplicate_exact" if row.duplicate_test == "exact_pixels" else "duplicate_near"
    detail = (
        f"repeats {row.duplicate_group} (similarity {row.similarity:.3f}, difference {row.difference:.2f})"
    )
    return Failure(reason, detail)


def reject_table(
    work: GlobalWork, stage: str, rows: Mapping[str, R], failure: Callable[[R], Failure]
) -> pa.Table:
    """Return the rejects of a global stage: of each pair_id, with what the extractors found of the float."""
    names = pa.array(list(rows), pa.large_string())
    tables = [table_of(Reject, [])]
    for index in range(len(work.shards)):
        floats = with_long_strings(work.output("extract", index).table("floats", REJECT_COLUMNS))
        rejects = []
        for row in floats.filter(pc.is_in(floats.column("pair_id"), value_set=names)).to_pylist():
            found = failure(rows[row["pair_id"]])
            rejects.append(Reject(**row, stage=stage, reason=found.reason, detail=found.detail))
        tables.append(table_of(Reject, rejects))
    return pa.concat_tables(tables)


def plain(value: object) -> Json:
    """Return nested dataclass values in the types that JSON knows."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    assert value is None or isinstance(value, str | int | float | bool)
    return value
