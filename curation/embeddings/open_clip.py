"""Embeddings by open_clip: a model by name with a tag or a local checkpoint, or a Hub-format folder."""

import difflib
import functools
import importlib.metadata
import importlib.util
import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.embeddings.errors import EmbedderError
from curation.embeddings.hub import Hub, first_line, patient_hub, why_not_had
from curation.pictures import open_rgb
from runtime.devices import Device, take_gpu
from runtime.hashes import model_sha256

VERSION = "1"  # 1: open_clip's own inference preprocessing, one thread
TEXT_VERSION = "1"  # 1: open_clip's own tokenizer, cut at the context's end

CONFIG_NAME = "open_clip_config.json"
# The order in which open_clip itself picks a checkpoint from a folder.
FOLDER_WEIGHTS = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
)
FILE_SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")
BATCH = 32  # images per forward pass: 20 MB of input at 224 px
GPU_BATCH = 512  # halved as often as the GPU has no room for it

T = TypeVar("T")
Floats = npt.NDArray[np.float32]
Embed = Callable[[Sequence[bytes | Image.Image]], Floats]
EmbedTexts = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Choice:
    """What a spec means: a folder, or a model with weights from a file or a tag."""

    model: str
    weights: Path | None  # None: to be had by tag
    tag: str | None
    config: Path | None  # of a folder, or of an architecture of one's own beside its checkpoint
    is_folder: bool


def identity(rest: str) -> str:
    """Return name, version, weights hash and configuration of the model that `rest` means.

    Local files are hashed without open_clip being imported; for a tag its weights must be in the cache or
    within reach. Raises EmbedderError.
    """
    choice = _choose(rest)
    weights = choice.weights or _tag_weights(choice)
    config = f"sha256:{model_sha256(choice.config)[:16]}" if choice.config else "builtin"
    name = "folder" if choice.is_folder else choice.model + (f"/{choice.tag}" if choice.tag else "")
    return (
        f"open_clip/{_installed_version()} {name} weights=sha256:{model_sha256(weights)[:16]} "
        f"config={config} preprocessing=inference/{VERSION}"
    )


def space(rest: str) -> str:
    """Return what a similarity depends on: model and preprocessing (the configuration), weights, metric.

    A folder has the same space here and on ONNX Runtime. Raises EmbedderError.
    """
    choice = _choose(rest)
    weights = choice.weights or _tag_weights(choice)
    config = f"sha256:{model_sha256(choice.config)[:16]}" if choice.config else f"builtin:{choice.model}"
    return f"clip weights=sha256:{model_sha256(weights)[:16]} config={config} cosine"


def text_identity(rest: str) -> str:
    """Return what the last bit of a text's vector depends on. Raises EmbedderError."""
    return f"{identity(rest)} texts={TEXT_VERSION}"


def load(rest: str, device: Device = "cpu") -> tuple[int, Embed, EmbedTexts]:
    """Return dimension and embedding functions of the model that `rest` means, in half precision on a GPU.

    Raises:
        EmbedderError: as `identity`, or the weights do not fit.
        UserError: every GPU is another process's.
    """
    choice = _choose(rest)
    _installed_version()
    if choice.weights is None:
        _tag_weights(choice)
    if device == "cuda":
        take_gpu()
    import open_clip
    import torch
    from safetensors import SafetensorError

    torch.set_num_threads(1)
    if choice.config is not None and not choice.is_folder:
        open_clip.add_model_config(choice.config)
    name = f"local-dir:{choice.config.parent}" if choice.is_folder and choice.config else choice.model
    pretrained = None if choice.is_folder else choice.tag or str(choice.weights)
    precision = "fp32" if device == "cpu" else "fp16"
    try:
        with patient_hub():
            model, preprocess = open_clip.create_model_from_pretrained(
                name, pretrained=pretrained, device=device, precision=precision, weights_only=True
            )
    except (
        SafetensorError,
        pickle.UnpicklingError,
        RuntimeError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        AssertionError,
        EOFError,
        StopIteration,
    ) as error:
        source = choice.weights or choice.tag
        raise EmbedderError(
            f"The weights {source} do not fit the model {choice.model} or are damaged: {first_line(error)}."
        ) from error
    model.eval()

    def embed(images: Sequence[bytes | Image.Image]) -> Floats:
        return in_batches(lambda part: _embed(model, preprocess, part, device), images, device)

    def embed_texts(texts: Sequence[str]) -> Floats:
        return in_batches(lambda part: _embed_texts(model, _tokenizer(choice), part, device), texts, device)

    def in_batches(embed_part: Callable[[Sequence[T]], Floats], items: Sequence[T], on: Device) -> Floats:
        parts = batched(embed_part, items, BATCH if on == "cpu" else GPU_BATCH, torch.OutOfMemoryError)
        return np.concatenate([np.empty((0, dimension), np.float32), *parts])

    with torch.inference_mode():
        side = model.visual.image_size
        height, width = (side, side) if isinstance(side, int) else side
        blank = torch.zeros(1, 3, height, width, device=device, dtype=_dtype(device))
        dimension = int(model.encode_image(blank).shape[1])
    return dimension, embed, embed_texts


