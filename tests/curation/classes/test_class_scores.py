"""Scores against labels by hand: each figure equals one counted anew, and wrong files are refused."""

import random
from pathlib import Path

import pytest

from curation.classes.scores import LabelsError, calibration_error, read_labels, score, wilson
from schemas.pair import SUBCATEGORIES

LABELS = Path(__file__).parents[2] / "data" / "class_labels.csv"


def test_the_matrix_and_all_shares_equal_a_count_by_hand():
    draw = random.Random(7)
    labels = {f"p{n % 17}:{n}": draw.choice(SUBCATEGORIES) for n in range(300)}
    given = {
        pair_id: name if draw.random() < 0.7 else draw.choice(SUBCATEGORIES)
        for pair_id, name in labels.items()
    }
    for pair_id in list(given)[:11]:
        del given[pair_id]
    found = score(labels, given, {pair_id: pair_id.split(":")[0] for pair_id in labels})
    assert (found.pairs, found.missing) == (289, 11)
    f1 = []
    for i, name in enumerate(SUBCATEGORIES):
        for j, other in enumerate(SUBCATEGORIES):
            assert found.matrix[i][j] == sum(labels[p] == name and given[p] == other for p in given)
        right = sum(labels[p] == given[p] == name for p in given)
        labelled = sum(labels[p] == name for p in given)
        called = sum(given[p] == name for p in given)
        line = found.classes[i]
        assert (line.name, line.labelled, line.given, line.right) == (name, labelled, called, right)
        assert line.precision == pytest.approx(right / called)
        assert line.recall == pytest.approx(right / labelled)
        precision, recall = right / called, right / labelled
        f1.append(2 * precision * recall / (precision + recall))
        assert line.f1 == pytest.approx(f1[-1])
    assert found.macro_f1 == pytest.approx(sum(f1) / 5)
    assert found.interval[0] < found.macro_f1 < found.interval[1]
    assert found == score(labels, given, {pair_id: pair_id.split(":")[0] for pair_id in labels})


def test_a_class_that_never_occurs_does_not_count():
    found = score({"a": "fig_result"}, {"a": "fig_result"}, {"a": "p"})
    assert found.macro_f1 == 1.0
    assert score({"a": "fig_result"}, {}, {}).macro_f1 == 0.0


def test_wilson():
    assert wilson(3, 7) == pytest.approx((0.1582, 0.7495), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_calibration_error():
    judged = [(0.95, True), (0.94, False), (0.55, True), (1.0, True)]
    assert calibration_error(judged) == pytest.approx((0.89 + 0.45 + 0.0) / 4)
    assert calibration_error([]) == 0.0


def test_the_projects_own_labels():
    tune, report = read_labels(LABELS, half="tune"), read_labels(LABELS)
    assert (len(tune.classes), len(report.classes), report.half) == (269, 270, "report")
    assert not set(tune.classes) & set(report.classes)
    assert tune.sha256 != report.sha256


def test_a_file_without_halves(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("pair_id,label\na,fig_result\nb,table_result\n")
    labels = read_labels(path)
    assert (labels.classes, labels.half) == ({"a": "fig_result", "b": "table_result"}, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pair,label\na,fig_result\n", "columns pair_id and subcategory"),
        ("pair_id,label\na,plot\n", "line 2: 'plot' is none of"),
        ("pair_id,label\na,fig_result\na,fig_result\n", "line 3: a is labelled twice"),
        ("pair_id,label,half\na,fig_result,tune\n", "no label of the half 'report'"),
    ],
)
def test_wrong_files_are_refused(tmp_path, text, message):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(LabelsError, match=message):
        read_labels(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(LabelsError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
