"""Texts embedded by the text tower of an exported CLIP model on ONNX Runtime; torch is not needed."""

import functools
import gzip
import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.embeddings import tokens as clip_tokens
from curation.embeddings.errors import EmbedderError
from curation.embeddings.onnx import CONFIG, model_file, open_session, runtime_version, space
from runtime.devices import Device
from runtime.hashes import model_sha256

TEXT_GRAPH = "text.onnx"
BATCH = 64  # texts per run
DEFAULT_CONTEXT = 77  # of CLIP, where a configuration states none
DEFAULT_BPE = "bpe_simple_vocab_16e6.txt.gz"  # CLIP's byte pairs, a file of open_clip's package

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _TextInput:
    """How a model's configuration wants a text cut into tokens."""

    context: int
    byte_pairs: Path


def identity(folder: Path) -> str:
    """Return what the last bit of a text's vector depends on: space, graph, byte pairs and runtime.

    Raises:
        EmbedderError: the folder is no exported model, or its texts need another tokenizer.
    """
    graph = model_sha256(model_file(folder, TEXT_GRAPH))[:16]
    pairs = model_sha256(_text_input(folder).byte_pairs)[:16]
    return (
        f"{space(folder)} text=sha256:{graph} tokens={clip_tokens.VERSION}/sha256:{pairs} "
        f"onnxruntime/{runtime_version()}"
    )


def load_lazily(folder: Path, dimension: int, device: Device = "cpu") -> Callable[[Sequence[str]], Floats]:
    """Return the function that embeds texts; the graph is loaded at its first call, which images never need."""

    @functools.cache
    def loaded() -> Callable[[Sequence[str]], Floats]:
        return _load(folder, dimension, device)

    return lambda texts: loaded()(texts)


def _load(folder: Path, dimension: int, device: Device) -> Callable[[Sequence[str]], Floats]:
    stated = _text_input(folder)
    try:
        vocabulary = clip_tokens.read_vocabulary(stated.byte_pairs)
    except (OSError, EOFError, ValueError, gzip.BadGzipFile) as error:
        raise EmbedderError(f"the byte pairs {stated.byte_pairs} cannot be read: {error}") from error
    session = open_session(folder, TEXT_GRAPH, device)

    def embed(texts: Sequence[str]) -> Floats:
        vectors = np.empty((len(texts), dimension), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            tokens = clip_tokens.tokenize(texts[start : start + BATCH], vocabulary, context=stated.context)
            vectors[start : start + len(tokens)] = session.run(None, {"tokens": tokens})[0]
        return vectors

    return embed


def _text_input(folder: Path) -> _TextInput:
    path = model_file(folder, CONFIG)
    try:
        text = json.loads(path.read_bytes())["model_cfg"]["text_cfg"]
        kwargs = dict(text.get("tokenizer_kwargs", {}))
        named = kwargs.pop("bpe_path", None)
        context = int(text.get("context_length", DEFAULT_CONTEXT))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EmbedderError(f"{path} states no text tower that can be used: {error!r}") from error
    if kwargs or text.get("hf_tokenizer_name"):
        raise EmbedderError(
            f"{path} asks for a tokenizer that only open_clip has: name the model open_clip:{folder}"
        )
    return _TextInput(context, model_file(folder, named) if named else _default_byte_pairs())


def _default_byte_pairs() -> Path:
    found = importlib.util.find_spec("open_clip")
    for folder in (found.submodule_search_locations or ()) if found else ():
        if (Path(folder) / DEFAULT_BPE).is_file():
            return Path(folder) / DEFAULT_BPE
    raise EmbedderError(
        "This model takes CLIP's own byte pairs, which are in the package open_clip_torch: "
        "pip install 'scimmir[openclip]'."
    )
