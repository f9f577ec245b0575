"""The learnt classifier: regression left out in closed form, learning, writing, and what the shipped one says."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from labelled_pairs import TYPES, WORDS, a_float, png
from PIL import Image, ImageDraw

from curation.classes import (
    SHIPPED,
    ClassModelError,
    Example,
    classifier_identity,
    classify,
    cross_validate,
    learn,
    paper_folds,
    write_model,
)
from curation.classes.kernels import fit_ridge
from curation.classes.model import read_model
from curation.classes.softmax import fit_softmax
from curation.classes.terms import terms_of
from schemas.pair import IMAGE_TYPES, SUBCATEGORIES
from schemas.reject import RecordError


def examples() -> list[Example]:
    """Return twelve examples of each class, two a paper, whose words and numbers tell the class with some noise."""
    draw = np.random.default_rng(5)
    found = []
    for place, (name, words) in enumerate(WORDS.items()):
        kind = "figure" if name.startswith("fig_") else "table"
        for number in range(12):
            item = a_float(kind, f"{words} {'abcdefghijkl'[number]}")
            found.append(
                Example(
                    pair_id=f"{name}-{number}",
                    paper=f"paper-{number // 2}",
                    kind=kind,
                    terms=terms_of(item, "any"),
                    dense=dense(kind, place, draw),
                    subcategory=name,
                    image_type=TYPES.get(name),
                    panels=1 + number % 2,
                )
            )
    return found


def dense(kind: str, place: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return noise as each dense input, and as a figure's picture numbers that tell its class."""
    found = {"signals": draw.normal(size=64 if kind == "figure" else 28)}
    if kind == "figure":
        found |= {f"meaning_{name}": draw.normal(size=8) for name in ("caption", "sentences")}
        found["picture"] = draw.normal(size=12) + 2 * np.eye(12)[place]
    return {name: values.astype(np.float32) for name, values in found.items()}


def flowchart() -> bytes:
    picture = Image.new("RGB", (480, 320), "white")
    draw = ImageDraw.Draw(picture)
    for column in range(3):
        for row in range(2):
            draw.rectangle(
                (30 + 150 * column, 40 + 140 * row, 130 + 150 * column, 110 + 140 * row),
                outline="black",
                width=2,
            )
        draw.line((80 + 150 * column, 110, 80 + 150 * column, 180), fill="black", width=2)
    return png(picture)


def test_what_a_group_left_out_is_told_is_what_a_fit_without_it_says():
    draw = np.random.default_rng(1)
    inputs, targets = draw.normal(size=(14, 3)), draw.normal(size=(14, 2))
    groups = [f"g{number // 3}" for number in range(14)]
    kernel = inputs @ inputs.T
    found = fit_ridge(kernel, targets, groups, ridges=(0.5,))
    for name in set(groups):
        out = np.array([group == name for group in groups])
        fewer = np.linalg.solve(kernel[np.ix_(~out, ~out)] + 1 + 0.5 * np.eye((~out).sum()), targets[~out])
        np.testing.assert_allclose(found.left_out[out], (kernel[np.ix_(out, ~out)] + 1) @ fewer, atol=1e-9)


def test_the_ridge_is_chosen_by_groups_left_out():
    draw = np.random.default_rng(2)
    inputs = draw.normal(size=(60, 3))
    kernel, groups = inputs @ inputs.T, [str(number) for number in range(60)]
    noise = fit_ridge(kernel, draw.normal(size=(60, 1)), groups, ridges=(0.1, 1000.0))
    signal = fit_ridge(kernel, inputs[:, :1], groups, ridges=(0.1, 1000.0))
    assert (noise.ridge, signal.ridge) == (1000.0, 0.1)


def test_probabilities_are_as_frequent_as_they_say():
    draw = np.random.default_rng(3)
    inputs = draw.normal(size=(4000, 1))
    labels = (draw.random(4000) < 1 / (1 + np.exp(-2 * inputs[:, 0]))).astype(np.int64)
    head = fit_softmax(inputs, labels, 2, ridge=1.0, vote=0.0)
    said = head.probabilities(np.array([[-1.0], [0.0], [1.0]]))[:, 1]
    np.testing.assert_allclose(said, 1 / (1 + np.exp([2.0, 0.0, -2.0])), atol=0.05)
    assert head.votes.tolist() == [1.0, 1.0]


def test_rare_classes_get_votes():
    labels = np.array([0] * 90 + [1] * 10, dtype=np.int64)
    head = fit_softmax(np.zeros((100, 1)), labels, 2, ridge=1.0, vote=0.5)
    assert head.votes[1] / head.votes[0] == pytest.approx(3.0)
    assert head.probabilities(np.zeros((1, 1)))[0] == pytest.approx([0.9, 0.1], abs=0.02)


