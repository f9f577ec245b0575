import random
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.duplicates import dedupe
from curation.duplicates.dedupe import COLUMNS, find_duplicates
from curation.duplicates.parameters import DedupeParameters, dedupe_parameters
from curation.embeddings.descriptor import IDENTITY
from curation.similarity.alignment import SIDE, Thumbnails, thumbnail
from curation.similarity.level import Level
from curation.similarity.neighbours import SearchParameters
from samples.invented import invent
from schemas.annotations import DuplicateRow

# The cosines are those that the cases below are made for; which ones serve a model is calibration's matter.
PARAMETERS = DedupeParameters(
    agreed=Level(similarity=0.90, difference=0.6),
    silent=Level(similarity=0.98, difference=0.4),
    opposed=Level(similarity=0.998, difference=0.1),
    table=Level(similarity=0.998, difference=0.05),
)
CAPTION = "Mean temperature of the northern stations over ten years"
OTHER_CAPTION = "Schematic drawing which explains how our sampling apparatus works"


def pair(name, **changes):
    row = {
        "pair_id": name,
        "source": "arxiv",
        "paper_key": f"paper of {name}",
        "parent_id": None,
        "kind": "figure",
        "license_rank": 1,
        "pixels": 1000,
        "origin": "file",
        "version": 1,
        "pixel_sha256": f"pixels of {name}",
        "phash": 0,
        "caption": "",
        "table_text": None,
        "ocr_text": None,
    }
    assert set(changes) <= set(row)
    return row | changes


def at(*cosines, dimension=8):
    """Unit vectors in one plane whose cosine with the first axis is as given."""
    vectors = np.zeros((len(cosines), dimension), dtype=np.float32)
    vectors[:, 0] = cosines
    vectors[:, 1] = np.sqrt(1 - np.square(cosines))
    return vectors


def alike(count):
    """Thumbnails between which nothing differs."""
    return Thumbnails(np.zeros((count, SIDE, SIDE), np.uint8))


def find(rows, vectors, parameters=PARAMETERS, thumbnails=None):
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    thumbnails = thumbnails or alike(len(rows))
    return find_duplicates(table, vectors, thumbnails, embedder=parameters.embedder, parameters=parameters)


def removed(rows, vectors, parameters=PARAMETERS):
    return {row.pair_id: row.duplicate_group for row in find(rows, vectors, parameters).rows}


def test_exact_pixels_across_sources():
    rows = [pair("b", pixel_sha256="p", source="pmc"), pair("a", pixel_sha256="p"), pair("c")]
    result = find(rows, at(1, 1, 0))
    assert result.rows == (
        DuplicateRow(
            pair_id="b",
            duplicate_group="a",
            duplicate_test="exact_pixels",
            similarity=1.0,
            difference=0.0,
            phash_distance=0,
            text_similarity=None,
            cross_source=True,
        ),
    )
    assert (result.index, result.recall) == ("flat", None)


def test_exact_pixels_within_one_paper_count():
    rows = [pair("a", pixel_sha256="p", paper_key="x"), pair("b", pixel_sha256="p", paper_key="x")]
    assert removed(rows, at(1, 1)) == {"b": "a"}


@pytest.mark.parametrize("pixels", ["p", None])
def test_a_panel_and_its_own_figure_are_no_duplicates(pixels):
    rows = [pair("f"), pair("f:panel-1", parent_id="f")]
    if pixels:
        rows = [row | {"pixel_sha256": pixels} for row in rows]
    assert removed(rows, at(1, 1)) == {}
    rows.append(pair("g", pixel_sha256=rows[0]["pixel_sha256"]))
    assert removed(rows, at(1, 1, 1)) == {"g": "f"}


