"""The drawings of a release's report: thumbnails of pairs, and the bars of the caption histogram."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

# Twice the size at which a card shows a thumbnail, for screens with two device pixels to one of CSS.
THUMBNAIL_SIZE = (560, 400)
THUMBNAIL_QUALITY = 80

CAPTION_STEP = 50  # characters
CAPTION_STEPS = 20  # one more holds every longer caption
CAPTION_STEP_SQL = f"least(length(caption) // {CAPTION_STEP}, {CAPTION_STEPS})"  # a pair's step, from 0
TICK_EVERY = 5


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a histogram: figures with tables on top, and their heights in percent of the drawing."""

    label: str
    tick: str
    figures: int
    tables: int
    figure_height: float
    table_height: float


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """A histogram whose drawing is as high as `limit` pairs."""

    bars: tuple[Bar, ...]
    limit: int


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """A small image as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class SmallImage:
    """A small image as a WebP file, with its size in pixels."""

    webp: bytes
    width: int
    height: int


def thumbnail(image: bytes) -> Thumbnail | None:
    """Return a small WebP of an image file within `THUMBNAIL_SIZE`, or None where the file is no image.

    The same bytes always give the same thumbnail.
    """
    small = small_image(image)
    if small is None:
        return None
    uri = "data:image/webp;base64," + base64.b64encode(small.webp).decode("ascii")
    return Thumbnail(uri=uri, width=small.width, height=small.height)


def small_image(image: bytes) -> SmallImage | None:
    """Return the file of a thumbnail; see `thumbnail`."""
    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG")) as opened:
            small = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    small.thumbnail(THUMBNAIL_SIZE, Image.Resampling.LANCZOS, reducing_gap=3.0)
    out = io.BytesIO()
    small.save(out, format="WEBP", quality=THUMBNAIL_QUALITY, method=4)
    return SmallImage(webp=out.getvalue(), width=small.width, height=small.height)


def caption_histogram(counts: Sequence[tuple[int, int, int]]) -> Histogram:
    """Return the histogram of caption lengths.

    Args:
        counts: a step as `CAPTION_STEP_SQL` gives it, figures in it, tables in it.
    """
    figures = {number: count for number, count, _ in counts}
    tables = {number: count for number, _, count in counts}
    limit = _round_up(max([figures[i] + tables[i] for i in figures], default=1))
    bars = tuple(
        Bar(
            label=_range_label(i),
            tick="" if i % TICK_EVERY else f"{i * CAPTION_STEP:,}",
            figures=figures.get(i, 0),
            tables=tables.get(i, 0),
            figure_height=round(100 * figures.get(i, 0) / limit, 2),
            table_height=round(100 * tables.get(i, 0) / limit, 2),
        )
        for i in range(CAPTION_STEPS + 1)
    )
    return Histogram(bars=bars, limit=limit)


def _range_label(number: int) -> str:
    if number == CAPTION_STEPS:
        return f"{CAPTION_STEPS * CAPTION_STEP:,} characters or more"
    return f"{number * CAPTION_STEP:,} to {(number + 1) * CAPTION_STEP - 1:,} characters"


def _round_up(value: int) -> int:
    """Return the next 2, 4, 6 or 10 times a power of ten, so that half of it is a whole number, too."""
    power = 1
    while True:
        for factor in (2, 4, 6, 10):
            if factor * power >= value:
                return factor * power
        power *= 10
