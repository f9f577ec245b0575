"""What a table's grid shows."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curation.classes.grid import GRID_WIDTH, grid_counts, grid_signals

SCORES = "Method\tBLEU\tF1\nbase\t27.3\t0.81\nours\t28.4*\t0.84"
SETTINGS = "Setting\tValue\nOptimiser\tAdam\nLearning rate\t3e-4\nEpochs\t100\nα\t0.5"


def test_columns_of_numbers_are_seen() -> None:
    scores, settings = grid_counts(SCORES), grid_counts(SETTINGS)
    assert scores["share of columns of numbers"] == pytest.approx(2 / 3)
    assert scores["numbers in first column"] == 0 and scores["numbers in last column"] == 1
    assert scores["share of columns of decimals"] == pytest.approx(2 / 3)
    assert settings["share of columns of numbers"] == pytest.approx(1 / 2)


def test_kinds_of_cells_are_counted() -> None:
    scores, settings = grid_counts(SCORES), grid_counts(SETTINGS)
    assert scores["significance"] == pytest.approx(1 / 6) and settings["significance"] == 0
    assert settings["Greek letters"] == pytest.approx(1 / 8) and scores["Greek letters"] == 0
    assert grid_counts("Model\tp\nage\tp < 0.05")["says p-value"] == 1 and scores["says p-value"] == 0


def test_years_and_decimals_are_seen() -> None:
    years = grid_counts("Year\tSites\n1998\t4\n2004\t8")
    assert years["years"] == pytest.approx(1 / 2) and years["mean of decimal places"] == 0
    assert grid_counts("a\tb\nx\t1.25\ny\t3.50")["mean of decimal places"] == pytest.approx(2)


def test_a_table_of_nothing_shows_nothing() -> None:
    for text in ("", "\n\n", " \t \n"):
        found = grid_signals(text)
        assert found.shape == (GRID_WIDTH,) and found.dtype == np.float32 and not found.any()


@example("a\tb\nx\t" + "9" * 400)
@example("a\tb\nx\t0." + "3" * 5_000)
@given(st.text(alphabet="ab1 \t\n.,±%()-=α*", max_size=200))
def test_every_table_has_finite_counts(text: str) -> None:
    found = grid_signals(text)
    assert found.shape == (GRID_WIDTH,) and np.isfinite(found).all()
    assert np.abs(found).max() < 1_000
