"""The stage `typeset`: an image of each table that has markup and no image of its own."""

import dataclasses
from collections.abc import Mapping, Sequence

from extractors import typeset
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, parts, reader_pool, run_batches
from flows.stages import extract, images
from flows.stages.floats import float_facts, float_reject, floats_in, ids_with_image
from runtime.attempt import Failure, each
from runtime.progress import Advance
from schemas.annotations import ImageRow
from schemas.columns import table_of
from schemas.floats import Float
from schemas.reject import Reject
from warehouse.stages import Json

TABLES_PER_BATCH = 32


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on the image of a table beside its markup."""
    return {
        "typeset": dataclasses.asdict(typeset.TypesetParameters(max_side=options.max_side)),
        "libraries": dict(typeset.library_versions()),
        "timeout_s": options.image_timeout_s,
    }


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of tables to typeset."""
    have = ids_with_image(inputs, ["images"])
    return sum(1 for row in float_facts(inputs) if row["has_table"] and row["pair_id"] not in have)


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `images` and `rejects`."""
    have = ids_with_image(inputs, ["images"])
    floats = [f for f in floats_in(inputs) if f.table_html is not None and f.pair_id not in have]
    chosen = typeset.TypesetParameters(max_side=options.max_side)
    rows, failures = run_batches(
        typeset_tables,
        [(chosen, part) for part in parts(floats, TABLES_PER_BATCH)],
        pool=reader_pool(options),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    rejects = [float_reject(item, "typeset", failure) for item, failure in failures]
    return {"images": table_of(ImageRow, rows), "rejects": table_of(Reject, rejects)}


def typeset_tables(job: tuple[typeset.TypesetParameters, Sequence[Float]]) -> list[ImageRow | Failure]:
    """Return the image of each table, typeset from its markup, or why there is none; this runs in a worker."""
    chosen, floats = job
    return each(lambda item: typeset.image_row(item.pair_id, item.table_html or "", chosen), floats)


STAGE = ShardStage(
    "typeset", typeset.VERSION, (extract.STAGE, images.STAGE), "tables", parameters, size, compute
)
