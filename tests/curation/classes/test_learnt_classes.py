"""The learnt classifier: regression left out in closed form, learning, writing, and what the shipped one says."""

import dataclasses
import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from labelled_pairs import WORDS, a_float, dense, examples, flowchart, png, terms
from PIL import Image

from curation.classes import (
    SHIPPED,
    ClassModelError,
    Example,
    classifier_identity,
    classify,
    cross_validate,
    decide,
    hear,
    learn,
    paper_folds,
    write_model,
)
from curation.classes.company import company_of, nobody
from curation.classes.files import read_model
from curation.classes.kernels import fit_ridge
from curation.classes.softmax import fit_softmax
from schemas.pair import IMAGE_TYPES, SUBCATEGORIES
from schemas.reject import RecordError


@pytest.mark.parametrize("least", [1.0, 0.1], ids=["alike", "weighted"])
def test_what_a_group_left_out_is_told_is_what_a_fit_without_it_says(least):
    draw = np.random.default_rng(1)
    inputs, targets = draw.normal(size=(14, 3)), draw.normal(size=(14, 2))
    groups = [f"g{number // 3}" for number in range(14)]
    kernel, weights = inputs @ inputs.T, np.linspace(least, 1, 14)
    found = fit_ridge(kernel, targets, groups, ridges=(0.5,), weights=weights)
    for name in set(groups):
        out = np.array([group == name for group in groups])
        held = np.diag(0.5 / weights[~out])
        fewer = np.linalg.solve(kernel[np.ix_(~out, ~out)] + 1 + held, targets[~out])
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


def test_what_weighs_more_is_as_frequent_as_it_weighs():
    labels, weights = np.array([0] * 90 + [1] * 10, dtype=np.int64), np.array([1.0] * 90 + [9.0] * 10)
    head = fit_softmax(np.zeros((100, 1)), labels, 2, ridge=1.0, vote=0.5, weights=weights)
    assert head.votes.tolist() == [1.0, 1.0]
    assert head.probabilities(np.zeros((1, 1)))[0] == pytest.approx([0.5, 0.5], abs=0.001)


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


def test_labels_of_which_nobody_was_sure_count_less():
    listed = examples()
    # Half of the architectures are called results, in doubt or for sure.
    wrong = [item.subcategory == "fig_architecture" and item.paper > "paper-2" for item in listed]
    asked = next(item for item in listed if item.subcategory == "fig_architecture")

    def learnt(sure):
        model = learn(
            dataclasses.replace(item, subcategory="fig_result", sure=sure) if bad else item
            for item, bad in zip(listed, wrong, strict=True)
        )
        return model.kinds["figure"].opinion("figure", asked.terms, asked.dense).classes[0]

    assert learnt(sure=False) > 1.5 * learnt(sure=True)


def in_papers_of_a_kind() -> list[Example]:
    """Return the examples, the papers of figures each of one class, and of every class one figure that nothing tells."""
    draw = np.random.default_rng(6)
    found = []
    for item in examples():
        number = int(item.pair_id.rpartition("-")[2])
        blank = {"terms": terms(a_float(item.kind, "thing")), "dense": dense(item.kind, 11, draw)}
        more = blank if item.kind == "figure" and number % 4 == 0 else {}
        found.append(dataclasses.replace(item, paper=f"{item.subcategory}-{number // 4}", **more))
    return found


def test_a_figure_that_nothing_tells_is_taken_for_what_its_papers_others_are():
    listed = [item for item in in_papers_of_a_kind() if item.kind == "figure"]
    model = learn(in_papers_of_a_kind()).kinds["figure"]
    opinions = [model.opinion("figure", item.terms, item.dense) for item in listed]
    together = model.together("figure", [item.paper for item in listed], opinions)
    for item, alone, heard in zip(listed, opinions, together, strict=True):
        place = model.classes.index(item.subcategory)
        if item.pair_id.endswith(("-0", "-4", "-8")):
            assert heard.classes[place] > alone.classes[place] + 0.1
        assert heard.types is alone.types
    (again,) = model.together("figure", ["alone"], opinions[:1])
    assert again.classes.tobytes() == opinions[0].classes.tobytes()


