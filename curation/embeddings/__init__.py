"""Embedders by name: unit vectors of images, and of texts where the model reads texts.

`embedder.py` lists them. To add one, add a module like `descriptor.py` and its name there. The models that come with
the package lie in `models/`.
"""

from curation.embeddings.descriptor import IDENTITY as DESCRIPTOR
from curation.embeddings.embedder import (
    EMBEDDERS,
    SHIPPED,
    SMALL,
    VERSION,
    Embedder,
    copies_embedder,
    copies_part,
    embedder_device,
    embedder_identity,
    embedder_network,
    embedder_space,
    embeds_small_copies,
    load_embedder,
    text_embedder_identity,
    without_device,
)
from curation.embeddings.errors import EmbedderError

__all__ = [
    "DESCRIPTOR",
    "EMBEDDERS",
    "SHIPPED",
    "SMALL",
    "VERSION",
    "Embedder",
    "EmbedderError",
    "copies_embedder",
    "copies_part",
    "embedder_device",
    "embedder_identity",
    "embedder_network",
    "embedder_space",
    "embeds_small_copies",
    "load_embedder",
    "text_embedder_identity",
    "without_device",
]
