"""The stage `dedupe`: which pairs repeat another one.

Like every stage over the whole build it reads narrow columns, never image bytes. Per million pairs the
largest are the embeddings: four bytes times the dimension each.
"""

import dataclasses
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation import alignment, decontaminate, dedupe, dedupe_parameters, embed, licenses, thresholds
from flows.build_options import BuildOptions
from flows.stage_tables import GlobalWork
from runtime.attempt import Failure
from schemas.annotations import DuplicateRow
from schemas.columns import rows_of, table_of
from schemas.errors import UserError
from schemas.paper import PaperFacts
from schemas.reject import Reject
from warehouse.lake import Json, StageOutput, stage_key, stage_output, write_stage

FLOAT_COLUMNS = ["pair_id", "paper_key", "parent_id", "kind", "caption", "table_text"]
REJECT_COLUMNS = ["paper_key", "pair_id", "kind", "label", "caption", "snippet"]
IMAGE_COLUMNS = [
    "pair_id", "origin", "width", "height", "original_width", "original_height", "pixel_sha256", "phash"
]  # fmt: skip


@dataclass(frozen=True)
class Narrow:
    """All pairs that have an image: columns of what curation compares, and their embeddings, in one order."""

    columns: dict[str, list[object]]
    embeddings: npt.NDArray[np.float32]
    thumbnails: alignment.Thumbnails


def find_duplicates(work: GlobalWork, papers: StageOutput) -> StageOutput:
    """Return the stage's output: tables `duplicates` (evidence) and `rejects`."""
    parameters = duplicate_parameters(work.options)
    about = plain(dataclasses.asdict(parameters))
    inputs = [papers.key, *(key for name in ("extract", "embed", "ocr") for key in work.keys(name))]
    key = stage_key("dedupe", dedupe.VERSION, {"parameters": about}, inputs)
    output = stage_output(work.warehouse, "dedupe", key)
    if not output.is_complete:
        narrow = read_narrow(work, papers)
        table = pa.table({name: narrow.columns[name] for name in dedupe.COLUMNS.names}, schema=dedupe.COLUMNS)
        identity = embed.embedder_space(work.options.embedder)
        result = dedupe.find_duplicates(
            table,
            narrow.embeddings,
            narrow.thumbnails,
            embedder=identity,
            parameters=parameters,
            workers=work.options.workers,
        )
        reasons = {row.pair_id: _duplicate_failure(row) for row in result.rows}
        write_stage(
            output,
            {
                "duplicates": table_of(DuplicateRow, result.rows),
                "rejects": reject_table(work, "dedupe", reasons),
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


def leak_parameters(options: BuildOptions) -> decontaminate.LeakParameters:
    """Return the thresholds of contamination for the build's embedder. Raises UserError."""
    calibrated = _calibrated(options, embed.embedder_space(options.embedder))
    if calibrated is not None:
        return calibrated.for_leaks()
    return decontaminate.leak_parameters(duplicate_parameters(options))


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


def read_narrow(work: GlobalWork, papers: StageOutput) -> Narrow:
    """Return the columns of COLUMNS in `curation.dedupe`, in the order of the embeddings."""
    facts = {row.paper_key: row for row in rows_of(PaperFacts, papers.table("papers"))}
    own = {row["pair_id"]: row for row in papers.table("float_licenses").to_pylist()}
    floats = {row["pair_id"]: row for row in work.table("extract", "floats", FLOAT_COLUMNS).to_pylist()}
    images = {
        row["pair_id"]: row
        for stage in ("images", "typeset")
        for row in work.table(stage, "images", IMAGE_COLUMNS).to_pylist()
    }
    texts = {
        row["pair_id"]: row["ocr_text"]
        for row in work.table("ocr", "ocr", ["pair_id", "ocr_text"]).to_pylist()
    }
    embedded = work.table("embed", "embeddings")
    names = embedded.column("pair_id").to_pylist()
    columns: dict[str, list[object]] = {"pair_id": names}
    for name in ("paper_key", "parent_id", "kind", "caption", "table_text"):
        columns[name] = [floats[pair][name] for pair in names]
    for name in ("origin", "pixel_sha256", "phash"):
        columns[name] = [images[pair][name] for pair in names]
    of_paper = [facts[floats[pair]["paper_key"]] for pair in names]
    columns["source"] = [paper.source for paper in of_paper]
    columns["version"] = [paper.version for paper in of_paper]
    columns["split"] = [paper.split for paper in of_paper]
    columns["paper_id"] = [paper.paper_id for paper in of_paper]
    columns["doi"] = [paper.doi for paper in of_paper]
    columns["ocr_text"] = [texts.get(pair) or None for pair in names]
    columns["pixels"] = [_pixels(images[pair]) for pair in names]
    columns["license_rank"] = [
        _license_rank(own.get(pair), paper) for pair, paper in zip(names, of_paper, strict=True)
    ]
    return Narrow(columns, _matrix(embedded.column("embedding")), _on_disk(embedded.column("thumbnail")))


def _matrix(column: pa.ChunkedArray) -> npt.NDArray[np.float32]:
    if len(column) == 0:
        return np.zeros((0, 1), np.float32)
    flat = np.concatenate([chunk.flatten().to_numpy() for chunk in column.chunks])
    return np.asarray(flat, np.float32).reshape(len(column), -1)


def _on_disk(column: pa.ChunkedArray) -> alignment.Thumbnails:
    """Return thumbnails in a file without a name, which goes with them: nine kilobytes each, few looked at."""
    side = alignment.SIDE
    if len(column) == 0:
        return alignment.Thumbnails(np.zeros((0, side, side), np.uint8))
    with tempfile.TemporaryFile() as file:
        for chunk in column.chunks:
            file.writelines(value.as_buffer() for value in chunk)
        file.flush()
        return alignment.Thumbnails(np.memmap(file, np.uint8, "r", shape=(len(column), side, side)))


def _pixels(image: Mapping[str, object]) -> int:
    width = image["original_width"] or image["width"]
    height = image["original_height"] or image["height"]
    assert isinstance(width, float | int) and isinstance(height, float | int)
    return int(width * height)


def _license_rank(own: Mapping[str, object] | None, paper: PaperFacts) -> int:
    names = [f.name for f in dataclasses.fields(licenses.LicenseFacets)]
    values = own if own is not None else {name: getattr(paper, name) for name in names}
    return licenses.openness(licenses.LicenseFacets(**{name: values[name] for name in names}))  # type: ignore[arg-type]


def reject_table(work: GlobalWork, stage: str, reasons: Mapping[str, Failure]) -> pa.Table:
    """Return the rejects of a global stage, with what the extractors found of each float."""
    names = pa.array(list(reasons), pa.string())
    rejects = []
    for index in range(len(work.shards)):
        floats = work.output("extract", index).table("floats", REJECT_COLUMNS)
        for row in floats.filter(pc.is_in(floats.column("pair_id"), value_set=names)).to_pylist():
            failure = reasons[row["pair_id"]]
            rejects.append(Reject(**row, stage=stage, reason=failure.reason, detail=failure.detail))
    return table_of(Reject, rejects)


def plain(value: object) -> Json:
    """Return nested dataclass values in the types that JSON knows."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    assert value is None or isinstance(value, str | int | float | bool)
    return value
