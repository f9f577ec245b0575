"""Axes, ticks, legends and the usual kinds of plot, drawn on a canvas."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samples.drawing.canvas import Canvas, Pixels, Point

Floats = npt.NDArray[np.float64]

PALETTE = ("#1f6fb4", "#d9622b", "#3b8f4e", "#8a5aa8", "#b8333d", "#6f6f6f")
# Dark to light anchors of a perceptually ordered map, and a diverging one.
HEAT = ("#1b0c41", "#4a0c6b", "#a52c60", "#ed6925", "#fcc860", "#fcfdbf")
DIVERGING = ("#2a5a9b", "#7fa8d1", "#f4f4f4", "#e29578", "#9c2f2f")


@dataclass(frozen=True, kw_only=True)
class Axes:
    """A plot's frame: its box on the canvas (left, top, width, height) and its data ranges."""

    canvas: Canvas
    box: tuple[float, float, float, float]
    x: tuple[float, float]
    y: tuple[float, float]
    log_y: bool = False

    def at(self, x: float, y: float) -> Point:
        """Return the place of a data point on the canvas."""
        left, top, width, height = self.box
        low, high = (np.log10(self.y[0]), np.log10(self.y[1])) if self.log_y else self.y
        value = np.log10(y) if self.log_y else y
        return (
            left + width * (x - self.x[0]) / (self.x[1] - self.x[0]),
            top + height * (1 - float(value - low) / float(high - low)),
        )


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers between two bounds, about `count` of them."""
    low, high = min(low, high), max(low, high)
    raw = (high - low) / count
    power = 10 ** np.floor(np.log10(raw))
    step = float(min((m * power for m in (1, 2, 2.5, 5, 10)), key=lambda s: abs(s - raw)))
    first = int(np.ceil(low / step - 1e-9))
    last = int(np.floor(high / step + 1e-9))
    return [i * step for i in range(first, last + 1)]


def shown(value: float) -> str:
    """Return a tick's number as a reader writes it."""
    return f"{value:.6g}"


def frame(
    axes: Axes,
    x_label: str,
    y_label: str,
    *,
    x_names: Sequence[str] = (),
    grid: bool = False,
    size: float = 8,
    title: str = "",
) -> None:
    """Draw the frame with ticks and labels; `x_names` replaces the numbers 0, 1, 2… of a category axis."""
    canvas, (left, top, width, height) = axes.canvas, axes.box
    x_ticks = [float(i) for i in range(len(x_names))] if x_names else ticks(*axes.x)
    for i, value in enumerate(x_ticks):
        x, _ = axes.at(value, axes.y[0])
        if grid and not x_names:
            canvas.line([(x, top), (x, top + height)], "#dddddd", width=0.4)
        canvas.line([(x, top + height), (x, top + height + 3)], width=0.7)
        name = x_names[i] if x_names else shown(value)
        canvas.text((x, top + height + 4 + size), name, size, anchor="middle")
    for value, name in _y_ticks(axes):
        _, y = axes.at(axes.x[0], value)
        if grid:
            canvas.line([(left, y), (left + width, y)], "#dddddd", width=0.4)
        canvas.line([(left - 3, y), (left, y)], width=0.7)
        canvas.text((left - 5, y + size * 0.35), name, size, anchor="end")
    canvas.rect(axes.box, color="#000000", width=0.8)
    canvas.text((left + width / 2, top + height + 2.6 * size + 4), x_label, size + 1, anchor="middle")
    canvas.text((left - 4.2 * size, top + height / 2), y_label, size + 1, anchor="middle", turned=True)
    if title:
        canvas.text((left + width / 2, top - 5), title, size + 1, anchor="middle", bold=True)


def _y_ticks(axes: Axes) -> list[tuple[float, str]]:
    if not axes.log_y:
        return [(v, shown(v)) for v in ticks(*axes.y)]
    powers = range(int(np.ceil(np.log10(axes.y[0]))), int(np.floor(np.log10(axes.y[1]))) + 1)
    return [(10.0**p, f"1e{p}") for p in powers]


