"""How much an image itself must show before two pictures count as one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Level:
    """Evidence that an image must give: least cosine, and most that may differ once the two are aligned."""

    similarity: float
    difference: float  # as `curation.similarity.alignment.remaining_difference` measures it
