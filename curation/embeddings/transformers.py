"""Embeddings by the transformers library: CLIP, SigLIP, BLIP, BLIP-2, and what gives image and text features.

A CLIP, a SigLIP and whatever else `AutoModel` gives `get_image_features` and `get_text_features` have a vector for a
picture and one for a text. BLIP and BLIP-2 are read by the heads that they were trained for retrieval with, in
`transformers_blip.py`: those give vectors too, and say of a picture and a text how well they match.
"""

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.embeddings.errors import EmbedderError
from curation.embeddings.hub import first_line
from curation.embeddings.transformers_blip import HEADS, Blip, Blip2
from curation.embeddings.transformers_files import VOCABULARIES, ModelFiles, installed_version, model_files
from curation.pictures import open_rgb
from runtime.devices import Device, take_gpu

VERSION = "1"  # 1: the library's own preprocessing, single precision
TEXT_VERSION = "1"  # 1: the library's own tokenizer, cut at the context's end

BATCH = 32  # pictures or texts per forward pass
LONGEST = 512  # tokens of a text where neither model nor tokenizer states a limit

Floats = npt.NDArray[np.float32]


class Towers(Protocol):
    """A model as what it makes of pictures and of texts; `parts` vectors of a picture, one of a text."""

    parts: int

    def pictures(self, inputs: dict[str, Any]) -> Any:
        """Return a tensor of shape (n, parts, d), not normalised."""

    def texts(self, inputs: dict[str, Any]) -> Any:
        """Return a tensor of shape (n, d), not normalised."""


@dataclass(frozen=True)
class Loaded:
    """A model's functions; `dimension` is that of a picture's vector, its `parts` vectors end to end."""

    dimension: int
    parts: int
    embed: Callable[[Sequence[bytes | Image.Image]], Floats]
    embed_texts: Callable[[Sequence[str]], Floats]
    match: Callable[[bytes | Image.Image, Sequence[str]], Floats] | None


class Features:
    """Any model with get_image_features and get_text_features."""

    parts = 1

    def __init__(self, model: Any) -> None:
        self._model = model
        self._names = set(inspect.signature(model.get_text_features).parameters)

    def pictures(self, inputs: dict[str, Any]) -> Any:
        """Return the model's image features, of shape (n, 1, d)."""
        return _tensor(self._model.get_image_features(**inputs))[:, None]

    def texts(self, inputs: dict[str, Any]) -> Any:
        """Return the model's text features, of shape (n, d)."""
        return _tensor(self._model.get_text_features(**{k: v for k, v in inputs.items() if k in self._names}))


def space(rest: str) -> str:
    """Return what a similarity depends on: weights, configuration, preprocessing, metric. Raises EmbedderError."""
    return model_files(rest).space()


def identity(rest: str) -> str:
    """Return what the last bit of a picture's vector depends on. Raises EmbedderError."""
    version = installed_version()
    return f"{space(rest)} transformers/{version} preprocessing={VERSION}"


def text_identity(rest: str) -> str:
    """Return what the last bit of a text's vector depends on. Raises EmbedderError."""
    return f"{identity(rest)} texts={TEXT_VERSION}"


