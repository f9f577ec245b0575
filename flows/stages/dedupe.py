"""The stage `dedupe`: which pairs repeat another one."""

import dataclasses
from functools import partial

from curation import duplicates, embeddings
from flows.build_options import BuildOptions
from flows.shards import BuildInputs, BuildStage, Computed, Plan
from flows.stages import embed, extract, ocr, papers
from flows.stages.compared_columns import read_narrow
from flows.stages.rejects import reject_table
from flows.stages.thresholds import duplicate_parameters
from runtime.attempt import Failure
from schemas.annotations import DuplicateRow
from schemas.columns import table_of
from warehouse.stages import plain


def plan(inputs: BuildInputs, options: BuildOptions) -> Plan:
    """Return the work: tables `duplicates` (evidence) and `rejects`."""
    chosen = duplicate_parameters(options)
    about = {"parameters": plain(dataclasses.asdict(chosen))}
    return Plan(about, partial(_compute, inputs, options, chosen))


def _compute(inputs: BuildInputs, options: BuildOptions, chosen: duplicates.DedupeParameters) -> Computed:
    narrow = read_narrow(inputs.shards, inputs.outputs["papers"], options.embedder)
    result = duplicates.find_duplicates(
        narrow.table,
        narrow.embeddings,
        narrow.thumbnails,
        embedder=embeddings.embedder_space(embeddings.copies_embedder(options.embedder)),
        parameters=chosen,
        workers=options.workers,
    )
    rows = {row.pair_id: row for row in result.rows}
    return Computed(
        {
            "duplicates": table_of(DuplicateRow, result.rows),
            "rejects": reject_table(inputs.shards, "dedupe", rows, _failure),
        },
        {"index": result.index, "recall": result.recall},
    )


def _failure(row: DuplicateRow) -> Failure:
    reason = "duplicate_exact" if row.duplicate_test == "exact_pixels" else "duplicate_near"
    detail = (
        f"repeats {row.duplicate_group} (similarity {row.similarity:.3f}, difference {row.difference:.2f})"
    )
    return Failure(reason, detail)


STAGE = BuildStage("dedupe", duplicates.VERSION, (papers.STAGE, extract.STAGE, embed.STAGE, ocr.STAGE), plan)
