"""The stage `images`: one image in the normal form of each float that has graphics."""

import dataclasses
from collections.abc import Mapping, Sequence

from extractors import images, latex
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, parts, reader_pool, run_batches
from flows.stages import extract
from flows.stages.floats import by_paper, float_facts, float_reject, floats_in
from runtime.attempt import Failure, each
from runtime.progress import Advance
from schemas.annotations import ImageRow
from schemas.columns import rows_of, table_of
from schemas.floats import Drawing, Float
from schemas.paper import PaperRef
from schemas.reject import Reject
from sources.bucket import local_papers
from sources.read import read_paper
from warehouse.stages import Json

IMAGES_PER_BATCH = 16  # floats of one paper that share one reading of its archive


@dataclasses.dataclass(frozen=True)
class ImagesOf:
    """What the images of one paper's floats are made with."""

    ref: PaperRef
    parameters: images.ImageParameters
    drawings: tuple[Drawing, ...]
    limits: latex.RenderLimits


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on an image beside the float and its files."""
    return {
        "image": dataclasses.asdict(image_parameters(options)),
        "libraries": dict(images.library_versions()),
        "tex": latex.engine_identity() if options.render_drawings else None,
        "timeout_s": options.image_timeout_s,
        "memory_gb": options.worker_memory_gb,
    }


def image_parameters(options: BuildOptions) -> images.ImageParameters:
    """Return the image parameters that the options stand for.

    Ghostscript ends well within an image's own time limit, so that its sandbox is cleared away.
    """
    limit = min(images.ImageParameters().ghostscript_timeout_s, 0.4 * options.image_timeout_s)
    return images.ImageParameters(max_side=options.max_side, ghostscript_timeout_s=limit)


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of floats with graphics."""
    return sum(1 for row in float_facts(inputs) if row["graphics"])


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `images` and `rejects`."""
    floats = [item for item in floats_in(inputs) if item.graphics]
    rows, failures = _images_of(inputs, floats, options, advance)
    placeholders = _placeholders(floats, rows)
    failures += [(item, _PLACEHOLDER) for item in floats if item.pair_id in placeholders]
    return {
        "images": table_of(ImageRow, [row for row in rows if row.pair_id not in placeholders]),
        # A table whose graphic fails but which has markup is typeset instead: no reject here.
        "rejects": table_of(
            Reject, [float_reject(item, "images", f) for item, f in failures if item.table_html is None]
        ),
    }


def _images_of(
    inputs: ShardInputs, floats: Sequence[Float], options: BuildOptions, advance: Advance
) -> tuple[list[ImageRow], list[tuple[Float, Failure]]]:
    shown = by_paper(floats)
    drawings: dict[str, list[Drawing]] = {}
    for drawing in rows_of(Drawing, inputs.table("extract", "drawings")):
        drawings.setdefault(drawing.paper_key, []).append(drawing)
    with local_papers([ref for ref in inputs.papers if ref.key in shown]) as papers:
        refs = {ref.key: ref for ref in papers}
        # A drawing may take a TeX engine's whole time limit, so none waits for another one in its batch.
        batches = [
            (
                ImagesOf(
                    refs[key],
                    image_parameters(options),
                    tuple(drawings.get(key, ())),
                    _render_limits(options),
                ),
                part,
            )
            for key, items in shown.items()
            for part in parts(items, 1 if key in drawings else IMAGES_PER_BATCH)
        ]
        return run_batches(
            make_images,
            batches,
            pool=reader_pool(options),
            timeout_s=options.image_timeout_s,
            advance=advance,
        )


def _render_limits(options: BuildOptions) -> latex.RenderLimits:
    """Return the bounds on rendering one drawing: both tries end within an image's own time limit."""
    limit = min(latex.RenderLimits().timeout_s, 0.4 * options.image_timeout_s)
    return latex.RenderLimits(timeout_s=limit)


_PLACEHOLDER = Failure("image_placeholder", "three or more floats of the paper show this same image")


def _placeholders(floats: Sequence[Float], rows: Sequence[ImageRow]) -> set[str]:
    pixels = {row.pair_id: row.pixel_sha256 for row in rows}
    found: set[str] = set()
    for items in by_paper(floats).values():
        known = [(f.pair_id, f.caption, pixels[f.pair_id]) for f in items if f.pair_id in pixels]
        found |= images.find_placeholders(known)
    return found


def make_images(job: tuple[ImagesOf, Sequence[Float]]) -> list[ImageRow | Failure]:
    """Return the image of each float of one paper, or why there is none; this runs in a worker."""
    about, floats = job
    files = read_paper(about.ref).files
    drawings = {drawing.path: drawing for drawing in about.drawings}

    def image(item: Float) -> ImageRow:
        wanted = [drawings[graphic.path] for graphic in item.graphics if graphic.path in drawings]
        drawn = {d.path: latex.render_drawing(d, files, about.limits) for d in wanted}
        return images.image_row(item.pair_id, item.graphics, {**files, **drawn}, about.parameters)

    return each(image, floats)


STAGE = ShardStage("images", images.VERSION, (extract.STAGE,), "floats", parameters, size, compute)
