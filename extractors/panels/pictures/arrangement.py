"""How texts stand among each other: in rows and columns, in the order of their labels, no text twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from extractors.panels.pictures.surface import PixelBox

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_any = np.logical_or.reduce


@dataclass(frozen=True)
class ArrangementParameters:
    """What speaks against a text's place among the others, as the negative logarithm of a likelihood."""

    same: float = 8.0  # one text that is seen in two ways
    aligned: float = 0.8  # no other one shares its row, or its column
    backwards: float = 2.5  # it stands before its forerunner, both ways
    stray: float = 1.0  # it shares neither row nor column with the letters before and after it
    rounds: int = 3  # times that each text is chosen again
    order: float = 1.0  # two letters that stand in the wrong order, where one can be read as the other


@dataclass(frozen=True)
class Arranged:
    """Texts that may be letters, how they stand to each other, all of shape (texts, texts) or (texts,).

    `rows` and `columns` tell which ones share a line with the one of the first index, `same` which are the same
    text, `after` which stand before it both ways. `labels` are the indices of the labels that they may have, `own`
    what speaks against each for itself.
    """

    boxes: Floats
    labels: Ints
    own: Floats
    rows: Bools
    columns: Bools
    same: Bools
    after: Bools


def arranged(boxes: Sequence[PixelBox], labels: Sequence[int], own: Sequence[float]) -> Arranged:
    """Return how texts stand to each other."""
    places = np.array(boxes, np.float64).reshape(-1, 4)
    height = (places[:, 3] - places[:, 1])[:, None]
    reach = 0.5 * height + 2
    off = np.abs(places[:, None] - places[None])
    before = places[:, None] - places[None] > height[..., None]
    return Arranged(
        places,
        np.array(labels, np.int64),
        np.array(own, np.float64),
        (off[..., 1] <= reach) | (off[..., 3] <= reach),
        (off[..., 0] <= reach) | (off[..., 2] <= reach),
        (off[..., 0] <= reach) & (off[..., 1] <= reach),
        before[..., 0] & before[..., 1],
    )


def chosen(of: Arranged, count: int, parameters: ArrangementParameters) -> tuple[Ints, float] | None:
    """Return the index of a text for each of `count` labels, and what speaks against them; None where two are one.

    Each text is chosen again as the rows, columns and order of the others tell.
    """
    options = [np.nonzero(of.labels == label)[0] for label in range(count)]
    picked = np.array([mine[0] for mine in options])
    for _ in range(parameters.rounds):
        before = picked.copy()
        for label, mine in enumerate(options):
            if len(mine) > 1:
                costs = of.own[mine] + _among(of, mine, picked, label, parameters)
                picked[label] = mine[costs.argmin()]
        if (picked == before).all():
            break
    if len({tuple(box) for box in of.boxes[picked].tolist()}) < count:
        return None
    among = [float(_among(of, picked[k : k + 1], picked, k, parameters)[0]) for k in range(count)]
    return picked, float(of.own[picked].sum()) + 0.5 * sum(among)


def _among(of: Arranged, mine: Ints, picked: Ints, label: int, parameters: ArrangementParameters) -> Floats:
    """Return what speaks against each of a label's texts next to those of the other labels."""
    others = np.concatenate([picked[:label], picked[label + 1 :]])
    at = mine[:, None]
    rows, columns = of.rows[at, others], of.columns[at, others]
    cost = parameters.aligned * (2.0 - _any(rows, axis=1) - _any(columns, axis=1))
    cost = cost + parameters.same * of.same[at, others].sum(axis=1)
    near = slice(max(0, label - 1), label + 1)  # `others` lacks the text itself
    cost += parameters.stray * ~_any(rows[:, near] | columns[:, near], axis=1)
    if label:
        cost += parameters.backwards * of.after[picked[label - 1], mine]
    if label + 1 < len(picked):
        cost += parameters.backwards * of.after[mine, picked[label + 1]]
    return np.asarray(cost, np.float64)


def inversions(boxes: Floats) -> int:
    """Return how many pairs of letters stand in the wrong order, read in rows or in columns, as fits better."""
    first, second = np.triu_indices(len(boxes), 1)
    reach = 0.5 * float(np.median(boxes[:, 3] - boxes[:, 1])) + 2
    x, y = (boxes[second, axis] - boxes[first, axis] for axis in (0, 1))
    by_row = (y < -reach) | ((np.abs(y) <= reach) & (x < 0))
    by_column = (x < -reach) | ((np.abs(x) <= reach) & (y < 0))
    return int(min(by_row.sum(), by_column.sum()))
