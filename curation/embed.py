"""Image embedders by name: the built-in descriptor, or any open_clip model from a tag or local weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation import embed_descriptor, embed_open_clip
from curation.embed_open_clip import EmbedderError

VERSION = "1"  # 1: descriptor and open_clip

EMBEDDERS: dict[str, str] = {
    "descriptor": "deterministic image descriptor without weights (the default; it is no CLIP)",
    "open_clip:<model>/<tag>": "open_clip model with published weights: open_clip:ViT-B-32/laion2b_s34b_b79k",
    "open_clip:<model>/<file>": "open_clip model with weights from a local .safetensors or .pt file",
    "open_clip:<folder>": "folder with open_clip_config.json and open_clip_model.safetensors",
}

Embed = Callable[[Sequence[bytes]], npt.NDArray[np.float32]]

__all__ = ["EMBEDDERS", "VERSION", "Embedder", "EmbedderError", "embedder_identity", "load_embedder"]


@dataclass(frozen=True)
class Embedder:
    """A loaded embedder.

    `identity` names what its numbers depend on: name, version, weights and preprocessing. `embed` takes
    encoded images and returns float32 unit vectors of shape (n, dimension); a broken image raises RecordError
    (image_unreadable), so embed one at a time to know which.
    """

    identity: str
    dimension: int
    embed: Embed


def load_embedder(spec: str) -> Embedder:
    """Return the embedder that `spec` names (see EMBEDDERS).

    Raises:
        EmbedderError: the name is unknown, a package is missing, or the weights cannot be had or read.
    """
    name, rest = _parse(spec)
    if name == "descriptor":
        return Embedder(embed_descriptor.IDENTITY, embed_descriptor.DIMENSION, _describe_all)
    dimension, embed = embed_open_clip.load(rest)
    return Embedder(embed_open_clip.identity(rest), dimension, embed)


def embedder_identity(spec: str) -> str:
    """Return the identity that `load_embedder(spec)` would state; it hashes weights but loads no model.

    Raises:
        EmbedderError: as load_embedder, as far as names and files can tell.
    """
    name, rest = _parse(spec)
    return embed_descriptor.IDENTITY if name == "descriptor" else embed_open_clip.identity(rest)


def _parse(spec: str) -> tuple[str, str]:
    if spec == "descriptor":
        return "descriptor", ""
    name, _, rest = spec.partition(":")
    if name == "open_clip" and rest:
        return "open_clip", rest
    raise EmbedderError(f"There is no embedder {spec!r}; known are: {'; '.join(EMBEDDERS)}.")


def _describe_all(images: Sequence[bytes]) -> npt.NDArray[np.float32]:
    vectors = np.empty((len(images), embed_descriptor.DIMENSION), dtype=np.float32)
    for row, image in enumerate(images):
        vectors[row] = embed_descriptor.describe(image)
    return vectors
