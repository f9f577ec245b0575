"""Which pairs leak from one split into another, and which of the two is removed."""

import numpy as np
import pyarrow as pa
import pytest

from curation.contamination import split_leaks
from curation.contamination.decontaminate import find_contaminated
from curation.contamination.leaks import COLUMNS, LeakParameters, leak_parameters
from curation.contamination.split_leaks import find_split_leaks
from curation.duplicates.parameters import DedupeParameters, dedupe_parameters
from curation.embeddings.descriptor import IDENTITY
from curation.similarity.alignment import SIDE, Thumbnails
from curation.similarity.level import Level
from schemas.annotations import ContaminationRow

CAPTION = "Mean temperature of the northern stations over ten years"
OTHER_CAPTION = "Schematic drawing which explains how our sampling apparatus works"


def at(*cosines):
    vectors = np.zeros((len(cosines), 4), dtype=np.float32)
    vectors[:, 0] = cosines
    vectors[:, 1] = np.sqrt(1 - np.square(cosines))
    return vectors


def split_table(*rows):
    base = {
        "paper_id": "x",
        "doi": None,
        "kind": "figure",
        "phash": 0,
        "caption": "",
        "table_text": None,
    }
    full = [base | {"pair_id": f"p{n}", "pixel_sha256": f"s{n}"} | row for n, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=COLUMNS)


PARAMETERS = LeakParameters(
    figure=Level(similarity=0.95, difference=0.5),
    table=Level(similarity=0.985, difference=0.1),
    agreed=Level(similarity=0.87, difference=0.7),
)


def alike(count):
    """Thumbnails between which nothing differs."""
    return Thumbnails(np.zeros((count, SIDE, SIDE), np.uint8))


def leaks(table, vectors, parameters=PARAMETERS):
    return find_split_leaks(table, vectors, alike(len(table)), embedder=IDENTITY, parameters=parameters)


def test_the_less_protected_pair_is_removed_and_the_most_similar_named():
    table = split_table(
        {"split": "train"}, {"split": "test"}, {"split": "validation"}, {"split": "test"}, {"split": "train"}
    )
    rows = leaks(table, at(1, 0.97, 0.98, 0.96, -1))
    assert [(row.pair_id, row.against, row.item) for row in rows] == [
        ("p0", "split:test", "p1"),
        ("p2", "split:test", "p1"),
    ]
    assert rows[0] == ContaminationRow(
        pair_id="p0",
        against="split:test",
        item="p1",
        contamination_test="near",
        similarity=pytest.approx(0.97, abs=1e-5),
        difference=0.0,
        phash_distance=0,
    )


def test_train_is_held_against_what_is_left_of_validation():
    table = split_table(
        {"split": "train"}, {"split": "validation"}, {"split": "validation"}, {"split": "test"}
    )
    vectors = at(1, 0.96, 0.0, 0.0)
    assert [(row.pair_id, row.against, row.item) for row in leaks(table, vectors)] == [
        ("p0", "split:validation", "p1"),
        ("p2", "split:test", "p3"),
    ]
    vectors[3] = vectors[1]
    vectors[2] = -vectors[2]
    rows = leaks(table, vectors)
    assert {(row.pair_id, row.against) for row in rows} == {("p0", "split:test"), ("p1", "split:test")}


def test_a_removed_validation_pair_protects_nothing():
    angles = np.array([0.0, 0.28, 0.56])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    table = split_table({"split": "test"}, {"split": "validation"}, {"split": "train"})
    assert [row.pair_id for row in leaks(table, vectors)] == ["p1"]


TABLE = "model\tscore\nours\t91.2\nbase\t88.0"


@pytest.mark.parametrize(
    ("left", "right", "cosine", "difference", "leak"),
    [
        ({}, {}, 0.951, 0.5, True),
        ({}, {}, 0.951, 0.51, False),
        ({}, {}, 0.949, 0.0, False),
        ({"kind": "table"}, {"kind": "table"}, 0.999, 0.11, False),
        ({"kind": "table"}, {"kind": "table"}, 0.98, 0.0, False),
        ({"kind": "table"}, {"kind": "table"}, 0.986, 0.1, True),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.88, 0.7, True),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.88, 0.71, False),
        ({"caption": CAPTION}, {"caption": OTHER_CAPTION}, 0.88, 0.0, False),
        ({"caption": "Results."}, {"caption": "Results."}, 0.88, 0.0, False),
        ({"table_text": TABLE}, {"table_text": TABLE}, 0.88, 0.7, True),
        ({"table_text": TABLE}, {"table_text": "model\tscore\nours\t1.2\nbase\t8.0"}, 0.9999, 0.0, False),
        ({"pixel_sha256": "s"}, {"pixel_sha256": "s"}, 0.9999, 2.0, True),
    ],
)
def test_what_counts_as_a_leak(left, right, cosine, difference, leak, monkeypatch):
    monkeypatch.setattr(split_leaks, "remaining_difference", lambda left, right, at_most: difference)
    table = split_table({"split": "train"} | left, {"split": "test"} | right)
    assert [row.pair_id for row in leaks(table, at(1, cosine))] == (["p0"] if leak else [])


def test_thresholds_follow_the_duplicates_and_belong_to_one_embedder():
    assert leak_parameters(DedupeParameters()) == LeakParameters()
    other = leak_parameters(dedupe_parameters("open_clip/x", similarity=0.8))
    assert other.embedder == "open_clip/x"
    assert other.agreed.similarity < 0.8 == other.figure.similarity < other.table.similarity
    table = split_table({"split": "train"})
    with pytest.raises(ValueError, match="calibrate thresholds"):
        leaks(table, at(1), other)
    with pytest.raises(ValueError, match="embeddings of shape"):
        leaks(table, at(1, 1))
    with pytest.raises(ValueError, match="calibrate thresholds"):
        find_contaminated(
            table, at(1), alike(1), None, embedder=IDENTITY, embed=None, normalise=None, parameters=other
        )


def test_the_order_of_the_pairs_does_not_matter():
    random = np.random.default_rng(2)
    rows = [{"split": ("train", "validation", "test")[n % 3], "pair_id": f"p{n:03d}"} for n in range(90)]
    vectors = at(*np.cos(random.uniform(0, 1.5, 90)))
    order = random.permutation(90)
    reference = leaks(split_table(*rows), vectors)
    rows = [row | {"pixel_sha256": f"s{n}"} for n, row in enumerate(rows)]
    assert leaks(split_table(*(rows[n] for n in order)), vectors[order]) == reference
    assert len(reference) > 20
