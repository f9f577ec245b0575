"""Which of the texts seen in a picture are the letters that its caption names."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractors.panels.pictures.letters import likelihood
from extractors.panels.pictures.surface import PixelBox
from extractors.panels.pictures.tokens import Floats, Token

_LOW = frozenset("acemnorsuvwxz")  # lower case letters without a stem


@dataclass(frozen=True)
class AssignmentParameters:
    """What speaks against a text's being a panel's letter, as the negative logarithm of a likelihood."""

    least: float = 0.01  # likelihood below which a text is not asked
    candidates: int = 10  # texts that are kept for each label
    followed: float = 1.2  # words follow on its line
    preceded: float = 1.8  # words stand before it
    stacked: float = 0.8  # texts of its size stand closely over or under it: a word written upwards
    stem: float = 0.70  # height of a letter without a stem, to those with one
    uneven: float = 0.16  # heights that differ by this share cost 1
    same: float = 8.0  # one text that is seen in two ways
    clear: float = 0.7  # cost below which a letter is clear
    aligned: float = 0.8  # what stands in for a letter that shares its row or its column with another
    backwards: float = 2.5  # a letter that stands before its forerunner, both ways
    sets: int = 3  # sets of letters that are handed on
    worse: float = 5.0  # a set that costs so much more than the best one is not


@dataclass(frozen=True)
class Candidate:
    """A text that may be one label's letter, and what speaks against it."""

    box: PixelBox
    cost: float

    @property
    def height(self) -> int:
        """Return its height in pixels."""
        return self.box[3] - self.box[1]


@dataclass(frozen=True)
class Letters:
    """One text for each label, in the order of the labels, and what speaks against them together."""

    chosen: tuple[Candidate, ...]
    cost: float


Candidates = dict[str, list[Candidate]]


def candidates(
    seen: Sequence[Token],
    read_as: Floats,
    labels: Sequence[str],
    parameters: AssignmentParameters | None = None,
) -> Candidates:
    """Return for each label the texts that may be its letter, the likeliest first."""
    parameters = parameters or AssignmentParameters()
    found: Candidates = {}
    for label in labels:
        likely = likelihood(read_as, label)
        options = [
            Candidate(seen[i].box, -math.log(float(likely[i])) + _surroundings(seen[i], parameters))
            for i in np.nonzero(likely >= parameters.least)[0].tolist()
        ]
        options.sort(key=lambda option: (option.cost, option.box))
        found[label] = options
    return found


def _surroundings(token: Token, parameters: AssignmentParameters) -> float:
    cost = parameters.followed * max(0.0, 1 - token.right)
    cost += parameters.preceded * max(0.0, 1.2 - token.left)
    near = min(token.above, token.below)
    return cost + parameters.stacked * max(0.0, 1 - near / 0.5)


def letter_sets(
    options: Candidates, labels: Sequence[str], parameters: AssignmentParameters | None = None
) -> list[Letters]:
    """Return the best sets of letters, one text for each label, the best first; none where a label has no text."""
    parameters = parameters or AssignmentParameters()
    if any(not options[label] for label in labels):
        return []
    options = _supported(options, labels, parameters)
    heights = sorted(
        {c.height / ratio for label in labels for c in options[label] for ratio in _ratios(label, parameters)}
    )
    made: dict[tuple[PixelBox, ...], Letters] = {}
    for height in _thinned(heights):
        chosen = _of_height(options, labels, height, parameters)
        if chosen is not None:
            key = tuple(c.box for c in chosen.chosen)
            if key not in made or chosen.cost < made[key].cost:
                made[key] = chosen
    ranked = sorted(made.values(), key=lambda letters: letters.cost)
    return [
        letters for letters in ranked[: parameters.sets] if letters.cost < ranked[0].cost + parameters.worse
    ]


