"""Whether panels pay: which pairs each way of fitting learns from, folds of papers, ranks and their interval."""

import random

import numpy as np
import pytest

from benchmarks.panels.worth import Pairs, folds_of, interval, learnt_from, reciprocal
from curation.meaning.learn import Material

NONE = np.zeros((5, 0), np.float32)


def pairs() -> Pairs:
    """Return a figure with two panels, one that is whole, and a table."""
    return Pairs(
        Material(NONE, [""] * 5, NONE, [""] * 5, NONE),
        np.array(["cut", "cut:a", "cut:b", "whole", "table"]),
        np.array(["p", "p", "p", "q", "q"]),
        is_panel=np.array([False, True, True, False, False]),
        is_figure=np.array([True, False, False, True, False]),
    )


def test_pairs_learnt_from() -> None:
    of = pairs()
    assert [of.names[chosen].tolist() for chosen in learnt_from(of).values()] == [
        ["cut", "whole", "table"],
        ["cut", "cut:a", "cut:b", "whole", "table"],
    ]


def test_folds_hold_whole_papers_each_once() -> None:
    papers = np.array([f"paper {n % 7}" for n in range(40)])

    folds = folds_of(papers, 3, random.Random(1))

    assert np.stack(folds).sum(0).tolist() == [1] * 40
    assert sorted(name for fold in folds for name in set(papers[fold].tolist())) == sorted(
        set(papers.tolist())
    )
    assert max(fold.sum() for fold in folds) - min(fold.sum() for fold in folds) <= 6
    assert [fold.tolist() for fold in folds] != [
        fold.tolist() for fold in folds_of(papers, 3, random.Random(2))
    ]


def test_equal_ones_rank_the_right_one_last() -> None:
    near = np.array([[0.9, 0.1, 0.2], [0.5, 0.5, 0.0], [0.3, 0.2, 0.1]], np.float32)
    assert reciprocal(near).tolist() == pytest.approx([1.0, 0.5, 1 / 3])


def test_interval_draws_papers_and_not_pairs() -> None:
    """All that differs is one paper's, so that as many pairs tell no more than one."""
    added = np.array([0.0] * 90 + [1.0] * 10)

    low, high = interval(added, np.array(["a"] * 30 + ["b"] * 30 + ["c"] * 30 + ["d"] * 10))
    each_low, each_high = interval(added, np.arange(100).astype(str))

    assert low == 0.0
    assert high > 0.2 > each_high > 0.1 > each_low > 0.04
