"""The stage `embed`: a unit vector and a thumbnail of each image, by which images are compared."""

import functools
from collections.abc import Mapping, Sequence

from curation import embeddings, similarity
from curation.pictures import open_rgb
from flows.build_options import BuildOptions
from flows.shards import ShardInputs, ShardStage, Tables, model_pool, parts, run_batches
from flows.stages import extract, images, panels, typeset
from flows.stages.floats import (
    PICTURE_STAGES,
    Picture,
    float_reject,
    floats_with_panels,
    ids_with_image,
    pictures_in,
)
from runtime.attempt import Failure
from runtime.progress import Advance
from schemas.annotations import EmbeddingRow
from schemas.columns import table_of
from schemas.reject import RecordError, Reject
from warehouse.stages import Json

IMAGES_PER_BATCH = 16


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return what decides on a vector and a thumbnail beside the image."""
    return {
        "embedder": embeddings.embedder_identity(options.embedder),
        "thumbnails": similarity.THUMBNAILS_VERSION,
    }


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of images."""
    return len(ids_with_image(inputs, PICTURE_STAGES))


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the tables `embeddings` and `rejects`."""
    floats = {item.pair_id: item for item in floats_with_panels(inputs)}
    rows, failures = run_batches(
        embed_images,
        [(options.embedder, part) for part in parts(pictures_in(inputs, PICTURE_STAGES), IMAGES_PER_BATCH)],
        pool=model_pool(options),
        timeout_s=options.image_timeout_s,
        advance=advance,
    )
    rejects = [float_reject(floats[picture.pair_id], "embed", failure) for picture, failure in failures]
    return {"embeddings": table_of(EmbeddingRow, rows), "rejects": table_of(Reject, rejects)}


def embed_images(job: tuple[str, Sequence[Picture]]) -> list[EmbeddingRow | Failure]:
    """Return the embedding of each picture; one unreadable picture fails the whole batch. This runs in a worker."""
    spec, pictures = job
    decoded = [open_rgb(picture.image) for picture in pictures]
    vectors = _embedder(spec).embed(decoded)
    if len(vectors) != len(pictures):
        raise RecordError("unexpected", f"{len(pictures)} images gave {len(vectors)} vectors")
    return [
        EmbeddingRow(
            pair_id=picture.pair_id,
            embedding=tuple(float(x) for x in vector),
            thumbnail=similarity.thumbnail(image).tobytes(),
        )
        for picture, image, vector in zip(pictures, decoded, vectors, strict=True)
    ]


@functools.lru_cache(maxsize=1)
def _embedder(spec: str) -> embeddings.Embedder:
    return embeddings.load_embedder(spec)


STAGE = ShardStage(
    "embed",
    embeddings.VERSION,
    (extract.STAGE, images.STAGE, typeset.STAGE, panels.STAGE),
    "images",
    parameters,
    size,
    compute,
)
