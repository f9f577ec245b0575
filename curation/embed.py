"""Image embedders by name: a descriptor without weights, an exported model, or any open_clip model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation import embed_descriptor, embed_onnx, embed_open_clip
from curation.embed_open_clip import EmbedderError

VERSION = "3"  # 1: descriptor and open_clip; 2: exported models on ONNX Runtime; 3: thumbnails beside

SHIPPED = Path(__file__).parent / "models" / "scimmir-small"

EMBEDDERS: dict[str, str] = {
    "clip": "the small CLIP model of this project, on ONNX Runtime (the default)",
    "descriptor": "deterministic image descriptor without weights; it is no CLIP and reads no text",
    "onnx:<folder>": "model that `training.export` wrote, on ONNX Runtime",
    "open_clip:<model>/<tag>": "open_clip model with published weights: open_clip:ViT-B-32/laion2b_s34b_b79k",
    "open_clip:<model>/<file>": "open_clip model with weights from a local .safetensors or .pt file",
    "open_clip:<folder>": "folder with open_clip_config.json and open_clip_model.safetensors, on torch",
}

Embed = Callable[[Sequence[bytes | Image.Image]], npt.NDArray[np.float32]]

__all__ = [
    "EMBEDDERS",
    "VERSION",
    "Embedder",
    "EmbedderError",
    "embedder_identity",
    "embedder_space",
    "load_embedder",
]


@dataclass(frozen=True)
class Embedder:
    """A loaded embedder.

    `identity` names all that its numbers depend on, to the last bit; `space` what a similarity depends on:
    model, weights, preprocessing and metric, to which thresholds are bound. `embed` takes images, encoded or
    decoded, and returns float32 unit vectors of shape (n, dimension); a broken image raises RecordError
    (image_unreadable), so embed one at a time to know which.
    """

    identity: str
    space: str
    dimension: int
    embed: Embed


def load_embedder(spec: str) -> Embedder:
    """Return the embedder that `spec` names (see EMBEDDERS).

    Raises:
        EmbedderError: the name is unknown, a package is missing, or the weights cannot be had or read.
    """
    dimension, embed = _loaded(*_parse(spec))
    return Embedder(embedder_identity(spec), embedder_space(spec), dimension, embed)


def _loaded(name: str, rest: str) -> tuple[int, Embed]:
    if name == "descriptor":
        return embed_descriptor.DIMENSION, _describe_all
    return embed_onnx.load(Path(rest)) if name == "onnx" else embed_open_clip.load(rest)


def embedder_identity(spec: str) -> str:
    """Return the identity that `load_embedder(spec)` would state; it hashes weights but loads no model.

    Raises:
        EmbedderError: as load_embedder, as far as names and files can tell.
    """
    name, rest = _parse(spec)
    if name == "descriptor":
        return embed_descriptor.IDENTITY
    return embed_onnx.identity(Path(rest)) if name == "onnx" else embed_open_clip.identity(rest)


def embedder_space(spec: str) -> str:
    """Return the space of `spec`'s vectors, to which thresholds are bound. Raises EmbedderError."""
    name, rest = _parse(spec)
    if name == "descriptor":
        return embed_descriptor.IDENTITY
    return embed_onnx.space(Path(rest)) if name == "onnx" else embed_open_clip.space(rest)


def _parse(spec: str) -> tuple[str, str]:
    if spec == "descriptor":
        return "descriptor", ""
    if spec == "clip":
        return "onnx", str(SHIPPED)
    name, _, rest = spec.partition(":")
    if name in ("open_clip", "onnx") and rest:
        return name, rest
    raise EmbedderError(f"There is no embedder {spec!r}; known are: {'; '.join(EMBEDDERS)}.")


def _describe_all(images: Sequence[bytes | Image.Image]) -> npt.NDArray[np.float32]:
    vectors = np.empty((len(images), embed_descriptor.DIMENSION), dtype=np.float32)
    for row, image in enumerate(images):
        vectors[row] = embed_descriptor.describe(image)
    return vectors
