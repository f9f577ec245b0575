"""The stage `panels`: lettered panels of figures, cut out where caption and picture agree on them."""

import io
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from extractors import images, panels
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, parts, reader_pool, run_batches
from flows.stages import extract
from flows.stages import images as image_stage
from flows.stages.floats import by_paper, floats_in
from runtime.attempt import Failure, each
from runtime.logs import DETAILS
from runtime.progress import Advance
from schemas.annotations import ImageRow
from schemas.columns import table_of
from schemas.floats import Float, Graphic
from schemas.panel import PanelRow, UnsplitRow
from schemas.paper import PaperRef
from schemas.reject import RecordError
from sources.bucket import local_papers
from sources.read import read_paper
from warehouse.stages import Json

details = logging.getLogger(DETAILS)
VERSION = "2"  # 1: letters of captions, pictures and vector files; 2: small copies
FIGURES_PER_BATCH = 8  # figures of one paper that share one reading of its archive
VECTOR = (".pdf", ".svg", ".eps", ".ps", ".ai", ".svgz")  # files that may say where a letter stands


@dataclass(frozen=True)
class Figure:
    """A whole figure whose caption names panels, with its image."""

    item: Float
    image: bytes
    lossy: bool
    origin_paths: tuple[str, ...]

    @property
    def drawn(self) -> Graphic | None:
        """The one vector file that the image is made of, None where it is none."""
        if len(self.item.graphics) != 1 or not self.item.graphics[0].path.lower().endswith(VECTOR):
            return None
        return self.item.graphics[0]


@dataclass(frozen=True)
class FiguresOf:
    """What figures of one paper have in common: the paper, and whether panels named by their places count."""

    ref: PaperRef
    positions: bool


