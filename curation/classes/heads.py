"""How the heads are fitted: regressions on what the experts say of papers that were left out."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from curation.classes.company import company_of
from curation.classes.example import Example
from curation.classes.model import DRAWN, SIGNALS, head_inputs, head_of
from curation.classes.scores import wilson
from curation.classes.softmax import Softmax, fit_softmax
from schemas.pair import SUBCATEGORIES

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
    "class_drawn": (40.0, 0.5),
    "type_drawn": (40.0, 0.3),
    "several": (30.0, 0.0),
}
_UNSURE = 0.25  # how much a label counts to the heads of which the hand was not sure


def fit_heads(
    kind: str, examples: Sequence[Example], said: Mapping[str, Array], types: tuple[str, ...]
) -> tuple[dict[str, Softmax], tuple[float, ...]]:
    """Return the heads by name, and for each type the confidence above which it is never shown.

    `said` is what each expert says of every example when the example's paper is left out, NaN where it says nothing.
    """
    classes = KIND_CLASSES[kind]
    signals = np.stack([item.dense[SIGNALS] for item in examples]).astype(np.float64)
    told = np.array([classes.index(item.subcategory) for item in examples])
    widths = (len(classes), len(types)) if types else (len(classes),)
    company = company_of([item.paper for item in examples], said["joint"][:, : sum(widths)], widths)
    weights = weights_of(examples, _UNSURE)
    inputs = {
        head: head_inputs(kind, head, said, len(classes), signals, company) for head in _heads_of(types, said)
    }

    def fitted(head: str, rows: Places, labels: Places, count: int) -> Softmax:
        ridge, vote = _HEADS[head]
        there = ~np.isnan(inputs[head][rows]).any(axis=1)
        rows, labels = rows[there], labels[there]
        counted = weights[rows] if head.startswith("class") else None
        return fit_softmax(inputs[head][rows], labels, count, ridge=ridge, vote=vote, weights=counted)

    everyone = np.arange(len(examples))
    named = [head for head in inputs if head.startswith("class")]
    heads = {head: fitted(head, everyone, told, len(classes)) for head in named}
    if not types:
        return heads, ()
    seen = np.array([row for row, item in enumerate(examples) if item.image_type is not None])
    looks = np.array([types.index(str(examples[row].image_type)) for row in seen])
    several = np.array([int((examples[row].panels or 1) > 1) for row in seen])
    for head in (name for name in inputs if name.startswith("type")):
        heads[head] = fitted(head, seen, looks, len(types))
    heads["several"] = fitted("several", seen, several, 2)
    return heads, _type_caps(heads["type"], inputs["type"][seen], looks)


def _heads_of(types: tuple[str, ...], said: Mapping[str, Array]) -> list[str]:
    if not types:
        return ["class"]
    drawn = {head_of(name, True) for name in ("class", "type")}
    return [head for head in _HEADS if head not in drawn or set(DRAWN) <= said.keys()]


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


def weights_of(examples: Sequence[Example], unsure: float) -> Array:
    """Return how much each example counts: 1 where the hand was sure of its class, else `unsure`."""
    return np.array([1.0 if item.sure else unsure for item in examples])