def curve(
    axes: Axes, x: Floats, y: Floats, color: str, *, width: float = 1.3, dash: float = 0, marks: bool = False
) -> None:
    """Draw a line through data points, with round marks if asked."""
    points = [axes.at(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    axes.canvas.line(points, color, width=width, dash=dash)
    if marks:
        for point in points:
            axes.canvas.circle(point, 2.2, "#ffffff", color=color, width=1)


def steps(axes: Axes, x: Floats, y: Floats, color: str, *, width: float = 1.3, dash: float = 0) -> None:
    """Draw a step curve that holds each value until the next x."""
    points = [axes.at(float(x[0]), float(y[0]))]
    for a, before, after in zip(x[1:], y[:-1], y[1:], strict=True):
        points += [axes.at(float(a), float(before)), axes.at(float(a), float(after))]
    axes.canvas.line(points, color, width=width, dash=dash)


def band(axes: Axes, x: Floats, low: Floats, high: Floats, fill: str) -> None:
    """Fill the area between two curves."""
    upper = [axes.at(float(a), float(b)) for a, b in zip(x, high, strict=True)]
    lower = [axes.at(float(a), float(b)) for a, b in zip(x, low, strict=True)]
    axes.canvas.area([*upper, *reversed(lower)], fill)


def scatter(axes: Axes, x: Floats, y: Floats, color: str, *, radius: float = 1.6) -> None:
    """Draw one dot a data point."""
    for a, b in zip(x, y, strict=True):
        axes.canvas.circle(axes.at(float(a), float(b)), radius, color)


def whiskers(axes: Axes, x: Floats, y: Floats, error: Floats, color: str) -> None:
    """Draw vertical error bars."""
    for a, b, e in zip(x, y, error, strict=True):
        low, high = axes.at(float(a), float(b - e)), axes.at(float(a), float(b + e))
        axes.canvas.line([low, high], color, width=0.9)
        for end in (low, high):
            axes.canvas.line([(end[0] - 2.5, end[1]), (end[0] + 2.5, end[1])], color, width=0.9)


def bars(axes: Axes, groups: Sequence[Sequence[float]], colors: Sequence[str] = PALETTE) -> None:
    """Draw grouped bars: `groups[series][category]` over categories 0, 1, 2 and so on."""
    share = 0.76 / len(groups)
    for series, values in enumerate(groups):
        for category, value in enumerate(values):
            left, top = axes.at(category - 0.38 + series * share, value)
            right, bottom = axes.at(category - 0.38 + (series + 1) * share, axes.y[0])
            axes.canvas.rect(
                (left, top, right - left, bottom - top), colors[series], color="#222222", width=0.5
            )


def legend(axes: Axes, entries: Sequence[tuple[str, str]], *, corner: str = "ne", size: float = 7.5) -> None:
    """Draw a key of (name, colour) in a corner of the frame: ne, nw, se or sw."""
    left, top, width, height = axes.box
    wide = max(len(name) for name, _ in entries) * size * 0.55 + 26
    tall = len(entries) * (size + 3) + 4
    x = left + width - wide - 4 if "e" in corner else left + 4
    y = top + 4 if "n" in corner else top + height - tall - 4
    axes.canvas.rect((x, y, wide, tall), "#ffffff", color="#999999", width=0.5)
    for i, (name, color) in enumerate(entries):
        middle = y + 5 + (i + 0.5) * (size + 3) - 2
        axes.canvas.line([(x + 4, middle), (x + 18, middle)], color, width=1.8)
        axes.canvas.text((x + 22, middle + size * 0.35), name, size)


def ramp(values: Floats, anchors: Sequence[str] = HEAT) -> Pixels:
    """Return values of 0 to 1 as colours between the anchors, in one more axis."""
    stops = np.array([[int(a[i : i + 2], 16) for i in (1, 3, 5)] for a in anchors], dtype=float)
    place = np.clip(values, 0, 1) * (len(anchors) - 1)
    channels = [np.interp(place, np.arange(len(anchors)), stops[:, c]) for c in range(3)]
    return np.round(np.stack(channels, axis=-1)).astype(np.uint8)


def heat(axes: Axes, values: Floats, anchors: Sequence[str] = HEAT, *, zoom: int = 6) -> None:
    """Fill the frame with a matrix of 0 to 1 (first row on top), each cell a sharp square."""
    cells = np.kron(ramp(values, anchors), np.ones((zoom, zoom, 1), dtype=np.uint8))
    axes.canvas.image(np.ascontiguousarray(cells), axes.box)


def color_bar(axes: Axes, low: float, high: float, label: str, anchors: Sequence[str] = HEAT) -> None:
    """Draw the key of a heat map to the right of its frame."""
    left, top, width, height = axes.box
    key = Axes(canvas=axes.canvas, box=(left + width + 10, top, 11, height), x=(0, 1), y=(low, high))
    key.canvas.image(ramp(np.linspace(1, 0, 64)[:, None] * np.ones((1, 2)), anchors), key.box)
    key.canvas.rect(key.box, color="#000000", width=0.6)
    for value in ticks(low, high):
        _, y = key.at(0, value)
        key.canvas.line([(left + width + 21, y), (left + width + 24, y)], width=0.6)
        key.canvas.text((left + width + 26, y + 2.6), shown(value), 7.5)
    key.canvas.text((left + width + 56, top + height / 2), label, 8.5, anchor="middle", turned=True)