def test_panels_of_one_figure_repeat_each_other_only_with_the_same_pixels():
    rows = [pair(f"f:panel-{n}", parent_id="f") for n in (1, 2)]
    assert removed(rows, at(1, 1)) == {}
    assert removed([row | {"pixel_sha256": "p"} for row in rows], at(1, 1)) == {"f:panel-2": "f:panel-1"}
    rows[1]["parent_id"] = "g"
    assert removed(rows, at(1, 1)) == {"f:panel-2": "f:panel-1"}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"license_rank": 0, "pixels": 5}, {"license_rank": 1, "pixels": 9}),
        ({"pixels": 9, "origin": "typeset"}, {"pixels": 5, "origin": "file"}),
        (
            {"license_rank": 2, "pixels": 5, "origin": "file"},
            {"license_rank": 0, "pixels": 9, "origin": "split"},
        ),
        ({"origin": "file", "version": 1}, {"origin": "typeset", "version": 2}),
        ({"origin": "composed", "version": 2}, {"origin": "file", "version": 1}),
        ({"version": 1}, {"version": None}),
    ],
)
def test_the_better_pair_is_kept(better, worse):
    rows = [pair("z", pixel_sha256="p", **better), pair("a", pixel_sha256="p", **worse)]
    assert removed(rows, at(1, 1)) == {"a": "z"}
    assert removed(rows[::-1], at(1, 1)) == {"a": "z"}


AGREED, SILENT, OPPOSED = 0.93, 0.985, 0.9990


@pytest.mark.parametrize(
    ("captions", "same_paper", "cosine", "difference", "duplicate"),
    [
        ((CAPTION, CAPTION.upper()), False, AGREED, 0.6, True),
        ((CAPTION, CAPTION.upper()), False, AGREED, 0.61, False),
        ((CAPTION, CAPTION), False, 0.89, 0, False),
        (("", CAPTION), False, 0.979, 0, False),
        ((CAPTION + " 10 K", CAPTION + " 20 K"), False, AGREED, 0, False),
        ((CAPTION + " 10 K", CAPTION + " 20 K"), False, SILENT, 0.0, False),
        ((CAPTION + " 10 K", CAPTION + " 20 K"), False, OPPOSED, 0.1, True),
        ((CAPTION + " 10 K", CAPTION), False, SILENT, 0.4, True),
        (("", CAPTION), False, AGREED, 0, False),
        (("", CAPTION), False, SILENT, 0.4, True),
        (("", CAPTION), False, SILENT, 0.41, False),
        (("Results.", "Results."), False, AGREED, 0, False),
        ((CAPTION, OTHER_CAPTION), False, SILENT, 0, False),
        ((CAPTION, OTHER_CAPTION), False, OPPOSED, 0.1, True),
        ((CAPTION, OTHER_CAPTION), False, OPPOSED, 0.11, False),
        ((CAPTION, CAPTION), True, 0.997, 0.1, False),
        ((CAPTION, CAPTION), True, OPPOSED, 0.1, True),
        ((CAPTION, OTHER_CAPTION), True, OPPOSED, 0, False),
    ],
)
def test_the_less_captions_agree_the_more_the_images_must(
    captions, same_paper, cosine, difference, duplicate, monkeypatch
):
    monkeypatch.setattr(dedupe, "remaining_difference", lambda left, right, **_: difference)
    left, right = pair("a", caption=captions[0]), pair("b", caption=captions[1])
    if same_paper:
        right["paper_key"] = left["paper_key"]
    assert removed([left, right], at(1, cosine)) == ({"b": "a"} if duplicate else {})


TABLE = "model\tscore\tloss\nours\t91.2\t0.31\nbase\t88.0\t0.44"


