"""Ridge regression on kernels, with what it says of papers that it has not seen in closed form.

For a training set with kernel K and H = (K + λI)⁻¹, the residuals of a group of rows that is left out are
H_gg⁻¹ (H y)_g: no second fit is needed to learn from what a first one says of unknown papers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
RIDGES = (0.1, 0.3, 1.0)


@dataclass(frozen=True)
class Ridge:
    """A fitted regression: `duals` of shape (rows, targets), and what it says of rows whose group is left out."""

    duals: Array
    left_out: Array
    ridge: float


def fit_ridge(
    kernel: Array,
    targets: Array,
    groups: Sequence[str],
    ridges: Sequence[float] = RIDGES,
    weights: Array | None = None,
) -> Ridge:
    """Return the regression of the ridge whose squared error is least on groups left out.

    Args:
        kernel: of shape (rows, rows); a constant is added for the intercept.
        targets: of shape (rows, targets).
        groups: the group of each row.
        ridges: what is tried.
        weights: over 0, how much each row's error counts in the fit; all alike without.
    """
    names = np.asarray(groups)
    members = [np.flatnonzero(names == name) for name in sorted(set(groups))]
    held = np.ones(len(kernel)) if weights is None else 1.0 / weights
    best: tuple[float, Ridge] | None = None
    for ridge in ridges:
        inverse = np.linalg.inv(kernel + 1.0 + ridge * np.diag(held))
        duals = inverse @ targets
        left_out = np.empty_like(targets)
        for rows in members:
            left_out[rows] = targets[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], duals[rows])
        error = float(np.square(left_out - targets).mean())
        if best is None or error < best[0]:
            best = (error, Ridge(duals, left_out, ridge))
    assert best is not None
    return best[1]
