"""The stage `decontaminate`: what overlaps an image set that a user names, or a more protected split."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation import decontaminate, embed, leaks, split_leaks
from curation.alignment import Thumbnails
from extractors import images
from flows import work_on_papers
from flows.build_options import BuildOptions
from flows.curate_pairs import leak_parameters, plain, reject_table
from flows.narrow_columns import read_narrow
from flows.run_stages import image_parameters, reader_pool
from flows.stage_tables import GlobalWork
from runtime.attempt import Failure, attempt, shared_pool
from schemas.annotations import ContaminationRow, ImageRow
from schemas.columns import column, table_of, with_long_strings
from schemas.reject import RecordError
from sources.inventory import files_below
from warehouse.stages.tables import Json, StageOutput, canonical_json, stage_key, stage_output, write_stage


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageSetRow:
    """One image set that the pairs were held against."""

    name: str = column(pa.string(), "name of the set: the last part of its path")
    items: int = column(pa.int64(), "items read")
    unreadable: int = column(pa.int64(), "of those, items without a readable image")
    matched: int = column(pa.int64(), "pairs removed because of it")


def find_contamination(work: GlobalWork, papers: StageOutput, duplicates: StageOutput) -> StageOutput:
    """Return the stage's output: tables `contamination` (evidence), `image_sets` and `rejects`."""
    sets = [Path(name).expanduser() for name in work.options.decontaminate]
    parameters = leak_parameters(work.options)
    about: dict[str, Json] = {
        "parameters": plain(dataclasses.asdict(parameters)),
        "sets": [[path.resolve().name, _sha256(path)] for path in sets],
        "images": images.VERSION,
    }
    key = stage_key("decontaminate", decontaminate.VERSION, about, [papers.key, duplicates.key])
    output = stage_output(work.warehouse, "decontaminate", key)
    if not output.is_complete:
        rows, reports = _find(work, papers, duplicates, sets, parameters)
        tables = {
            "contamination": table_of(ContaminationRow, rows),
            "image_sets": table_of(ImageSetRow, reports),
            "rejects": reject_table(work, "decontaminate", {row.pair_id: row for row in rows}, _failure),
        }
        write_stage(output, tables, {"stage": "decontaminate", "version": decontaminate.VERSION})
    return output


def _find(
    work: GlobalWork,
    papers: StageOutput,
    duplicates: StageOutput,
    sets: Sequence[Path],
    parameters: leaks.LeakParameters,
) -> tuple[list[ContaminationRow], list[ImageSetRow]]:
    """Hold the pairs against each set in turn, then the splits against each other; one row per pair."""
    narrow = read_narrow(work, papers)
    gone = with_long_strings(duplicates.table("rejects", ["pair_id"])).column("pair_id")
    table, vectors, thumbs = _without(narrow.table, narrow.embeddings, narrow.thumbnails, gone)
    identity = embed.embedder_space(work.options.embedder)
    rows: list[ContaminationRow] = []
    reports: list[ImageSetRow] = []
    for path in sets:
        report = decontaminate.find_contaminated(
            table,
            vectors,
            thumbs,
            path,
            embedder=identity,
            embed=embed.load_embedder(work.options.embedder).embed,
            normalise=_Normaliser(work.options),
            parameters=parameters,
        )
        rows += report.rows
        reports.append(
            ImageSetRow(
                name=report.name,
                items=report.items,
                unreadable=report.unreadable_count,
                matched=len(report.rows),
            )
        )
        gone = pa.chunked_array([[row.pair_id for row in report.rows]], pa.large_string())
        table, vectors, thumbs = _without(table, vectors, thumbs, gone)
    rows += split_leaks.find_split_leaks(table, vectors, thumbs, embedder=identity, parameters=parameters)
    return rows, reports


@dataclasses.dataclass(frozen=True)
class _Normaliser:
    """Brings an image of a set into the form that the pairs' images have, in a process that may die of it."""

    options: BuildOptions

    def __call__(self, data: bytes, name: str) -> ImageRow:
        job = (name, data, image_parameters(self.options))
        pool = shared_pool(reader_pool(self.options))
        (outcome,) = attempt(
            work_on_papers.make_image, [job], pool=pool, timeout_s=self.options.image_timeout_s
        )
        if outcome.value is None:
            failure = outcome.failure or Failure("unexpected", "no result")
            raise RecordError(failure.reason, failure.detail)
        return outcome.value


def _without(
    table: pa.Table, vectors: npt.NDArray[np.float32], thumbs: Thumbnails, gone: pa.ChunkedArray
) -> tuple[pa.Table, npt.NDArray[np.float32], Thumbnails]:
    stay = np.flatnonzero(~pc.is_in(table.column("pair_id"), value_set=gone).to_numpy())
    return table.take(pa.array(stay)), vectors[stay], thumbs.take(stay)


def _failure(row: ContaminationRow) -> Failure:
    similarity = "" if row.similarity is None else f", similarity {row.similarity:.3f}"
    detail = f"matches {row.item} of {row.against} ({row.contamination_test}{similarity})"
    return Failure("split_leak" if row.against.startswith("split:") else "contaminated", detail)


def _sha256(path: Path) -> str:
    """Return a hash of a set's file, or of the names and contents of its folder."""
    files = files_below(path) if path.is_dir() else [path]
    content: list[Json] = []
    for file in files:
        with file.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        content.append([file.relative_to(path).as_posix() if path.is_dir() else file.name, digest])
    return hashlib.sha256(canonical_json(content)).hexdigest()
