"""Embedders by name: a descriptor without weights, an exported model, or one of open_clip or transformers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.embeddings import clip as embed_clip
from curation.embeddings import descriptor as embed_descriptor
from curation.embeddings import onnx as embed_onnx
from curation.embeddings import onnx_text as embed_onnx_text
from curation.embeddings import open_clip as embed_open_clip
from curation.embeddings import transformers as embed_transformers
from curation.embeddings.errors import EmbedderError
from curation.looks import SHIPPED as NETWORK
from curation.looks import Look, network_identity
from runtime.devices import Device, Wanted, choose_device

# 1: descriptor and open_clip; 2: exported models on ONNX Runtime; 3: thumbnails beside; 4: no more
VERSION = "4"

ON_CUDA = " on cuda"
MODELS = Path(__file__).parent / "models"
SHIPPED, SMALL = MODELS / "scimmir-clip", MODELS / "scimmir-small"

EMBEDDERS: dict[str, str] = {
    "clip": "the model of this project: finds copies, and pictures by words; on ONNX Runtime (the default)",
    "small": "the small CLIP model alone by which `clip` finds copies; it knows little of words",
    "descriptor": "deterministic image descriptor without weights; it is no CLIP and reads no text",
    "onnx:<folder>": "model that `training.export` wrote, on ONNX Runtime",
    "open_clip:<model>/<tag>": "open_clip model with published weights: open_clip:ViT-B-32/laion2b_s34b_b79k",
    "open_clip:<model>/<file>": "open_clip model with weights from a local .safetensors or .pt file",
    "open_clip:<folder>": "folder with open_clip_config.json and open_clip_model.safetensors, on torch",
    "transformers:<name or folder>": "CLIP, SigLIP, BLIP, BLIP-2 and their like of the transformers library",
}

Embed = Callable[[Sequence[bytes | Image.Image]], npt.NDArray[np.float32]]
EmbedTexts = Callable[[Sequence[str]], npt.NDArray[np.float32]]
EmbedSeen = Callable[[Sequence[bytes | Image.Image], Sequence[Look | None]], npt.NDArray[np.float32]]
Match = Callable[[bytes | Image.Image, Sequence[str]], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Embedder:
    """A loaded embedder.

    `identity` names all that its numbers depend on, to the last bit; `space` what a similarity depends on:
    model, weights, preprocessing and metric, to which thresholds are bound. `embed` takes images, encoded or
    decoded, and returns float32 unit vectors of shape (n, dimension); a broken image raises RecordError
    (image_unreadable), so embed one at a time to know which.

    `embed_texts` returns the texts' unit vectors in the same space, and `text_identity` names what their
    numbers depend on; both are None where the embedder knows images only. The text tower of an exported model
    is loaded at its first use.

    Of a model that has several vectors for an image, `embed` returns its `parts` vectors end to end, the whole of
    length 1; a text then has a vector of `dimension` / `parts` numbers, and the nearest part of an image counts.
    `match` tells how well one image and some texts match, by a head that reads both together (larger is better);
    None where the model has no such head. `embed_seen` is `embed` told what the network of `embedder_network` saw in
    the images, None where that is not known; None where the embedder looks with no such network.
    """

    identity: str
    space: str
    dimension: int
    embed: Embed
    text_identity: str | None = None
    embed_texts: EmbedTexts | None = None
    parts: int = 1
    match: Match | None = None
    embed_seen: EmbedSeen | None = None


def load_embedder(spec: str, device: Device = "cpu") -> Embedder:
    """Return the embedder that `spec` names (see EMBEDDERS), on a device that `embedder_device` gave.

    Raises:
        EmbedderError: the name is unknown, a package is missing, or the weights cannot be had or read.
    """
    name, rest = _parse(spec)
    identity, space = embedder_identity(spec, device), embedder_space(spec)
    if name == "descriptor":
        return Embedder(identity, space, embed_descriptor.DIMENSION, _describe_all)
    if name == "transformers":
        found = embed_transformers.load(rest, device)
        return Embedder(
            identity,
            space,
            found.dimension,
            found.embed,
            text_embedder_identity(spec, device),
            found.embed_texts,
            found.parts,
            found.match,
        )
    if name == "clip":
        both = embed_clip.load(SMALL, SHIPPED, device)
        return Embedder(
            identity,
            space,
            both.dimension,
            lambda images: both.embed(images, None),
            text_embedder_identity(spec, device),
            both.embed_texts,
            embed_seen=both.embed,
        )
    if name == "onnx":
        load = embed_clip.load_first if spec == "small" else embed_onnx.load
        dimension, embed = load(Path(rest), device)
        texts = embed_onnx_text.load_lazily(Path(rest), dimension, device)
    else:
        dimension, embed, texts = embed_open_clip.load(rest, device)
    return Embedder(identity, space, dimension, embed, text_embedder_identity(spec, device), texts)


def embedder_identity(spec: str, device: Device = "cpu") -> str:
    """Return the identity that `load_embedder(spec, device)` would state; it hashes weights but loads no model.

    Raises:
        EmbedderError: as load_embedder, as far as names and files can tell.
    """
    name, rest = _parse(spec)
    if name == "descriptor":
        return embed_descriptor.IDENTITY
    if name == "clip":
        found = embed_clip.identity(SMALL, SHIPPED)
    elif name == "onnx":
        found = embed_onnx.identity(Path(rest)) + (f" {embed_clip.SEEN}" if spec == "small" else "")
    else:
        found = (embed_transformers if name == "transformers" else embed_open_clip).identity(rest)
    return found + _on(name, device)


def text_embedder_identity(spec: str, device: Device = "cpu") -> str | None:
    """Return what the last bit of a text's vector depends on; None where `spec` embeds images only.

    Raises:
        EmbedderError: as load_embedder, as far as names and files can tell.
    """
    name, rest = _parse(spec)
    if name == "descriptor":
        return None
    if name == "clip":
        found = embed_clip.text_identity(SMALL, SHIPPED)
    elif name == "onnx":
        found = embed_onnx_text.identity(Path(rest))
    else:
        found = (embed_transformers if name == "transformers" else embed_open_clip).text_identity(rest)
    return found + _on(name, device)


def _on(name: str, device: Device) -> str:
    """Return what a device adds to an identity: sums in another order, of open_clip in half precision."""
    if device == "cpu":
        return ""
    return f"{ON_CUDA} float16" if name == "open_clip" else ON_CUDA


def without_device(identity: str) -> str:
    """Return the identity that the embedder has on the processor."""
    return identity.partition(ON_CUDA)[0]


def embedder_device(spec: str, wanted: Wanted) -> Device:
    """Return where an embedder runs: `auto` is a GPU where its library can use one.

    Raises:
        EmbedderError: there is no such embedder.
        UserError: a GPU is asked for, and cannot be used.
    """
    name, _ = _parse(spec)
    if name == "descriptor":  # has no network
        return "cpu"
    return choose_device(wanted, "onnxruntime" if name in ("clip", "onnx") else "torch")


def embedder_space(spec: str) -> str:
    """Return the space of `spec`'s vectors, to which thresholds are bound. Raises EmbedderError."""
    name, rest = _parse(spec)
    if name == "descriptor":
        return embed_descriptor.IDENTITY
    if name == "clip":
        return embed_clip.space(SMALL, SHIPPED)
    if name == "transformers":
        return embed_transformers.space(rest)
    return embed_onnx.space(Path(rest)) if name == "onnx" else embed_open_clip.space(rest)


