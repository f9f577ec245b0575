"""What worker processes do: functions over one paper, or over a batch that shares an archive or a model.

They are kept apart from the flow's file because a fresh worker process imports them by name.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

from PIL import Image

from curation.alignment import thumbnail
from curation.copies import copies_of
from curation.embed import Embedder, load_embedder
from curation.embed_descriptor import open_rgb
from extractors import images, latex, ocr, typeset
from extractors.extract import ExtractParameters, extract
from runtime.attempt import Failure, each
from schemas.annotations import EmbeddingRow, ImageRow, OcrRow
from schemas.floats import Drawing, Extraction, Float, Graphic
from schemas.paper import PaperRef
from schemas.reject import RecordError
from sources.read import read_paper


@dataclass(frozen=True)
class Picture:
    """An encoded image with the float it belongs to."""

    pair_id: str
    image: bytes


@dataclass(frozen=True)
class ImagesOf:
    """What the images of one paper's floats are made with."""

    ref: PaperRef
    parameters: images.ImageParameters
    drawings: tuple[Drawing, ...]
    limits: latex.RenderLimits


def extract_paper(job: tuple[PaperRef, ExtractParameters]) -> Extraction:
    """Return the figures and tables of one paper, each as a float or as a reject."""
    ref, parameters = job
    paper = read_paper(ref)
    extraction = extract(paper, ref.source, parameters)
    _check(extraction)
    return Extraction(
        replace(extraction.header, title=_plain(extraction.header.title)),
        tuple(_readable(item) for item in extraction.floats),
        tuple(replace(r, label=_plain(r.label), caption=_plain(r.caption)) for r in extraction.rejects),
        (*extraction.warnings, *paper.skipped),
        extraction.drawings,
    )


def _readable(item: Float) -> Float:
    """Return the float with nothing in its readable texts that would steer a terminal or turn text around."""
    return replace(
        item,
        label=_plain(item.label),
        caption=_plain(item.caption),
        parent_caption=_plain(item.parent_caption),
        mentions=tuple(_plain(text) for text in item.mentions),
        table_text=_plain(item.table_text),
    )


@overload
def _plain(text: str) -> str: ...
@overload
def _plain(text: str | None) -> str | None: ...
def _plain(text: str | None) -> str | None:
    return None if text is None else text.translate(_CONTROLS)


# Control characters but tab and newline, and the marks that turn the direction of text.
_CONTROLS = dict.fromkeys(
    [*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


def _check(extraction: Extraction) -> None:
    """Refuse an extraction in which a float is lost, doubled or without a caption."""
    names = [f.pair_id for f in extraction.floats] + [r.pair_id for r in extraction.rejects if r.pair_id]
    if len(names) != len(set(names)):
        doubled = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"floats found twice: {', '.join(doubled[:5])}")
    for item in extraction.floats:
        if not item.caption.strip():
            raise ValueError(f"{item.pair_id} has no caption and is no reject")
        if not item.graphics and item.table_html is None:
            raise ValueError(f"{item.pair_id} has neither graphics nor table and is no reject")


def make_images(job: tuple[ImagesOf, Sequence[Float]]) -> list[ImageRow | Failure]:
    """Return the image of each float of one paper, or why there is none."""
    about, floats = job
    files = read_paper(about.ref).files
    drawings = {drawing.path: drawing for drawing in about.drawings}

    def image(item: Float) -> ImageRow:
        wanted = [drawings[graphic.path] for graphic in item.graphics if graphic.path in drawings]
        drawn = {d.path: latex.render_drawing(d, files, about.limits) for d in wanted}
        return images.image_row(item.pair_id, item.graphics, {**files, **drawn}, about.parameters)

    return each(image, floats)


def make_image(job: tuple[str, bytes, images.ImageParameters]) -> ImageRow:
    """Return the normal form of one image file of an image set."""
    name, data, parameters = job
    graphic = Graphic(path=name, page=1, angle=0.0, row=0)
    return images.image_row(name, [graphic], {name: data}, parameters)


def make_copies(job: tuple[int, tuple[bytes, images.ImageParameters]]) -> dict[str, ImageRow]:
    """Return a picture (under "") and its copies by the way of copying, each in the form that images have."""
    _, (data, parameters) = job
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    made = {}
    for name, copy in {"": picture, **copies_of(picture)}.items():
        out = io.BytesIO()
        copy.save(out, "PNG", compress_level=1)
        made[name] = make_image(("copy.png", out.getvalue(), parameters))
    return made


def typeset_tables(job: tuple[typeset.TypesetParameters, Sequence[Float]]) -> list[ImageRow | Failure]:
    """Return the image of each table, typeset from its markup, or why there is none."""
    parameters, floats = job
    return each(lambda item: typeset.image_row(item.pair_id, item.table_html or "", parameters), floats)


def read_text(
    job: tuple[tuple[str, ocr.OcrParameters], Sequence[Picture]],
) -> list[OcrRow | Failure]:
    """Return what OCR reads in each picture, or why it came to nothing."""
    (name, parameters), pictures = job
    engine = _ocr_engine(name, parameters)
    return each(lambda picture: ocr.ocr_row(engine, picture.pair_id, picture.image), pictures)


def embed_images(job: tuple[str, Sequence[Picture]]) -> list[EmbeddingRow | Failure]:
    """Return the embedding of each picture; one unreadable picture fails the whole batch."""
    spec, pictures = job
    decoded = [open_rgb(picture.image) for picture in pictures]
    vectors = _embedder(spec).embed(decoded)
    if len(vectors) != len(pictures):
        raise RecordError("unexpected", f"{len(pictures)} images gave {len(vectors)} vectors")
    return [
        EmbeddingRow(
            pair_id=picture.pair_id,
            embedding=tuple(float(x) for x in vector),
            thumbnail=thumbnail(image).tobytes(),
        )
        for picture, image, vector in zip(pictures, decoded, vectors, strict=True)
    ]


@functools.lru_cache(maxsize=1)
def _ocr_engine(name: str, parameters: ocr.OcrParameters) -> ocr.OcrEngine:
    return ocr.load_engine(name, parameters)


@functools.lru_cache(maxsize=1)
def _embedder(spec: str) -> Embedder:
    return load_embedder(spec)
