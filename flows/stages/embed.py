"""The stage `embed`: a unit vector of each image, by which images are compared."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation import embeddings, looks
from curation.pictures import open_rgb
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches, wanted_device
from flows.stages import extract, images, look, panels, typeset
from flows.stages.floats import (
    PICTURE_STAGES,
    float_reject,
    floats_with_panels,
    ids_with_image,
    pictures_in,
    small_copies_in,
)
from runtime.attempt import Failure
from runtime.devices import Device
from runtime.pictures import unpack
from runtime.progress import Advance
from schemas.annotations import EmbeddingRow
from schemas.columns import table_of
from schemas.reject import RecordError, Reject
from warehouse.stages import Json

IMAGES_PER_BATCH = 16


@dataclass(frozen=True)
class Seen:
    """A pair's picture, and what the classifier's network saw in it where the embedder wants to know.

    `picture` is its small copy, packed, where the embedder makes do with that; else the encoded image.
    """

    pair_id: str
    picture: bytes
    is_small: bool
    look: looks.Look | None


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a vector beside the image."""
    return {
        "embedder": embeddings.embedder_identity(options.embedder, device(options)),
    }


def device(options: BuildOptions) -> Device:
    """Return where the embedder runs. Raises UserError where a GPU is asked for and cannot be used."""
    return embeddings.embedder_device(options.embedder, wanted_device(options))


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of images."""
    return len(ids_with_image(inputs, PICTURE_STAGES))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `embeddings` and `rejects`."""
    floats = {item.pair_id: item for item in floats_with_panels(inputs)}
    chosen = device(options)
    rows, failures = run_batches(
        embed_images,
        [((options.embedder, chosen), part) for part in parts(_seen_in(inputs, options), IMAGES_PER_BATCH)],
        pool=model_pool(options, chosen),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    rejects = [float_reject(floats[picture.pair_id], "embed", failure) for picture, failure in failures]
    return {"embeddings": table_of(EmbeddingRow, rows), "rejects": table_of(Reject, rejects)}


def _seen_in(inputs: ShardInputs, options: BuildOptions) -> list[Seen]:
    network = embeddings.embedder_network(options.embedder)
    wanted = network is not None and network == looks.network_identity(look.model_folder(options))
    known = look.looks_in(inputs) if wanted else {}
    if embeddings.embeds_small_copies(options.embedder):
        copies = small_copies_in(inputs, PICTURE_STAGES)
        return [Seen(copy.pair_id, copy.packed, True, known.get(copy.pair_id)) for copy in copies]
    pictures = pictures_in(inputs, PICTURE_STAGES)
    return [Seen(picture.pair_id, picture.image, False, known.get(picture.pair_id)) for picture in pictures]


def embed_images(job: tuple[tuple[str, Device], Sequence[Seen]]) -> list[EmbeddingRow | Failure]:
    """Return the embedding of each picture; one unreadable picture fails the whole batch. This runs in a worker."""
    (spec, chosen), pictures = job
    decoded = [
        unpack(picture.picture) if picture.is_small else open_rgb(picture.picture) for picture in pictures
    ]
    embedder = _embedder(spec, chosen)
    if embedder.embed_seen is None:
        vectors = embedder.embed(decoded)
    else:
        vectors = embedder.embed_seen(decoded, [picture.look for picture in pictures])
    if len(vectors) != len(pictures):
        raise RecordError("unexpected", f"{len(pictures)} images gave {len(vectors)} vectors")
    return [
        EmbeddingRow(pair_id=picture.pair_id, embedding=tuple(vector.tolist()))
        for picture, vector in zip(pictures, vectors, strict=True)
    ]


@functools.lru_cache(maxsize=1)
def _embedder(spec: str, chosen: Device) -> embeddings.Embedder:
    return embeddings.load_embedder(spec, chosen)


STAGE = ShardStage(
    "embed",
    embeddings.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE, panels.STAGE, look.STAGE),
    "images",
    parameters,
    size,
    compute,
)
