"""Pictures that a box turns or mirrors together: how they stand to each other then."""

from collections.abc import Sequence
from itertools import groupby

from extractors.latex.walk.document import FloatBody, GraphicItem

Grid = list[list[GraphicItem]]


def turn_groups(body: FloatBody) -> None:
    """Lay the pictures of each box out as the box turns them; the rows of a float's pictures must be known."""
    for items, made in body.turned:
        grid = _grid(items)
        for change in made:
            grid = _changed(grid, change)
        _lay_out(body, items, grid)


def _grid(items: Sequence[GraphicItem]) -> Grid:
    """Return pictures by rows, from above, each from the left."""
    in_rows = sorted(items, key=lambda item: item.row)
    return [list(row) for _, row in groupby(in_rows, key=lambda item: item.row)]


def _changed(grid: Grid, change: str) -> Grid:
    """Return how the pictures stand after a change of the whole; what is turned askew stays as it was laid out."""
    name, *values = change.split()
    if name == "mirror":
        return [row[::-1] for row in grid]
    quarters = float(values[0]) / 90 if name == "turn" else 0.0
    if quarters != round(quarters):
        return grid
    for _ in range(round(quarters) % 4):
        widest = max(map(len, grid))
        grid = [[row[column] for row in grid if column < len(row)] for column in range(widest - 1, -1, -1)]
    return grid


def _lay_out(body: FloatBody, items: Sequence[GraphicItem], grid: Grid) -> None:
    """Give the pictures their rows and their order; what stands below them moves down where more rows are needed."""
    top, old = min(item.row for item in items), len({item.row for item in items})
    bottom, more = max(item.row for item in items), max(0, len(grid) - old)
    inside = {id(item) for item in items}
    for item in body.graphics:
        if id(item) not in inside and item.row > bottom:
            item.row += more
    for row, line in enumerate(grid):
        for item in line:
            item.row = top + row
    ordered = iter([item for line in grid for item in line])
    body.graphics[:] = [next(ordered) if id(item) in inside else item for item in body.graphics]
