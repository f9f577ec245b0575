"""Embeddings by an exported CLIP model (`training.export`) on ONNX Runtime; torch is not needed."""

import importlib.metadata
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.embeddings.errors import EmbedderError
from curation.pictures import Levels, network_input, open_rgb
from runtime.devices import Device
from runtime.hashes import model_sha256
from runtime.onnx_sessions import onnx_session

VERSION = "2"  # 1: squash or shortest side, one thread; 2: never a picture on its own

CONFIG = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
IMAGE_GRAPH = "image.onnx"
BATCH = 32  # images per run: 6 MB of input at 128 px
GPU_BATCH = 256

_INTERPOLATION = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes the model's input, as open_clip's configuration states it."""

    size: int
    mean: Levels
    std: Levels
    interpolation: str
    resize_mode: str
    gap: float | None = (
        None  # Pillow's reducing_gap: a picture so many times too large is first made small by areas
    )

    def pixels(self, image: bytes | Image.Image) -> Floats:
        """Return an image as float32 of shape (3, size, size)."""
        picture = open_rgb(image)
        method = _INTERPOLATION[self.interpolation]
        if self.resize_mode == "squash":
            picture = picture.resize((self.size, self.size), method, reducing_gap=self.gap)
        else:
            picture = _shortest(picture, self.size, method, self.gap)
        return network_input(picture, self.mean, self.std)


def _shortest(picture: Image.Image, size: int, method: Image.Resampling, gap: float | None) -> Image.Image:
    """Return the picture with its shortest side at `size`, cut to the square in its middle."""
    width, height = picture.size
    short = min(width, height)
    width, height = int(size * width / short), int(size * height / short)
    picture = picture.resize((width, height), method, reducing_gap=gap)
    left, top = round((width - size) / 2), round((height - size) / 2)
    return picture.crop((left, top, left + size, top + size))


def space(folder: Path) -> str:
    """Return what a similarity depends on: model and preprocessing (the configuration), weights, metric.

    Raises:
        EmbedderError: the folder is no exported model.
    """
    weights, config = (model_sha256(model_file(folder, name)) for name in (WEIGHTS, CONFIG))
    return f"clip weights=sha256:{weights[:16]} config=sha256:{config[:16]} cosine"


def identity(folder: Path) -> str:
    """Return what the last bit of an embedding depends on: the space, graph and runtime.

    Raises:
        EmbedderError: the folder is no exported model, or onnxruntime is not installed.
    """
    graph = model_sha256(model_file(folder, IMAGE_GRAPH))
    return (
        f"{space(folder)} graph=sha256:{graph[:16]} preprocessing={VERSION} onnxruntime/{runtime_version()}"
    )


def load(
    folder: Path, device: Device = "cpu", *, gap: float | None = None
) -> tuple[int, Callable[[Sequence[bytes | Image.Image]], Floats]]:
    """Return dimension and embedding function of an exported model.

    With `gap`, pictures that are so many times too large are first made small by areas, which is faster, and their
    vectors are near to those without (at 1.0, a cosine of 0.997 in the mean over 400 pictures of 448 pixels).

    Raises:
        EmbedderError: a file is missing or damaged, or onnxruntime is not installed.
        UserError: the GPU cannot be had.
    """
    preprocess = replace(read_preprocess(folder), gap=gap)
    session = open_session(folder, IMAGE_GRAPH, device)
    size = BATCH if device == "cpu" else GPU_BATCH
    blank = np.zeros((1, 3, preprocess.size, preprocess.size), np.float32)
    dimension = int(session.run(None, {"pixels": blank})[0].shape[1])

    def embed(images: Sequence[bytes | Image.Image]) -> Floats:
        # A matrix of one row is multiplied in another order of sums than one of several: a lone picture is sent
        # twice, so that a vector's last bit does not depend on which pictures come with it.
        vectors = np.empty((len(images), dimension), dtype=np.float32)
        for start in range(0, len(images), size):
            batch = np.stack([preprocess.pixels(image) for image in images[start : start + size]])
            found = session.run(None, {"pixels": batch if len(batch) > 1 else np.repeat(batch, 2, axis=0)})[0]
            vectors[start : start + len(batch)] = found[: len(batch)]
        return vectors

    return dimension, embed


def open_session(folder: Path, name: str, device: Device = "cpu") -> Any:
    """Return an ONNX Runtime session of one of an exported model's graphs, on one thread of the CPU or on a GPU.

    Raises:
        EmbedderError: a file is missing or damaged, or onnxruntime is not installed.
        UserError: the GPU cannot be had.
    """
    graph = model_file(folder, name)
    model_file(folder, WEIGHTS)
    runtime_version()
    try:
        return onnx_session(str(graph), device=device)
    except _load_errors() as error:
        raise EmbedderError(f"{graph} cannot be loaded: {str(error).splitlines()[0][:300]}") from error


def _load_errors() -> tuple[type[Exception], ...]:
    """Return what onnxruntime raises for a damaged model: these have no common base of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
    )


def read_preprocess(folder: Path) -> Preprocess:
    """Return the preprocessing that a model's configuration states. Raises EmbedderError."""
    path = model_file(folder, CONFIG)
    try:
        stated = json.loads(path.read_bytes())["preprocess_cfg"]
        found = Preprocess(
            size=int(stated["size"]),
            mean=tuple(stated["mean"]),
            std=tuple(stated["std"]),
            interpolation=stated["interpolation"],
            resize_mode=stated["resize_mode"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise EmbedderError(f"{path} states no preprocessing that can be used: {error}") from error
    if found.interpolation not in _INTERPOLATION or found.resize_mode not in ("squash", "shortest"):
        raise EmbedderError(f"{path}: {found.interpolation} and {found.resize_mode} are not supported")
    return found


def model_file(folder: Path, name: str) -> Path:
    """Return the path of one of an exported model's files. Raises EmbedderError where it is missing."""
    path = folder / name
    if not path.is_file():
        raise EmbedderError(f"{folder} is no exported model: it holds no {name}")
    return path


def runtime_version() -> str:
    """Return the version of the installed onnxruntime. Raises EmbedderError where there is none."""
    try:
        return importlib.metadata.version("onnxruntime")
    except importlib.metadata.PackageNotFoundError as error:
        raise EmbedderError("this embedder needs the package onnxruntime") from error
