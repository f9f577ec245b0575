"""The classes by several voices at once: the rules, a table's cells, and what its paper's other floats are like.

Each voice adds log-odds; their sum gives the class and a confidence that was calibrated on labelled pairs. The
weights are in `models/classes/fused.json`, which `python -m benchmarks.classes --write` makes of the labels and a
release.
"""

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.class_content import NAMES, content_measures
from curation.class_features import CAPTION_CHARS, table_features
from curation.classify import classify
from schemas.annotations import ClassRow, ClassVoice
from schemas.floats import Float

VERSION = "1"  # 1: rules, table content, floats alike of the same paper

SHIPPED = Path(__file__).parent / "models" / "classes" / "fused.json"
CLASSES = {
    "figure": ("fig_architecture", "fig_illustration", "fig_result"),
    "table": ("table_parameter", "table_result"),
}
# A rule is never trusted beyond this: a list that was read by its writer flatters.
_MOST_CONFIDENCE = 0.97
_SCALE = 3.0  # of log-odds, so that all features are about as long
_EVIDENCE_CHARS = 120

Floats = npt.NDArray[np.float64]
_WORD = re.compile(r"[^\W\d]{2,}")


@dataclass(frozen=True, kw_only=True)
class FusionParameters:
    """When floats of one paper count as alike, and how much they are listened to.

    On the tuning half, 222 of 222 pairs of figures whose captions share three words in ten, and 52 of 52 tables
    with half of their header's words in common, are of one class.
    """

    alike_captions: float = 0.3
    alike_headers: float = 0.5
    siblings: float = 1.0


@dataclass(frozen=True, kw_only=True)
class KindModel:
    """Weights of one kind: arrays of shape (features, classes), (classes,) and (classes,)."""

    weights: Floats
    intercepts: Floats
    priors: Floats


@dataclass(frozen=True, kw_only=True)
class FusionModel:
    """What turns the voices into a class and a confidence; `identity` is a hash of it all."""

    identity: str
    parameters: FusionParameters
    temperature: float
    kinds: Mapping[str, KindModel]


def feature_names(kind: str) -> tuple[str, ...]:
    """Return the names of the features of a kind, in the order of the weights."""
    rules = (*(f"rules:{name}" for name in CLASSES[kind]), "rules:default")
    return (*rules, *(f"content:{name}" for name in NAMES)) if kind == "table" else rules


def features(item: Float, row: ClassRow) -> Floats:
    """Return the features of a float whose row by the rules is given, float64 of shape (features,)."""
    classes = CLASSES[item.kind]
    said = np.zeros(len(classes) + 1)
    if row.class_rule.endswith("_default"):
        said[-1] = 1.0
    else:
        sure = min(row.class_confidence, _MOST_CONFIDENCE)
        said[classes.index(row.subcategory)] = np.log(sure / (1 - sure)) / _SCALE
    if item.kind == "figure":
        return said
    return np.concatenate([said, np.array(content_measures(item.table_text or ""))])


def alike(items: Sequence[Float], parameters: FusionParameters) -> list[list[int]]:
    """Return for each float the places of those of the same paper and kind whose words are like its own."""
    words = [_words(item) for item in items]
    found: list[list[int]] = []
    for i, item in enumerate(items):
        least = parameters.alike_captions if item.kind == "figure" else parameters.alike_headers
        found.append(
            [
                j
                for j, other in enumerate(items)
                if j != i
                and (other.kind, other.paper_key) == (item.kind, item.paper_key)
                and words[i]
                and len(words[i] & words[j]) >= least * len(words[i] | words[j])
            ]
        )
    return found


def scores(
    items: Sequence[Float], rows: Sequence[ClassRow], model: FusionModel
) -> tuple[list[Floats], list[Floats]]:
    """Return each float's log-probabilities by its own voices, and what those alike add, before the temperature."""
    own = [_own(item, row, model.kinds[item.kind]) for item, row in zip(items, rows, strict=True)]
    added = []
    for item, others in zip(items, alike(items, model.parameters), strict=True):
        prior = np.log(model.kinds[item.kind].priors)
        said = [own[j] - prior for j in others]
        added.append(
            model.parameters.siblings * np.mean(said, axis=0) if said else np.zeros(len(CLASSES[item.kind]))
        )
    return own, added


