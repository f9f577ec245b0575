"""What a float shows without being read: counts and shares of its caption, its place, its table and its picture."""

import re

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.classes.features import TABLE_CHARS, table_features
from schemas.floats import Float

Array = npt.NDArray[np.float32]

SIDE = 192  # longest side of the copy that is measured, in pixels
_PANEL_MARKS = re.compile(r"\([a-h]\)|\b[A-H]\)")
_PANEL_WORDS = re.compile(r"\b(?:left|right|top|bottom|panels?|middle|upper|lower)\b", re.IGNORECASE)
_PLOT_WORDS = re.compile(
    r"\b(?:red|blue|green|black|dashed|dotted|solid|lines?|curves?|circles?|colou?rs?|gr[ea]y)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"\bfrom \[|taken from|adapted|courtesy|credit", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"[A-Z]?\.?(\d+)")


def text_signals(item: Float, origin: str) -> Array:
    """Return what caption, place and table show as float32 of shape (28,).

    `origin` is how the image came about: file, composed, typeset.
    """
    number, caption = item.number or "", item.caption
    leading = _LEADING_NUMBER.match(number)
    place = int(leading.group(1)) if leading else 0
    values = [
        min(place, 20) / 10,
        *(place == nth for nth in (1, 2, 3, 0)),
        np.log1p(len(caption)),
        np.log1p(len(item.mentions)),
        item.panel is not None,
        item.parent_caption is not None,
        origin == "composed",
        origin == "typeset",
        len(_PANEL_MARKS.findall(caption)) / 4,
        sum(letter.isdigit() for letter in caption) / (len(caption) + 5),
        len(_PANEL_WORDS.findall(caption)),
        len(_PLOT_WORDS.findall(caption)),
        _CREDIT.search(caption) is not None,
        number[:1].isalpha(),
        "append" in (item.label or "").lower(),
        *_table_signals(item.table_text or ""),
    ]
    return np.array(values, dtype=np.float32)


def _table_signals(text: str) -> list[float]:
    table = table_features(text)
    rows = text[:TABLE_CHARS].split("\n")[1:]
    cells = [cell for row in rows for cell in row.split("\t") if cell.strip()]
    count = max(1, len(cells))
    return [
        float(np.log1p(table.rows)),
        float(np.log1p(table.columns)),
        table.numeric_share,
        table.plus_minus_share,
        sum(map(len, cells)) / count,
        sum("." in cell and any(map(str.isdigit, cell)) for cell in cells) / count,
        sum("%" in cell for cell in cells) / count,
        sum(cell.strip().isdigit() for cell in cells) / count,
        sum(len(cell.split()) > 4 for cell in cells) / count,
        float(not cells),
    ]


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
        white.mean(),
        *_colour_signals(levels),
        spread.mean(),
        (spread > 0.15).mean(),
        (spread > 0.4).mean(),
        grey.mean(),
        grey.std(),
        (grey < 0.15).mean(),
        across.mean(),
        down.mean(),
        (across > 0.2).mean(),
        (down > 0.2).mean(),
        ((across > 0.02) & (across < 0.2)).mean(),
        ((across[:-1] < 0.01) & (down[:, :-1] < 0.01)).mean(),
        *_line_signals(grey < 0.45),
        *_line_signals((grey < 0.45).T),
        *_gap_signals(white),
        *_gap_signals(white.T),
        (red - blue).mean(),
        (green - blue).mean(),
        white[0].mean(),
        white[:, 0].mean(),
        white[-1].mean(),
    ]
    return np.array(values, dtype=np.float32)


def _colour_signals(levels: npt.NDArray[np.uint8]) -> list[float]:
    """Return the shares of the 1, 3 and 10 most frequent of 512 colours, how many occur, and their entropy."""
    coarse = (levels >> 5).astype(np.int32)
    counts = np.bincount((coarse[..., 0] * 64 + coarse[..., 1] * 8 + coarse[..., 2]).ravel(), minlength=512)
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
    places = np.arange(1, dark.shape[1] + 1, dtype=np.int32)
    light = np.maximum.accumulate(np.where(dark, np.int32(0), places), axis=1)  # the last light pixel so far
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
    blank = white.mean(axis=1) > 0.999
    return [float(blank.mean()), float(np.count_nonzero(np.diff(blank)) / len(blank) * 10)]
