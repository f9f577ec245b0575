"""A deterministic descriptor of scientific images without weights: gradients, frequencies, colour layout.

It is no CLIP and knows nothing of meaning: it says how alike two images look. Margins are cut away first, so
a copy with a wider border stays close; every part is centred by fixed rules, so white pages differ.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.pictures import content_box, open_rgb

VERSION = "1"  # 1: first form

GRID = 128  # pixels of the square that the content is stretched to
CELLS = 8  # cells per side of the gradient histograms
BINS = 4  # gradient orientations, without sign
FREQUENCIES = 20  # DCT coefficients with u + v below this, but the mean
COLOUR_CELLS = 4  # cells per side of the colour layout
DCT_SIDE = 32
# Shares of the squared length; small for colour, so that a grey copy loses 1.5 % at most.
GRADIENT_SHARE, FREQUENCY_SHARE, COLOUR_SHARE, CONSTANT_SHARE = 0.5, 0.4696, 0.03, 0.0004
FLAT = 0.05  # a part shorter than this is noise of a flat image and is not stretched to full length

Array = npt.NDArray[np.float64]


def _dct_matrix(side: int) -> Array:
    k, x = np.arange(side)[:, None], np.arange(side)[None, :]
    matrix = np.cos(np.pi * (2 * x + 1) * k / (2 * side)) * np.sqrt(2 / side)
    matrix[0] /= np.sqrt(2)
    return np.asarray(matrix, dtype=np.float64)


def _cell_weights(side: int, cells: int) -> Array:
    position = (np.arange(side) + 0.5) * cells / side - 0.5
    return np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(cells)[None, :]))


_DCT = _dct_matrix(DCT_SIDE)
_ORDER = np.add.outer(np.arange(DCT_SIDE), np.arange(DCT_SIDE))
_KEPT = (_ORDER > 0) & (_ORDER < FREQUENCIES)
_WEIGHTS = _cell_weights(GRID, CELLS)

DIMENSION = CELLS * CELLS * BINS + int(_KEPT.sum()) + COLOUR_CELLS * COLOUR_CELLS * 2 + 1
IDENTITY = (
    f"descriptor/{VERSION} grid={GRID} gradients={CELLS}x{CELLS}x{BINS} dct={int(_KEPT.sum())} "
    f"colour={COLOUR_CELLS}x{COLOUR_CELLS}x2"
)


def describe(image: bytes | Image.Image) -> npt.NDArray[np.float32]:
    """Return the descriptor of an image, encoded or decoded: float32, shape (DIMENSION,), length 1.

    Raises:
        RecordError: image_unreadable where the bytes are no image.
    """
    picture = open_rgb(image)
    box = content_box(picture)
    grey = _grey(picture, GRID, box) / 255
    block = GRID // DCT_SIDE
    small = grey.reshape(DCT_SIDE, block, DCT_SIDE, block).mean(axis=(1, 3))
    parts = (
        np.sqrt(GRADIENT_SHARE) * _scaled(_gradients(grey)),
        np.sqrt(FREQUENCY_SHARE) * _scaled(_frequencies(small)),
        np.sqrt(COLOUR_SHARE) * _colours(picture, box),
        # Keeps the length of a blank image's descriptor above zero.
        np.array([np.sqrt(CONSTANT_SHARE)]),
    )
    vector = np.concatenate(parts)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _grey(picture: Image.Image, side: int, box: tuple[float, float, float, float] | None) -> Array:
    resized = picture.convert("L").resize((side, side), Image.Resampling.BICUBIC, box=box)
    return np.asarray(resized, dtype=np.float64)


def _gradients(grey: Array) -> Array:
    """Return square-rooted orientation histograms per cell, each orientation centred over the cells."""
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    angle = np.mod(np.arctan2(down, across), np.pi) * BINS / np.pi
    first = np.floor(angle).astype(np.int64) % BINS
    rest = angle - np.floor(angle)
    maps = []
    for orientation in range(BINS):
        share = np.where(first == orientation, 1 - rest, 0.0)
        share += np.where((first + 1) % BINS == orientation, rest, 0.0)
        maps.append(_WEIGHTS.T @ (strength * share) @ _WEIGHTS)
    histograms = np.asarray(np.sqrt(np.stack(maps)), dtype=np.float64)
    histograms -= histograms.mean(axis=(1, 2), keepdims=True)
    return np.asarray(histograms.ravel(), dtype=np.float64)


def _frequencies(small: Array) -> Array:
    """Return the low DCT coefficients, square-rooted with their signs so that the lowest do not rule."""
    coefficients = (_DCT @ small @ _DCT.T)[_KEPT]
    return np.asarray(np.sign(coefficients) * np.sqrt(np.abs(coefficients)), dtype=np.float64)


def _colours(picture: Image.Image, box: tuple[float, float, float, float]) -> Array:
    """Return the two chroma channels on a coarse grid: zero for grey images, length 1 at most."""
    small = picture.convert("YCbCr").resize((COLOUR_CELLS, COLOUR_CELLS), Image.Resampling.BOX, box=box)
    chroma = (np.asarray(small, dtype=np.float64)[..., 1:] - 128).ravel() / 32
    return np.asarray(chroma / max(1.0, float(np.linalg.norm(chroma))), dtype=np.float64)


def _scaled(part: Array) -> Array:
    return np.asarray(part / max(FLAT, float(np.linalg.norm(part))), dtype=np.float64)
