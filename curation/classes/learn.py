"""How the classifier is learnt from labelled floats, and how what it learnt is told by papers left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.kernels import Ridge, fit_ridge
from curation.classes.model import (
    EXPERTS,
    SIGNALS,
    UNTYPED,
    ClassModel,
    Dense,
    Expert,
    KindModel,
    Vocabulary,
    head_inputs,
)
from curation.classes.scores import wilson
from curation.classes.softmax import Softmax, fit_softmax
from curation.classes.terms import FIELDS, Terms
from schemas.pair import IMAGE_TYPES, SUBCATEGORIES

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

KIND_CLASSES = {
    "figure": tuple(name for name in SUBCATEGORIES if name.startswith("fig_")),
    "table": tuple(name for name in SUBCATEGORIES if name.startswith("table_")),
}
# How the heads are held and how far rare classes are favoured; chosen on cross-validation over the papers.
_HEADS = {
    "class": (40.0, 0.5),
    "class_text": (40.0, 0.5),
    "class_picture": (40.0, 0.5),
    "type": (40.0, 0.3),
    "several": (30.0, 0.0),
}
_FEWEST = 10  # labelled floats of a kind


@dataclass(frozen=True)
class Example:
    """One labelled float: what is known of it without its label, and the label.

    `dense` are its dense inputs by name, a figure's picture among them; `image_type` and `panels` are None where
    nobody said.
    """

    pair_id: str
    paper: str
    kind: str
    terms: Terms
    dense: Mapping[str, npt.NDArray[np.float32]]
    subcategory: str
    image_type: str | None = None
    panels: int | None = None


def learn(examples: Iterable[Example]) -> ClassModel:
    """Return the classifier learnt from labelled floats of both kinds.

    The same examples give the same classifier, in whatever order they come.

    Raises:
        ClassModelError: a class has no example, or a kind too few.
    """
    listed = sorted(examples, key=lambda example: example.pair_id)
    return ClassModel(
        {kind: learn_kind(kind, [item for item in listed if item.kind == kind]) for kind in EXPERTS}
    )


def learn_kind(kind: str, examples: Sequence[Example]) -> KindModel:
    """Return the classifier of one kind of float. Raises ClassModelError as `learn`."""
    classes = KIND_CLASSES[kind]
    missing = sorted(set(classes) - {item.subcategory for item in examples})
    if missing or len(examples) < _FEWEST:
        lacking = f", none of {', '.join(missing)}" if missing else ""
        raise ClassModelError(
            f"There are {len(examples)} labelled {kind}s{lacking}: at least {_FEWEST} are needed, some of each class."
        )
    types = IMAGE_TYPES if kind == "figure" else ()
    vocabulary = _vocabulary([item.terms for item in examples])
    heard = dict.fromkeys(name for loudness in EXPERTS[kind].values() for name in loudness if name != "text")
    dense = {name: _dense(np.stack([_input(item, name) for item in examples])) for name in heard}
    texts = _sparse(vocabulary, kind, examples)
    kernels = {"text": np.asarray((texts @ texts.T).toarray())}
    kernels |= {name: _own_kernel(part) for name, part in dense.items()}
    experts, said = _experts(kind, examples, kernels, texts, types)
    heads, caps = _heads(kind, examples, said, types)
    return KindModel(classes, types, caps, vocabulary, dense, experts, heads)


def _input(item: Example, name: str) -> npt.NDArray[np.float32]:
    if name not in item.dense:
        raise ClassModelError(f"{item.pair_id} is a {item.kind} without its {name}")
    return item.dense[name]


def _vocabulary(documents: Sequence[Terms]) -> Vocabulary:
    seen = [np.fromiter(said, np.int64, len(said)) for terms in documents for said in terms.values()]
    places, counts = np.unique(np.concatenate(seen), return_counts=True)
    places, counts = places[counts > 1], counts[counts > 1]
    rarity = np.log((1 + len(documents)) / (1 + np.minimum(counts, len(documents)))) + 1
    return Vocabulary(places, rarity.astype(np.float16).astype(np.float64))


def _dense(values: npt.NDArray[np.float32]) -> Dense:
    wide = values.astype(np.float64)
    mean, spread = wide.mean(axis=0), wide.std(axis=0) + 1e-6
    mean, spread = mean.astype(np.float32).astype(np.float64), spread.astype(np.float32).astype(np.float64)
    blank = Dense(mean, spread, np.zeros((0, values.shape[1])), 1.0)
    rows = blank.standard(wide).astype(np.float16).astype(np.float64)
    square = (rows**2).sum(axis=1)
    distances = square[:, None] + square[None] - 2 * rows @ rows.T
    middle = float(np.median(distances))
    # Where most examples are alike, as figures that nothing mentions, no distance can be the measure.
    return Dense(mean, spread, rows, (middle if middle > 1e-6 else 1.0) / SHARPNESS)


SHARPNESS = 0.7


def _own_kernel(part: Dense) -> Array:
    apart = part.squares[:, None] + part.squares[None] - 2 * part.rows @ part.rows.T
    return np.asarray(np.exp(-np.maximum(apart, 0) / part.scale))


def _sparse(vocabulary: Vocabulary, kind: str, examples: Sequence[Example]) -> Any:
    from scipy.sparse import csr_matrix

    vectors = [vocabulary.vector(item.terms, FIELDS[kind])[:2] for item in examples]
    ends = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([columns for columns, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    return csr_matrix((values, columns, ends), shape=(len(examples), len(vocabulary.places)))


def _experts(
    kind: str,
    examples: Sequence[Example],
    kernels: Mapping[str, Array],
    texts: Any,
    types: tuple[str, ...],
) -> tuple[dict[str, Expert], dict[str, Array]]:
    """Return the experts, and what each says of every example when the example's paper is left out."""
    classes = KIND_CLASSES[kind]
    papers = [item.paper for item in examples]
    told = np.eye(len(classes))[[classes.index(item.subcategory) for item in examples]]
    typed = np.array([item.image_type is not None for item in examples])
    seen = [item for item in examples if item.image_type is not None]
    looks = np.zeros((len(seen), len(types) + 1))
    for row, item in enumerate(seen):
        if types:
            looks[row, types.index(str(item.image_type))] = 1
            looks[row, -1] = (item.panels or 1) > 1
    experts, said = {}, {}
    for name, loudness in EXPERTS[kind].items():
        kernel = np.sum([loud * kernels[heard] for heard, loud in loudness.items()], axis=0)
        first = fit_ridge(kernel, told, papers)
        duals, left_out = first.duals, first.left_out
        if types and name != UNTYPED:
            second = _second(kernel, looks, papers, typed)
            duals, left_out = np.c_[duals, second.duals], np.c_[left_out, second.left_out]
        experts[name] = Expert(
            loudness,
            np.asarray(texts.T @ duals) if "text" in loudness else np.zeros((0, duals.shape[1])),
            duals if set(loudness) - {"text"} else np.zeros((0, duals.shape[1])),
            duals.sum(axis=0),
        )
        said[name] = left_out
    return experts, said


