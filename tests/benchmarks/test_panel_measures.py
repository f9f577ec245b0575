"""Precision, recall and average precision of panels, on figures whose values are known."""

import random

import numpy as np
import pytest
from PIL import Image

from benchmarks.panels.bleu import corpus_bleu
from benchmarks.panels.composed import compose
from benchmarks.panels.measures import Counts, mean_average_precision, overlap
from extractors.panels import PicturePanel

LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)


def found(*panels: tuple[str, tuple[float, float, float, float], float]) -> list[PicturePanel]:
    return [PicturePanel(*panel) for panel in panels]


def test_overlap() -> None:
    assert overlap(LEFT, LEFT) == 1.0
    assert overlap(LEFT, RIGHT) == 0.0
    assert overlap(LEFT, (0.0, 0.0, 1.0, 1.0)) == 0.5


def test_a_swapped_letter_is_wrong_and_a_whole_figure_is_missed() -> None:
    counts = Counts()
    truth = [("a", LEFT), ("b", RIGHT)]

    assert counts.add(truth, found(("a", LEFT, 1.0), ("b", RIGHT, 1.0)), 0.6) == 2
    assert counts.add(truth, found(("a", RIGHT, 1.0), ("b", LEFT, 1.0)), 0.6) == 0
    assert counts.add(truth, [], 0.6) == 0
    assert (counts.split, counts.figures) == (2, 3)
    assert (counts.precision, counts.recall_of_split, counts.recall) == (0.5, 0.5, pytest.approx(1 / 3))


def test_average_precision_ranks_by_confidence() -> None:
    good, bad = found(("a", LEFT, 0.9), ("b", RIGHT, 0.8)), found(("a", (0.0, 0.0, 0.1, 0.1), 0.95))

    assert mean_average_precision([([LEFT, RIGHT], good)]) == 1.0
    assert mean_average_precision([([LEFT, RIGHT], good), ([RIGHT], bad)]) == pytest.approx(
        (2 / 3 + 2 / 3) / 3
    )


def test_bleu_of_runs_of_words() -> None:
    """Runs of one to four words that are right, of those made; a text that is too short pays for it."""
    assert corpus_bleu([("a b c d e", "a b c d e"), ("x y", "x y")]) == 1.0
    assert corpus_bleu([("a b c d e", "a b c d x")]) == pytest.approx((4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25)
    assert corpus_bleu([("a b c d e f g h", "a b c d")]) == pytest.approx(np.exp(1 - 8 / 4))
    assert corpus_bleu([("a b c", "a x c")]) == corpus_bleu([("a", "")]) == 0.0


def test_composed_figures_know_where_their_panels_are() -> None:
    """Each panel's own colour lies in its box, and in no other one."""
    colors = [(200, 30, 30), (30, 160, 30), (30, 30, 200), (180, 160, 0)]
    pictures = [Image.new("RGB", (160, 120), color) for color in colors]
    for seed in range(6):
        figure = compose(pictures, random.Random(seed))
        pixels = np.asarray(figure.image).astype(int)
        height, width = pixels.shape[:2]
        assert figure.labels == ("a", "b", "c", "d")
        for color, (x0, y0, x1, y1) in zip(colors, figure.boxes, strict=True):
            own = np.abs(pixels - color).max(axis=2) < 12
            inside = own[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)]
            assert inside.sum() > 0.9 * own.sum() > 100
