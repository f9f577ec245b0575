"""How right found panels are: precision and recall of boxes with the right letter, and mAP at IoU 0.50."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from extractors.panels.contract import Box, PicturePanel


@dataclass
class Counts:
    """What was found of the panels of a set of figures."""

    figures: int = 0
    split: int = 0
    panels: int = 0  # of all figures
    asked: int = 0  # of the figures that were split
    found: int = 0
    right: int = 0
    overlaps: list[float] = field(default_factory=list)

    def add(self, truth: Sequence[tuple[str, Box]], found: Sequence[PicturePanel], least: float) -> int:
        """Count one figure; return how many of its panels are right: IoU of at least `least`, and the letter."""
        boxes = dict(truth)
        overlaps = [
            overlap(panel.box, boxes[panel.label]) if panel.label in boxes else 0.0 for panel in found
        ]
        right = sum(value >= least for value in overlaps)
        self.figures += 1
        self.panels += len(truth)
        self.found += len(found)
        self.right += right
        self.overlaps += overlaps
        if found:
            self.split += 1
            self.asked += len(truth)
        return right

    @property
    def precision(self) -> float:
        """Return the share of found panels that are right."""
        return self.right / max(1, self.found)

    @property
    def recall_of_split(self) -> float:
        """Return the share of the panels of split figures that were found."""
        return self.right / max(1, self.asked)

    @property
    def recall(self) -> float:
        """Return the share of all panels that were found."""
        return self.right / max(1, self.panels)

    def line(self) -> str:
        """Return the figures in one line."""
        return (
            f"{self.split} of {self.figures} figures split; precision {self.precision:.3f}, recall of those "
            f"{self.recall_of_split:.3f}, of all {self.recall:.3f}"
        )


def overlap(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    area = wide * tall
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one, other)]
    return area / (sum(areas) - area)


def mean_average_precision(
    figures: Iterable[tuple[Sequence[Box], Sequence[PicturePanel]]], least: float = 0.5
) -> float:
    """Return the average precision of boxes alone at one IoU, all panels one class, as detectors are measured."""
    ranked: list[tuple[float, bool]] = []
    total = 0
    for boxes, found in figures:
        total += len(boxes)
        free = set(range(len(boxes)))
        for panel in sorted(found, key=lambda p: -p.confidence):
            best = max(free, key=lambda i: overlap(panel.box, boxes[i]), default=None)
            hit = best is not None and overlap(panel.box, boxes[best]) >= least
            if hit and best is not None:
                free.discard(best)
            ranked.append((panel.confidence, hit))
    if not ranked or not total:
        return 0.0
    ranked.sort(key=lambda pair: -pair[0])
    hits = np.cumsum([hit for _, hit in ranked])
    precision = hits / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(envelope[[hit for _, hit in ranked]]) / total)
