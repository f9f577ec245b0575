"""What a table's grid shows."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curation.classes.grid import GRID_WIDTH, grid_signals

SCORES = "Method\tBLEU\tF1\nbase\t27.3\t0.81\nours\t28.4*\t0.84"
SETTINGS = "Setting\tValue\nOptimiser\tAdam\nLearning rate\t3e-4\nEpochs\t100\nα\t0.5"


def test_columns_of_numbers_are_seen() -> None:
    scores, settings = grid_signals(SCORES), grid_signals(SETTINGS)
    assert scores[0] == pytest.approx(2 / 3) and scores[6] == 0 and scores[7] == 1
    assert scores[3] == pytest.approx(2 / 3) and settings[0] == pytest.approx(1 / 2)


def test_kinds_of_cells_are_counted() -> None:
    scores, settings = grid_signals(SCORES), grid_signals(SETTINGS)
    stars, greek = 23, 29
    assert scores[stars] == pytest.approx(1 / 6) and settings[stars] == 0
    assert settings[greek] == pytest.approx(1 / 8) and scores[greek] == 0
    assert grid_signals("Model\tp\nage\tp < 0.05")[30] == 1 and scores[30] == 0


def test_years_and_decimals_are_seen() -> None:
    years = grid_signals("Year\tSites\n1998\t4\n2004\t8")
    assert years[16] == pytest.approx(1 / 2) and years[11] == 0
    assert grid_signals("a\tb\nx\t1.25\ny\t3.50")[11] == pytest.approx(2)


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