def embedder_network(spec: str) -> str | None:
    """Return the classifier's network (its `network_identity`) with which an embedder looks; None where with none."""
    return network_identity(NETWORK) if spec == "clip" else None


def embeds_small_copies(spec: str) -> bool:
    """Return whether an embedder gives a picture and its small copy (`runtime.pictures`) the same vector."""
    return spec in ("clip", "small")


def copies_embedder(spec: str) -> str:
    """Return the embedder by whose vectors, in whose space, copies of pictures are found: `spec`, or a part of it."""
    return "small" if spec == "clip" else spec


def copies_part(spec: str, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the vectors by `copies_embedder(spec)` that those of pictures by `spec`, shape (n, d), hold."""
    return embed_clip.first_part(vectors) if spec == "clip" else vectors


def _parse(spec: str) -> tuple[str, str]:
    if spec in ("clip", "descriptor"):
        return spec, ""
    if spec == "small":
        return "onnx", str(SMALL)
    name, _, rest = spec.partition(":")
    if name in ("open_clip", "onnx", "transformers") and rest:
        return name, rest
    raise EmbedderError(f"There is no embedder {spec!r}; known are: {'; '.join(EMBEDDERS)}.")


def _describe_all(images: Sequence[bytes | Image.Image]) -> npt.NDArray[np.float32]:
    vectors = np.empty((len(images), embed_descriptor.DIMENSION), dtype=np.float32)
    for row, image in enumerate(images):
        vectors[row] = embed_descriptor.describe(image)
    return vectors