@pytest.mark.parametrize(
    ("left", "right", "cosine", "duplicate"),
    [
        ({"table_text": TABLE}, {"table_text": TABLE}, 0.91, True),
        ({"table_text": TABLE}, {"table_text": TABLE.replace("91.2", "91.3")}, 0.99999, False),
        ({"table_text": TABLE}, {"table_text": TABLE.replace("model", "the model")}, 0.95, True),
        ({"table_text": TABLE}, {"table_text": "a b c d e 91.2 0.31 88.0 0.44"}, 0.99999, False),
        ({"table_text": TABLE}, {"ocr_text": TABLE.replace("\t", " ").replace("loss", "1oss")}, 0.95, True),
        (
            {"table_text": TABLE},
            {"ocr_text": TABLE.replace("88.0", "77.1").replace("0.44", "2")},
            0.9999,
            False,
        ),
        ({"table_text": "a 0 0 1 1 0"}, {"table_text": "a 0 1 0 1 0"}, 0.9999, False),
        ({"table_text": "a 0 0 1 1 0"}, {"table_text": "a 0 0 1 1 0"}, 0.91, True),
        ({"table_text": "a 1 2 3 4 5"}, {"table_text": "a 1 3 2 4 5"}, 0.91, True),
        ({"ocr_text": TABLE}, {"ocr_text": TABLE}, 0.91, True),
        ({"ocr_text": TABLE}, {"ocr_text": None}, 0.99999, False),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.97, False),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.9999, True),
    ],
)
def test_tables_need_texts_that_agree(left, right, cosine, duplicate):
    rows = [pair("a", kind="table", **left), pair("b", kind="table", **right)]
    assert removed(rows, at(1, cosine)) == ({"b": "a"} if duplicate else {})


def test_equal_tables_of_one_paper_need_nearly_equal_images():
    rows = [pair(name, kind="table", table_text=TABLE, paper_key="x") for name in "ab"]
    assert removed(rows, at(1, 0.99)) == {}
    assert removed(rows, at(1, 0.9999)) == {"b": "a"}


def test_one_number_tells_long_tables_apart_also_among_copies():
    long = "\n".join(f"row {n}\t{n}.5" for n in range(40))
    texts = {"a": long, "b": long, "c": long.replace("17.5", "17.6")}
    rows = [pair(name, kind="table", table_text=text) for name, text in texts.items()]
    rows[1]["pixel_sha256"] = rows[0]["pixel_sha256"]
    assert removed(rows, at(1, 1, 0.99999)) == {"b": "a"}


@pytest.mark.parametrize(
    ("one", "other", "duplicate"),
    [
        ("Encoder Decoder Loss Input Output", "Encoder Decoder Loss Input Output", True),
        (
            "Encoder Decoder Loss Input Output",
            "Encoder Decoder Los Output lnput x y",
            True,
        ),  # small type, misread
        ("Encoder Decoder Loss Input Output", "Planner Critic Loss State Action", False),
        ("Encoder Decoder Loss Input Output", "Planner Critic", True),  # too few words to say anything
        ("Encoder Decoder Loss Input Output", None, True),
    ],
    ids=["same-words", "misread", "other-words", "few-words", "no-words"],
)
@pytest.mark.parametrize("caption", ["", CAPTION], ids=["silent", "agreed"])
def test_figures_of_one_template_with_other_words_are_no_duplicates(one, other, duplicate, caption):
    rows = [pair("a", ocr_text=one, caption=caption), pair("b", ocr_text=other, caption=caption)]
    assert removed(rows, at(1, 0.999)) == ({"b": "a"} if duplicate else {})


def test_the_words_of_figures_are_the_evidence_of_their_difference_alone():
    words = "Encoder Decoder Loss Input Output"
    rows = [pair("a", ocr_text=words, caption=CAPTION), pair("b", ocr_text=words, caption=OTHER_CAPTION)]
    assert removed(rows, at(1, 0.95)) == {}  # as without them: captions that differ ask for more
    assert removed(rows, at(1, 0.999)) == {"b": "a"}


