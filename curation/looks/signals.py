"""What a picture shows without being seen by a network: counts and shares of colours, lines and gaps."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime.pictures import opencv

Array = npt.NDArray[np.float32]

SIDE = 192  # longest side of the copy that is measured, in pixels


def picture_signals(picture: Image.Image) -> Array:
    """Return what colours, lines and gaps a picture in RGB has, as float32 of shape (36,)."""
    width, height = picture.size
    scale = SIDE / max(width, height)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    levels = np.asarray(picture.resize(size, Image.Resampling.BILINEAR))
    colours = levels.astype(np.float32) / 255
    # Written out, for a reduction over three numbers costs many times as much.
    red, green, blue = (np.ascontiguousarray(colours[..., channel]) for channel in range(3))
    grey = (red + green + blue) / np.float32(3)
    least = np.minimum(np.minimum(red, green), blue)
    spread = np.maximum(np.maximum(red, green), blue) - least
    white = least > 0.94
    across, down = np.abs(np.diff(grey, axis=1)), np.abs(np.diff(grey, axis=0))
    values = [
        float(np.log(width / height)),
        _share(white),
        *_colour_signals(levels),
        spread.mean(),
        _share(spread > 0.15),
        _share(spread > 0.4),
        grey.mean(),
        grey.std(),
        _share(grey < 0.15),
        across.mean(),
        down.mean(),
        _share(across > 0.2),
        _share(down > 0.2),
        _share((across > 0.02) & (across < 0.2)),
        _share((across[:-1] < 0.01) & (down[:, :-1] < 0.01)),
        *_line_signals(grey < 0.45),
        *_line_signals((grey < 0.45).T),
        *_gap_signals(white),
        *_gap_signals(white.T),
        (red - blue).mean(),
        (green - blue).mean(),
        _share(white[0]),
        _share(white[:, 0]),
        _share(white[-1]),
    ]
    return np.array(values, dtype=np.float32)


def _share(held: npt.NDArray[np.bool_]) -> float:
    return np.count_nonzero(held) / held.size  # the mean, at less cost


def _colour_signals(levels: npt.NDArray[np.uint8]) -> list[float]:
    """Return the shares of the 1, 3 and 10 most frequent of 512 colours, how many occur, and their entropy."""
    counts = opencv().calcHist([levels], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3).ravel().astype(np.int64)
    shares = np.sort(counts / counts.sum())[::-1]
    there = shares[shares > 0]
    return [
        float(shares[0]),
        float(shares[:3].sum()),
        float(shares[:10].sum()),
        float((shares > 0.0005).sum() / 100),
        float(-(there * np.log(there)).sum()),
    ]


def _line_signals(dark: npt.NDArray[np.bool_]) -> list[float]:
    """Return how long the longest dark runs of the rows are, as shares of the width, and how many are long."""
    places = np.arange(1, dark.shape[1] + 1, dtype=np.int16)
    light = np.maximum.accumulate(np.where(dark, np.int16(0), places), axis=1)  # the last light pixel so far
    longest = (places - light).max(axis=1)
    shares = np.sort(longest / dark.shape[1])[::-1]
    return [
        float(shares[0]),
        float(shares[3]),
        float((shares > 0.4).sum() / 10),
        float((shares > 0.7).sum() / 10),
    ]


def _gap_signals(white: npt.NDArray[np.bool_]) -> list[float]:
    """Return the share of rows that are white throughout, and how often such rows begin or end."""
    blank = np.count_nonzero(white, axis=1) / white.shape[1] > 0.999
    return [float(blank.mean()), float(np.count_nonzero(np.diff(blank)) / len(blank) * 10)]
