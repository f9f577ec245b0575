"""Which of SciMMIR's five classes a pair belongs to, what kind of picture a figure is, and how well that holds.

`classifier.py` gives the classes, by a model (`model.py`) that `learn.py` learns from labelled pairs and `files.py`
writes and reads; the one that comes with the package lies in `models/`, with its card. What it hears: hashed words
(`terms.py`), what they mean (`word_vectors.py`), counts (`signals.py`, `grid.py`), what a network sees in the picture
(`curation.looks`), the words drawn in it (`drawn.py`), the paper's other figures (`company.py`), which rule of
wording holds (`wording/`), and what pictures and texts of no paper say: `gallery/` and `written/`.
"""

from curation.classes.classifier import (
    VERSION,
    Heard,
    check_classifier,
    classifier_identity,
    classify,
    decide,
    hear,
    inputs_of,
)
from curation.classes.drawn import Drawn
from curation.classes.errors import ClassModelError
from curation.classes.example import Example
from curation.classes.features import evidence_of, sentences_about
from curation.classes.files import WEIGHTS, WRITTEN_FILE, write_model
from curation.classes.gallery import GALLERY_FILE
from curation.classes.learn import cross_validate, learn, paper_folds
from curation.classes.model import DRAWN_INPUTS, KindModel, Opinion
from curation.classes.scores import Labels, LabelsError, Scores, calibration_error, read_labels, score
from curation.classes.word_vectors import WORD_VECTORS
from curation.classes.wording.rules import RULE_CLASSES, rule_of
from curation.looks import GRAPH, SHIPPED

__all__ = [
    "DRAWN_INPUTS",
    "GALLERY_FILE",
    "GRAPH",
    "RULE_CLASSES",
    "SHIPPED",
    "VERSION",
    "WEIGHTS",
    "WORD_VECTORS",
    "WRITTEN_FILE",
    "ClassModelError",
    "Drawn",
    "Example",
    "Heard",
    "KindModel",
    "Labels",
    "LabelsError",
    "Opinion",
    "Scores",
    "calibration_error",
    "check_classifier",
    "classifier_identity",
    "classify",
    "cross_validate",
    "decide",
    "evidence_of",
    "hear",
    "inputs_of",
    "learn",
    "paper_folds",
    "read_labels",
    "rule_of",
    "score",
    "sentences_about",
    "write_model",
]
