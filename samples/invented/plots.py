"""Plots of random data in random styles; each function draws into a box and returns its caption."""

import numpy as np

from samples.drawing.canvas import Canvas
from samples.drawing.diagrams import blobs, grey, scale_bar, texture
from samples.drawing.plots import (
    DIVERGING,
    HEAT,
    PALETTE,
    Axes,
    Floats,
    band,
    bars,
    color_bar,
    curve,
    frame,
    heat,
    legend,
    ramp,
    scatter,
    steps,
    whiskers,
)
from samples.invented.words import Dice, Field, listed, one, plain, some

Box = tuple[float, float, float, float]

PALETTES = (
    PALETTE,
    ("#000000", "#555555", "#888888", "#aaaaaa", "#333333", "#bbbbbb"),
    ("#e41a1c", "#377eb8", "#4daf4a", "#984ea3", "#ff7f00", "#a65628"),
    ("#0000ff", "#ff0000", "#008000", "#ff00ff", "#00aaaa", "#222222"),
    ("#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#a6d854", "#ffd92f"),
)
MAPS = (
    HEAT,
    DIVERGING,
    ("#ffffff", "#08306b"),
    ("#000000", "#ffffff"),
    ("#00007f", "#00ffff", "#ffff00", "#7f0000"),
)
CORNERS = ("ne", "nw", "se", "sw")


def _axes(rng: np.random.Generator, page: Canvas, box: Box, x: tuple[float, float], y: tuple[float, float],
          *, right: float = 10, log: bool = False) -> Axes:  # fmt: skip
    left, top, width, height = box
    inner = (left + 50, top + 18, width - 50 - right, height - 18 - 34)
    if log:
        y = (max(y[0], y[1] / 1e4), y[1])
    return Axes(canvas=page, box=inner, x=x, y=y, log_y=log)


def _range(rng: np.random.Generator) -> tuple[float, float]:
    high = float(rng.choice([1.0, 1.0, 10.0, 100.0, 40.0, 2.5, 0.6, 1000.0]))
    return (0.0, high)


def _colors(rng: np.random.Generator) -> tuple[str, ...]:
    palette = PALETTES[int(rng.integers(len(PALETTES)))]
    return tuple(palette[i] for i in rng.permutation(len(palette)))


def _trend(data: np.random.Generator, x: Floats) -> Floats:
    """Return one of the usual courses over x of 0 to 1, itself of about 0 to 1."""
    a, b = data.uniform(0.1, 0.9, 2)
    kind = int(data.integers(7))
    shapes = (
        a + (b - a) * x,
        1 - a * np.exp(-x * data.uniform(2, 9)),
        a + (1 - a) * np.exp(-x * data.uniform(2, 9)),
        0.5 + 0.4 * np.sin(2 * np.pi * (x * data.uniform(0.5, 4) + b)),
        np.exp(-(((x - a) / data.uniform(0.05, 0.3)) ** 2)),
        1 / (1 + np.exp(-(x - a) * data.uniform(6, 30))),
        np.clip(0.5 + np.cumsum(data.normal(0, 0.04, x.size)), 0, 1),
    )
    return np.asarray(shapes[kind] + data.normal(0, data.choice([0.0, 0.01, 0.03]), x.size), dtype=np.float64)


