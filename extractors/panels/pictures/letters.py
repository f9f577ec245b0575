"""Reads short texts as names of panels: letters, digits and small roman numerals, by a model of 200 kB."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from extractors.panels.pictures.tokens import Floats
from runtime.onnx_sessions import onnx_session

MODEL = Path(__file__).parent / "models" / "letters.onnx"
NAMES = (*"abcdefghijklmnopqrstuvwxyz", *"123456789", "ii", "iii", "iv", "vi", "vii", "viii", "ix")
BATCH = 256

# Drawn alike: a reader cannot tell them apart, so what is read as one may be the other.
_ALIKE = {
    "i": "l1",
    "l": "i1",
    "1": "il",
    "o": "q",
    "s": "5",
    "5": "s",
    "z": "2",
    "2": "z",
    "b": "8",
    "g": "9q",
}


def read(seen: Floats) -> Floats:
    """Return how likely each text is each of NAMES, of shape (texts, len(NAMES)); the rest is no name of a panel."""
    if not len(seen):
        return np.zeros((0, len(NAMES)), np.float32)
    session = _session()
    name = session.get_inputs()[0].name
    scores = np.concatenate(
        [session.run(None, {name: seen[i : i + BATCH]})[0] for i in range(0, len(seen), BATCH)]
    )
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray((scores / scores.sum(axis=1, keepdims=True))[:, : len(NAMES)], np.float32)


def likelihood(read_as: Floats, label: str) -> Floats:
    """Return how likely each text is a label, of shape (texts,); zeros where no text of that form can be read."""
    if label not in NAMES:
        return np.zeros(len(read_as), np.float32)
    alike = [0.5 * read_as[:, NAMES.index(other)] for other in _ALIKE.get(label, "")]
    return np.asarray(np.maximum.reduce([read_as[:, NAMES.index(label)], *alike]), np.float32)


def drawn_alike(one: str, other: str) -> bool:
    """Return whether a reader can take one label for the other."""
    return other in _ALIKE.get(one, "") or one in _ALIKE.get(other, "")


@cache
def _session() -> Any:
    return onnx_session(str(MODEL))
