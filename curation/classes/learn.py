"""How the classifier is learnt from labelled floats, and how what it learnt is told by papers left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.example import Example
from curation.classes.heads import KIND_CLASSES, fit_heads, weights_of
from curation.classes.kernels import Ridge, fit_ridge
from curation.classes.model import (
    DRAWN,
    DRAWN_INPUTS,
    EXPERTS,
    GALLERY,
    UNTYPED,
    WRITTEN,
    ClassModel,
    Dense,
    Expert,
    KindModel,
    Vocabulary,
    row_step,
)
from curation.classes.terms import FIELDS, Terms
from schemas.pair import IMAGE_TYPES

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

_UNSURE = 0.1  # how much a label counts to the experts of which the hand was not sure
_FEWEST = 10  # labelled floats of a kind


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
    types = IMAGE_TYPES if kind == "figure" else ()
    model, said = experts_of(kind, examples, EXPERTS[kind], types)
    for name in (GALLERY, WRITTEN):
        if any(name in item.dense for item in examples):
            said[name] = np.stack([_input(item, name) for item in examples]).astype(np.float64)
    heads, caps = fit_heads(kind, examples, said, types)
    return replace(model, heads=heads, type_caps=caps)


def experts_of(
    kind: str,
    examples: Sequence[Example],
    listening: Mapping[str, Mapping[str, float]],
    types: tuple[str, ...] = (),
) -> tuple[KindModel, dict[str, Array]]:
    """Return a classifier without heads, and what each expert says of every example, its paper left out.

    `listening` is what each expert hears, and how loud. Raises ClassModelError as `learn`.
    """
    missing = sorted(set(KIND_CLASSES[kind]) - {item.subcategory for item in examples})
    if missing or len(examples) < _FEWEST:
        lacking = f", none of {', '.join(missing)}" if missing else ""
        raise ClassModelError(
            f"There are {len(examples)} labelled {kind}s{lacking}: at least {_FEWEST} are needed, some of each class."
        )
    vocabulary = _vocabulary([item.terms for item in examples])
    read = _read(kind, examples) if set(DRAWN) <= listening.keys() else []
    heard = dict.fromkeys(name for loudness in listening.values() for name in loudness if name != "text")
    asked = {name: read if name in DRAWN_INPUTS else examples for name in heard}
    dense = {
        name: _dense(np.stack([_input(item, name) for item in items]))
        for name, items in asked.items()
        if items
    }
    texts = _sparse(vocabulary, kind, examples)
    kernels = {"text": np.asarray((texts @ texts.T).toarray())}
    kernels |= {name: _own_kernel(part) for name, part in dense.items()}
    experts, said = _experts(kind, examples, listening, kernels, texts, types, read)
    return KindModel(KIND_CLASSES[kind], types, (), vocabulary, dense, experts, {}), said


def _read(kind: str, examples: Sequence[Example]) -> list[Example]:
    """Return the examples whose picture OCR has read; none where they are too few, or not of all classes."""
    read = [item for item in examples if kind == "figure" and item.dense.keys() >= set(DRAWN_INPUTS)]
    enough = len(read) >= _FEWEST and {item.subcategory for item in read} >= set(KIND_CLASSES[kind])
    enough = enough and any(item.image_type is not None for item in read)
    return read if enough else []


def _input(item: Example, name: str) -> npt.NDArray[np.float32]:
    if name not in item.dense:
        raise ClassModelError(f"{item.pair_id} is a {item.kind} without its {name}")
    return item.dense[name]


def _vocabulary(documents: Sequence[Terms]) -> Vocabulary:
    seen = [np.unique(said.places) for terms in documents for said in terms.values()]
    places, counts = np.unique(np.concatenate(seen), return_counts=True)
    places, counts = places[counts > 1], counts[counts > 1]
    rarity = np.log((1 + len(documents)) / (1 + np.minimum(counts, len(documents)))) + 1
    return Vocabulary(places, rarity.astype(np.float16).astype(np.float64))


def _dense(values: npt.NDArray[np.float32]) -> Dense:
    wide = values.astype(np.float64)
    mean, spread = wide.mean(axis=0), wide.std(axis=0) + 1e-6
    mean, spread = mean.astype(np.float32).astype(np.float64), spread.astype(np.float32).astype(np.float64)
    blank = Dense(mean, spread, np.zeros((0, values.shape[1])), 1.0)
    step = row_step(values.shape[1])
    rows = np.rint(blank.standard(wide) / step) * step
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
    listening: Mapping[str, Mapping[str, float]],
    kernels: Mapping[str, Array],
    texts: Any,
    types: tuple[str, ...],
    read: Sequence[Example],
) -> tuple[dict[str, Expert], dict[str, Array]]:
    """Return the experts, and what each says of every example when the example's paper is left out.

    Those of words in a picture are learnt from what OCR has `read`, and say nothing of other examples (NaN).
    """
    undrawn = {name: loudness for name, loudness in listening.items() if name not in DRAWN}
    experts, said = _experts_on(kind, examples, undrawn, kernels, texts, types)
    if read:
        drawn = {name: loudness for name, loudness in listening.items() if name in DRAWN}
        more, told = _experts_on(kind, read, drawn, kernels, texts, types)
        mine = {item.pair_id for item in read}
        rows = np.array([item.pair_id in mine for item in examples])
        for name, opinion in told.items():
            said[name] = np.full((len(examples), opinion.shape[1]), np.nan)
            said[name][rows] = opinion
        experts |= more
    return experts, said


def _experts_on(
    kind: str,
    examples: Sequence[Example],
    listening: Mapping[str, Mapping[str, float]],
    kernels: Mapping[str, Array],
    texts: Any,
    types: tuple[str, ...],
) -> tuple[dict[str, Expert], dict[str, Array]]:
    classes = KIND_CLASSES[kind]
    papers = [item.paper for item in examples]
    weights = weights_of(examples, _UNSURE)
    told = np.eye(len(classes))[[classes.index(item.subcategory) for item in examples]]
    typed = np.array([item.image_type is not None for item in examples])
    seen = [item for item in examples if item.image_type is not None]
    looks = np.zeros((len(seen), len(types) + 1))
    for row, item in enumerate(seen):
        if types:
            looks[row, types.index(str(item.image_type))] = 1
            looks[row, -1] = (item.panels or 1) > 1
    experts, said = {}, {}
    for name, loudness in listening.items():
        kernel = np.sum([loud * kernels[heard] for heard, loud in loudness.items()], axis=0)
        first = fit_ridge(kernel, told, papers, weights=weights)
        duals, left_out = first.duals, first.left_out
        if types and name not in UNTYPED:
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


def cross_validate(
    examples: Sequence[Example],
    folds: int,
    judge: Callable[[KindModel, Sequence[Example]], None],
    more: Sequence[Example] = (),
) -> None:
    """Learn `folds` times without the papers of a fold, and hand each classifier and that fold's examples to `judge`.

    Everything is learnt anew each time: vocabulary, scales, experts, heads and what a type's confidence is capped at.
    `more` is learnt from as well, but where its paper is judged, and is never judged itself.
    """
    of = paper_folds([item.paper for item in examples], folds)
    for fold in range(folds):
        for kind in EXPERTS:
            known = [item for item in [*examples, *more] if item.kind == kind and of.get(item.paper) != fold]
            left = [item for item in examples if item.kind == kind and of[item.paper] == fold]
            judge(learn_kind(kind, known), left)


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