def _supported(
    options: Candidates, labels: Sequence[str], parameters: AssignmentParameters
) -> dict[str, list[Candidate]]:
    """Return the texts of each label in the order of their cost and of the clear letters that share their lines.

    An `i` is seen in every stroke of a plot: the one that counts stands under or beside other letters.
    """
    clear = [(label, c) for label in labels for c in options[label] if c.cost < parameters.clear]
    if not clear:
        return options
    names = np.array([label for label, _ in clear])
    places = np.array([c.box for _, c in clear], np.float64)
    tall = places[:, 3] - places[:, 1]
    ranked: dict[str, list[Candidate]] = {}
    for label in labels:
        mine = np.array([c.box for c in options[label]], np.float64)
        height = (mine[:, 3] - mine[:, 1])[:, None]
        others = (names != label) & (np.abs(np.log(height / tall)) < 0.45)
        x, y = (
            (
                others
                & (
                    (np.abs(mine[:, axis, None] - places[:, axis]) <= 0.5 * height)
                    | (np.abs(mine[:, axis + 2, None] - places[:, axis + 2]) <= 0.5 * height)
                )
            ).any(axis=1)
            for axis in (0, 1)
        )
        order = np.argsort(
            [c.cost for c in options[label]] - parameters.aligned * (x * 1.0 + y), kind="stable"
        )
        ranked[label] = [options[label][i] for i in order.tolist()]
    return ranked


def _ratios(label: str, parameters: AssignmentParameters) -> tuple[float, ...]:
    return (1.0, parameters.stem) if label in _LOW else (1.0,)


def _thinned(heights: Sequence[float]) -> list[float]:
    kept: list[float] = []
    for height in heights:
        if not kept or height > 1.06 * kept[-1]:
            kept.append(height)
    return kept


def _of_height(
    options: Candidates, labels: Sequence[str], height: float, parameters: AssignmentParameters
) -> Letters | None:
    """Return the best texts of one height, chosen again as their rows, columns and order tell."""

    def uneven(label: str, candidate: Candidate) -> float:
        off = min(abs(math.log(candidate.height / (height * ratio))) for ratio in _ratios(label, parameters))
        off = max(0.0, off - 0.6 / candidate.height)  # a pixel more or less
        return off / parameters.uneven

    priced = []
    for label in labels:
        fitting = ((c.cost + uneven(label, c), c) for c in options[label] if uneven(label, c) < 2.5)
        mine = list(itertools.islice(fitting, parameters.candidates))
        if not mine:
            return None
        priced.append(mine)
    chosen = [0] * len(labels)
    for _ in range(3):
        before = list(chosen)
        for i, mine in enumerate(priced):
            others = [priced[j][chosen[j]][1] for j in range(len(labels)) if j != i]
            costs = [cost + _among(c, others, i, parameters) for cost, c in mine]
            chosen[i] = int(np.argmin(costs))
        if chosen == before:
            break
    picked = [mine[k] for mine, k in zip(priced, chosen, strict=True)]
    boxes = [c for _, c in picked]
    if len({c.box for c in boxes}) < len(boxes):
        return None
    cost = sum(
        own + 0.5 * _among(c, boxes[:i] + boxes[i + 1 :], i, parameters) for i, (own, c) in enumerate(picked)
    )
    return Letters(tuple(boxes), cost)


def _among(
    candidate: Candidate, others: Sequence[Candidate], position: int, parameters: AssignmentParameters
) -> float:
    """Return what speaks against a text next to the others: out of line, out of order, the same one twice."""
    cost = 0.0
    reach = 0.5 * candidate.height + 2
    x0, y0, x1, y1 = candidate.box
    columns = any(abs(x0 - o.box[0]) <= reach or abs(x1 - o.box[2]) <= reach for o in others)
    rows = any(abs(y0 - o.box[1]) <= reach or abs(y1 - o.box[3]) <= reach for o in others)
    cost += parameters.aligned * ((not columns) + (not rows)) / 1.0
    for k, other in enumerate(others):
        if abs(x0 - other.box[0]) <= reach and abs(y0 - other.box[1]) <= reach:
            cost += parameters.same
        neighbour = k in (position - 1, position)  # `others` lacks the text itself
        if not neighbour:
            continue
        first, second = (other, candidate) if k < position else (candidate, other)
        size = candidate.height
        if second.box[0] < first.box[0] - size and second.box[1] < first.box[1] - size:
            cost += parameters.backwards
    return cost
