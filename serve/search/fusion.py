"""Several ranked lists made one, by the ranks alone: scores of different origin cannot be compared."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

# Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009) with the constant that its authors found to do for all.
CONSTANT = 60


@dataclass(frozen=True)
class Ranked:
    """Places of pairs, best first, and how much the list counts beside others."""

    positions: Sequence[int]
    weight: float = 1.0


def fuse(lists: Sequence[Ranked], count: int) -> list[tuple[int, float]]:
    """Return at most `count` places with their scores, best first; equal ones in the order of the release."""
    scores: dict[int, float] = defaultdict(float)
    for ranked in lists:
        for rank, position in enumerate(ranked.positions, start=1):
            scores[position] += ranked.weight / (CONSTANT + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:count]