def test_each_hears_the_mean_of_the_others_of_its_paper():
    opinions = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.3, 0.7]])
    heard = company_of(["a", "b", "a", "a"], opinions, [2])
    np.testing.assert_allclose(heard[0], [0.2, 0.8, np.log(4), 0])
    np.testing.assert_allclose(heard[3], [0.5, 0.5, np.log(4), 0])
    np.testing.assert_allclose(heard[1], [0.5, 0.5, np.log(2), 1])
    assert heard[1].tolist() == nobody([2]).tolist()
    assert company_of(["a"] * 40, np.ones((40, 2)), [2])[0, 2] == pytest.approx(np.log(13))
    assert nobody([2, 4]).tolist() == pytest.approx([0.5, 0.5, 0.25, 0.25, 0.25, 0.25, np.log(2), 1])


def test_nothing_of_a_paper_is_learnt_before_it_is_told():
    listed = examples()
    # A word that only paper-0 has is in no vocabulary that judges it.
    marked = [
        dataclasses.replace(
            item,
            terms=terms(a_float(item.kind, f"{WORDS[item.subcategory]} zyxwvut")),
        )
        if item.paper == "paper-0"
        else item
        for item in listed
    ]
    word = terms(a_float("figure", "zyxwvut"))["caption"]
    place = word.places[list(word.shown).index("zyxwvut")]
    seen = []

    def judge(model, left):
        seen.extend(item.pair_id for item in left)
        if any(item.paper == "paper-0" for item in left):
            assert place not in model.vocabulary.places
        else:
            assert place in model.vocabulary.places

    cross_validate(marked, 5, judge)
    assert sorted(seen) == sorted(item.pair_id for item in listed)


def test_what_is_learnt_from_besides_is_never_told_and_never_beside_its_paper():
    listed = examples()
    mine = [dataclasses.replace(item, paper="paper-0") for item in listed[:1]]
    other = [dataclasses.replace(item, paper="another", pair_id="other") for item in listed[:1]]
    learnt: list[list[str]] = []
    told: list[str] = []

    def kept(kind, known):
        learnt.append([item.paper for item in known])
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("curation.classes.learn"), "learn_kind", kept)
        cross_validate(
            listed, 3, lambda known, left: told.extend(item.pair_id for item in left), mine + other
        )
    assert sorted(told) == sorted(item.pair_id for item in listed)
    figures = [papers for papers in learnt if "another" in papers]
    assert len(figures) == 3
    without = [papers for papers in figures if "paper-0" not in papers]
    assert len(without) == 1
    assert all(papers.count("paper-0") == 7 for papers in figures if papers not in without)


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


def test_order_and_other_papers_change_no_bit_of_a_row():
    grey = png(Image.new("RGB", (90, 60), (120, 130, 140)))
    captions = ("Photograph of the pier.", "Wind speed by month.", "Overview of the pipeline.")
    names = ("b", "a", "c")
    first = [
        hear(dataclasses.replace(a_float("figure", caption), pair_id=name, paper_key="one"), grey)
        for name, caption in zip(names, captions, strict=True)
    ]
    table = hear(dataclasses.replace(a_float("table", "Yield."), pair_id="d", paper_key="one"), None)
    other = hear(
        dataclasses.replace(a_float("figure", captions[0]), pair_id="e", paper_key="two"), flowchart()
    )
    rows = decide([*first, table])
    assert [row.pair_id for row in rows] == ["a", "b", "c", "d"]
    assert decide([other, table, *reversed(first)])[:4] == rows
    assert decide(first[:1]) == [
        classify(dataclasses.replace(a_float("figure", captions[0]), pair_id="b"), grey)
    ]
    assert decide(first[:1]) != decide(first)[1:2]


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


def test_evidence_is_of_whole_words_and_a_tables_is_of_text_and_signals():
    said = "Hyperparameters of the optimiser"
    rows = (
        classify(
            a_float("table", said, "Setting\tValue\nLearning rate\t0.01\nBatch size\t64"),
            None,
            origin="typeset",
        ),
        classify(a_float("figure", "Flowchart of the preprocessing pipeline"), flowchart()),
    )
    known = set(
        f"{said} setting value learning rate batch size table shows it flowchart preprocessing pipeline "
        "figure 2 the of".lower().split()
    )
    for row in rows:
        words, _, shares = row.class_evidence.partition(" | ")
        terms = [term for term in words.split("; ") if not term.startswith("rule ")]
        assert terms and all(word in known for term in terms for word in re.findall(r"[^\W\d_]+", term))
        heard = {"text", "signals"} if row.image_type is None else {"text", "picture", "signals"}
        assert set(re.findall("[a-z]+", shares)) == heard
