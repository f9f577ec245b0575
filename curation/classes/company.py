"""What is said of the other figures of a paper: a class is likelier where a figure's company is of that class too."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# More figures than that say no more of a paper, and few papers that were learnt from have more.
MOST_FIGURES = 12


def company_of(papers: Sequence[str], opinions: Array, widths: Sequence[int]) -> Array:
    """Return what each row hears of the other rows of its paper, of shape (rows, targets + 2).

    It is the mean of what is said of them, how many rows the paper has (as logarithm), and whether there is but one;
    of no others each target of a group is said alike. `opinions` has the shape (rows, targets), and `widths` is how
    many of the targets, one after the other, are alternatives to each other.
    """
    names = np.asarray(papers)
    heard = np.tile(nobody(widths), (len(opinions), 1))
    for name in sorted(set(papers)):
        rows = np.flatnonzero(names == name)
        if len(rows) > 1:
            mine = opinions[rows]
            heard[rows, :-2] = (mine.sum(axis=0) - mine) / (len(rows) - 1)
            heard[rows, -2] = np.log1p(min(len(rows), MOST_FIGURES))
            heard[rows, -1] = 0.0
    return heard


def nobody(widths: Sequence[int]) -> Array:
    """Return what a figure hears that is its paper's only one, of shape (targets + 2,)."""
    return np.array([*(1.0 / width for width in widths for _ in range(width)), np.log1p(1), 1.0])
