"""Fits the weights of `class_fusion` to labelled pairs, and measures how far its confidence can be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from curation.class_fusion import (
    CLASSES,
    FusionModel,
    FusionParameters,
    KindModel,
    feature_names,
    features,
    scores,
)
from curation.classify import classify
from schemas.annotations import ClassRow
from schemas.floats import Float

FOLDS = 6
_PENALTY = 1.0  # of the weights' squares: chosen on the tuning half among 0.3, 1 and 3
_PENALTY_INTERCEPT = 0.1
PARAMETERS = FusionParameters()
_TEMPERATURES = tuple(round(0.6 + 0.1 * step, 1) for step in range(25))
_BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)

Floats = npt.NDArray[np.float64]
Json = dict[str, object]


def fit(
    items: Sequence[Float], labels: Mapping[str, str], parameters: FusionParameters = PARAMETERS
) -> FusionModel:
    """Return the model that fits the labelled floats, its temperature chosen by cross-validation over papers."""
    model = _fitted(items, labels, parameters, 1.0)
    held = held_out(items, labels, parameters)
    losses = {t: _loss(held, labels, t) for t in _TEMPERATURES}
    best = min(losses, key=lambda t: (round(losses[t], 9), t))
    return FusionModel(identity="", parameters=parameters, temperature=best, kinds=model.kinds)


def held_out(
    items: Sequence[Float], labels: Mapping[str, str], parameters: FusionParameters = PARAMETERS
) -> dict[str, Floats]:
    """Return the scores of each float by a model that saw none of its paper, by pair_id.

    The rules themselves were written with these papers in view, so the scores flatter.
    """
    papers = sorted({item.paper_key for item in items})
    np.random.default_rng(0).shuffle(papers)
    fold = {paper: number % FOLDS for number, paper in enumerate(papers)}
    found: dict[str, Floats] = {}
    for number in range(FOLDS):
        inside = [item for item in items if fold[item.paper_key] != number]
        outside = [item for item in items if fold[item.paper_key] == number]
        if inside and outside:
            model = _fitted(inside, labels, parameters, 1.0)
            own, added = scores(outside, [classify(item) for item in outside], model)
            found |= {item.pair_id: one + more for item, one, more in zip(outside, own, added, strict=True)}
    return found


def artefact(model: FusionModel, reliability: Sequence[Json], about: Json) -> Json:
    """Return the model as the JSON object that `class_fusion.load_model` reads, with its reliability."""
    return {
        "about": about,
        "parameters": asdict(model.parameters),
        "temperature": model.temperature,
        "kinds": {
            kind: {
                "classes": list(CLASSES[kind]),
                "features": list(feature_names(kind)),
                "priors": _rounded(model.kinds[kind].priors),
                "intercepts": _rounded(model.kinds[kind].intercepts),
                "weights": [_rounded(line) for line in model.kinds[kind].weights],
            }
            for kind in CLASSES
        },
        "reliability": list(reliability),
    }


def reliability(judged: Sequence[tuple[float, bool]]) -> list[Json]:
    """Return, for each range of confidence, how many pairs were in it, their mean confidence and share of right."""
    lines: list[Json] = []
    low = 0.0
    for high in _BINS:
        part = [(sure, right) for sure, right in judged if low < sure <= high]
        if part:
            lines.append(
                {
                    "to": high,
                    "pairs": len(part),
                    "confidence": round(sum(sure for sure, _ in part) / len(part), 3),
                    "right": round(sum(right for _, right in part) / len(part), 3),
                }
            )
        low = high
    return lines


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """Return the mean distance of confidence and share of right over the ranges, weighted by their pairs."""
    whole = max(1, len(judged))
    parts: list[list[tuple[float, bool]]] = [[] for _ in _BINS]
    for sure, right in judged:
        parts[next(n for n, high in enumerate(_BINS) if sure <= high + 1e-9)].append((sure, right))
    return sum(
        abs(sum(sure for sure, _ in part) - sum(right for _, right in part)) / whole for part in parts if part
    )


def softmax(score: Floats) -> Floats:
    """Return probabilities for scores, float64 of the same shape, along the last axis."""
    raised = np.exp(score - score.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _fitted(
    items: Sequence[Float], labels: Mapping[str, str], parameters: FusionParameters, temperature: float
) -> FusionModel:
    rows = [classify(item) for item in items]
    kinds = {kind: _kind_model(kind, items, rows, labels) for kind in CLASSES}
    return FusionModel(identity="", parameters=parameters, temperature=temperature, kinds=kinds)


def _kind_model(
    kind: str, items: Sequence[Float], rows: Sequence[ClassRow], labels: Mapping[str, str]
) -> KindModel:
    classes = CLASSES[kind]
    known = [(item, row) for item, row in zip(items, rows, strict=True) if item.kind == kind]
    truth = np.array([classes.index(labels[item.pair_id]) for item, _ in known], dtype=np.int64)
    x = np.array([features(item, row) for item, row in known]).reshape(len(known), len(feature_names(kind)))
    counts = np.bincount(truth, minlength=len(classes)) + 1.0
    weights = _logistic(x, truth, len(classes))
    return KindModel(weights=weights[:-1], intercepts=weights[-1], priors=counts / counts.sum())


def _logistic(x: Floats, truth: npt.NDArray[np.int64], classes: int) -> Floats:
    """Return weights of shape (features + 1, classes), the last line the intercepts, by Newton's method."""
    x = np.hstack([x, np.ones((len(x), 1))])
    size = x.shape[1]
    penalty = np.full(size, _PENALTY)
    penalty[-1] = _PENALTY_INTERCEPT
    wanted = np.eye(classes)[truth]
    weights = np.zeros((size, classes))

    def loss(values: Floats) -> float:
        likely = softmax(x @ values)[np.arange(len(x)), truth]
        return float(-np.log(likely + 1e-300).sum() + 0.5 * (penalty[:, None] * values * values).sum())

    for _ in range(50):
        p = softmax(x @ weights)
        slope = x.T @ (p - wanted) + penalty[:, None] * weights
        curve = np.zeros((size * classes, size * classes))
        for a in range(classes):
            for b in range(classes):
                spread = p[:, a] * ((a == b) - p[:, b])
                curve[a * size : (a + 1) * size, b * size : (b + 1) * size] = x.T @ (x * spread[:, None])
        curve += np.diag(np.tile(penalty, classes))
        step = np.linalg.solve(curve, slope.T.ravel()).reshape(classes, size).T
        length, before = 1.0, loss(weights)
        while loss(weights - length * step) > before and length > 1e-6:
            length /= 2
        weights = weights - length * step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _loss(held: Mapping[str, Floats], labels: Mapping[str, str], temperature: float) -> float:
    lost = 0.0
    for pair_id, score in held.items():
        classes = next(names for names in CLASSES.values() if labels[pair_id] in names)
        lost -= float(np.log(softmax(score / temperature)[classes.index(labels[pair_id])]))
    return lost


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 4) for value in values]
