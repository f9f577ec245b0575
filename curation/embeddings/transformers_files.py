"""The files of a model of the transformers library: those of a folder, or of a name on the model hub."""

import functools
import hashlib
import importlib.metadata
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.embeddings.errors import EmbedderError
from curation.embeddings.hub import first_line, patient_hub, why_not_had
from runtime.hashes import model_sha256

CONFIG = "config.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
# What else a model may state: how pictures and texts become its input. No model has all of them.
VOCABULARIES = (
    "tokenizer.json",
    "vocab.json",
    "vocab.txt",
    "spiece.model",
    "tokenizer.model",
    "sentencepiece.bpe.model",
)
SETTINGS = (
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    *VOCABULARIES,
)
_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder on disk: its weights, and the files that say how it is built and what it reads."""

    name: str
    folder: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]
    settings: tuple[Path, ...]

    def space(self) -> str:
        """Return what a similarity depends on: weights, configuration, preprocessing, metric."""
        weights, settings = _together(self.weights), _together(self.settings)
        return f"transformers weights=sha256:{weights} settings=sha256:{settings} cosine"


def model_files(rest: str) -> ModelFiles:
    """Return the files of the model that `rest` means: a folder, or a name on the model hub.

    Raises:
        EmbedderError: there is no such folder, it is no model with weights as safetensors, or the hub does not
            give its files.
    """
    folder = Path(rest)
    if not folder.is_dir():
        if rest.startswith(("/", ".", "~")) or not _HUB_NAME.fullmatch(rest):
            raise EmbedderError(f"There is no folder {rest}.")
        folder = _fetched(rest)
    return _of_folder(rest, folder)


def installed_version() -> str:
    """Return the version of transformers. Raises EmbedderError where it is not installed."""
    try:
        return importlib.metadata.version("transformers")
    except importlib.metadata.PackageNotFoundError as error:
        raise EmbedderError(
            "This embedder needs the package transformers: pip install 'scimmir[transformers]'."
        ) from error


def _of_folder(name: str, folder: Path) -> ModelFiles:
    config = _read(folder / CONFIG, f"{folder} is no model of transformers: it holds no {CONFIG}")
    if not isinstance(config.get("model_type"), str):
        raise EmbedderError(f"{folder / CONFIG} names no model_type, so transformers cannot build the model.")
    if (folder / INDEX).is_file():
        parts = _read(folder / INDEX, "").get("weight_map", {})
        weights = tuple(folder / part for part in sorted(set(parts.values())))
    else:
        weights = (folder / WEIGHTS,)
    missing = [path.name for path in weights if not path.is_file()]
    if missing or not weights:
        raise EmbedderError(
            f"{folder} holds no {' or '.join(missing) or WEIGHTS}: weights are read as safetensors alone, which "
            "run nothing; convert others with save_pretrained where they can be trusted."
        )
    settings = tuple(path for path in (folder / one for one in (CONFIG, *SETTINGS)) if path.is_file())
    return ModelFiles(name, folder, config, weights, settings)


def _read(path: Path, missing: str) -> dict[str, Any]:
    if not path.is_file():
        raise EmbedderError(f"{missing}.")
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise EmbedderError(f"{path} is no JSON: {first_line(error)}.") from error
    if not isinstance(content, dict):
        raise EmbedderError(f"{path} holds no JSON object.")
    return content


@functools.lru_cache(maxsize=4)
def _fetched(name: str) -> Path:
    """Return the folder of the hub's cache that holds a model, all of one revision; fetched where it lacks any.

    Asked once: every stage key asks for it, and the hub would be asked each time whether it has a later one.
    """
    installed_version()
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

    with patient_hub() as hub:
        try:
            config = Path(hf_hub_download(name, CONFIG))
            revision = config.parent.name
            for setting in SETTINGS:
                try:
                    hf_hub_download(name, setting, revision=revision)
                except EntryNotFoundError:
                    continue
            try:
                index = Path(hf_hub_download(name, INDEX, revision=revision))
            except EntryNotFoundError:
                hf_hub_download(name, WEIGHTS, revision=revision)
            else:
                for part in sorted(set(_read(index, "").get("weight_map", {}).values())):
                    hf_hub_download(name, part, revision=revision)
        except (OSError, RuntimeError, ValueError) as error:
            # The hub was asked for the weights last, and where it knows the model but no such file, there is none.
            if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
                raise EmbedderError(
                    f"The model hub has no {CONFIG} or no {WEIGHTS} of {name}: weights are read as safetensors "
                    "alone, which run nothing; name a folder that save_pretrained wrote, transformers:<folder>."
                ) from error
            local = "a folder that save_pretrained wrote, transformers:<folder>"
            wanted = f"The files of {name}, its weights as safetensors among them,"
            raise EmbedderError(why_not_had(wanted, hub, error, local=local)) from error
    return config.parent


def _together(paths: tuple[Path, ...]) -> str:
    """Return the beginning of one hash over some files, their names among it."""
    parts = [f"{path.name} {model_sha256(path)}\n" for path in paths]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