def _second(kernel: Array, looks: Array, papers: Sequence[str], typed: npt.NDArray[np.bool_]) -> Ridge:
    """Return the regression on the examples whose type is known, its duals 0 for the others."""
    rows = np.flatnonzero(typed)
    found = fit_ridge(kernel[np.ix_(rows, rows)], looks, [papers[int(row)] for row in rows])
    duals, left_out = np.zeros((len(kernel), looks.shape[1])), np.zeros((len(kernel), looks.shape[1]))
    duals[rows], left_out[rows] = found.duals, found.left_out
    others = np.flatnonzero(~typed)
    left_out[others] = (kernel[np.ix_(others, rows)] + 1.0) @ found.duals
    return Ridge(duals, left_out, found.ridge)


def _heads(
    kind: str, examples: Sequence[Example], said: Mapping[str, Array], types: tuple[str, ...]
) -> tuple[dict[str, Softmax], tuple[float, ...]]:
    classes = KIND_CLASSES[kind]
    signals = np.stack([item.dense[SIGNALS] for item in examples]).astype(np.float64)
    told = np.array([classes.index(item.subcategory) for item in examples])
    inputs = {
        head: head_inputs(kind, head, said, len(classes), signals)
        for head in (_HEADS if types else ("class",))
    }

    def fitted(head: str, rows: Places, labels: Places, count: int) -> Softmax:
        ridge, vote = _HEADS[head]
        return fit_softmax(inputs[head][rows], labels, count, ridge=ridge, vote=vote)

    everyone = np.arange(len(examples))
    named = [head for head in inputs if head.startswith("class")]
    heads = {head: fitted(head, everyone, told, len(classes)) for head in named}
    if not types:
        return heads, ()
    seen = np.array([row for row, item in enumerate(examples) if item.image_type is not None])
    looks = np.array([types.index(str(examples[row].image_type)) for row in seen])
    several = np.array([int((examples[row].panels or 1) > 1) for row in seen])
    heads["type"] = fitted("type", seen, looks, len(types))
    heads["several"] = fitted("several", seen, several, 2)
    return heads, _type_caps(heads["type"], inputs["type"][seen], looks)


def _type_caps(head: Softmax, inputs: Array, looks: Places) -> tuple[float, ...]:
    """Return for each type the confidence above which it is never shown: what is sure of its precision."""
    given = (head.probabilities(inputs) * head.votes).argmax(axis=1)
    return tuple(
        wilson(int(((given == place) & (looks == place)).sum()), int((given == place).sum()))[0]
        if (looks == place).sum() < _RARE
        else 1.0
        for place in range(len(head.votes))
    )


_RARE = 50  # examples below which a type is too rare to be learnt well


def cross_validate(
    examples: Sequence[Example], folds: int, judge: Callable[[KindModel, Sequence[Example]], None]
) -> None:
    """Learn `folds` times without the papers of a fold, and hand each classifier and that fold's examples to `judge`.

    Everything is learnt anew each time: vocabulary, scales, experts, heads and what a type's confidence is capped at.
    """
    of = paper_folds([item.paper for item in examples], folds)
    for fold in range(folds):
        for kind in EXPERTS:
            mine = [item for item in examples if item.kind == kind]
            judge(
                learn_kind(kind, [item for item in mine if of[item.paper] != fold]),
                [item for item in mine if of[item.paper] == fold],
            )


def paper_folds(papers: Sequence[str], folds: int) -> dict[str, int]:
    """Return the fold of each paper: the papers with most floats first, each into the fold that has fewest."""
    counts: dict[str, int] = {}
    for paper in papers:
        counts[paper] = counts.get(paper, 0) + 1
    load = [0] * folds
    of = {}
    for paper in sorted(counts, key=lambda name: (-counts[name], name)):
        of[paper] = load.index(min(load))
        load[of[paper]] += counts[paper]
    return of
