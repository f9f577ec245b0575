"""Which pairs of images are worth a closer look: what needs neither texts nor an alignment, for many at once."""

import itertools
from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from curation.similarity import AlignParameters, Block

Rows = npt.NDArray[np.int64]

PIECE = 65_536  # pairs whose outlines are compared at once


class Candidates:
    """Filters the matches of a search by what tables and outlines say.

    Args:
        signatures: of each image, a hash of its table's numbers; 0 where it has none.
        outlines: of each image, its outline (`curation.similarity.alignment.outline`).
        tested: counts how many pairs came to each test, with the few just below the similarity that is asked.
    """

    def __init__(
        self,
        signatures: npt.NDArray[np.int64],
        outlines: npt.NDArray[np.float32],
        tested: Counter[str],
    ) -> None:
        self.signatures, self.outlines, self.tested = signatures, outlines, tested
        self.least = AlignParameters().outline[0]

    def likely(self, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
        """Tell which pairs of similar images are worth a look: the right one is better, and may be the same.

        Typeset tables of one layout resemble each other by the thousand; their numbers tell them apart.
        """
        better = right < left
        self.tested["similar"] += int(better.sum())
        mine, theirs = self.signatures[left], self.signatures[right]
        worth: npt.NDArray[np.bool_] = better & ((mine == 0) | (theirs == 0) | (mine == theirs))
        chosen = np.flatnonzero(worth)
        self.tested["outline"] += len(chosen)
        worth[chosen] = self._alike(left[chosen], right[chosen])
        return worth

    def earlier(self, block: Block, nearest: int) -> Iterator[tuple[int, list[tuple[float, int]]]]:
        """Yield each image of a block of likely pairs with the nearest it may repeat, the most similar first."""
        order = np.lexsort((block.match, -block.similarity, block.query))
        left, right, similarity = block.query[order], block.match[order], block.similarity[order]
        bounds = [*np.flatnonzero(np.diff(left, prepend=-1)).tolist(), len(left)]
        for start, end in itertools.pairwise(bounds):
            part = slice(start, min(end, start + nearest))
            yield int(left[start]), list(zip(similarity[part].tolist(), right[part].tolist(), strict=True))

    def _alike(self, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
        alike = np.zeros(len(left), dtype=np.bool_)
        for start in range(0, len(left), PIECE):
            part = slice(start, start + PIECE)
            agreement = np.einsum("ij,ij->i", self.outlines[left[part]], self.outlines[right[part]])
            alike[part] = agreement >= self.least
        return alike
