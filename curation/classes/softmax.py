"""Multinomial logistic regression on few inputs: what turns several opinions into calibrated probabilities."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Softmax:
    """Weights of shape (inputs + 1, classes) on standardized inputs, the last row the intercepts.

    `votes` of shape (classes,) multiplies the probabilities before the greatest is taken, so that rare classes are
    named as often as macro-F1 wants it; the probabilities themselves stay calibrated.
    """

    mean: Array
    spread: Array
    weights: Array
    votes: Array

    def probabilities(self, inputs: Array) -> Array:
        """Return the classes' probabilities for inputs of shape (rows, inputs)."""
        standard = np.clip((inputs - self.mean) / self.spread, -6, 6)
        return _softmax(standard @ self.weights[:-1] + self.weights[-1])


def fit_softmax(
    inputs: Array,
    labels: npt.NDArray[np.int64],
    classes: int,
    *,
    ridge: float,
    vote: float,
    weights: Array | None = None,
) -> Softmax:
    """Return the regression fitted to labels 0 to classes - 1.

    Args:
        inputs: of shape (rows, inputs).
        labels: of shape (rows,).
        classes: how many there are.
        ridge: weight of the squared weights beside the mean loss times the rows.
        vote: power of the classes' rarity in `votes`, 0 for none.
        weights: how much each row counts, in the loss and as one of its class; all alike without.
    """
    from scipy.optimize import minimize

    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    standard = np.c_[np.clip((inputs - mean) / spread, -6, 6), np.ones(len(inputs))]
    truth = np.eye(classes)[labels]
    counted = np.ones(len(labels)) if weights is None else weights
    held = np.r_[np.full(standard.shape[1] - 1, ridge), 1e-3][:, None]

    def loss(flat: Array) -> tuple[float, Array]:
        slopes = flat.reshape(-1, classes)
        said = _softmax(standard @ slopes)
        value = -(counted * np.log(np.maximum(said[np.arange(len(labels)), labels], 1e-12))).sum()
        value += 0.5 * float((held * slopes**2).sum())
        return float(value), (standard.T @ (counted[:, None] * (said - truth)) + held * slopes).ravel()

    start = np.zeros(standard.shape[1] * classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    counts = np.maximum(np.bincount(labels, counted, minlength=classes), 1)
    votes = (counts.mean() / counts) ** vote
    return Softmax(mean, spread, found.x.reshape(-1, classes), votes)


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
