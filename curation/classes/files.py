"""The learnt classifier as it lies on disk: weights without pickle, beside the networks that see and read."""

import functools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.gallery import GALLERY_FILE
from curation.classes.model import Array, ClassModel, Dense, Expert, KindModel, Vocabulary, row_step
from curation.classes.softmax import Softmax
from curation.classes.terms import BITS
from curation.classes.word_vectors import WORD_VECTORS
from curation.looks import GRAPH
from runtime.arrays import write_arrays
from runtime.hashes import model_sha256

WEIGHTS = "classes.npz"
WRITTEN_FILE = "written.npz"  # what was learnt from written examples, in the same form
# 1: words, signals and picture; 2: what words mean as well; 3: and the other figures, and words that are drawn;
# 4: what lies together in a picture, and its texture; 5: and what the gallery says of types; 6: what the written
# examples say of classes, what tables' words mean and their columns hold; rows in eight bits
FORMAT = 6

_OTHERS = (GRAPH, WORD_VECTORS, GALLERY_FILE, WRITTEN_FILE)


def model_identity(folder: Path) -> str:
    """Return the hash of a classifier's files, on which every answer depends. Raises ClassModelError."""
    for name in (WEIGHTS, *_OTHERS):
        if not (folder / name).is_file():
            raise ClassModelError(f"{folder} is no classifier: it holds no {name}")
    others = "".join(model_sha256(folder / name)[:4] for name in _OTHERS)
    return f"{model_sha256(folder / WEIGHTS)[:8]}{others}"


def write_model(model: ClassModel, path: Path) -> None:
    """Write a classifier's weights; the same weights give the same bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    kinds: dict[str, object] = {}
    for kind, part in model.kinds.items():
        kinds[kind] = {
            "classes": part.classes,
            "types": part.types,
            "type_caps": part.type_caps,
            "experts": {name: dict(expert.loudness) for name, expert in part.experts.items()},
            "dense": {name: dense.scale for name, dense in part.dense.items()},
            "heads": list(part.heads),
        }
        arrays[f"{kind}.places"] = part.vocabulary.places.astype(np.int32)
        arrays[f"{kind}.rarity"] = part.vocabulary.rarity.astype(np.float16)
        for name, dense in part.dense.items():
            for field in ("mean", "spread"):
                arrays[f"{kind}.dense.{name}.{field}"] = getattr(dense, field).astype(np.float32)
            arrays[f"{kind}.dense.{name}.rows"] = np.rint(dense.rows / row_step(dense.rows.shape[1])).astype(
                np.int8
            )
        for name, expert in part.experts.items():
            for field, kept in (("terms", np.float16), ("rows", np.float32), ("intercepts", np.float32)):
                arrays[f"{kind}.expert.{name}.{field}"] = getattr(expert, field).astype(kept)
        for name, head in part.heads.items():
            for place in fields(head):
                arrays[f"{kind}.head.{name}.{place.name}"] = getattr(head, place.name).astype(np.float32)
    stated = {"format": FORMAT, "bits": BITS, "kinds": kinds}
    arrays["stated"] = np.frombuffer(json.dumps(stated, sort_keys=True).encode(), np.uint8)
    write_arrays(path, dict(sorted(arrays.items())))


@functools.lru_cache(maxsize=4)  # two files of two classifiers
def read_model(path: Path) -> ClassModel:
    """Return a classifier's weights as they were written. Raises ClassModelError."""
    try:
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        stated = json.loads(arrays["stated"].tobytes())
        if (stated["format"], stated["bits"]) != (FORMAT, BITS):
            what = "its written examples" if path.name == WRITTEN_FILE else "the classifier"
            raise ClassModelError(f"{path} is of another format: learn {what} anew")
        kinds = {kind: _kind(arrays, kind, said) for kind, said in stated["kinds"].items()}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ClassModelError(f"{path} holds no classifier: {error}") from error
    return ClassModel(kinds)


def _kind(arrays: Mapping[str, npt.NDArray[Any]], kind: str, said: Any) -> KindModel:
    places = np.asarray(arrays[f"{kind}.places"], np.int64)
    if len(places) and not 0 <= places.min() <= places.max() < 1 << BITS:
        raise ValueError(f"terms of {kind}s are not of {BITS} bits")

    def wide(name: str) -> Array:
        return np.asarray(arrays[f"{kind}.{name}"], dtype=np.float64)

    def dense(name: str, scale: float) -> Dense:
        mean, spread, rows = (wide(f"dense.{name}.{field}") for field in ("mean", "spread", "rows"))
        return Dense(mean, spread, rows * row_step(rows.shape[1]), scale)

    def expert(name: str, loudness: Mapping[str, float]) -> Expert:
        terms, rows, intercepts = (
            wide(f"expert.{name}.{field}") for field in ("terms", "rows", "intercepts")
        )
        return Expert(loudness, terms, rows, intercepts)

    return KindModel(
        classes=tuple(said["classes"]),
        types=tuple(said["types"]),
        type_caps=tuple(said["type_caps"]),
        vocabulary=Vocabulary(places, wide("rarity")),
        dense={name: dense(name, float(scale)) for name, scale in said["dense"].items()},
        experts={name: expert(name, dict(loudness)) for name, loudness in said["experts"].items()},
        heads={
            name: Softmax(*(wide(f"head.{name}.{place.name}") for place in fields(Softmax)))
            for name in said["heads"]
        },
    )