@dataclass(frozen=True)
class Divided:
    """What became of a figure: its panels with their images and places, or why it stays whole."""

    floats: tuple[Float, ...] = ()
    images: tuple[ImageRow, ...] = ()
    places: tuple[PanelRow, ...] = ()
    unsplit: UnsplitRow | None = None


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on panels beside the figure: which are asked for, and how they are found."""
    if options.panels == "none":
        return {"panels": "none"}
    return {
        "panels": options.panels,
        "finder": dict(panels.versions()),
        "timeout_s": options.image_timeout_s,
    }


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of figures whose caption names panels."""
    return len(_divisible(inputs, options)[0])


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `floats`, `images` and `panels` of what was cut out, and `unsplit` of what was not."""
    wanted, unsplit = _divisible(inputs, options)
    done, failures = _divided(inputs, wanted, options, advance)
    for figure, failure in failures:
        details.warning("no panels of %s: %s (%s)", figure.item.pair_id, failure.reason, failure.detail)
        unsplit.append(UnsplitRow(pair_id=figure.item.pair_id, panels_unsplit="search_failed"))
    unsplit += [found.unsplit for found in done if found.unsplit is not None]
    return {
        "floats": table_of(Float, [item for found in done for item in found.floats]),
        "images": table_of(ImageRow, [row for found in done for row in found.images]),
        "panels": table_of(PanelRow, [row for found in done for row in found.places]),
        "unsplit": table_of(UnsplitRow, unsplit),
    }


def _divisible(inputs: ShardInputs, options: BuildOptions) -> tuple[list[Float], list[UnsplitRow]]:
    """Return the whole figures with an image whose captions name panels, and why the others stay whole."""
    if options.panels == "none":
        return [], []
    floats = floats_in(inputs)
    with_panels = {item.parent_id for item in floats}
    pictured = set(inputs.table("images", "images", ["pair_id"]).column("pair_id").to_pylist())
    wanted, unsplit = [], []
    for item in floats:
        if item.kind != "figure" or item.parent_id is not None or item.pair_id not in pictured:
            continue
        reason = (
            "in_source"
            if item.pair_id in with_panels
            else panels.names_panels(item.caption, item.caption_raw, positions=options.panels == "all")
        )
        if reason is None:
            wanted.append(item)
        else:
            unsplit.append(UnsplitRow(pair_id=item.pair_id, panels_unsplit=reason))
    return wanted, unsplit


def _with_images(inputs: ShardInputs, wanted: Sequence[Float]) -> list[Figure]:
    names = pa.array([item.pair_id for item in wanted], pa.string())
    stored = inputs.table("images", "images", ["pair_id", "image", "image_format", "origin_paths"])
    rows = {
        row["pair_id"]: row for row in stored.filter(pc.is_in(stored.column("pair_id"), names)).to_pylist()
    }
    found = []
    for item in wanted:
        row = rows[item.pair_id]
        found.append(Figure(item, row["image"], row["image_format"] == "jpeg", tuple(row["origin_paths"])))
    return found


def _divided(
    inputs: ShardInputs, wanted: Sequence[Float], options: BuildOptions, advance: Advance
) -> tuple[list[Divided], list[tuple[Figure, Failure]]]:
    of_papers = by_paper(wanted)
    with local_papers([ref for ref in inputs.papers if ref.key in of_papers]) as papers:
        refs = {ref.key: ref for ref in papers}
        return run_batches(
            divide_figures,
            [
                (FiguresOf(refs[key], options.panels == "all"), part)
                for key, items in of_papers.items()
                for part in parts(_with_images(inputs, items), FIGURES_PER_BATCH)
            ],
            pool=reader_pool(options),
            timeout_s=options.image_timeout_s,
            advance=advance,
        )


def divide_figures(job: tuple[FiguresOf, Sequence[Figure]]) -> list[Divided | Failure]:
    """Return what becomes of each figure of one paper; this runs in a worker."""
    about, figures = job
    files = read_paper(about.ref).files if any(figure.drawn for figure in figures) else {}
    return each(lambda figure: divide_figure(figure, files, positions=about.positions), figures)


def divide_figure(figure: Figure, files: Mapping[str, bytes], *, positions: bool) -> Divided:
    """Return the panels of one figure, or why it stays whole. Raises RecordError (`image_unreadable`)."""
    item, drawn = figure.item, figure.drawn
    try:
        with Image.open(io.BytesIO(figure.image)) as stored:
            picture = stored.convert("RGB")
    except (OSError, ValueError) as error:
        raise RecordError("image_unreadable", str(error)) from error
    letters = panels.placed_letters(drawn, files[drawn.path]) if drawn and drawn.path in files else ()
    found = panels.split_figure(item.caption, picture, letters, raw=item.caption_raw, positions=positions)
    if isinstance(found, str):
        return Divided(unsplit=UnsplitRow(pair_id=item.pair_id, panels_unsplit=found))
    names = [f"{item.pair_id}:panel-{panel.label.replace(' ', '-')}" for panel in found]
    return Divided(
        tuple(_float(item, name, panel) for name, panel in zip(names, found, strict=True)),
        tuple(_image(figure, picture, name, panel) for name, panel in zip(names, found, strict=True)),
        tuple(
            PanelRow(pair_id=name, panel_box=panel.box, panel_confidence=panel.confidence)
            for name, panel in zip(names, found, strict=True)
        ),
    )


def _float(figure: Float, name: str, panel: panels.SplitPanel) -> Float:
    """Return the panel as a float of its own: what holds for the figure holds for it, but for caption and files."""
    return replace(
        figure,
        pair_id=name,
        parent_id=figure.pair_id,
        panel=panel.letter,
        caption=panel.caption,
        caption_raw=panel.caption,
        parent_caption=figure.caption,
        graphics=(),
    )


def _image(figure: Figure, picture: Image.Image, name: str, panel: panels.SplitPanel) -> ImageRow:
    piece = picture.crop(pixels_of(panel.box, picture.size))
    return images.stored_row(
        name, piece, lossy=figure.lossy, origin="split", origin_paths=figure.origin_paths
    )


def pixels_of(box: panels.Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the whole pixels that a box touches, by more than a millionth."""
    width, height = size
    return (
        math.floor(box[0] * width + 1e-6),
        math.floor(box[1] * height + 1e-6),
        min(width, math.ceil(box[2] * width - 1e-6)),
        min(height, math.ceil(box[3] * height - 1e-6)),
    )


STAGE = ShardStage(
    "panels", VERSION, (extract.STAGE, image_stage.STAGE), "figures", parameters, size, compute
)
