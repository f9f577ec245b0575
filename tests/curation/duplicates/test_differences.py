"""Differences of pictures are measured in processes of their own, of which one may die."""

import os

import numpy as np

from curation.duplicates.differences import Query, differences
from curation.similarity.alignment import SIDE


def test_a_worker_that_dies_costs_time_only(monkeypatch):
    query = Query(np.zeros((SIDE, SIDE), np.uint8), (np.zeros((SIDE, SIDE), np.uint8),), (0.5,))
    with differences(2) as measure:
        assert list(measure([("a", query), ("b", query)])) == [("a", [0.0]), ("b", [0.0])]
    with differences(1) as measure:
        assert measure is None
    monkeypatch.setattr("curation.duplicates.differences.measure_batch", died)
    with differences(2) as measure:
        assert list(measure([("a", query)])) == [("a", [])]


def died(queries):
    os._exit(3)
