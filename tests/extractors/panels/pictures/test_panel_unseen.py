"""Letters that are not seen or are drawn alike: told by the rows and columns of the others."""

import numpy as np
import pytest

from extractors.panels.pictures.arrangement import inversions
from extractors.panels.pictures.assignment import Candidate, letter_sets
from extractors.panels.pictures.unseen import place_left

GRID = [(x, y, x + 12, y + 14) for y in (10, 210) for x in (10, 310, 610)]
Box = tuple[int, int, int, int]


@pytest.mark.parametrize("label", range(6))
def test_one_place_of_a_full_grid_is_left(label: int) -> None:
    known = {k: box for k, box in enumerate(GRID) if k != label}

    assert place_left(known, label) == GRID[label]


@pytest.mark.parametrize(
    ("known", "label"),
    [
        pytest.param({0: GRID[0], 1: GRID[1]}, 2, id="too_few"),
        pytest.param({k: GRID[k] for k in (0, 1, 2, 3)}, 4, id="two_places"),
        pytest.param({0: GRID[0], 1: GRID[1], 2: GRID[2], 4: GRID[3]}, 3, id="no_place_between"),
        pytest.param({0: GRID[4], 1: GRID[1], 2: GRID[5], 3: GRID[0]}, 4, id="no_order"),
    ],
)
def test_no_place_is_guessed(known: dict[int, Box], label: int) -> None:
    assert place_left(known, label) is None


def test_an_unseen_letter_is_taken_where_one_place_is_left() -> None:
    options = {label: [Candidate(box, 0.1)] for label, box in zip("abcdef", GRID, strict=True)}

    sets = letter_sets({**options, "e": [Candidate((450, 90, 461, 104), 2.5)]}, "abcdef")
    none = letter_sets({**options, "e": []}, "abcdef")

    assert sets[0].chosen[4].box == none[0].chosen[4].box == GRID[4]
    assert letter_sets({**options, "d": [], "e": []}, "abcdef") == []


def test_letters_drawn_alike_are_told_by_their_order() -> None:
    """Both bars may be i and l: the one in front is the letter that comes first."""
    labels = "hijklm"
    options = {label: [Candidate(box, 0.1)] for label, box in zip(labels, GRID, strict=True)}
    first, second = GRID[1], GRID[4]
    options["i"] = [Candidate(second, 0.3), Candidate(first, 0.5)]
    options["l"] = [Candidate(first, 0.3), Candidate(second, 0.5)]

    chosen = letter_sets(options, labels)[0].chosen

    assert [c.box for c in chosen] == GRID


def test_reading_in_rows_or_in_columns() -> None:
    rows = np.array(GRID, np.float64)
    columns = rows[[0, 3, 1, 4, 2, 5]]

    assert (inversions(rows), inversions(columns)) == (0, 0)
    assert inversions(rows[[0, 4, 2, 3, 1, 5]]) > 1
