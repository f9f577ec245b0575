"""A figure or table by its number: which kind it is, in which style, alone or as a composition of panels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from samples.drawing.canvas import Canvas
from samples.drawing.formats import pixels_of
from samples.invented.diagrams import chain, graph, layers, map_sketch, molecule, participants, sketch
from samples.invented.plots import (
    bar_plot,
    error_plot,
    heat_map,
    histogram,
    line_plot,
    matrix,
    micrograph,
    scatter_plot,
)
from samples.invented.tables import table
from samples.invented.words import FIELDS, Dice, Field

Draw = Callable[[Dice, Field, Canvas, tuple[float, float, float, float]], str]

RESULTS: tuple[Draw, ...] = (
    line_plot, line_plot, bar_plot, scatter_plot, error_plot, heat_map, histogram, matrix, micrograph,
)  # fmt: skip
DRAWINGS: tuple[tuple[str, Draw], ...] = (
    ("fig_architecture", chain), ("fig_architecture", layers), ("fig_architecture", participants),
    ("fig_illustration", sketch), ("fig_illustration", map_sketch), ("fig_illustration", molecule),
    ("fig_illustration", graph),
)  # fmt: skip
TABLES, PANELS = 0.3, 0.25  # share of tables in all, and of composed figures among plots


@dataclass(frozen=True)
class Invented:
    """One picture with its caption and class, and the cells of a table as lines with tabs."""

    image: Image.Image
    caption: str
    subcategory: str
    table_text: str | None = None


def invent(number: int, *, data: int = 0, width: int = 512) -> Invented:
    """Return the figure or table of a number, about `width` pixels wide; the same numbers give the same bytes.

    Another `data` gives a look-alike: the same axes, words and style, or the same layout of a table, with other
    data in it.
    """
    rng = np.random.default_rng([20261121, number])
    dice = Dice(rng, np.random.default_rng([20261121, number, data]))
    field = FIELDS[int(rng.integers(len(FIELDS)))]
    if rng.random() < TABLES:
        image, caption, subcategory, text = table(dice, field)
        return Invented(image, caption, subcategory, text)
    if rng.random() < 0.3:
        subcategory, draw = DRAWINGS[int(rng.integers(len(DRAWINGS)))]
        page = Canvas(float(rng.uniform(240, 460)), float(rng.uniform(140, 320)))
        caption = draw(dice, field, page, (10, 10, page.width - 20, page.height - 20))
    else:
        subcategory = "fig_result"
        page, caption = _plots(dice, field)
    return Invented(Image.fromarray(pixels_of(page, width)), caption, subcategory)


def _plots(dice: Dice, field: Field) -> tuple[Canvas, str]:
    rng = dice.style
    if rng.random() >= PANELS:
        page = Canvas(float(rng.uniform(220, 380)), float(rng.uniform(150, 290)))
        draw = RESULTS[int(rng.integers(len(RESULTS)))]
        return page, draw(dice, field, page, (0, 0, page.width, page.height))
    columns, rows = int(rng.integers(2, 4)), int(rng.integers(1, 3))
    wide, tall = float(rng.uniform(170, 240)), float(rng.uniform(140, 200))
    page = Canvas(columns * wide, rows * tall)
    parts = []
    for place in range(columns * rows):
        draw = RESULTS[int(rng.integers(len(RESULTS)))]
        left, top = place % columns * wide, place // columns * tall
        said = draw(dice, field, page, (left, top, wide, tall))
        letter = chr(97 + place)
        page.text(
            (left + 4, top + 11), f"({letter})" if rng.random() < 0.8 else letter.upper(), 10, bold=True
        )
        parts.append(f"({letter}) {said}")
    return page, " ".join(parts)
