"""What cannot be the whole figure is rejected with a reason of its own, not published."""

import numpy as np
import pytest
from pdf_pages import ONE_COLUMN, Pages, overlap, region

from extractors.pdf.page.ink import Ink
from extractors.pdf.regions.doubts import doubt

(WIDE,) = ONE_COLUMN


def around() -> Pages:
    pages = Pages()
    pages.prose(WIDE, 72, 200)
    pages.prose(WIDE, 560, 720, seed=7)
    return pages


def test_a_rule_above_a_caption_is_no_figure() -> None:
    pages = around()
    pages.image((100, 290, 500, 298))
    pages.text(72, 316, "Figure 1: Response of the channel over time, under load and without it.")
    found = pages.read()
    (reject,) = found.rejects
    assert not found.floats
    assert (reject.reason, reject.label) == ("crop_implausible", "Figure 1")
    assert reject.detail.startswith("page 1: a sliver of 400 x 8 pt")
    assert reject.caption == "Response of the channel over time, under load and without it."


def test_a_picture_that_runs_on_into_the_text_is_cut_and_no_figure() -> None:
    pages = Pages()
    pages.image((100, 150, 500, 290))  # running text lies over a part of it
    pages.prose((72.0, 306.0), 72, 200)
    pages.prose(WIDE, 560, 720, seed=7)
    pages.text(72, 316, "Figure 1: Response of the channel over time, under load and without it.")
    found = pages.read()
    assert not found.floats
    assert [(r.reason, r.detail) for r in found.rejects] == [
        ("crop_implausible", "page 1: a drawing runs on beyond the edge of what was found")
    ]


@pytest.mark.parametrize("height", [24.0, 60.0])
def test_long_low_pictures_and_lines_of_framed_text_are_figures(height: float) -> None:
    pages = around()
    box = pages.image((80, 290, 530, 290 + height))
    pages.text(
        72, 308 + height, "Figure 1: A line of time, from the first run of the channel to the last one."
    )
    found = pages.read()
    assert not found.rejects
    assert overlap(region(found.floats[0]), box) > 0.9


def test_a_rule_along_an_edge_does_not_cut_a_table() -> None:
    pages = around()
    pages.text(72, 250, "Table 1: Counts of four places, in two runs of the same length.")
    rows = [
        ("Site", "Depth", "Count"),
        ("North", "3.1", "120"),
        ("South", "2.2", "98"),
        ("East", "4.0", "143"),
    ]
    box = pages.table(rows, left=150, width=240, top=258)
    found = pages.read()
    assert not found.rejects
    assert overlap(region(found.floats[0]), box) > 0.9


def test_a_long_strip_is_doubted_where_nothing_is_drawn_in_it() -> None:
    written, framed = np.zeros((400, 600), dtype=bool), np.zeros((400, 600), dtype=bool)
    written[100:125:3, 50:550:7] = True
    framed[[100, 124], 50:550] = True
    strip = (50.0, 100.0, 550.0, 125.0)
    assert doubt(strip, Ink(written, np.zeros_like(written), 1.0)) == "a sliver of 500 x 25 pt"
    assert doubt(strip, Ink(written | framed, framed, 1.0)) is None
