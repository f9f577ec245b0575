"""Figures and tables invented by number."""

from collections import Counter

import numpy as np

from samples.invented import invent
from schemas.pair import SUBCATEGORIES


def pixels(number, **options):
    return np.asarray(invent(number, width=160, **options).image)


def test_the_same_number_gives_the_same_picture_and_another_gives_another():
    assert np.array_equal(pixels(7), pixels(7))
    captions = {invent(number, width=100).caption for number in range(80)}
    assert len(captions) > 75


def test_all_classes_occur():
    found = Counter(invent(number, width=100).subcategory for number in range(120))
    assert set(found) == set(SUBCATEGORIES) and min(found.values()) >= 4


def test_a_look_alike_has_the_same_words_and_layout_and_other_data():
    differing = 0
    for number in range(40):
        first, second = invent(number, width=160), invent(number, data=1, width=160)
        if first.subcategory in ("fig_result", "table_result"):
            assert first.caption == second.caption
            assert abs(first.image.width - second.image.width) <= 12
            differing += not np.array_equal(np.asarray(first.image), np.asarray(second.image))
    assert differing >= 15
