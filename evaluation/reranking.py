"""The first candidates of each query in the order of another score; all behind them stay where they are."""

import numpy as np
import numpy.typing as npt

from evaluation.ranking import Ranks

VERSION = "1"  # 1: ties against the model, as in ranking


def reranked(found: Ranks, gold: npt.NDArray[np.int64], scores: npt.NDArray[np.float32]) -> Ranks:
    """Return ranks and best candidates with each query's first ones in the order of `scores`, best first.

    A query whose own candidate ranks behind the first ones keeps its rank. Ties count against the model, and in
    `top` the candidate that stood first stays first.

    Args:
        found: ranks by the first score.
        gold: for each query, the number of its own candidate.
        scores: of shape (queries, k), of the first k of `found.top`; larger is better.

    Raises:
        ValueError: there are not as many scores, or one is not finite.
    """
    count = scores.shape[1]
    if scores.shape != found.top[:, :count].shape or not np.isfinite(scores).all():
        raise ValueError(f"{scores.shape} scores do not fit {found.top.shape} candidates, or are not finite")
    first = found.top[:, :count]
    order = np.argsort(-scores, axis=1, kind="stable")
    top = found.top.copy()
    top[:, :count] = np.take_along_axis(first, order, axis=1)
    own = np.where(first == gold[:, None], scores, -np.inf).max(axis=1, initial=-np.inf)
    # Where ties push a candidate's rank behind the first ones, it may yet stand among them: its rank stays.
    within = found.ranks <= count
    ranks = np.where(within, np.count_nonzero(scores >= own[:, None], axis=1), found.ranks)
    return Ranks(ranks.astype(np.int64), top)
