"""What words mean: means of the shipped table's vectors, and how that table is made of an encoder's word pieces."""

import io
import zipfile

import numpy as np
import pytest
from labelled_pairs import a_float

from curation.classes import SHIPPED, WORD_VECTORS, ClassModelError
from curation.classes.terms import texts_of
from curation.classes.word_vectors import WordVectors, meanings_of, read_word_vectors
from training.word_vectors import in_eight_bits, is_word, leading


def test_a_text_means_the_weighted_mean_of_its_known_words():
    table = WordVectors(
        {"wind": 0, "speed": 1}, np.array([[2, 0], [0, 4]], np.int8), np.array([3.0, 1.0], np.float32)
    )
    assert table.mean("Wind-speed, measured").tolist() == [1.5, 1.0]
    assert table.mean("Speed; SPEED").tolist() == [0.0, 4.0]
    assert table.mean("測量 …").tolist() == [0.0, 0.0]


def test_the_shipped_table_knows_words_that_stand_in_like_company():
    table = read_word_vectors(SHIPPED / WORD_VECTORS)
    assert len(table.rows) == len(table.vectors) == len(table.weights) > 20_000

    def near(first, second):
        one, two = table.mean(first), table.mean(second)
        return float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))

    assert near("accuracy", "precision") > near("accuracy", "harbour") + 0.2
    assert near("photograph", "photo") > near("photograph", "algorithm") + 0.2
    assert table.weights[table.rows["the"]] < table.weights[table.rows["diagram"]]


def test_a_float_is_heard_in_its_caption_and_in_what_mentions_it():
    table = read_word_vectors(SHIPPED / WORD_VECTORS)
    found = meanings_of(texts_of(a_float("figure", "Yield of wheat.")), SHIPPED)
    assert list(found) == ["meaning_caption", "meaning_sentences"]
    np.testing.assert_array_equal(found["meaning_caption"], table.mean("Yield of wheat."))
    np.testing.assert_array_equal(found["meaning_sentences"], table.mean("Figure 2 shows it."))


def test_a_table_is_made_of_whole_words_in_the_directions_in_which_they_differ_most():
    assert [is_word(piece) for piece in ("wind", "0", "7", "##ing", "[CLS]", "año", "")] == [
        True, True, False, False, False, False, False
    ]  # fmt: skip
    draw = np.random.default_rng(4)
    vectors = draw.normal(size=(50, 3)) * (1.0, 9.0, 3.0) + 5
    found = leading(vectors, 2)
    centred = vectors - vectors.mean(axis=0)
    assert abs(np.corrcoef(found[:, 0], centred[:, 1])[0, 1]) > 0.99
    assert found.var(axis=0)[0] > found.var(axis=0)[1] > 0.9 * centred[:, 2].var()
    whole = in_eight_bits(found)
    assert np.abs(whole).max(axis=0).tolist() == [127, 127]
    np.testing.assert_allclose(whole / 127 * np.abs(found).max(axis=0), found, atol=0.2)


def test_what_is_no_table_is_named(tmp_path):
    for name, content in (("none", None), ("text", b"no table"), ("other", zipped())):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ClassModelError, match="holds no word vectors"):
            read_word_vectors(path)


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("other.npy", b"")
    return held.getvalue()
