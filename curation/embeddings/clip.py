"""The embedder of a default build: one vector by which copies of pictures are found and words find pictures.

It has two parts. The first is the picture's vector by a small CLIP model that was trained to find distorted copies
(`models/scimmir-small`); of a text it is zero. The second compares pictures with texts (`curation.meaning`, with its
numbers in `models/scimmir-clip`). So the similarity of two pictures hears both, and that of a picture and a
text the second alone. Where copies are looked for, `first_part` is all that counts, so that what is known of the
small model's similarities holds here.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation import looks
from curation.embeddings import onnx as embed_onnx
from curation.embeddings.errors import EmbedderError
from curation.meaning import (
    NUMBERS,
    PIECES,
    SENTENCES,
    TOKENS_VERSION,
    MeaningModel,
    read_meaning,
    seen,
    sentence_vectors,
)
from curation.pictures import open_rgb
from runtime.devices import Device
from runtime.hashes import model_sha256
from runtime.pictures import LONGEST, small_copy

VERSION = "1"  # 1: a small CLIP model and kernel regression on frozen networks

_GAP = 1.0  # see `onnx.load`
SEEN = f"copies={LONGEST}/{_GAP}"  # in identities: how pictures are made small

FIRST = 256  # numbers of the first part
COPIES = 0.8  # of two pictures' similarity, that of the first parts; the rest is that of the second

Floats = npt.NDArray[np.float32]


def space(small: Path, folder: Path) -> str:
    """Return what a similarity depends on: the fitted numbers, the two networks that see, metric and weights.

    Raises:
        EmbedderError: a file is missing.
    """
    numbers, seeing = (
        model_sha256(_file(folder, NUMBERS)),
        model_sha256(_file(looks.SHIPPED, looks.GRAPH)),
    )
    return (
        f"scimmir-clip/{VERSION} numbers=sha256:{numbers[:16]} picture=sha256:{seeing[:16]} "
        f"beside {embed_onnx.space(small)}"
    )


def identity(small: Path, folder: Path) -> str:
    """Return what the last bit of a picture's vector depends on. Raises EmbedderError."""
    graph = model_sha256(_file(small, embed_onnx.IMAGE_GRAPH))[:16]
    return f"{space(small, folder)} graph=sha256:{graph} {SEEN} onnxruntime/{embed_onnx.runtime_version()}"


def text_identity(small: Path, folder: Path) -> str:
    """Return what the last bit of a text's vector depends on. Raises EmbedderError."""
    graph, pieces = (model_sha256(_file(folder, name))[:16] for name in (SENTENCES, PIECES))
    return (
        f"{space(small, folder)} text=sha256:{graph} tokens={TOKENS_VERSION}/sha256:{pieces} "
        f"onnxruntime/{embed_onnx.runtime_version()}"
    )


def first_part(vectors: Floats) -> Floats:
    """Return the small model's unit vectors, shape (n, FIRST), that vectors of pictures hold."""
    return np.asarray(vectors[:, :FIRST] / np.float32(COPIES**0.5), np.float32)


@dataclass(frozen=True)
class Loaded:
    """The loaded model; `embed` may be told what the classifier's network saw in pictures, None where unknown."""

    dimension: int
    embed: Callable[[Sequence[bytes | Image.Image], Sequence[looks.Look | None] | None], Floats]
    embed_texts: Callable[[Sequence[str]], Floats]


def load(small: Path, folder: Path, device: Device = "cpu") -> Loaded:
    """Return the model; the sentence encoder is loaded at the first text.

    Raises:
        EmbedderError: a file is missing or damaged, or onnxruntime is not installed.
        UserError: the GPU cannot be had.
    """
    meaning = _numbers(folder)
    first, find_copies = load_first(small, device)
    if first != FIRST:
        raise EmbedderError(f"{small} gives {first} numbers where {FIRST} find copies")
    dimension = first + meaning.dimension

    def embed(
        images: Sequence[bytes | Image.Image], known: Sequence[looks.Look | None] | None = None
    ) -> Floats:
        pictures = [small_copy(open_rgb(image)) for image in images]
        second = meaning.image_vectors(seen(pictures, known))
        return np.concatenate([COPIES**0.5 * find_copies(pictures), (1 - COPIES) ** 0.5 * second], 1)

    def embed_texts(texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), dimension), np.float32)
        if texts:
            found[:, first:] = meaning.text_vectors(sentence_vectors(folder, texts), texts)
        return found

    return Loaded(dimension, embed, embed_texts)


def load_first(
    small: Path, device: Device = "cpu"
) -> tuple[int, Callable[[Sequence[bytes | Image.Image]], Floats]]:
    """Return dimension and embedding function of the first part alone. Raises as `load`."""
    dimension, embed = embed_onnx.load(small, device, gap=_GAP)
    return dimension, lambda images: embed([small_copy(open_rgb(image)) for image in images])


@functools.lru_cache(maxsize=2)
def _numbers(folder: Path) -> MeaningModel:
    path = _file(folder, NUMBERS)
    try:
        return read_meaning(path)
    except (OSError, ValueError, KeyError) as error:
        raise EmbedderError(f"{path} cannot be read: {error}") from error


def _file(folder: Path, name: str) -> Path:
    return embed_onnx.model_file(folder, name)