def line_plot(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw one to six curves."""
    rng, data = dice.style, dice.data
    names = some(rng, field.series, int(rng.integers(1, 6)))
    quantity, over = one(rng, field.quantities), one(rng, field.inputs)
    y, x_high = _range(rng), float(rng.choice([1, 10, 24, 60, 100, 500]))
    log = bool(rng.random() < 0.15)
    axes = _axes(rng, page, box, (0, x_high), y, log=log)
    frame(axes, over, quantity, grid=bool(rng.random() < 0.4), size=float(rng.uniform(6.5, 9)))
    colors, x = _colors(rng), np.linspace(0, 1, int(rng.integers(6, 80)))
    marks, style = bool(x.size < 25 and rng.random() < 0.6), rng.random()
    for i, _ in enumerate(names):
        values = np.clip(_trend(data, x) * 0.94 * y[1], axes.y[0], y[1])
        if style < 0.15:
            low = np.clip(values - 0.06 * y[1], axes.y[0], y[1])
            band(axes, x * x_high, low, np.clip(values + 0.05 * y[1], axes.y[0], y[1]), "#dddddd")
        draw = steps if style > 0.92 else curve
        dash = float(rng.choice([0, 0, 0, 3]))
        if draw is curve:
            curve(
                axes, x * x_high, values, colors[i], dash=dash, marks=marks, width=float(rng.uniform(0.7, 2))
            )
        else:
            steps(axes, x * x_high, values, colors[i], dash=dash)
    if len(names) > 1:
        legend(axes, [(n, colors[i]) for i, n in enumerate(names)], corner=CORNERS[int(rng.integers(4))])
    return f"{plain(quantity).capitalize()} as a function of {plain(over)} for {listed(names)}."


def bar_plot(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw grouped bars, sometimes with error bars."""
    rng, data = dice.style, dice.data
    names = some(rng, field.series, int(rng.integers(1, 4)))
    groups = some(rng, field.things, int(rng.integers(2, 6)))
    quantity, y = one(rng, field.quantities), _range(rng)
    axes = _axes(rng, page, box, (-0.5, len(groups) - 0.5), y)
    frame(axes, "", quantity, x_names=[g[:9] for g in groups], size=float(rng.uniform(6, 8)))
    values = data.uniform(0.1, 0.9, (len(names), len(groups))) * y[1]
    colors = _colors(rng)
    bars(axes, values.tolist(), colors)
    if len(names) == 1 and rng.random() < 0.6:
        error = data.uniform(0.02, 0.08, len(groups)) * y[1]
        whiskers(axes, np.arange(len(groups), dtype=float), values[0], error, "#000000")
    if len(names) > 1:
        legend(axes, [(n, colors[i]) for i, n in enumerate(names)], corner="ne")
    return f"Comparison of {plain(quantity)} between {listed(names)} by {listed(groups)}."


def scatter_plot(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw clouds of points, sometimes with a fitted line."""
    rng, data = dice.style, dice.data
    names = some(rng, field.series, int(rng.integers(1, 4)))
    quantity, other, y = one(rng, field.quantities), one(rng, field.inputs), _range(rng)
    axes = _axes(rng, page, box, (0, 1), y)
    frame(axes, other, quantity, grid=bool(rng.random() < 0.3), size=float(rng.uniform(6.5, 9)))
    colors, slope = _colors(rng), float(data.uniform(-0.8, 0.8))
    for i, _ in enumerate(names):
        x = np.clip(
            data.normal(data.uniform(0.2, 0.8), data.uniform(0.05, 0.25), int(data.integers(15, 160))), 0, 1
        )
        values = np.clip(0.5 + slope * (x - 0.5) + data.normal(0, 0.1, x.size), 0, 1) * y[1]
        scatter(axes, x, values, colors[i], radius=float(rng.uniform(0.9, 2.6)))
    if rng.random() < 0.5:
        ends = np.array([0.02, 0.98])
        curve(axes, ends, np.clip(0.5 + slope * (ends - 0.5), 0, 1) * y[1], "#000000", dash=3)
    return f"Relationship between {plain(other)} and {plain(quantity)} in {listed(names)}. Each dot is one sample."


def error_plot(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw measured points with their errors."""
    rng, data = dice.style, dice.data
    names = some(rng, field.series, int(rng.integers(1, 4)))
    quantity, over, y = one(rng, field.quantities), one(rng, field.inputs), _range(rng)
    axes = _axes(rng, page, box, (0, 10), y)
    frame(axes, over, quantity, size=float(rng.uniform(6.5, 9)))
    colors, x = _colors(rng), np.linspace(0.5, 9.5, int(rng.integers(4, 12)))
    for i, _ in enumerate(names):
        values = np.clip(_trend(data, x / 10), 0.1, 0.9) * y[1]
        whiskers(axes, x + 0.06 * i, values, data.uniform(0.02, 0.09, x.size) * y[1], colors[i])
        curve(axes, x + 0.06 * i, values, colors[i], marks=True)
    legend(axes, [(n, colors[i]) for i, n in enumerate(names)], corner=CORNERS[int(rng.integers(4))])
    return f"Mean {plain(quantity)} against {plain(over)} for {listed(names)}. Error bars show the standard error."


def heat_map(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a field of values with its colour key."""
    rng, data = dice.style, dice.data
    quantity, over, other = one(rng, field.quantities), *some(rng, field.inputs, 2)
    axes = _axes(rng, page, box, (0, 1), (0, 1), right=66)
    colors = MAPS[int(rng.integers(len(MAPS)))]
    rows, columns = (int(n) for n in rng.integers(8, 40, 2))
    values = texture(data, rows, columns, int(rng.integers(0, 12)))
    heat(axes, values, colors, zoom=4)
    frame(axes, over, other, size=7)
    color_bar(axes, *_range(rng), quantity, colors)
    return f"Map of {plain(quantity)} over {plain(over)} and {plain(other)}."


def matrix(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a confusion or correlation matrix with its numbers."""
    rng, data = dice.style, dice.data
    size = int(rng.integers(3, 7))
    names = some(rng, field.things, size)
    left, top, width, height = box
    side = min(width - 60, height - 40) / size
    colors = MAPS[int(rng.integers(3))]
    values = data.uniform(0, 0.4, (len(names), len(names)))
    np.fill_diagonal(values, data.uniform(0.5, 1, len(names)))
    for row in range(len(names)):
        for column in range(len(names)):
            value = float(values[row, column])
            red, green, blue = ramp(np.array([value]), colors)[0]
            place = (left + 54 + column * side, top + 18 + row * side, side, side)
            page.rect(place, f"#{red:02x}{green:02x}{blue:02x}", color="#ffffff", width=0.4)
            ink = "#ffffff" if int(red) + int(green) + int(blue) < 380 else "#000000"
            page.text(
                (place[0] + side / 2, place[1] + side / 2 + 3),
                f"{value:.2f}",
                6.5,
                anchor="middle",
                color=ink,
            )
        page.text((left + 50, top + 18 + (row + 0.6) * side), names[row][:10], 6.5, anchor="end")
    return f"{'Confusion' if rng.random() < 0.5 else 'Correlation'} matrix of {listed(names)}."


def histogram(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a distribution."""
    rng, data = dice.style, dice.data
    quantity, name = one(rng, field.quantities), one(rng, field.series)
    bins = int(rng.integers(8, 30))
    sample = data.gamma(data.uniform(1, 9), 1.0, 600) if rng.random() < 0.5 else data.normal(5, 2, 600)
    counts, _ = np.histogram(sample, bins=bins)
    axes = _axes(rng, page, box, (-0.5, bins - 0.5), (0, float(counts.max()) * 1.1))
    frame(axes, quantity, "Count", x_names=[str(i) if i % 5 == 0 else "" for i in range(bins)], size=7)
    bars(axes, [counts.tolist()], _colors(rng))
    return f"Distribution of {plain(quantity)} for {name} ({bins} bins)."


def micrograph(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw an invented micrograph with a scale bar."""
    rng, data = dice.style, dice.data
    left, top, width, height = box
    rows, columns = 120, int(120 * width / height)
    count = int(rng.integers(5, 60))
    values = 0.75 * blobs(data, rows, columns, count, (2.0, float(rng.uniform(4, 14))))
    values = values + 0.2 * texture(data, rows, columns, int(rng.integers(1, 8)))
    stain = ("grey", "green", "red", "blue")[int(rng.integers(4))]
    pixels = grey(values)
    if stain != "grey":
        keep = {"green": 1, "red": 0, "blue": 2}[stain]
        pixels = np.ascontiguousarray(np.stack([pixels[..., 0] * (c == keep) for c in range(3)], axis=-1))
    page.image(pixels, (left + 2, top + 2, width - 4, height - 4))
    size = int(rng.choice([5, 10, 20, 50, 100]))
    scale_bar(page, (left + 2, top + 2, width - 4, height - 4), 0.2, f"{size} um")
    thing, group = one(rng, field.things), one(rng, field.series)
    return f"Micrograph of {thing} in {group}; {stain} channel. Scale bar, {size} um."
