"""The written examples as they answer: for each kind one regression on words and on what they mean."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.files import read_model
from curation.classes.heads import KIND_CLASSES
from curation.classes.model import CAPTION, SENTENCES, WRITTEN, ClassModel
from curation.classes.terms import FIELDS, Terms

# What the regression hears, and how loud.
LOUDNESS: Mapping[str, float] = {"text": 1.0, CAPTION: 1.4, SENTENCES: 0.7}
# The fields that the examples have: of a rule and a whole figure's caption they say nothing.
HEARD: Mapping[str, Mapping[str, float]] = {
    kind: {field: weight for field, weight in fields.items() if field not in ("rule", "parent")}
    for kind, fields in FIELDS.items()
}


def read_written(path: Path) -> ClassModel:
    """Return what was learnt from the written examples: parts without heads. Raises ClassModelError."""
    model = read_model(path)
    told = {kind for kind, part in model.kinds.items() if WRITTEN in part.experts}
    if told != set(KIND_CLASSES):
        raise ClassModelError(f"{path} was not learnt from written examples (curation.classes.written.learn)")
    return model


def written_opinion(
    model: ClassModel, kind: str, terms: Terms, dense: Mapping[str, npt.NDArray[np.float32]]
) -> npt.NDArray[np.float32]:
    """Return what the written examples say of a float's classes, float32 of shape (classes,): about 1 and 0."""
    part = model.kinds[kind]
    columns, values, _ = part.vocabulary.vector(terms, HEARD[kind])
    return np.asarray(part.sums(part.parts_of(columns, values, part.near(dense)))[WRITTEN], np.float32)