def fuse(items: Sequence[Float], model: FusionModel) -> list[ClassRow]:
    """Return the classes of one paper's floats by all voices; each row names what each voice added.

    `class_rule` and `class_evidence` stay those of the rule that spoke; the same floats give the same rows always.
    """
    rows = [classify(item) for item in items]
    own, added = scores(items, rows, model)
    others = alike(items, model.parameters)
    return [
        _fused(items, place, rows[place], own[place] + added[place], added[place], others[place], model)
        for place in range(len(items))
    ]


def _fused(
    items: Sequence[Float],
    place: int,
    row: ClassRow,
    score: Floats,
    added: Floats,
    others: Sequence[int],
    model: FusionModel,
) -> ClassRow:
    item, kind = items[place], model.kinds[items[place].kind]
    probabilities = _softmax(score / model.temperature)
    order = np.argsort(-probabilities, kind="stable")
    best, second = int(order[0]), int(order[1])

    def lead(values: Floats) -> float:
        return round(float(values[best] - values[second]) / model.temperature, 3)

    x = features(item, row)
    cut = len(CLASSES[item.kind]) + 1
    voices = [
        ClassVoice(voice="prior", log_odds=lead(kind.intercepts), evidence=""),
        ClassVoice(voice="rules", log_odds=lead(x[:cut] @ kind.weights[:cut]), evidence=row.class_rule),
    ]
    if item.table_text and item.kind == "table":
        table = table_features(item.table_text)
        told = f"{table.rows} x {table.columns} cells, numeric {table.numeric_share:.0%}"
        voices.append(ClassVoice(voice="content", log_odds=lead(x[cut:] @ kind.weights[cut:]), evidence=told))
    if others:
        named = ", ".join(items[j].pair_id.removeprefix(f"{item.paper_key}:") for j in others)
        voices.append(ClassVoice(voice="alike", log_odds=lead(added), evidence=named[:_EVIDENCE_CHARS]))
    return replace(
        row,
        subcategory=CLASSES[item.kind][best],
        class_rules_version=f"{row.class_rules_version}+fused-{VERSION}",
        class_confidence=float(probabilities[best]),
        class_voices=tuple(voices),
    )


def _own(item: Float, row: ClassRow, kind: KindModel) -> Floats:
    score = features(item, row) @ kind.weights + kind.intercepts
    return np.asarray(score - np.log(np.exp(score - score.max()).sum()) - score.max())


def _softmax(score: Floats) -> Floats:
    raised = np.exp(score - score.max())
    return np.asarray(raised / raised.sum())


def _words(item: Float) -> frozenset[str]:
    text = item.caption if item.kind == "figure" else table_features(item.table_text or "").header
    return frozenset(_WORD.findall(text[:CAPTION_CHARS].lower()))


@functools.cache
def load_model(path: Path = SHIPPED) -> FusionModel:
    """Return the model of an artefact that `python -m benchmarks.classes --write` wrote.

    Raises:
        ValueError: its features are not those of this code.
    """
    data = path.read_bytes()
    stated = json.loads(data)
    for kind in CLASSES:
        if tuple(stated["kinds"][kind]["features"]) != feature_names(kind):
            raise ValueError(f"{path.name} was made for other features: make it anew")
    return FusionModel(
        identity=f"fused/{VERSION} sha256:{hashlib.sha256(data).hexdigest()[:16]}",
        parameters=FusionParameters(**stated["parameters"]),
        temperature=stated["temperature"],
        kinds={
            kind: KindModel(
                weights=np.array(stated["kinds"][kind]["weights"], dtype=np.float64),
                intercepts=np.array(stated["kinds"][kind]["intercepts"], dtype=np.float64),
                priors=np.array(stated["kinds"][kind]["priors"], dtype=np.float64),
            )
            for kind in CLASSES
        },
    )
