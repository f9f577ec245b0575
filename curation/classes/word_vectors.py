"""What the words of a float's texts mean: for each text the mean of its words' vectors, looked up in a table.

The table (`training/word_vectors.py`) is the first layer of a sentence encoder: words that stand in like company lie
near to each other, so that a word of which no label tells is heard as its neighbours are. Words outside of it count
for nothing.
"""

import functools
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.terms import tokens

WORD_VECTORS = "words.npz"

MEANING = "meaning_"  # before the name of a text: that input of the classifier

MEANINGS = ("caption", "sentences")  # the texts whose meaning is heard

_JOINTS = re.compile(r"[-'’]")

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WordVectors:
    """For each known word a row of `vectors`, of shape (words, width) in eight bits, and its weight in a mean."""

    rows: Mapping[str, int]
    vectors: npt.NDArray[np.int8]
    weights: Array

    def mean(self, text: str) -> Array:
        """Return the weighted mean of the vectors of a text's words, float32 of shape (width,); zero without any."""
        known: list[int] = []
        for token in tokens(text):
            if token in self.rows:
                known.append(self.rows[token])
            else:
                known += [self.rows[word] for word in _JOINTS.split(token) if word in self.rows]
        if not known:
            return np.zeros(self.vectors.shape[1], np.float32)
        weights = self.weights[known]
        return np.asarray(weights @ self.vectors[known].astype(np.float32) / weights.sum(), np.float32)


def meanings_of(texts: Mapping[str, str], folder: Path) -> dict[str, Array]:
    """Return, as inputs by name, the means for those of a float's texts whose meaning is heard.

    Raises:
        ClassModelError: the classifier's folder holds no word vectors.
    """
    vectors = read_word_vectors(folder / WORD_VECTORS)
    return {f"{MEANING}{name}": vectors.mean(texts[name]) for name in MEANINGS}


@functools.lru_cache(maxsize=2)
def read_word_vectors(path: Path) -> WordVectors:
    """Return the table of a file. Raises ClassModelError."""
    try:
        with np.load(path, allow_pickle=False) as held:
            words = held["words"].tobytes().decode("utf-8").split("\n")
            vectors, weights = held["vectors"], held["weights"].astype(np.float32)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ClassModelError(f"{path} holds no word vectors: {error}") from error
    return WordVectors({word: row for row, word in enumerate(words)}, vectors, weights)