def batched(
    embed: Callable[[Sequence[T]], Floats], items: Sequence[T], size: int, too_large: type[Exception]
) -> Iterator[Floats]:
    """Yield the vectors of batches of items; a batch for which there is no memory is tried in halves.

    Raises `too_large` where there is none for one item.
    """
    start = 0
    while start < len(items):
        try:
            yield embed(items[start : start + size])
        except too_large:
            if size == 1:
                raise
            size //= 2
        else:
            start += size


def _embed(model: Any, preprocess: Any, images: Sequence[bytes | Image.Image], device: Device) -> Floats:
    import torch

    batch = torch.stack([preprocess(open_rgb(image)) for image in images])
    with torch.inference_mode():
        features = model.encode_image(batch.to(device, _dtype(device))).float()
        return _numpy(torch.nn.functional.normalize(features, dim=-1))


def _embed_texts(model: Any, tokenizer: Any, texts: Sequence[str], device: Device) -> Floats:
    import torch

    tokens = tokenizer(list(texts))
    with torch.inference_mode():
        features = model.encode_text(tokens.to(device)).float()
        return _numpy(torch.nn.functional.normalize(features, dim=-1))


def _dtype(device: Device) -> Any:
    import torch

    return torch.float32 if device == "cpu" else torch.float16


def _numpy(vectors: Any) -> Floats:
    return np.asarray(vectors.cpu().numpy(), np.float32)


@functools.lru_cache(maxsize=4)
def _tokenizer(choice: Choice) -> Any:
    """Return open_clip's tokenizer of a model. Raises EmbedderError where its files cannot be had."""
    import open_clip

    if choice.config is None:
        name, bpe = choice.model, None
    else:
        folder = choice.config.parent
        name = f"local-dir:{folder}" if choice.is_folder else choice.model
        content = json.loads(choice.config.read_bytes())
        text = (content["model_cfg"] if choice.is_folder else content).get("text_cfg", {})
        bpe = text.get("tokenizer_kwargs", {}).get("bpe_path")
    try:
        # A folder names its file of byte pairs relative to itself, which open_clip would look for elsewhere.
        own = {"bpe_path": str(folder / bpe)} if bpe is not None else {}
        with patient_hub():
            return open_clip.get_tokenizer(name, **own)
    except (OSError, ValueError, ImportError) as error:
        raise EmbedderError(f"The tokenizer of {choice.model} cannot be had: {first_line(error)}.") from error


