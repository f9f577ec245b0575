"""The stage `classify`: which of the five classes each pair belongs to, and what kind of picture a figure is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation import classes, looks
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches
from flows.stages import extract, images, look, ocr, panels, typeset
from flows.stages.floats import PICTURE_STAGES, floats_with_panels, ids_with_image
from runtime.attempt import Failure, each
from runtime.progress import Advance
from schemas.annotations import ClassRow, OcrRow, TextBox
from schemas.columns import rows_of, table_of
from schemas.floats import Float
from warehouse.stages import Json

PAIRS_PER_BATCH = 16


@dataclass(frozen=True)
class Seen:
    """A float with how its image came about, what was seen in it, and what OCR read there; None where it did not."""

    item: Float
    look: looks.Look | None
    origin: str
    drawn: classes.Drawn | None = None


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a class beside the pair: the classifier with its files."""
    return {"classifier": classes.classifier_identity(look.model_folder(options))}


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of floats with an image."""
    return len(ids_with_image(inputs, PICTURE_STAGES))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the table `classes`; a picture that could not be looked at leaves its float to its words.

    What is heard of each pair is heard in parallel; the classes of a paper's figures are then decided together.
    """
    folder = look.model_folder(options)
    heard, failures = run_batches(
        hear_pairs,
        [(folder, part) for part in parts(_seen_in(inputs), PAIRS_PER_BATCH)],
        pool=model_pool(options),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    heard += [classes.hear(seen.item, None, origin=seen.origin, folder=folder) for seen, _ in failures]
    return {"classes": table_of(ClassRow, classes.decide(heard, folder=folder))}


def hear_pairs(job: tuple[Path, Sequence[Seen]]) -> list[classes.Heard | Failure]:
    """Return what is said of each pair, or why it came to nothing; this runs in a worker."""
    folder, pairs = job
    return each(
        lambda seen: classes.hear(seen.item, seen.look, drawn=seen.drawn, origin=seen.origin, folder=folder),
        pairs,
    )


def _seen_in(inputs: ShardInputs) -> list[Seen]:
    floats = {item.pair_id: item for item in floats_with_panels(inputs)}
    known, read = look.looks_in(inputs), _read_in(inputs)

    def seen(name: str, origin: str, width: int, height: int) -> Seen:
        drawn = classes.Drawn(read[name], width, height) if name in read else None
        return Seen(floats[name], known.get(name), origin, drawn)

    columns = ["pair_id", "origin", "width", "height"]
    return [
        seen(row["pair_id"], row["origin"], row["width"], row["height"])
        for stage in PICTURE_STAGES
        for row in inputs.table(stage, "images", columns).to_pylist()
    ]


def _read_in(inputs: ShardInputs) -> dict[str, tuple[TextBox, ...]]:
    """Return what OCR read in each image that it was asked to read."""
    rows = rows_of(OcrRow, inputs.table(ocr.STAGE.name, "ocr"))
    return {row.pair_id: row.ocr_boxes for row in rows if row.ocr_error is None}


STAGE = ShardStage(
    "classify",
    classes.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE, panels.STAGE, ocr.STAGE, look.STAGE),
    "pairs",
    parameters,
    size,
    compute,
)
