"""Thresholds from copies and look-alikes, and the file that binds them to one model."""

import json

import numpy as np
import pytest

from curation.calibration.copies import COPIES, copies_of
from curation.calibration.levels import (
    CalibrateParameters,
    Sample,
    calibrate,
    curves,
    interval,
    least_similarity,
)
from curation.calibration.thresholds import read_thresholds, thresholds_of, write_thresholds
from curation.duplicates.parameters import DedupeParameters
from samples.invented import invent
from schemas.errors import UserError


def sample(similarity, difference=0.0, group="fig_result", origin="half"):
    count = len(similarity)
    return Sample(
        np.asarray(similarity, np.float64),
        np.full(count, difference),
        np.full(count, group),
        np.full(count, origin),
        np.zeros(count, bool),
    )


def joined(*samples):
    columns = zip(
        *((s.similarity, s.difference, s.group, s.origin, s.agreeing) for s in samples), strict=True
    )
    return Sample(*(np.concatenate(column) for column in columns))


def test_wilsons_interval_is_that_of_the_tables():
    assert interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert interval(0, 0) == (0.0, 1.0)
    assert interval(1000, 1000)[0] == pytest.approx(0.99617, abs=1e-5)


def test_the_lowest_threshold_that_reaches_the_target_is_taken():
    copies = sample(np.linspace(0.7, 1.0, 2000))
    others = sample(np.linspace(0.2, 0.8, 2000))
    found = least_similarity(copies, others, difference=0.5, precision=0.99)
    right, wrong = int((copies.similarity >= found).sum()), int((others.similarity >= found).sum())
    assert interval(right, right + wrong)[0] >= 0.99
    assert 0.79 < found < 0.81


def test_pictures_that_differ_too_much_when_aligned_do_not_count():
    copies = joined(sample(np.full(500, 0.9)), sample(np.full(500, 0.95), difference=1.2))
    others = sample(np.full(500, 0.99), difference=1.2)
    assert least_similarity(copies, others, difference=0.5, precision=0.95) == 0.9
    assert least_similarity(copies, others, difference=9.0, precision=0.95) == 1.0


def both():
    rng = np.random.default_rng(5)
    copies = joined(
        sample(1 - rng.beta(1, 40, 3000), difference=0.02),
        sample(1 - rng.beta(1, 40, 1000), difference=0.04, group="table_result", origin="crop"),
    )
    others = joined(
        sample(rng.beta(6, 3, 3000), difference=1.4),
        sample(rng.beta(8, 2, 1000), difference=0.04, group="table_result"),
    )
    return copies, others


def test_levels_ask_for_more_the_less_the_texts_say():
    found = calibrate("space", *both()).duplicates
    assert found["agreed"].similarity <= found["silent"].similarity <= found["opposed"].similarity
    assert found["table"].similarity > found["opposed"].similarity  # look-alike tables cannot be told apart
    differences = [found[name].difference for name in ("agreed", "silent", "opposed", "table")]
    assert differences == sorted(differences, reverse=True)


def test_too_little_is_no_calibration():
    few = sample(np.full(99, 0.9))
    with pytest.raises(ValueError, match="too few"):
        calibrate("space", few, few)


def test_curves_are_there_for_all_and_for_each_class():
    found = curves(*both(), CalibrateParameters(steps=10))
    assert set(found) == {"all", "fig_result", "table_result"} and len(found["all"]) == 10
    for row in found["all"]:
        assert row["precision_low"] <= row["precision"] <= row["precision_high"]
    assert [r["recall"] for r in found["all"]] == sorted((r["recall"] for r in found["all"]), reverse=True)


def test_thresholds_are_bound_to_their_model(tmp_path):
    thresholds = calibrate("clip weights=sha256:12 cosine", *both())
    path = tmp_path / "deep" / "thresholds.json"
    write_thresholds(path, thresholds, {"release": "r-1"})
    assert read_thresholds(path) == thresholds
    parameters = thresholds_of("clip weights=sha256:12 cosine", path).for_duplicates()
    assert isinstance(parameters, DedupeParameters) and parameters.embedder == "clip weights=sha256:12 cosine"
    assert parameters.agreed == thresholds.duplicates["agreed"]
    assert thresholds.for_leaks().table == thresholds.leaks["table"]
    with pytest.raises(UserError, match=r"mean nothing for .other.: run scimmir calibrate"):
        thresholds_of("other", path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "embedder": "x"}'])
def test_what_holds_no_thresholds_is_refused(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"t\.json"):
        read_thresholds(path)
    with pytest.raises(UserError, match="holds no thresholds"):
        read_thresholds(tmp_path / "missing.json")


def test_every_way_of_copying_gives_another_picture_of_the_same():
    picture = invent(4, width=400).image
    made = copies_of(picture)
    assert set(made) == set(COPIES)
    for name, copy in made.items():
        assert copy.mode == "RGB"
        assert abs(copy.width / copy.height - picture.width / picture.height) < 0.3, name
        same = copy.size == picture.size and np.array_equal(np.asarray(copy), np.asarray(picture))
        assert not same or name == "grayscale", name
    assert json.dumps(sorted(made))
