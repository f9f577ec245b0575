"""Boxes and arrows for block diagrams, and the textures of invented micrographs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from samples.drawing.canvas import Canvas, Pixels, Point

Floats = npt.NDArray[np.float64]


def node(
    canvas: Canvas,
    box: tuple[float, float, float, float],
    lines: Sequence[str],
    *,
    fill: str = "#e8eef7",
    color: str = "#2b4a78",
    size: float = 8.5,
    radius: float = 4,
) -> None:
    """Draw a labelled box (left, top, width, height); the first line is bold when there are several."""
    canvas.rect(box, fill, color=color, width=1, radius=radius)
    x, y, w, h = box
    start = y + h / 2 - (len(lines) - 1) * (size + 2) / 2 + size * 0.35
    for i, line in enumerate(lines):
        bold = i == 0 and len(lines) > 1
        canvas.text((x + w / 2, start + i * (size + 2)), line, size, anchor="middle", bold=bold)


def arrow(
    canvas: Canvas, points: Sequence[Point], *, color: str = "#333333", width: float = 1.1, dash: float = 0
) -> None:
    """Draw a line through the points with a head at its end."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    length = float(np.hypot(x1 - x0, y1 - y0))
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    base = (x1 - 6 * ux, y1 - 6 * uy)
    canvas.line([*points[:-1], base], color, width=width, dash=dash)
    canvas.area(
        [(x1, y1), (base[0] - 2.8 * uy, base[1] + 2.8 * ux), (base[0] + 2.8 * uy, base[1] - 2.8 * ux)], color
    )


def smooth(values: Floats, passes: int) -> Floats:
    """Return the field blurred by a small binomial kernel, `passes` times, with wrapped edges."""
    for _ in range(passes):
        for axis in (0, 1):
            values = 0.5 * values + 0.25 * (np.roll(values, 1, axis) + np.roll(values, -1, axis))
    return values


def texture(rng: np.random.Generator, rows: int, columns: int, passes: int) -> Floats:
    """Return smooth noise of 0 to 1 whose grain grows with `passes`."""
    field = smooth(rng.standard_normal((rows, columns)), passes)
    low, high = float(field.min()), float(field.max())
    return (field - low) / (high - low)


def grey(values: Floats) -> Pixels:
    """Return values of 0 to 1 as grey RGB pixels."""
    level = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.repeat(level[:, :, None], 3, axis=2)


def blobs(
    rng: np.random.Generator, rows: int, columns: int, count: int, radius: tuple[float, float]
) -> Floats:
    """Return a field of soft bright spots, such as stained nuclei, of 0 to 1."""
    y, x = np.mgrid[0:rows, 0:columns].astype(float)
    field = np.zeros((rows, columns))
    for _ in range(count):
        cy, cx = rng.uniform(0, rows), rng.uniform(0, columns)
        a, b, turn = rng.uniform(*radius), rng.uniform(*radius), rng.uniform(0, np.pi)
        u = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        v = -(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)
        inside = (u / a) ** 2 + (v / b) ** 2
        field = np.maximum(field, rng.uniform(0.6, 1.0) / (1 + np.exp(np.minimum(6 * (inside - 1), 60))))
    return field


def scale_bar(canvas: Canvas, box: tuple[float, float, float, float], share: float, text: str) -> None:
    """Draw a white scale bar of a share of the picture's width in its lower right corner."""
    x, y, w, h = box
    right, bottom = x + w - 8, y + h - 8
    canvas.rect((right - share * w, bottom - 3, share * w, 3), "#ffffff")
    canvas.text((right - share * w / 2, bottom - 7), text, 9, anchor="middle", color="#ffffff", bold=True)
