"""What pictures show and captions speak of as vectors that can be compared: learnt from pairs, on frozen networks.

A picture is described by what a network sees in it and by simple counts (`curation.looks.picture_features`), a
text by a sentence encoder's vector and by its words. Ridge regression on a kernel of distances, from pictures to what
their captions say (`learn.py` fits it), brings both into one space. Everything here is numpy.
"""

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.looks import Look

NUMBERS = "meaning.npz"
# Numbers of a picture: features of the network, what lies together, and what is counted.
PARTS = {"features": 688, "together": 600, "texture": 62, "signals": 36}
SEEN = sum(PARTS.values())
WORD_WEIGHT = 0.7  # of the words' similarity, beside the sentence encoder's
_WORD = re.compile(r"[a-z]{2,}")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class MeaningModel:
    """The fitted numbers: `n` pictures were learnt from, `v` words are known, vectors have `r` + 1 numbers.

    `mean`: of the described pictures, shape (1386,); `view`: from these to a space of distances, shape (1386, d);
    `anchors`: the pictures learnt from in that space, shape (n, d); `width`: of the kernel; `weights`: of each
    anchor, shape (n, r); `sentence_mean`: of captions' sentence vectors, shape (384,); `words`: known ones, (v,);
    `idf`: how rare they are, shape (v,); `word_mean`: shape (v,); `axes`: from words to the word part, shape (v, w);
    `basis`: from sentence part and word part to the common space, shape (384 + w, r).
    """

    mean: Floats
    view: Floats
    anchors: Floats
    width: Floats
    weights: Floats
    sentence_mean: Floats
    words: npt.NDArray[np.str_]
    idf: Floats
    word_mean: Floats
    axes: Floats
    basis: Floats

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        return int(self.basis.shape[1]) + 1

    def image_vectors(self, described: Floats) -> Floats:
        """Return unit vectors, shape (m, r + 1), of pictures as they are described, shape (m, 1386).

        Each is computed alone, so that it does not depend on those beside it.
        """
        found = np.zeros((len(described), self.dimension), np.float32)
        for row, picture in enumerate(described):
            near = kernel((picture[None] - self.mean) @ self.view, self.anchors, float(self.width))
            found[row, :-1] = unit(near @ self.weights)[0]
        return found

    def text_vectors(self, sentences: Floats, texts: Sequence[str]) -> Floats:
        """Return unit vectors, shape (m, r + 1), of texts with their sentence vectors, shape (m, 384).

        The last number is what of a text lies outside of what pictures can say; that of a picture is 0. Each is
        computed alone, so that it does not depend on those beside it.
        """
        found = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            shares = word_shares([text], self.known, self.idf) - self.word_mean
            words = unit(np.asarray(shares @ self.axes, np.float32))
            centred = np.concatenate([sentences[row : row + 1] - self.sentence_mean, words], 1)
            inside = parts(centred, len(self.sentence_mean)) @ self.basis
            outside = np.sqrt(np.maximum(0.0, 1.0 - (inside**2).sum(1, keepdims=True)))
            found[row] = unit(np.concatenate([inside, outside], 1))[0]
        return found

    @functools.cached_property
    def known(self) -> dict[str, int]:
        """Each known word's place."""
        return {str(word): place for place, word in enumerate(self.words)}


def read_meaning(path: Path) -> MeaningModel:
    """Return the numbers that `write_meaning` wrote. Raises OSError, ValueError and KeyError for another file."""
    with np.load(path, allow_pickle=False) as kept:
        found = {field.name: kept[field.name] for field in fields(MeaningModel)}
    return MeaningModel(
        **{name: value if name == "words" else value.astype(np.float32) for name, value in found.items()}
    )


def write_meaning(model: MeaningModel, path: Path) -> None:
    """Write the numbers in half precision; the same model gives the same bytes."""
    kept = {field.name: getattr(model, field.name) for field in fields(MeaningModel)}
    halves = {
        name: value if name == "words" else value.astype(np.float16 if value.size > 2000 else np.float32)
        for name, value in kept.items()
    }
    np.savez_compressed(path, **halves)


def described(looks: Sequence[Look]) -> Floats:
    """Return pictures as the model takes them, shape (m, 1386): large activations are pressed together by a root."""
    parts = {
        name: np.array([getattr(look, name) for look in looks], np.float32).reshape(len(looks), width)
        for name, width in PARTS.items()
    }
    parts["features"] = np.sign(parts["features"]) * np.sqrt(np.abs(parts["features"]))
    return np.concatenate(list(parts.values()), 1).astype(np.float32)


def kernel(pictures: Floats, anchors: Floats, width: float) -> Floats:
    """Return how near pictures are to anchors in the space of distances, exp(-width * distance), shape (m, n)."""
    squares = (pictures**2).sum(1)[:, None] + (anchors**2).sum(1)[None] - 2 * pictures @ anchors.T
    return np.asarray(np.exp(-width * np.sqrt(np.maximum(squares, 0))), np.float32)


def parts(values: Floats, sentence: int) -> Floats:
    """Return sentence part and word part, each of unit length, in their weights; the whole is of unit length."""
    whole = [unit(values[:, :sentence]), unit(values[:, sentence:]) * WORD_WEIGHT**0.5]
    return np.asarray(np.concatenate(whole, 1) / (1 + WORD_WEIGHT) ** 0.5, np.float32)


def word_shares(texts: Sequence[str], known: dict[str, int], idf: Floats) -> Floats:
    """Return how much each known word is of each text, unit vectors of shape (m, v) or zero where none is known."""
    found = np.zeros((len(texts), len(known)), np.float32)
    for row, text in enumerate(texts):
        for word, count in Counter(words_of(text)).items():
            if word in known:
                found[row, known[word]] = (1 + np.log(count)) * idf[known[word]]
    return unit(found)


def words_of(text: str) -> list[str]:
    """Return a text's words in their order: letters alone, two at least, in lower case."""
    return _WORD.findall(text.lower())


def unit(values: Floats) -> Floats:
    """Return rows of unit length; a row of zeros stays one."""
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    return np.asarray(values / np.where(lengths > 0, lengths, 1), np.float32)