def load(rest: str, device: Device = "cpu") -> Loaded:
    """Return the functions of the model that `rest` means, in single precision on any device.

    Raises:
        EmbedderError: transformers is not installed, or the model cannot be had, is damaged, or has no vectors of
            pictures and texts in one space.
        UserError: every GPU is another process's.
    """
    installed_version()
    files = model_files(rest)
    if device == "cuda":
        take_gpu()
    import torch

    torch.set_num_threads(1)
    towers = _towers(files, device)
    read_pictures, read_texts = _image_processor(files, device), _tokenizer(files, device)

    def embed(images: Sequence[bytes | Image.Image]) -> Floats:
        blocks = []
        for start in range(0, len(images), BATCH):
            with torch.inference_mode():
                vectors = towers.pictures(read_pictures(images[start : start + BATCH])).float()
                unit = torch.nn.functional.normalize(vectors, dim=-1).flatten(1) / towers.parts**0.5
            blocks.append(unit.cpu().numpy())
        return np.concatenate(blocks) if blocks else np.empty((0, dimension), np.float32)

    def embed_texts(texts: Sequence[str]) -> Floats:
        blocks = []
        for start in range(0, len(texts), BATCH):
            with torch.inference_mode():
                vectors = towers.texts(read_texts(texts[start : start + BATCH])).float()
            blocks.append(torch.nn.functional.normalize(vectors, dim=-1).cpu().numpy())
        return np.concatenate(blocks) if blocks else np.empty((0, dimension // towers.parts), np.float32)

    def match(image: bytes | Image.Image, texts: Sequence[str]) -> Floats:
        assert isinstance(towers, Blip | Blip2)
        with torch.inference_mode():
            seen = towers.see(read_pictures([image]))
            blocks = [
                towers.matches(seen, read_texts(texts[start : start + BATCH])).float().cpu().numpy()
                for start in range(0, len(texts), BATCH)
            ]
        return np.concatenate(blocks) if blocks else np.empty(0, np.float32)

    dimension = embed([Image.new("RGB", (64, 64), "white")]).shape[1]
    if embed_texts([""]).shape[1] * towers.parts != dimension:
        raise EmbedderError(f"The vectors of pictures and of texts that {rest} gives are not of one length.")
    return Loaded(
        dimension, towers.parts, embed, embed_texts, match if isinstance(towers, Blip | Blip2) else None
    )


def _towers(files: ModelFiles, device: Device) -> Towers:
    import torch

    transformers = _library()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    stated = (files.config.get("architectures") or [""])[0]
    heads = HEADS.get(files.config["model_type"]) if stated != "BlipModel" else None
    kind = getattr(transformers, heads[0] if heads else "AutoModel")
    try:
        model, found = kind.from_pretrained(
            files.folder,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except _load_errors() as error:
        raise EmbedderError(
            f"The model {files.name} cannot be loaded or is damaged: {first_line(error)}."
        ) from error
    lacking = sorted(found["missing_keys"]) or sorted(str(key) for key in found["mismatched_keys"])
    if lacking:
        # The library would go on with random numbers in their place.
        raise EmbedderError(
            f"The weights of {files.name} lack {lacking[0]} and {len(lacking) - 1} more of {type(model).__name__}: "
            "name a checkpoint that was trained for retrieval, such as Salesforce/blip-itm-base-coco or "
            "Salesforce/blip2-itm-vit-g."
        )
    model = model.eval().to(device)
    if heads:
        return heads[1](model)
    if not all(hasattr(model, name) for name in ("get_image_features", "get_text_features")):
        raise EmbedderError(
            f"{type(model).__name__}, the model of {files.name}, gives no features of images and texts."
        )
    return Features(model)


def _image_processor(
    files: ModelFiles, device: Device
) -> Callable[[Sequence[bytes | Image.Image]], dict[str, Any]]:
    transformers = _library()
    try:
        processor = transformers.AutoImageProcessor.from_pretrained(
            files.folder, local_files_only=True, trust_remote_code=False
        )
    except _load_errors() as error:
        raise EmbedderError(
            f"{files.name} does not say how pictures become its input: {first_line(error)}."
        ) from error

    def read(images: Sequence[bytes | Image.Image]) -> dict[str, Any]:
        found = processor(images=[open_rgb(image) for image in images], return_tensors="pt")
        return {name: value.to(device) for name, value in found.items()}

    return read


def _tokenizer(files: ModelFiles, device: Device) -> Callable[[Sequence[str]], dict[str, Any]]:
    transformers = _library()
    kind = files.config["model_type"]
    if not any(path.name in VOCABULARIES for path in files.settings):
        # The library would go on with a vocabulary of no words.
        raise EmbedderError(
            f"{files.name} does not say how texts become its input: it has no {VOCABULARIES[0]}."
        )
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            files.folder, local_files_only=True, trust_remote_code=False
        )
        config = transformers.AutoConfig.from_pretrained(
            files.folder, local_files_only=True, trust_remote_code=False
        )
    except _load_errors() as error:
        raise EmbedderError(
            f"{files.name} does not say how texts become its input: {first_line(error)}."
        ) from error
    part = getattr(config, "qformer_config" if kind == "blip-2" else "text_config", config)
    longest = min(int(tokenizer.model_max_length), int(getattr(part, "max_position_embeddings", LONGEST)))
    # SigLIP was trained on texts that are all filled up, and sees no mask of what is filling.
    filled = kind.startswith("siglip")

    def read(texts: Sequence[str]) -> dict[str, Any]:
        found = tokenizer(
            list(texts),
            padding="max_length" if filled else True,
            truncation=True,
            max_length=longest,
            return_attention_mask=not filled,
            return_tensors="pt",
        )
        return {name: value.to(device) for name, value in found.items()}

    return read


def _library() -> Any:
    """Return transformers, of whose functions half state no types."""
    return importlib.import_module("transformers")


def _tensor(found: Any) -> Any:
    """Return features as a tensor: older versions of the library give it bare."""
    return getattr(found, "pooler_output", found)


def _load_errors() -> tuple[type[Exception], ...]:
    from safetensors import SafetensorError

    return (
        SafetensorError,
        RuntimeError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        ImportError,
    )
