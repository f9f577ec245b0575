"""The groups of queries for which SciMMIR reports scores, and what their best candidates are."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evaluation.ranking import Metrics, Ranks, metrics
from schemas.pair import SUBCATEGORIES
from schemas.retrieval import GROUPS, ConfusionRow

Masks = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


def group_masks(classes: Sequence[str]) -> dict[str, Masks]:
    """Return for each of `GROUPS` which queries are in it; figure and table hold the queries of their classes.

    Args:
        classes: class of each query.
    """
    names = np.asarray(classes, dtype=np.str_)
    prefixes = {"ALL": "", "figure": "fig_", "table": "table_"}
    return {name: np.char.startswith(names, prefixes.get(name, name)) for name in GROUPS}


def group_metrics(ranks: Whole, classes: Sequence[str]) -> dict[str, Metrics]:
    """Return the metrics of each group; those of figure and table are means over queries, not over classes."""
    return {name: metrics(ranks[mask]) for name, mask in group_masks(classes).items()}


def confusion(
    found: Ranks, query_classes: Sequence[str], pool_classes: Sequence[str], direction: str
) -> list[ConfusionRow]:
    """Return how often each class stands among the best candidates of each class's queries.

    Classes without queries have no rows.
    """
    queries, pool = np.asarray(query_classes, np.str_), np.asarray(pool_classes, np.str_)
    rows = []
    for query_class in SUBCATEGORIES:
        best = pool[found.top[queries == query_class]].ravel()
        for candidate_class in SUBCATEGORIES if best.size else ():
            count = int(np.count_nonzero(best == candidate_class))
            rows.append(
                ConfusionRow(
                    direction=direction,
                    query_class=query_class,
                    candidate_class=candidate_class,
                    candidates=count,
                    share=count / best.size,
                    pool_share=float(np.mean(pool == candidate_class)),
                )
            )
    return rows
