"""Embedders by name: unit vectors of images, and of texts where the model reads texts.

`embedder.py` lists them. To add one, add a module like `descriptor.py` and its name there. The small CLIP model that
comes with the package lies in `models/`.
"""

from curation.embeddings.descriptor import IDENTITY as DESCRIPTOR
from curation.embeddings.embedder import (
    EMBEDDERS,
    SHIPPED,
    VERSION,
    Embedder,
    embedder_device,
    embedder_identity,
    embedder_space,
    load_embedder,
    text_embedder_identity,
    without_device,
)
from curation.embeddings.errors import EmbedderError

__all__ = [
    "DESCRIPTOR",
    "EMBEDDERS",
    "SHIPPED",
    "VERSION",
    "Embedder",
    "EmbedderError",
    "embedder_device",
    "embedder_identity",
    "embedder_space",
    "load_embedder",
    "text_embedder_identity",
    "without_device",
]
