"""What the model hears of pictures and texts: two frozen networks, a count of simple things, and word pieces."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from curation import looks
from curation.meaning import wordpiece
from curation.meaning.model import Floats, described
from runtime.onnx_sessions import onnx_session

CONTEXT = 128  # tokens of a text that are read
SENTENCES, PIECES = "sentence.onnx", "vocab.txt"


def seen(pictures: Sequence[Image.Image], known: Sequence[looks.Look | None] | None = None) -> Floats:
    """Return what the classifier's network and its counts see of pictures, shape (n, 1386), but for those `known`."""
    graph = looks.SHIPPED / looks.GRAPH
    return described(
        [
            looks.picture_features(picture, graph) if look is None else look
            for picture, look in zip(pictures, known or [None] * len(pictures), strict=True)
        ]
    )


def sentence_vectors(folder: Path, texts: Sequence[str]) -> Floats:
    """Return the sentence encoder's unit vectors of texts, shape (n, 384); each is encoded alone.

    Raises:
        OSError: a file is missing.
    """
    session, pieces = _encoder(folder)
    rows = [wordpiece.tokenize([text], pieces, context=CONTEXT) for text in texts]
    found = [session.run(None, {"tokens": row})[0] for row in rows]
    return np.concatenate(found) if found else np.empty((0, 384), np.float32)


@functools.lru_cache(maxsize=2)
def _encoder(folder: Path) -> tuple[Any, dict[str, int]]:
    pieces = wordpiece.read_vocabulary(folder / PIECES)
    return onnx_session(str(folder / SENTENCES)), pieces
