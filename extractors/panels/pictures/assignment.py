"""Which of the texts seen in a picture are the letters that its caption names."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from extractors.panels.pictures.arrangement import ArrangementParameters, Floats, arranged, chosen, inversions
from extractors.panels.pictures.letters import drawn_alike, likelihood
from extractors.panels.pictures.surface import PixelBox
from extractors.panels.pictures.tokens import Floats as Seen
from extractors.panels.pictures.tokens import Token
from extractors.panels.pictures.unseen import place_left

_LOW = frozenset("acemnorsuvwxz")  # lower case letters without a stem
_UNEVEN_MOST = 2.5  # what a height may cost that differs


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
    clear: float = 0.7  # cost below which a letter is clear
    aligned: float = 0.8  # what stands in for a letter that shares its row or its column with another
    doubtful: float = 1.5  # cost above which a text is not clear
    unseen: float = 1.5  # a letter that is not seen, where one place is left for it
    sets: int = 3  # sets of letters that are handed on
    worse: float = 5.0  # a set that costs so much more than the best one is not
    arrangement: ArrangementParameters = field(default_factory=ArrangementParameters)


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
_Fitting = tuple[list[Candidate], list[int], list[float]]  # a label's texts, which of them fit, at what cost


def candidates(
    seen: Sequence[Token],
    read_as: Seen,
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
    """Return the best sets of letters, one text for each label, the best first; none where labels have no text.

    One letter may be unseen, where the rows and columns of the others leave one place for it.
    """
    parameters = parameters or AssignmentParameters()
    without = [label for label in labels if not options[label]]
    found = (
        _sets(options, [label for label in labels if options[label]], parameters) if len(without) < 2 else []
    )
    if not found:
        return []
    unseen = _unseen(found[0], labels, without, parameters)
    if unseen is None:
        return [] if without else found
    label, candidate = unseen
    return _sets({**options, label: [*options[label], candidate]}, labels, parameters)


def _unseen(
    letters: Letters, labels: Sequence[str], without: Sequence[str], parameters: AssignmentParameters
) -> tuple[str, Candidate] | None:
    """Return the label without a clear text, where it is the only one, and the one place that is left for it."""
    texts = dict(zip((label for label in labels if label not in without), letters.chosen, strict=True))
    doubtful = [label for label in labels if label not in texts or texts[label].cost > parameters.doubtful]
    if len(doubtful) != 1:
        return None
    known = {k: texts[label].box for k, label in enumerate(labels) if label != doubtful[0]}
    place = place_left(known, labels.index(doubtful[0]))
    return None if place is None else (doubtful[0], Candidate(place, parameters.unseen))


def _sets(options: Candidates, labels: Sequence[str], parameters: AssignmentParameters) -> list[Letters]:
    """Return the best sets of letters, the best first."""
    options = _supported(options, labels, parameters)
    made: dict[tuple[PixelBox, ...], Letters] = {}
    best = math.inf
    for bound, fitting in sorted(_by_height(options, labels, parameters), key=lambda pair: pair[0]):
        if bound > best + parameters.worse:
            break
        letters = _of_height([_priced(*mine) for mine in fitting], labels, parameters)
        if letters is not None:
            key = tuple(c.box for c in letters.chosen)
            if key not in made or letters.cost < made[key].cost:
                made[key] = letters
            best = min(best, letters.cost)
    ranked = sorted(made.values(), key=lambda letters: letters.cost)
    return [letters for letters in ranked[: parameters.sets] if letters.cost < best + parameters.worse]


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


def _priced(options: Sequence[Candidate], fits: Sequence[int], costs: Sequence[float]) -> list[Candidate]:
    return [Candidate(options[i].box, cost) for i, cost in zip(fits, costs, strict=True)]


def _by_height(
    options: Candidates, labels: Sequence[str], parameters: AssignmentParameters
) -> Iterator[tuple[float, list[_Fitting]]]:
    """Yield for each height of letters the texts of each label that fit it, and what they cost at least."""
    tall = {label: np.array([c.height for c in options[label]], np.float64) for label in labels}
    own = {label: np.array([c.cost for c in options[label]]) for label in labels}
    heights = sorted(
        {h / ratio for label in labels for h in tall[label].tolist() for ratio in _ratios(label, parameters)}
    )
    thinned = np.array(_thinned(heights))[:, None]
    uneven = {}
    for label in labels:
        off = np.minimum.reduce(
            [np.abs(np.log(tall[label] / (thinned * ratio))) for ratio in _ratios(label, parameters)]
        )
        # A pixel more or less is no other height.
        uneven[label] = np.maximum(0.0, off - 0.6 / tall[label]) / parameters.uneven
    fits = {label: uneven[label] < _UNEVEN_MOST for label in labels}
    for row in np.nonzero(np.logical_and.reduce([fits[label].any(axis=1) for label in labels]))[0].tolist():
        bound, fitting = 0.0, []
        for label in labels:
            mine = np.nonzero(fits[label][row])[0][: parameters.candidates]
            costs = own[label][mine] + uneven[label][row, mine]
            bound += float(costs.min())
            fitting.append((options[label], mine.tolist(), costs.tolist()))
        yield bound, fitting


def _of_height(
    fitting: Sequence[Sequence[Candidate]], labels: Sequence[str], parameters: AssignmentParameters
) -> Letters | None:
    """Return the best texts of one height, chosen as their rows, columns and order tell."""
    texts = [c for mine in fitting for c in mine]
    owners = [label for label, mine in enumerate(fitting) for _ in mine]
    of = arranged([c.box for c in texts], owners, [c.cost for c in texts])
    found = chosen(of, len(labels), parameters.arrangement)
    if found is None:
        return None
    picked = _in_order([texts[k] for k in found[0].tolist()], fitting, labels, parameters.arrangement)
    return Letters(tuple(picked), found[1])


def _in_order(
    picked: list[Candidate],
    fitting: Sequence[Sequence[Candidate]],
    labels: Sequence[str],
    parameters: ArrangementParameters,
) -> list[Candidate]:
    """Return the texts with those of labels that are drawn alike, `i` and `l`, changed where they stand better."""
    for one, other in itertools.combinations(range(len(labels)), 2):
        if not drawn_alike(labels[one], labels[other]):
            continue
        first = next((c for c in fitting[one] if c.box == picked[other].box), None)
        second = next((c for c in fitting[other] if c.box == picked[one].box), None)
        if first is None or second is None:
            continue
        changed = list(picked)
        changed[one], changed[other] = first, second
        dearer = first.cost + second.cost - picked[one].cost - picked[other].cost
        if dearer + parameters.order * (inversions(_boxes(changed)) - inversions(_boxes(picked))) < 0:
            picked = changed
    return picked


def _boxes(letters: Sequence[Candidate]) -> Floats:
    return np.array([c.box for c in letters], np.float64)
