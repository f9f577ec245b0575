"""The stage `decontaminate`: what overlaps an image set that a user names, or a more protected split."""

import dataclasses
import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation import contamination, embeddings
from extractors import images
from flows.build_options import BuildOptions
from flows.shards import BuildInputs, BuildStage, Computed, Plan, reader_pool
from flows.stages import dedupe, papers
from flows.stages.compared_columns import Narrow, read_narrow
from flows.stages.images import image_parameters
from flows.stages.rejects import reject_table
from flows.stages.thresholds import leak_parameters
from runtime.attempt import Failure, attempt, shared_pool
from runtime.hashes import file_sha256
from schemas.annotations import ContaminationRow, ImageRow
from schemas.columns import column, table_of, with_long_strings
from schemas.floats import Graphic
from schemas.reject import RecordError
from sources.inventory import files_below
from warehouse.stages import Json, canonical_json, plain


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImageSetRow:
    """One image set that the pairs were held against."""

    name: str = column(pa.string(), "name of the set: the last part of its path")
    items: int = column(pa.int64(), "items read")
    unreadable: int = column(pa.int64(), "of those, items without a readable image")
    matched: int = column(pa.int64(), "pairs removed because of it")


def plan(inputs: BuildInputs, options: BuildOptions) -> Plan:
    """Return the work: tables `contamination` (evidence), `image_sets` and `rejects`."""
    sets = [Path(name).expanduser() for name in options.decontaminate]
    chosen = leak_parameters(options)
    about: dict[str, Json] = {
        "parameters": plain(dataclasses.asdict(chosen)),
        "sets": [[path.resolve().name, _sha256(path)] for path in sets],
        "images": images.VERSION,
    }
    return Plan(about, partial(_compute, inputs, options, sets, chosen))


def _compute(
    inputs: BuildInputs, options: BuildOptions, sets: Sequence[Path], chosen: contamination.LeakParameters
) -> Computed:
    """Hold the pairs against each set in turn, then the splits against each other; one row per pair."""
    narrow = read_narrow(inputs.shards, inputs.outputs["papers"], options.embedder)
    gone = with_long_strings(inputs.outputs["dedupe"].table("rejects", ["pair_id"])).column("pair_id")
    left = _without(narrow, gone)
    finder = embeddings.copies_embedder(options.embedder)
    space = embeddings.embedder_space(finder)
    rows: list[ContaminationRow] = []
    reports: list[ImageSetRow] = []
    for path in sets:
        report = contamination.find_contaminated(
            left.table,
            left.embeddings,
            left.thumbnails,
            path,
            embedder=space,
            embed=embeddings.load_embedder(finder).embed,
            normalise=_Normaliser(options),
            parameters=chosen,
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
        left = _without(left, pa.chunked_array([[row.pair_id for row in report.rows]], pa.large_string()))
    rows += contamination.find_split_leaks(
        left.table, left.embeddings, left.thumbnails, embedder=space, parameters=chosen
    )
    return Computed(
        {
            "contamination": table_of(ContaminationRow, rows),
            "image_sets": table_of(ImageSetRow, reports),
            "rejects": reject_table(
                inputs.shards, "decontaminate", {row.pair_id: row for row in rows}, _failure
            ),
        }
    )


def _without(pairs: Narrow, gone: pa.ChunkedArray) -> Narrow:
    stay = np.flatnonzero(~pc.is_in(pairs.table.column("pair_id"), value_set=gone).to_numpy())
    return Narrow(pairs.table.take(pa.array(stay)), pairs.embeddings[stay], pairs.thumbnails.take(stay))


@dataclasses.dataclass(frozen=True)
class _Normaliser:
    """Brings an image of a set into the form that the pairs' images have, in a process that may die of it."""

    options: BuildOptions

    def __call__(self, data: bytes, name: str) -> ImageRow:
        job = (name, data, image_parameters(self.options))
        pool = shared_pool(reader_pool(self.options))
        (outcome,) = attempt(make_image, [job], pool=pool, timeout_s=self.options.image_timeout_s)
        if outcome.value is None:
            failure = outcome.failure or Failure("unexpected", "no result")
            raise RecordError(failure.reason, failure.detail)
        return outcome.value


def _failure(row: ContaminationRow) -> Failure:
    similarity = "" if row.similarity is None else f", similarity {row.similarity:.3f}"
    detail = f"matches {row.item} of {row.against} ({row.contamination_test}{similarity})"
    return Failure("split_leak" if row.against.startswith("split:") else "contaminated", detail)


def _sha256(path: Path) -> str:
    """Return a hash of a set's file, or of the names and contents of its folder."""
    files = files_below(path) if path.is_dir() else [path]
    content: list[Json] = []
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        content.append([name, file_sha256(file)])
    return hashlib.sha256(canonical_json(content)).hexdigest()


def make_image(job: tuple[str, bytes, images.ImageParameters]) -> ImageRow:
    """Return the normal form of one image file of an image set; this runs in a worker."""
    name, data, chosen = job
    graphic = Graphic(path=name, page=1, angle=0.0, row=0)
    return images.image_row(name, [graphic], {name: data}, chosen)


STAGE = BuildStage("decontaminate", contamination.VERSION, (papers.STAGE, dedupe.STAGE), plan)
