"""Diagrams and sketches at random; each function draws into a box and returns its caption."""

from itertools import pairwise

import numpy as np

from samples.drawing.canvas import Canvas, arc
from samples.drawing.diagrams import arrow, node, texture
from samples.drawing.plots import ramp
from samples.invented.words import PLACES, Dice, Field, listed, one, some

Box = tuple[float, float, float, float]

FILLS = (("#e8eef7", "#2b4a78"), ("#fbe6d8", "#8a4a20"), ("#e6f2e8", "#2f6b3f"), ("#ffffff", "#000000"),
         ("#f2e8f5", "#6a4a80"), ("#fff6cc", "#8a7a20"))  # fmt: skip


def _box(page: Canvas, place: Box, text: str, rng: np.random.Generator, fill: tuple[str, str]) -> None:
    words = text.split()
    lines = [text] if len(text) * 4.4 < place[2] or len(words) == 1 else [" ".join(words[:-1]), words[-1]]
    node(
        page,
        place,
        lines,
        fill=fill[0],
        color=fill[1],
        size=min(8.0, place[3] / 3),
        radius=float(rng.choice([0, 4])),
    )


def chain(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a pipeline of boxes in one or two rows."""
    rng = dice.style
    left, top, width, height = box
    steps = some(rng, field.steps, int(rng.integers(3, 8)))
    rows = 1 if len(steps) <= 4 and rng.random() < 0.6 else 2
    per_row = -(-len(steps) // rows)
    wide, tall = width / per_row * 0.76, min(46.0, height / rows * 0.5)
    centres = []
    for i, name in enumerate(steps):
        row, place = i // per_row, i % per_row
        place = place if row % 2 == 0 else per_row - 1 - place
        x, y = left + (place + 0.5) * width / per_row, top + (row + 0.5) * height / rows
        centres.append((x, y))
        _box(page, (x - wide / 2, y - tall / 2, wide, tall), name, rng, FILLS[int(rng.integers(len(FILLS)))])
    for (x0, y0), (x1, y1) in pairwise(centres):
        if abs(y0 - y1) < 1:
            sign = 1 if x1 > x0 else -1
            arrow(page, [(x0 + sign * wide / 2, y0), (x1 - sign * wide / 2, y1)])
        else:
            arrow(page, [(x0, y0 + tall / 2), (x1, y1 - tall / 2)])
    thing = one(rng, field.things)
    return f"Overview of the proposed pipeline for the {thing}: {listed([s.lower() for s in steps])}."


def layers(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a layered network of circles."""
    rng = dice.style
    left, top, width, height = box
    sizes = [int(n) for n in rng.integers(2, 7, int(rng.integers(3, 6)))]
    places = [
        [(left + (i + 0.5) * width / len(sizes), top + (j + 0.5) * height / n) for j in range(n)]
        for i, n in enumerate(sizes)
    ]
    for one_layer, following in pairwise(places):
        for a in one_layer:
            for b in following:
                page.line([a, b], "#999999", width=0.4)
    for i, layer in enumerate(places):
        fill, color = FILLS[i % len(FILLS)]
        for at in layer:
            page.circle(at, min(9.0, height / 16), fill, color=color)
    said = " x ".join(map(str, sizes))
    return f"Architecture of the network with {len(sizes)} layers of {said} units for the {one(rng, field.things)}."


def participants(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a flow chart that branches."""
    rng = dice.style
    left, top, width, height = box
    names = some(rng, field.steps, 5)
    number = int(rng.integers(80, 2000))
    tall, wide = height / 5, width * 0.4
    places = [(0.5, 0), (0.5, 1), (0.25, 2), (0.75, 2), (0.25, 3), (0.75, 3)]
    spots = []
    fill = FILLS[int(rng.integers(len(FILLS)))]
    for i, (x, row) in enumerate(places):
        place = (left + x * width - wide / 2, top + row * height / 4, wide, tall * 0.8)
        spots.append(place)
        node(page, place, [names[i % 5], f"n = {max(4, number >> row)}"], fill=fill[0], color=fill[1],
             size=min(7.5, tall / 4), radius=0)  # fmt: skip
    for a, b in ((0, 1), (1, 2), (1, 3), (2, 4), (3, 5)):
        start, end = spots[a], spots[b]
        arrow(page, [(start[0] + wide / 2, start[1] + start[3]), (end[0] + wide / 2, end[1])])
    return f"Flow chart of the study: {listed([n.lower() for n in names])}; {number} at the start."


def sketch(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a geometric sketch with angles and marked points."""
    rng = dice.style
    left, top, width, height = box
    letters = [chr(65 + i) for i in rng.permutation(20)[: int(rng.integers(3, 6))]]
    points = [
        (left + float(dice.data.uniform(0.1, 0.9)) * width, top + float(dice.data.uniform(0.1, 0.9)) * height)
        for _ in letters
    ]
    if rng.random() < 0.6:
        page.circle((left + width / 2, top + height / 2), 0.4 * min(width, height), color="#444444", width=1)
    arrow(page, [(left, top + height - 8), (left + width, top + height - 8)])
    arrow(page, [(left + 8, top + height), (left + 8, top)])
    page.line([*points, points[0]], "#1f3f7f", width=1.2, dash=float(rng.choice([0, 3])))
    at = points[0]
    page.line(arc(at, 16, 0, float(rng.uniform(30, 150))), "#b03030")
    for letter, (x, y) in zip(letters, points, strict=True):
        page.circle((x, y), 2.4, "#000000")
        page.text((x + 4, y - 4), letter, 10)
    return f"Sketch of the geometry of the {one(rng, field.things)} with the points {listed(letters)}."


def graph(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw a small graph of named nodes."""
    rng = dice.style
    left, top, width, height = box
    count = int(rng.integers(4, 10))
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1)
    spread = rng.uniform(0.6, 1.0, count)
    places = [
        (
            left + width / 2 + float(np.cos(a) * s) * width * 0.42,
            top + height / 2 + float(np.sin(a) * s) * height * 0.42,
        )
        for a, s in zip(angles, spread, strict=True)
    ]
    edges = [(i, j) for i in range(count) for j in range(i) if dice.data.random() < 0.35]
    for i, j in edges:
        page.line([places[i], places[j]], "#555555", width=float(rng.uniform(0.5, 2)))
    fill, color = FILLS[int(rng.integers(len(FILLS)))]
    for i, at in enumerate(places):
        page.circle(at, 10, fill, color=color, width=1.2)
        page.text((at[0], at[1] + 3), str(i + 1), 8, anchor="middle")
    return f"Example of a {one(rng, field.things)} graph with {count} nodes and {len(edges)} edges."


def map_sketch(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw the map of a study area with its sites."""
    rng = dice.style
    left, top, width, height = box
    land = ("#3b78b8", "#cfe3c2", "#e8dcb0", "#a58a5a")
    values = texture(dice.data, 60, int(60 * width / height), 14)
    page.image(ramp(values, land), box)
    page.rect(box, color="#000000")
    sites = int(rng.integers(3, 12))
    for i in range(sites):
        x, y = left + float(rng.uniform(0.08, 0.9)) * width, top + float(rng.uniform(0.08, 0.9)) * height
        page.circle((x, y), 3, "#c02020", color="#ffffff")
        page.text((x + 4, y + 3), f"S{i + 1}", 7, bold=True)
    arrow(page, [(left + width - 14, top + 34), (left + width - 14, top + 10)], width=1.6)
    page.text((left + width - 14, top + 44), "N", 9, anchor="middle", bold=True)
    place, thing = one(rng, PLACES), one(rng, field.things)
    return f"Location of the study area in {place} {thing} with its {sites} sampling sites."


def molecule(dice: Dice, field: Field, page: Canvas, box: Box) -> str:
    """Draw rings and side chains such as chemical formulae."""
    rng = dice.style
    left, top, width, height = box
    rings = int(rng.integers(1, 4))
    radius = min(height * 0.22, width / (rings * 2.6 + 1))
    ends = some(rng, ("OH", "NH2", "CH3", "Cl", "F", "O", "COOH", "N", "S", "Br"), 3)
    for i in range(rings):
        at = (
            left + width * (0.2 + 0.6 * i / max(1, rings - 1)) if rings > 1 else left + width / 2,
            top + height / 2,
        )
        corners = arc(at, radius, -90, 270, steps=6)
        page.line(corners, width=1.3)
        for k in (0, 2, 4):
            inner = arc(at, radius * 0.8, -90 + 60 * k, -30 + 60 * k, steps=1)
            page.line(inner, width=1.1)
        x, y = corners[int(rng.integers(6))]
        page.line([(x, y), (x + (x - at[0]) * 0.8, y + (y - at[1]) * 0.8)], width=1.3)
        page.text((x + (x - at[0]) * 1.1, y + (y - at[1]) * 1.1 + 4), ends[i], 10, anchor="middle")
    return f"Chemical structure of the compound with {rings} rings and the groups {listed(ends)}."
