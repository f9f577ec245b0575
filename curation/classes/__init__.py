"""Which of SciMMIR's five classes a pair belongs to, and how well that agrees with labels by hand.

`rules.py` has the order of the rules and what each class means; the rules themselves stand in `figure_heads.py`,
`figure_texts.py` and `tables.py`. To add one, add a `Rule` there and raise `RULES_VERSION`.
"""

from curation.classes.classifier import classify
from curation.classes.rules import RULES_VERSION
from curation.classes.scores import Labels, LabelsError, Scores, calibration_error, read_labels, score

__all__ = [
    "RULES_VERSION",
    "Labels",
    "LabelsError",
    "Scores",
    "calibration_error",
    "classify",
    "read_labels",
    "score",
]
