"""The stage `ocr`: what an OCR engine reads in the images of tables, of figures, or of both."""

import functools
from collections.abc import Mapping, Sequence

from extractors import ocr
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches, wanted_device
from flows.stages import extract, images, typeset
from flows.stages.floats import Picture, float_facts, ids_with_image, pictures_in
from runtime.attempt import Failure
from runtime.progress import Advance
from schemas.annotations import OcrRow
from schemas.columns import table_of
from schemas.reject import RecordError
from warehouse.stages import Json

# Lines of several pictures fill the batches of RapidOCR's recogniser. A batch may take 1.5 times the time limit of
# one picture and is else read again one by one, so that a short limit makes them smaller.
PICTURES_PER_BATCH = 12
SLOW_PICTURE_S = 5.0


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a reading beside the image: engine with models, whom it reads, time limit."""
    engine = engine_identity(options)
    if engine is None:
        return {"engine": None}
    return {"engine": engine, "kinds": options.ocr_kinds, "timeout_s": options.image_timeout_s}


def engine_identity(options: BuildOptions) -> str | None:
    """Return the identity of the engine that reads a build's images, None where nothing is to be read.

    Raises:
        UserError: there is no such engine, or its package or models are missing.
    """
    if options.ocr_engine == "none":
        return None
    return ocr.engine_identity(options.ocr_engine, _ocr_parameters(options))


def _ocr_parameters(options: BuildOptions) -> ocr.OcrParameters:
    # Machines that share a build must agree on what they write, and not all have bfloat16.
    return ocr.OcrParameters(
        model_dir=options.ocr_model_dir,
        any_precision=options.task_runner == "threads",
        device=ocr.ocr_device(options.ocr_engine, wanted_device(options)),
    )


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of images to read."""
    if options.ocr_engine == "none":
        return 0
    return len(_wanted_in(inputs, options) & ids_with_image(inputs))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the table `ocr`; a float that cannot be read stays a good pair, so it is no reject."""
    engine = engine_identity(options)
    if engine is None:
        return {"ocr": table_of(OcrRow, [])}
    wanted = _wanted_in(inputs, options)
    context = (options.ocr_engine, _ocr_parameters(options))
    pictures = [picture for picture in pictures_in(inputs) if picture.pair_id in wanted]
    rows, failures = run_batches(
        read_text,
        [(context, part) for part in parts(pictures, _batch_size(options))],
        pool=model_pool(options, context[1].device),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    rows += [_unread(picture.pair_id, engine, failure) for picture, failure in failures]
    return {"ocr": table_of(OcrRow, rows)}


def _batch_size(options: BuildOptions) -> int:
    """Return how many pictures are read together; EasyOCR is slow and gains nothing by it."""
    if options.ocr_engine != "rapidocr":
        return 1
    return max(1, min(PICTURES_PER_BATCH, int(options.image_timeout_s / SLOW_PICTURE_S)))


def _wanted_in(inputs: ShardInputs, options: BuildOptions) -> set[object]:
    """Return the names of the floats whose images are to be read."""
    kinds = ("table", "figure") if options.ocr_kinds == "both" else (options.ocr_kinds,)
    return {row["pair_id"] for row in float_facts(inputs) if row["kind"] in kinds}


def _unread(pair_id: str, engine: str, failure: Failure) -> OcrRow:
    return OcrRow(pair_id=pair_id, ocr_text="", ocr_engine=engine, ocr_boxes=(), ocr_error=failure.reason)


def read_text(job: tuple[tuple[str, ocr.OcrParameters], Sequence[Picture]]) -> list[OcrRow | Failure]:
    """Return what OCR reads in each picture, or why it came to nothing; this runs in a worker."""
    (name, chosen), pictures = job
    read = ocr.ocr_rows(_engine(name, chosen), [(picture.pair_id, picture.image) for picture in pictures])
    return [Failure(row.reason, row.detail) if isinstance(row, RecordError) else row for row in read]


@functools.lru_cache(maxsize=1)
def _engine(name: str, chosen: ocr.OcrParameters) -> ocr.OcrEngine:
    return ocr.load_engine(name, chosen)


STAGE = ShardStage(
    "ocr",
    ocr.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE),
    "images",
    parameters,
    size,
    compute,
)
