"""The stage `classify`: which of the five classes each pair belongs to, and what kind of picture a figure is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation import classes, looks
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches
from flows.stages import extract, images, look, panels, typeset
from flows.stages.floats import PICTURE_STAGES, floats_with_panels, ids_with_image
from runtime.attempt import Failure, each
from runtime.progress import Advance
from schemas.annotations import ClassRow
from schemas.columns import table_of
from schemas.floats import Float
from warehouse.stages import Json

PAIRS_PER_BATCH = 16


@dataclass(frozen=True)
class Seen:
    """A float with how its image came about, and what was seen in it; None where it was not looked at."""

    item: Float
    look: looks.Look | None
    origin: str


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a class beside the pair: the classifier with its files."""
    return {"classifier": classes.classifier_identity(look.model_folder(options))}


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of floats with an image."""
    return len(ids_with_image(inputs, PICTURE_STAGES))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the table `classes`; a picture that could not be looked at leaves its float to its words."""
    folder = look.model_folder(options)
    rows, failures = run_batches(
        classify_pairs,
        [(folder, part) for part in parts(_seen_in(inputs), PAIRS_PER_BATCH)],
        pool=model_pool(options),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    rows += [classes.classify(seen.item, None, origin=seen.origin, folder=folder) for seen, _ in failures]
    return {"classes": table_of(ClassRow, rows)}


def classify_pairs(job: tuple[Path, Sequence[Seen]]) -> list[ClassRow | Failure]:
    """Return the class of each pair, or why it came to nothing; this runs in a worker."""
    folder, pairs = job
    return each(lambda seen: classes.classify(seen.item, seen.look, origin=seen.origin, folder=folder), pairs)


def _seen_in(inputs: ShardInputs) -> list[Seen]:
    floats = {item.pair_id: item for item in floats_with_panels(inputs)}
    known = look.looks_in(inputs)
    return [
        Seen(floats[row["pair_id"]], known.get(row["pair_id"]), row["origin"])
        for stage in PICTURE_STAGES
        for row in inputs.table(stage, "images", ["pair_id", "origin"]).to_pylist()
    ]


STAGE = ShardStage(
    "classify",
    classes.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE, panels.STAGE, look.STAGE),
    "pairs",
    parameters,
    size,
    compute,
)
