"""What a picture's lines are like from close by: how often each local binary pattern occurs.

A pattern says which of a pixel's eight neighbours are lighter than it (Ojala, Pietikäinen and Mäenpää 2002). Points,
curves, bars, shades and letters differ in them, and they are seen in more pixels than the network takes.
"""

import functools

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime.pictures import opencv

LIGHTER = 8  # levels by which a neighbour must be lighter: less is noise of compression
NUMBERS = 62
_NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))

Array = npt.NDArray[np.float32]


def picture_texture(picture: Image.Image) -> Array:
    """Return square roots of the shares of the patterns of a picture, float32 of shape (62,).

    Pixels without a lighter neighbour are left out, for most of a figure is empty. Each of the other 57 patterns in
    which light and dark change twice around the pixel counts by itself, the rest by how many neighbours are lighter.
    """
    cv2 = opencv()
    wide, high = (max(3, side) for side in picture.size)
    levels = np.asarray(picture if (wide, high) == picture.size else picture.resize((wide, high)))
    grey = cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY)
    centre = np.ascontiguousarray(grey[1:-1, 1:-1])
    least = cv2.add(centre, np.full_like(centre, LIGHTER))
    codes = np.zeros_like(centre)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        beside = grey[1 + down : high - 1 + down, 1 + right : wide - 1 + right]
        lighter = cv2.compare(np.ascontiguousarray(beside), least, cv2.CMP_GT)
        codes |= lighter & np.uint8(1 << bit)
    counts = cv2.calcHist([codes], [0], None, [256], [0, 256]).ravel()
    found = np.bincount(_places(), counts, minlength=NUMBERS + 1)[1:]
    return np.asarray(np.sqrt(found / max(1.0, found.sum())), np.float32)


@functools.cache
def _places() -> npt.NDArray[np.int64]:
    """Return the number of each of the 256 patterns: 0 for none lighter, the same for those that count together."""
    names = []
    for code in range(256):
        bits = [code >> bit & 1 for bit in range(8)]
        changes = sum(bits[bit] != bits[bit - 1] for bit in range(8))
        names.append(code if changes <= 2 else 256 + sum(bits))
    numbers = {name: number for number, name in enumerate(sorted(set(names)))}
    return np.array([numbers[name] for name in names])