def test_evidence_of_a_near_duplicate():
    rows = [pair("a", caption=CAPTION), pair("b", caption=CAPTION + " and more", phash=0b101)]
    pictures = [invent(3).image, invent(3).image.resize((300, 240))]
    thumbnails = Thumbnails(np.stack([thumbnail(picture) for picture in pictures]))
    (row,) = find(rows, at(1, 0.95), thumbnails=thumbnails).rows
    assert 0 < row.difference < 0.3
    assert row.duplicate_test == "near"
    assert row.similarity == pytest.approx(0.95, abs=1e-5)
    assert row.phash_distance == 2
    assert row.text_similarity == pytest.approx(18 / 20)
    assert row.cross_source is False


def test_no_chaining_through_a_removed_pair():
    angles = np.arccos(0.92) * np.arange(3)
    vectors = np.zeros((3, 4), dtype=np.float32)
    vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
    rows = [pair(name, caption=CAPTION) for name in "abc"]
    assert removed(rows, vectors) == {"b": "a"}
    rows[1]["license_rank"] = 0
    assert removed(rows, vectors) == {"a": "b", "c": "b"}


def test_a_copy_of_a_removed_pair_is_compared_with_the_representative_itself():
    rows = [
        pair("a", caption=CAPTION, license_rank=0),
        pair("b", caption=CAPTION, pixel_sha256="p"),
        pair("c", caption=OTHER_CAPTION, pixel_sha256="p"),
    ]
    assert removed(rows, at(1, 0.95, 0.95)) == {"b": "a"}
    rows[2]["caption"] = CAPTION
    assert removed(rows, at(1, 0.95, 0.95)) == {"b": "a", "c": "a"}


def test_thresholds_of_another_embedder_are_refused():
    table = pa.Table.from_pylist([pair("a")], schema=COLUMNS)
    with pytest.raises(ValueError, match="calibrate thresholds"):
        find_duplicates(table, at(1), alike(1), embedder="open_clip/x", parameters=PARAMETERS)
    with pytest.raises(ValueError, match="give a cosine similarity"):
        dedupe_parameters("open_clip/x")
    with pytest.raises(ValueError, match="between 0 and 1"):
        dedupe_parameters("open_clip/x", similarity=1.5)
    given_one = dedupe_parameters("open_clip/x", similarity=0.8)
    assert given_one.agreed == Level(similarity=0.8, difference=DedupeParameters().agreed.difference)
    assert given_one.silent.similarity == pytest.approx(1 - 0.2 * 2 / 3)
    assert given_one.opposed.similarity == given_one.table.similarity == pytest.approx(0.95)
    assert dedupe_parameters(IDENTITY) == DedupeParameters()


def test_wrong_shapes_are_refused_and_nothing_gives_nothing():
    table = pa.Table.from_pylist([pair("a")], schema=COLUMNS)
    with pytest.raises(ValueError, match="embeddings of shape"):
        find_duplicates(table, at(1, 1), alike(1), embedder=IDENTITY, parameters=PARAMETERS)
    with pytest.raises(ValueError, match="0 thumbnails"):
        find_duplicates(table, at(1), alike(0), embedder=IDENTITY, parameters=PARAMETERS)
    assert find([], np.empty((0, 8), dtype=np.float32)).rows == ()


