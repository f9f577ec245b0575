"""Words drawn in a picture: how they are counted, and that a classifier which hears them does as well without."""

import dataclasses

import numpy as np
import pytest
from labelled_pairs import a_float, examples, flowchart

from curation.classes import DRAWN_INPUTS, SHIPPED, Drawn, classify, decide, hear, learn
from curation.classes.drawn import drawn_counts, drawn_inputs
from curation.classes.files import read_model
from schemas.annotations import TextBox


def box(text: str, x: float, y: float, width: float = 20, height: float = 10) -> TextBox:
    return TextBox(text=text, confidence=0.9, x0=x, y0=y, x1=x + width, y1=y + height)


TICKS = [box(f"{n / 10}", 5, 20 + 30 * n) for n in range(6)] + [
    box(str(n), 40 + 40 * n, 220) for n in range(7)
]
LABELS = [box("Data set", 60, 50, 60), box("Encoder", 150, 50, 60), box("Class scores", 150, 120, 60)]


def test_ticks_of_axes_are_told_from_words_in_boxes() -> None:
    plot, diagram = (dict(enumerate(drawn_counts(Drawn(boxes, 400, 240)))) for boxes in (TICKS, LABELS))
    assert (plot[10], diagram[10]) == (1.0, 0.0)  # share of numbers
    assert np.expm1([plot[number] for number in range(11, 16)]) == pytest.approx([13, 7, 7, 6, 7], abs=1e-4)
    assert np.expm1([diagram[number] for number in (11, 12, 13, 18, 19)]) == pytest.approx(
        [0, 0, 0, 2, 3], abs=1e-4
    )
    upright = drawn_counts(Drawn([box("Accuracy", 2, 60, 10, 90)], 400, 240))
    assert upright[24] == 1.0 and plot[24] == 0.0


def test_a_picture_without_words_is_all_zero() -> None:
    found = drawn_inputs(Drawn((), 400, 240), SHIPPED)
    assert set(found) == set(DRAWN_INPUTS)
    assert not any(values.any() for values in found.values())
    assert drawn_counts(Drawn((), 400, 240)).shape == drawn_counts(Drawn(TICKS, 400, 240)).shape


def test_counts_do_not_depend_on_the_pictures_resolution() -> None:
    twice = [box(b.text, 2 * b.x0, 2 * b.y0, 2 * (b.x1 - b.x0), 2 * (b.y1 - b.y0)) for b in TICKS + LABELS]
    one, two = drawn_counts(Drawn(TICKS + LABELS, 400, 240)), drawn_counts(Drawn(twice, 800, 480))
    np.testing.assert_allclose(one, two, rtol=1e-5)


def test_words_that_are_read_as_one_are_known() -> None:
    apart, seamed = (
        drawn_inputs(Drawn([box(t, 0, 0)], 99, 99), SHIPPED) for t in ("loss function", "lossFunction")
    )
    assert apart["drawn_meaning"].any()
    np.testing.assert_array_equal(apart["drawn_meaning"], seamed["drawn_meaning"])


def read_examples(but: str = "") -> list:
    """Return the examples of figures and tables, the figures but one paper's with drawn inputs that tell their class."""
    draw, found = np.random.default_rng(8), []
    for item in examples():
        if item.kind == "figure" and item.paper != but:
            place = ("fig_architecture", "fig_illustration", "fig_result").index(item.subcategory)
            told = (draw.normal(size=6) + 3 * np.eye(6)[place]).astype(np.float32)
            item = dataclasses.replace(item, dense=item.dense | dict.fromkeys(DRAWN_INPUTS, told))
        found.append(item)
    return found


def test_words_in_a_picture_are_heard_and_their_absence_costs_nothing() -> None:
    plain, reading = learn(examples()).kinds["figure"], learn(read_examples(but="paper-0")).kinds["figure"]
    gained = []
    assert plain.heads.keys() | {"class_drawn", "type_drawn"} == reading.heads.keys()
    for item in (item for item in read_examples() if item.kind == "figure"):
        without = {name: held for name, held in item.dense.items() if name not in DRAWN_INPUTS}
        said = [model.opinion("figure", item.terms, dense) for model, dense in
                ((plain, without), (reading, without), (plain, item.dense), (reading, item.dense))]  # fmt: skip
        assert [one.drawn for one in said] == [False, False, False, True]
        for other in said[1:3]:
            assert other.classes.tobytes() == said[0].classes.tobytes()
            assert other.types.tobytes() == said[0].types.tobytes()
        place = reading.classes.index(item.subcategory)
        others = dict.fromkeys(DRAWN_INPUTS, (3 * np.eye(6)[(place + 1) % 3]).astype(np.float32))
        other = reading.opinion("figure", item.terms, item.dense | others)
        gained.append(said[3].classes[place] - other.classes[place])
        assert said[3].types.tobytes() != said[0].types.tobytes()
    assert min(gained) > 0.01


def test_where_few_pictures_were_read_nothing_is_learnt_of_their_words() -> None:
    few = [
        item if item.paper == "paper-0" else plain
        for item, plain in zip(read_examples(), examples(), strict=True)
    ]
    assert "class_drawn" not in learn(few).kinds["figure"].heads


def test_the_shipped_classifier_hears_what_is_drawn() -> None:
    item, picture = a_float("figure", "Overview."), flowchart()
    assert "class_drawn" in read_model(SHIPPED / "classes.npz").kinds["figure"].heads
    boxes, ticks = ([*LABELS, box("Decoder", 60, 120, 60), box("Loss", 150, 200, 40)], TICKS)
    (drawn,), (plotted,) = (
        decide([hear(item, picture, drawn=Drawn(words, 480, 320))]) for words in (boxes, ticks)
    )
    shares = [
        row.class_confidence if row.subcategory == "fig_architecture" else 0 for row in (drawn, plotted)
    ]
    assert shares[0] > shares[1]
    assert decide([hear(item, picture)]) == [classify(item, picture)]
