"""What is said of the other figures of a paper: a class is likelier where a figure's company is of that class too."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# More figures than that say no more of a paper, and few papers that were learnt from have more.
MOST_FIGURES = 12


def company_of(papers: Sequence[str], opinions: Array) -> Array:
    """Return what each row hears of the other rows of its paper, of shape (rows, targets + 2).

    It is the mean of what is said of them, how many rows the paper has (as logarithm), and whether there is but one;
    of no others each target is said alike. `opinions` has the shape (rows, targets).
    """
    names = np.asarray(papers)
    heard = np.tile(nobody(opinions.shape[1]), (len(opinions), 1))
    for name in sorted(set(papers)):
        rows = np.flatnonzero(names == name)
        if len(rows) > 1:
            mine = opinions[rows]
            heard[rows, :-2] = (mine.sum(axis=0) - mine) / (len(rows) - 1)
            heard[rows, -2] = np.log1p(min(len(rows), MOST_FIGURES))
            heard[rows, -1] = 0.0
    return heard


def nobody(targets: int) -> Array:
    """Return what a figure hears that is its paper's only one, of shape (targets + 2,)."""
    return np.array([*[1.0 / targets] * targets, np.log1p(1), 1.0])
