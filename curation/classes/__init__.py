"""Which of SciMMIR's five classes a pair belongs to, what kind of picture a figure is, and how well that holds.

`classifier.py` gives the classes, by a model that `learn.py` learns from labelled pairs and `model.py` writes and
reads; the one that comes with the package lies in `models/`, with its card. What it hears: hashed words
(`terms.py`), counts (`signals.py`), what a network sees in the picture (`picture.py`), and which rule of wording
holds (`rules.py`).
"""

from curation.classes.classifier import SHIPPED, VERSION, classifier_identity, classify, inputs_of
from curation.classes.errors import ClassModelError
from curation.classes.features import evidence_of, sentences_about
from curation.classes.learn import Example, cross_validate, learn, paper_folds
from curation.classes.model import WEIGHTS, KindModel, Opinion, write_model
from curation.classes.picture import GRAPH, LOOK_VERSION, Look, network_identity, picture_features
from curation.classes.rules import RULE_CLASSES, rule_of
from curation.classes.scores import Labels, LabelsError, Scores, calibration_error, read_labels, score

__all__ = [
    "GRAPH",
    "LOOK_VERSION",
    "RULE_CLASSES",
    "SHIPPED",
    "VERSION",
    "WEIGHTS",
    "ClassModelError",
    "Example",
    "KindModel",
    "Labels",
    "LabelsError",
    "Look",
    "Opinion",
    "Scores",
    "calibration_error",
    "classifier_identity",
    "classify",
    "cross_validate",
    "evidence_of",
    "inputs_of",
    "learn",
    "network_identity",
    "paper_folds",
    "picture_features",
    "read_labels",
    "rule_of",
    "score",
    "sentences_about",
    "write_model",
]
