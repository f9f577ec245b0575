"""What the words drawn in a picture tell, as OCR read them: what they mean, and how many stand where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.classes.word_vectors import WORD_VECTORS, read_word_vectors
from schemas.annotations import TextBox

DRAWN_MEANING, DRAWN_COUNTS = "drawn_meaning", "drawn_counts"
COUNTS = 27  # numbers of the second

_LETTERS = 10_000  # of a picture's words that are heard
_NUMBER = re.compile(
    r"^[\s(<>≤≥~≈=±+−–-]*[$€£]?[\d.,]+\s*(?:[eE×x%°]?[\w%°^+−–-]{0,3})?\)?$"  # with sign, power, short unit
)
_PANEL_MARK = re.compile(r"^\(?[a-hA-H]\)|^[A-H]$")
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])")  # words that are read as one: LossFunction
_ALIGNED = 0.02  # of the picture's side

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """What OCR read in a picture of this width and height in pixels."""

    boxes: Sequence[TextBox]
    width: float
    height: float


def drawn_inputs(drawn: Drawn, folder: Path) -> dict[str, Array]:
    """Return what the classifier of a folder hears of a picture's words, as inputs by name.

    Raises:
        ClassModelError: the classifier's folder holds no word vectors.
    """
    text = " ".join(box.text for box in drawn.boxes)[:_LETTERS]
    vectors = read_word_vectors(folder / WORD_VECTORS)
    return {DRAWN_MEANING: vectors.mean(_SEAM.sub(" ", text)), DRAWN_COUNTS: drawn_counts(drawn)}


def drawn_counts(drawn: Drawn) -> Array:
    """Return counts, shares and spreads of a picture's lines of text, float32 of shape (27,); zero without any."""
    boxes = drawn.boxes
    if not boxes:
        return np.zeros(COUNTS, np.float32)
    texts = [box.text.strip() for box in boxes]
    corners = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], dtype=np.float64)
    corners /= np.maximum([drawn.width, drawn.height, drawn.width, drawn.height], 1)
    values = [
        np.log1p(len(boxes)),
        *_said(texts),
        *_placed(texts, corners),
        *_sized(texts, corners, drawn),
        np.mean([box.confidence for box in boxes]),
    ]
    return np.array(values, dtype=np.float32)


def _said(texts: Sequence[str]) -> list[float]:
    """Return what the lines are: shares of numbers, letters, formulas; lengths in words and letters."""
    words = [len(text.split()) for text in texts]
    return [
        np.log1p(sum(words)),
        np.mean(words),
        max(words),
        np.mean([len(text) for text in texts]),
        np.mean([len(text) == 1 and text.isalpha() for text in texts]),
        sum(bool(_PANEL_MARK.match(text)) for text in texts),
        np.mean(["=" in text for text in texts]),
        np.mean([text.isupper() and len(text) > 2 for text in texts]),
        np.mean(["%" in text for text in texts]),
    ]


def _placed(texts: Sequence[str], corners: npt.NDArray[np.float64]) -> list[float]:
    """Return where numbers and words stand: numbers in a row or column are the ticks of an axis."""
    across, down = corners[:, ::2].mean(axis=1), corners[:, 1::2].mean(axis=1)
    number = np.array([bool(_NUMBER.match(text)) for text in texts])
    inside = (across > 0.15) & (across < 0.85) & (down > 0.15) & (down < 0.8)
    phrase = np.array([len(text.split()) > 1 for text in texts])
    return [
        number.mean(),
        np.log1p(number.sum()),
        np.log1p((number & (across < 0.18)).sum()),
        np.log1p((number & (down > 0.8)).sum()),
        np.log1p(_most_aligned(corners[number, 2])),
        np.log1p(_most_aligned(down[number])),
        across.std(),
        down.std(),
        np.log1p((~number & phrase).sum()),
        np.log1p((~number & inside).sum()),
    ]


def _most_aligned(places: npt.NDArray[np.float64]) -> int:
    if not len(places):
        return 0
    ordered = np.sort(places)
    last = np.searchsorted(ordered, ordered + _ALIGNED, side="right")
    return int((last - np.arange(len(ordered))).max())


def _sized(texts: Sequence[str], corners: npt.NDArray[np.float64], drawn: Drawn) -> list[float]:
    """Return how much of the picture text covers, how high letters are, and how many lines stand upright."""
    wide, high = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
    letters = np.minimum(wide * drawn.width, high * drawn.height) / max(drawn.height, 1)
    longer = np.array([len(text) > 2 for text in texts])
    upright = longer & (high * drawn.height > 1.6 * wide * drawn.width)
    return [
        (wide * high).sum(),
        np.median(letters),
        letters.std(),
        letters.max(),
        upright.mean(),
        np.log1p(upright.sum()),
    ]