def _choose(rest: str) -> Choice:
    folder = Path(rest)
    if folder.is_dir():
        return _choose_folder(folder)
    model, _, pretrained = rest.partition("/")
    if not model and folder.suffix in FILE_SUFFIXES:
        raise EmbedderError(
            f"open_clip:{rest} names weights without a model; write open_clip:<model>/{rest}, or name a "
            f"folder with {CONFIG_NAME} and {FOLDER_WEIGHTS[0]}."
        )
    if not model:
        raise EmbedderError(f"There is no folder {rest}.")
    if not pretrained:
        raise EmbedderError(
            f"open_clip:{rest} names no weights and is no folder; write open_clip:{model}/<tag> or "
            f"open_clip:{model}/<path of a .safetensors or .pt file>."
        )
    if Path(pretrained).suffix not in FILE_SUFFIXES:
        _builtin_model(model)
        return Choice(model=model, weights=None, tag=pretrained, config=None, is_folder=False)
    weights = Path(pretrained)
    if not weights.is_file():
        raise EmbedderError(f"The weights file {weights} does not exist.")
    beside = weights.parent / f"{model}.json"
    config = beside if beside.is_file() else None
    if config is None:
        _builtin_model(model)
    else:
        _read_config(config, ("embed_dim", "vision_cfg", "text_cfg"))
    return Choice(model=model, weights=weights, tag=None, config=config, is_folder=False)


def _choose_folder(folder: Path) -> Choice:
    config = folder / CONFIG_NAME
    if not config.is_file():
        raise EmbedderError(f"The folder {folder} holds no {CONFIG_NAME}.")
    _read_config(config, ("model_cfg",))
    for name in FOLDER_WEIGHTS:
        if (folder / name).is_file():
            return Choice(model=folder.name, weights=folder / name, tag=None, config=config, is_folder=True)
    raise EmbedderError(f"The folder {folder} holds no weights: one of {', '.join(FOLDER_WEIGHTS)}.")


def _read_config(path: Path, keys: tuple[str, ...]) -> None:
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise EmbedderError(f"The model configuration {path} is no JSON: {first_line(error)}.") from error
    missing = [key for key in keys if not isinstance(content, dict) or key not in content]
    if missing:
        raise EmbedderError(f"The model configuration {path} lacks {', '.join(missing)}.")


def _builtin_model(model: str) -> None:
    """Refuse a model name that open_clip does not know, reading its folder of configurations only."""
    _installed_version()
    spec = importlib.util.find_spec("open_clip")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    names = sorted(
        path.stem for folder in folders for path in (Path(folder) / "model_configs").glob("*.json")
    )
    if model not in names:
        lowered = {name.casefold(): name for name in names}
        close = difflib.get_close_matches(model.casefold(), list(lowered), n=5, cutoff=0.5)
        hint = f"; close names are {', '.join(lowered[name] for name in close)}" if close else ""
        raise EmbedderError(f"open_clip knows no model {model!r}{hint}.")


@functools.lru_cache(maxsize=4)
def _tag_weights(choice: Choice) -> Path:
    """Return the file with a tag's weights, fetched by open_clip unless it is in the cache.

    Looked up once: every stage key asks for it, and the hub would be asked each time whether it has a later one.
    """
    import open_clip
    from open_clip.pretrained import download_pretrained, get_pretrained_cfg

    model, tag = choice.model, choice.tag or ""
    published = get_pretrained_cfg(model, tag)
    if not published:
        tags = open_clip.list_pretrained_tags_by_model(model)
        known = f"its tags are {', '.join(tags)}" if tags else "it has none"
        raise EmbedderError(
            f"open_clip has no weights {tag!r} for {model}; {known}; a local file needs a suffix."
        )
    with patient_hub() as hub:
        try:
            return Path(download_pretrained(published))
        except (OSError, RuntimeError, ValueError) as error:
            raise EmbedderError(_without_weights(choice, hub, error)) from error


def _without_weights(choice: Choice, hub: Hub, error: Exception) -> str:
    """Return a sentence that says why a tag's weights cannot be had, and what to do."""
    local = f"a local file, open_clip:{choice.model}/<path of a .safetensors or .pt file>, or a folder"
    return why_not_had(f"The weights {choice.tag} of {choice.model}", hub, error, local=local)


def _installed_version() -> str:
    try:
        return importlib.metadata.version("open_clip_torch")
    except importlib.metadata.PackageNotFoundError as error:
        raise EmbedderError(
            "This embedder needs the package open_clip_torch: pip install 'scimmir[openclip]'."
        ) from error