def planted(count, dimension, seed=0):
    """Random vectors; each tenth image has a copy at 0.96 in another paper with the same caption."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    copies = np.arange(0, count // 2, 5)
    noise = random.normal(size=(len(copies), dimension))
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    vectors[copies + count // 2] = vectors[copies] + 0.27 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [pair(f"p{n:06d}", caption=f"{CAPTION} {n % (count // 2)}") for n in range(count)]
    expected = {f"p{n + count // 2:06d}": f"p{n:06d}" for n in copies.tolist()}
    return rows, vectors.astype(np.float32), expected


def test_every_copy_among_five_thousand_pairs_is_found():
    rows, vectors, expected = planted(5000, 512)
    assert removed(rows, vectors) == expected


def test_inverted_lists_find_what_the_flat_search_finds():
    rows, vectors, expected = planted(3000, 64)
    search = SearchParameters(flat_limit=1000, sample=200, recall=1.0)
    result = find(rows, vectors, replace(PARAMETERS, search=search))
    assert result.index.startswith("ivf")
    assert result.recall == 1.0
    found = {row.pair_id: row.duplicate_group for row in result.rows}
    assert len(found.items() & expected.items()) >= 0.98 * len(expected)
    assert found.items() <= expected.items()


def test_neither_order_nor_threads_nor_blocks_change_the_result():
    import faiss

    rows, vectors, _ = planted(600, 32)
    reference = find(rows, vectors).rows
    shuffled = list(range(600))
    random.Random(3).shuffle(shuffled)
    threads = faiss.omp_get_max_threads()
    try:
        for count, hits in [(1, 10), (2, 10_000_000)]:
            faiss.omp_set_num_threads(count)
            parameters = replace(PARAMETERS, search=SearchParameters(hits_limit=hits))
            assert find([rows[n] for n in shuffled], vectors[shuffled], parameters).rows == reference
    finally:
        faiss.omp_set_num_threads(threads)
    assert len(reference) > 50


captions = st.sampled_from(["", CAPTION, CAPTION + " 7", OTHER_CAPTION])
pairs = st.builds(
    lambda **columns: columns,
    kind=st.sampled_from(["figure", "table"]),
    license_rank=st.integers(0, 3),
    pixels=st.integers(1, 3),
    version=st.sampled_from([None, 1, 2]),
    pixel_sha256=st.sampled_from(["p1", "p2", "p3", "p4"]),
    caption=captions,
    table_text=st.sampled_from([None, TABLE, TABLE.replace("88", "89")]),
    paper_key=st.sampled_from(["x", "y", "z"]),
)


@examples(50)
@given(st.lists(pairs, max_size=14), st.randoms(use_true_random=False))
def test_every_removed_pair_resembles_a_kept_one(columns, rng):
    names = [f"n{number}" for number in range(len(columns))]
    cosines = {"p1": 1.0, "p2": 0.9991, "p3": 0.93, "p4": 0.2}
    rows = [pair(name, **row) for name, row in zip(names, columns, strict=True)]
    vectors = at(*(cosines[row["pixel_sha256"]] for row in rows)) if rows else np.empty((0, 8), np.float32)
    result = find(rows, vectors).rows
    gone = {row.pair_id for row in result}
    by_name = {row["pair_id"]: row for row in rows}
    assert len(gone) == len(result)
    for row in result:
        assert row.duplicate_group not in gone
        left, right = by_name[row.pair_id], by_name[row.duplicate_group]
        exact = left["pixel_sha256"] == right["pixel_sha256"]
        assert (row.duplicate_test == "exact_pixels") == exact
        if not exact and left["table_text"] and right["table_text"]:
            assert left["table_text"] == right["table_text"]
    order = list(range(len(rows)))
    rng.shuffle(order)
    assert find([rows[n] for n in order], vectors[order]).rows == result


def test_processes_of_their_own_find_the_same(monkeypatch):
    pictures = [invent(number).image for number in range(12)]
    shown = [copy for picture in pictures for copy in (picture, picture.resize((350, 260)), picture)]
    thumbnails = Thumbnails(np.stack([thumbnail(picture) for picture in shown]))
    rows = [
        pair(f"p{n:02d}", pixels=100 - n, pixel_sha256=f"{n // 3}" if n % 3 == 2 else f"other {n}")
        for n in range(36)
    ]
    vectors = at(*np.linspace(1, 0.995, 36))
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    monkeypatch.setattr(dedupe, "PARALLEL", 1)
    one, two = (
        find_duplicates(table, vectors, thumbnails, embedder=IDENTITY, parameters=PARAMETERS, workers=workers)
        for workers in (1, 2)
    )
    assert one == two and len(one.rows) >= 12
    assert one.tested["alignment"] >= len(one.rows)