def test_the_same_examples_in_any_order_give_the_same_file(tmp_path):
    listed = examples()
    write_model(learn(listed), tmp_path / "one.npz")
    write_model(learn(reversed(listed)), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    model, learnt = read_model(tmp_path / "one.npz"), learn(listed)
    for item in listed[::5]:
        asked = (item.kind, item.terms, item.dense)
        read, kept = (one.kinds[item.kind].opinion(*asked).classes for one in (model, learnt))
        np.testing.assert_allclose(read, kept, atol=0.01)  # half precision
    told = {item.pair_id: said(model.kinds[item.kind], item) for item in listed}
    assert sum(told[item.pair_id] == item.subcategory for item in listed) >= 54


def said(model, item):
    opinion = model.opinion(item.kind, item.terms, item.dense)
    return model.classes[int(opinion.classes.argmax())]


def test_nothing_of_a_paper_is_learnt_before_it_is_told():
    listed = examples()
    # A word that only paper-0 has is in no vocabulary that judges it.
    marked = [
        dataclasses.replace(
            item,
            terms=terms_of(a_float(item.kind, f"{WORDS[item.subcategory]} zyxwvut"), "any"),
        )
        if item.paper == "paper-0"
        else item
        for item in listed
    ]
    (place,) = [
        number
        for number, term in terms_of(a_float("figure", "zyxwvut"), "any")["caption"].items()
        if term.shown == "zyxwvut"
    ]
    seen = []

    def judge(model, left):
        seen.extend(item.pair_id for item in left)
        if any(item.paper == "paper-0" for item in left):
            assert place not in model.vocabulary.places
        else:
            assert place in model.vocabulary.places

    cross_validate(marked, 5, judge)
    assert sorted(seen) == sorted(item.pair_id for item in listed)


def test_an_input_in_which_most_examples_are_alike_is_learnt_from():
    blank = np.zeros(8, np.float32)
    listed = [
        dataclasses.replace(item, dense=item.dense | {"meaning_sentences": blank})
        if item.kind == "figure" and not item.pair_id.endswith("-3")
        else item
        for item in examples()
    ]
    model = learn(listed)
    assert sum(said(model.kinds[item.kind], item) == item.subcategory for item in listed) >= 54


def test_papers_are_divided_whole_and_evenly():
    papers = ["a"] * 5 + ["b"] * 3 + ["c"] * 2 + ["d"]
    of = paper_folds(papers, 2)
    loads = [sum(of[paper] == fold for paper in papers) for fold in (0, 1)]
    assert sorted(loads) == [5, 6]


def test_a_class_without_examples_is_refused():
    with pytest.raises(ClassModelError, match="none of table_parameter"):
        learn([item for item in examples() if item.subcategory != "table_parameter"])


def test_rare_types_are_never_shown_as_sure():
    model = read_model(SHIPPED / "classes.npz").kinds["figure"]
    caps = dict(zip(model.types, model.type_caps, strict=True))
    assert caps["line"] == 1.0
    assert max(caps["sky"], caps["micro"], caps["chart"]) < 0.8
    assert model.types == IMAGE_TYPES


def test_the_shipped_classifier_knows_a_flowchart_and_says_why():
    row = classify(a_float("figure", "Overview of the proposed pipeline."), flowchart())
    assert (row.subcategory, row.image_type) == ("fig_architecture", "diagram")
    assert row.class_confidence > 0.6
    assert "overview" in row.class_evidence
    assert re.search(r"\| text [+-]\d+%, picture [+-]\d+%, signals [+-]\d+%$", row.class_evidence)
    assert row.class_version == classifier_identity()


def test_a_figure_without_its_image_is_judged_by_its_words():
    row = classify(a_float("figure", "Flowchart of the study design."), None)
    assert (row.subcategory, row.image_type, row.image_type_confidence) == ("fig_architecture", None, None)


@pytest.mark.parametrize(
    ("caption", "table_text", "subcategory"),
    [
        (
            "Hyperparameters of all models.",
            "Parameter\tValue\nlearning rate\t0.1\nlayers\t4",
            "table_parameter",
        ),
        ("Accuracy on the test set.", "Model\tAcc\nours\t91.2 ± 0.3\nbase\t88.0 ± 0.1", "table_result"),
    ],
)
def test_tables_are_told_by_words_and_cells_without_a_picture(caption, table_text, subcategory):
    row = classify(a_float("table", caption, table_text), b"no picture", origin="typeset")
    assert (row.subcategory, row.image_type) == (subcategory, None)


def test_an_unreadable_picture_is_named():
    with pytest.raises(RecordError, match="image_unreadable"):
        classify(a_float("figure", "Yield."), b"no picture")


def test_the_company_of_a_figure_changes_no_bit_of_its_row():
    first, second = a_float("figure", "Photograph of the pier."), a_float("figure", "Wind speed by month.")
    grey = png(Image.new("RGB", (90, 60), (120, 130, 140)))
    alone = classify(first, grey)
    classify(second, flowchart())
    assert classify(first, grey) == alone


def test_any_text_gets_a_class_of_its_kind():
    for kind in ("figure", "table"):
        for caption in ("", "\x00", "ﬁ" * 5000, "♥ 測量結果", "(a) (b) (c)"):
            row = classify(a_float(kind, caption, "a\t\n\t" if kind == "table" else None), None)
            assert row.subcategory in SUBCATEGORIES
            assert row.subcategory.startswith("fig_" if kind == "figure" else "table_")
            assert 0 < row.class_confidence <= 1


def test_kind_and_folder_are_checked(tmp_path: Path):
    with pytest.raises(ValueError, match="figure or table"):
        classify(a_float("algorithm", "Sorting."), None)
    with pytest.raises(ClassModelError, match="is no classifier"):
        classifier_identity(tmp_path)
    (tmp_path / "classes.npz").write_bytes(b"no weights")
    with pytest.raises(ClassModelError, match="holds no classifier"):
        read_model(tmp_path / "classes.npz")
