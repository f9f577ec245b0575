"""Finds similarity thresholds for one embedder from copies (positives) and from look-alikes (hard negatives).

The method is the field's: positives are re-encoded, resized, cropped, re-rasterised and grey copies; hard
negatives are the nearest other pictures, first those of the same paper and kind. Both are given here as arrays of
cosine and of what remains different once they are aligned, so that this module needs neither images nor a model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.calibration.thresholds import DUPLICATE_LEVELS, LEAK_LEVELS, Thresholds
from curation.contamination import LeakParameters
from curation.duplicates import DedupeParameters
from curation.similarity import Level

VERSION = "2"  # 1: Wilson bounds, levels by target precision or recall; 2: differences instead of hash bits

Z95 = 1.959963984540054  # of a two-sided interval of 95 %


@dataclass(frozen=True)
class Sample:
    """Compared pairs of pictures: cosine, remaining difference, class, and how each pair came about.

    All of length n; `group` is the class of the original, `origin` the way of copying or the kind of negative
    (same_paper, other_paper), `agreeing` tells where captions or table texts agree.
    """

    similarity: npt.NDArray[np.float64]
    difference: npt.NDArray[np.float64]
    group: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]
    agreeing: npt.NDArray[np.bool_]

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Sample":
        """Return the chosen pairs."""
        return Sample(
            self.similarity[chosen],
            self.difference[chosen],
            self.group[chosen],
            self.origin[chosen],
            self.agreeing[chosen],
        )

    def within(self, difference: float) -> npt.NDArray[np.float64]:
        """Return the similarities of pairs that remain at most so different."""
        return self.similarity[self.difference <= difference]


@dataclass(frozen=True, kw_only=True)
class CalibrateParameters:
    """What each level is to reach, and its bound on what remains different.

    `precision` is the target at the lower end of the 95 % interval for levels that rest on images alone;
    `strict` that of the level that overrules differing texts; `recall` that of levels whose texts agree, where
    the texts do the verifying. `leak` is lower: a pair wrongly removed costs less than one that leaks.
    """

    precision: float = 0.99
    strict: float = 0.995  # its lower bound needs 765 copies even where nothing is wrong
    leak: float = 0.97
    recall: float = 0.995
    differences: Mapping[str, float] = field(
        default_factory=lambda: {n: getattr(DedupeParameters(), n).difference for n in DUPLICATE_LEVELS}
    )
    leak_differences: Mapping[str, float] = field(
        default_factory=lambda: {n: getattr(LeakParameters(), n).difference for n in LEAK_LEVELS}
    )
    floor: float = 0.5  # no level lies below: a search for candidates there would return everything
    steps: int = 60  # points of a curve


def calibrate(
    space: str, copies: Sample, others: Sample, parameters: CalibrateParameters | None = None
) -> Thresholds:
    """Return the lowest thresholds that reach their targets on this sample.

    Raises:
        ValueError: there are too few copies or look-alikes to reach any target.
    """
    p = parameters or CalibrateParameters()
    if len(copies.similarity) < 100 or len(others.similarity) < 100:
        raise ValueError(
            f"{len(copies.similarity)} copies and {len(others.similarity)} look-alikes are too few to calibrate with"
        )
    agreed = max(p.floor, _quantile(copies, 1 - p.recall))
    figures, tables = (_of_kind(copies, others, kind) for kind in ("fig", "table"))
    targets = {"silent": (figures, p.precision), "opposed": (figures, p.strict), "table": (tables, p.strict)}
    duplicates = {"agreed": agreed} | {
        name: max(agreed, least_similarity(*sample, difference=p.differences[name], precision=target))
        for name, (sample, target) in targets.items()
    }
    leaks = {"agreed": agreed} | {
        name: max(agreed, least_similarity(*sample, difference=p.leak_differences[name], precision=p.leak))
        for name, sample in (("figure", figures), ("table", tables))
    }
    return Thresholds(space, _levels(duplicates, p.differences), _levels(leaks, p.leak_differences))


def least_similarity(copies: Sample, others: Sample, *, difference: float, precision: float) -> float:
    """Return the lowest cosine from which on the precision's lower bound reaches the target; 1.0 if none does."""
    positives, negatives = np.sort(copies.within(difference)), np.sort(others.within(difference))
    best = 1.0
    for threshold in np.unique(np.round(np.concatenate([positives, negatives]), 4))[::-1]:
        right = len(positives) - int(np.searchsorted(positives, threshold, side="left"))
        wrong = len(negatives) - int(np.searchsorted(negatives, threshold, side="left"))
        if right + wrong and interval(right, right + wrong)[0] >= precision:
            best = float(threshold)
        elif wrong > (1 - precision) * max(len(positives), 1):
            break  # more wrong ones than all copies together would allow
    return best


def interval(hits: int, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (Wilson 1927)."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = hits / trials, Z95 * Z95
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * float(np.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials)))
    return max(0.0, middle - half), min(1.0, middle + half)


def curve(copies: Sample, others: Sample, *, difference: float, steps: int = 60) -> list[dict[str, float]]:
    """Return precision with its interval and recall over the cosine, for one bound on the difference."""
    positives, negatives = copies.within(difference), others.within(difference)
    rows = []
    for threshold in np.linspace(0.5, 1.0, steps, endpoint=False):
        right, wrong = int((positives >= threshold).sum()), int((negatives >= threshold).sum())
        low, high = interval(right, right + wrong)
        rows.append(
            {
                "similarity": round(float(threshold), 4),
                "precision": round(right / (right + wrong), 5) if right + wrong else 1.0,
                "precision_low": round(low, 5),
                "precision_high": round(high, 5),
                "recall": round(right / max(1, len(copies.similarity)), 5),
            }
        )
    return rows


def curves(copies: Sample, others: Sample, parameters: CalibrateParameters | None = None) -> dict[str, Any]:
    """Return the curves of all pictures and of each class, at the difference of images alone."""
    p = parameters or CalibrateParameters()
    groups: Sequence[str] = sorted(set(copies.group.tolist()))
    found: dict[str, Any] = {"all": curve(copies, others, difference=p.differences["silent"], steps=p.steps)}
    for group in groups:
        mine, theirs = copies.of(copies.group == group), others.of(others.group == group)
        found[group] = curve(mine, theirs, difference=p.differences["silent"], steps=p.steps)
    return found


def recall_by_origin(copies: Sample, level: Level) -> dict[str, float]:
    """Return which share of each way of copying a level finds."""
    found = (copies.similarity >= level.similarity) & (copies.difference <= level.difference)
    names = sorted(set(copies.origin.tolist()))
    return {name: round(float(found[copies.origin == name].mean()), 4) for name in names}


def _quantile(copies: Sample, share: float) -> float:
    return round(float(np.quantile(copies.similarity, share)), 4)


def _of_kind(copies: Sample, others: Sample, kind: str) -> tuple[Sample, Sample]:
    return (
        copies.of(np.char.startswith(copies.group, kind)),
        others.of(np.char.startswith(others.group, kind)),
    )


def _levels(values: Mapping[str, float], differences: Mapping[str, float]) -> dict[str, Level]:
    return {
        name: Level(similarity=round(value, 4), difference=differences[name])
        for name, value in values.items()
    }
