"""The stage `look`: what the classifier's network sees in each figure, once for all stages that want to know it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from curation import classes, looks
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches
from flows.stages import extract, images, panels, typeset
from flows.stages.floats import PICTURE_STAGES, SmallCopy, ids_with_image, small_copies_in
from runtime.attempt import Failure, each
from runtime.pictures import unpack
from runtime.progress import Advance
from schemas.annotations import LookRow
from schemas.columns import table_of
from warehouse.stages import Json

PICTURES_PER_BATCH = 16


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a look beside the image: the network."""
    return {"network": looks.network_identity(model_folder(options))}


def model_folder(options: BuildOptions) -> Path:
    """Return where the classifier of a build lies."""
    return classes.SHIPPED if options.class_model is None else Path(options.class_model)


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of figures with an image."""
    return len(_figures(inputs) & ids_with_image(inputs, PICTURE_STAGES))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the table `looks`; a picture that cannot be looked at has no row there, and is still a pair."""
    figures = _figures(inputs)
    copies = [copy for copy in small_copies_in(inputs, PICTURE_STAGES) if copy.pair_id in figures]
    rows, _ = run_batches(
        look_at,
        [(model_folder(options), part) for part in parts(copies, PICTURES_PER_BATCH)],
        pool=model_pool(options),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    return {"looks": table_of(LookRow, rows)}


def look_at(job: tuple[Path, Sequence[SmallCopy]]) -> list[LookRow | Failure]:
    """Return what is seen in each picture, or why nothing is; this runs in a worker."""
    folder, copies = job

    def look(copy: SmallCopy) -> LookRow:
        seen = looks.picture_features(unpack(copy.packed), folder / looks.GRAPH)
        return LookRow(
            pair_id=copy.pair_id, **{name: tuple(part.tolist()) for name, part in seen._asdict().items()}
        )

    return each(look, copies)


def looks_in(inputs: ShardInputs) -> dict[str, looks.Look]:
    """Return what was seen in each figure that could be looked at."""
    table = inputs.table(STAGE.name, "looks")
    names: list[str] = table.column("pair_id").to_pylist()
    if not names:
        return {}
    seen = [
        np.asarray(table.column(name).combine_chunks().flatten(), np.float32).reshape(len(names), -1)
        for name in looks.Look._fields
    ]
    return dict(zip(names, (looks.Look(*one) for one in zip(*seen, strict=True)), strict=True))


def _figures(inputs: ShardInputs) -> set[str]:
    found = set[str]()
    for stage in (extract.STAGE.name, panels.STAGE.name):
        floats = inputs.table(stage, "floats", ["pair_id", "kind"])
        found |= set(floats.filter(pc.equal(floats.column("kind"), "figure")).column("pair_id").to_pylist())
    return found


STAGE = ShardStage(
    "look",
    looks.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE, panels.STAGE),
    "figures",
    parameters,
    size,
    compute,
)
