"""How given classes agree with labels by hand: confusion matrix, precision, recall and macro-F1 with intervals."""

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from schemas.errors import UserError
from schemas.pair import SUBCATEGORIES

REPORTING = "report"
_BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
_DRAWS = 2_000
_Z = 1.959964  # two-sided 95 %


class LabelsError(UserError):
    """The file of labels cannot be used."""


@dataclass(frozen=True)
class Labels:
    """Classes by pair_id, of the reporting half where the file has halves, and a hash of what they say."""

    classes: Mapping[str, str]
    half: str | None
    sha256: str


@dataclass(frozen=True)
class ClassScore:
    """One class: how many pairs are labelled and given so, and what that makes; intervals are Wilson's, 95 %."""

    name: str
    labelled: int
    given: int
    right: int
    precision: float
    precision_interval: tuple[float, float]
    recall: float
    recall_interval: tuple[float, float]
    f1: float


@dataclass(frozen=True)
class Scores:
    """All classes together: `matrix[i][j]` counts pairs of label i that were given class j.

    `interval` is the middle 95 % of macro-F1 where whole papers are drawn again, for the pairs of one paper are
    not independent; `missing` counts labels whose pair is not there.
    """

    classes: tuple[ClassScore, ...]
    matrix: tuple[tuple[int, ...], ...]
    macro_f1: float
    interval: tuple[float, float]
    pairs: int
    missing: int


def read_labels(path: Path, *, half: str = REPORTING) -> Labels:
    """Return the labels of a CSV file with the columns pair_id, subcategory (or label) and, it may be, half.

    Of a file with halves only the wanted one counts.

    Raises:
        LabelsError: it cannot be read, lacks a column, names a class that is none, or labels a pair twice.
    """
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelsError(f"labels {path} cannot be read: {error}") from error
    lines = csv.DictReader(io.StringIO(text))
    names = set(lines.fieldnames or ())
    column = next((name for name in ("subcategory", "label") if name in names), None)
    if column is None or "pair_id" not in names:
        raise LabelsError(f"labels {path}: a CSV file with the columns pair_id and subcategory is expected")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=2):
        pair_id, name = (line["pair_id"] or "").strip(), (line[column] or "").strip()
        if name not in SUBCATEGORIES:
            raise LabelsError(f"labels {path}, line {number}: {name!r} is none of {', '.join(SUBCATEGORIES)}")
        if pair_id in found:
            raise LabelsError(f"labels {path}, line {number}: {pair_id} is labelled twice")
        if "half" not in names or line["half"] == half:
            found[pair_id] = name
    if not found:
        raise LabelsError(f"labels {path}: no label of the half {half!r}")
    stated = "\n".join(f"{pair_id}\t{name}" for pair_id, name in sorted(found.items()))
    digest = hashlib.sha256(stated.encode()).hexdigest()
    return Labels(found, half if "half" in names else None, digest)


def score(labels: Mapping[str, str], given: Mapping[str, str], papers: Mapping[str, str]) -> Scores:
    """Return how the given classes agree with the labels; `papers` names the paper of each pair.

    A class without any pair labelled or given counts as 0 in macro-F1 only where the other of the two has some.
    """
    there = sorted(pair_id for pair_id in labels if pair_id in given)
    place = {name: number for number, name in enumerate(SUBCATEGORIES)}
    cells = [(place[labels[pair_id]], place[given[pair_id]], papers[pair_id]) for pair_id in there]
    matrix = _matrix([cell[:2] for cell in cells])
    return Scores(
        classes=tuple(_class_score(name, number, matrix) for number, name in enumerate(SUBCATEGORIES)),
        matrix=tuple(tuple(int(count) for count in line) for line in matrix),
        macro_f1=_macro_f1(matrix),
        interval=_interval(cells),
        pairs=len(there),
        missing=len(labels) - len(there),
    )


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """Return how far confidence and share of right lie apart, on the mean over ranges, weighted by their pairs.

    Each item is a confidence, over 0 and at most 1, and whether the class was right.
    """
    parts: dict[float, list[tuple[float, bool]]] = {}
    for sure, right in judged:
        high = next(bound for bound in _BINS if sure <= bound)
        parts.setdefault(high, []).append((sure, right))
    apart = [abs(sum(sure for sure, _ in part) - sum(right for _, right in part)) for part in parts.values()]
    return sum(apart) / max(1, len(judged))


def wilson(right: int, whole: int) -> tuple[float, float]:
    """Return Wilson's interval of a share at 95 %; all of 0 to 1 where there is nothing to go by."""
    if whole == 0:
        return 0.0, 1.0
    share, bound = right / whole, _Z * _Z / whole
    middle = (share + bound / 2) / (1 + bound)
    reach = _Z * math.sqrt(share * (1 - share) / whole + bound / whole / 4) / (1 + bound)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _matrix(cells: Sequence[tuple[int, int]]) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    size = len(SUBCATEGORIES)
    flat = np.array([label * size + given for label, given in cells], dtype=np.int64)
    return np.bincount(flat, minlength=size * size).reshape(size, size).astype(np.int64)


def _macro_f1(matrix: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> float:
    """Return the mean F1 of the classes that occur, as label or as given."""
    whole = matrix.sum(axis=0) + matrix.sum(axis=1)
    occur = whole > 0
    return float((2 * np.diag(matrix)[occur] / whole[occur]).mean()) if occur.any() else 0.0


def _class_score(
    name: str, place: int, matrix: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
) -> ClassScore:
    labelled, given, right = (
        int(matrix[place].sum()),
        int(matrix[:, place].sum()),
        int(matrix[place, place]),
    )
    return ClassScore(
        name=name,
        labelled=labelled,
        given=given,
        right=right,
        precision=right / given if given else 0.0,
        precision_interval=wilson(right, given),
        recall=right / labelled if labelled else 0.0,
        recall_interval=wilson(right, labelled),
        f1=2 * right / (labelled + given) if labelled + given else 0.0,
    )


def _interval(cells: Sequence[tuple[int, int, str]]) -> tuple[float, float]:
    by_paper: dict[str, list[tuple[int, int]]] = {}
    for label, given, paper in cells:
        by_paper.setdefault(paper, []).append((label, given))
    if not by_paper:
        return 0.0, 1.0
    parts = np.array([_matrix(by_paper[paper]) for paper in sorted(by_paper)])
    draw = np.random.default_rng(0)
    drawn = [_macro_f1(parts[draw.integers(0, len(parts), len(parts))].sum(axis=0)) for _ in range(_DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
