"""The default embedder: one part finds copies, the other compares pictures with words."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation import embeddings
from curation.embeddings import clip as embed_clip
from curation.embeddings import load_embedder
from samples.invented import invent

TEXTS = ("Loss over epochs for three models.", "A photograph of the samples.", "")


@pytest.fixture(scope="module")
def clip() -> embeddings.Embedder:
    return load_embedder("clip")


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    return [invent(number).image for number in (0, 1, 2, 4)]


def test_vectors_are_of_unit_length_and_the_same_in_any_company(
    clip: embeddings.Embedder, pictures: list[Image.Image]
) -> None:
    vectors = clip.embed(pictures)
    assert vectors.shape == (len(pictures), clip.dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert clip.embed(pictures[2:3]).tobytes() == vectors[2:3].tobytes()
    assert clip.embed([]).shape == (0, clip.dimension)


def test_copies_are_those_of_the_small_model_and_words_have_no_part_in_them(
    clip: embeddings.Embedder, pictures: list[Image.Image]
) -> None:
    small = load_embedder("small")
    first, alone = clip.embed(pictures)[:, : small.dimension], small.embed(pictures)
    assert np.allclose(first, embed_clip.COPIES**0.5 * alone, atol=1e-6)
    found = embeddings.copies_part("clip", clip.embed(pictures))
    assert np.allclose(found, alone, atol=1e-6) and embeddings.copies_part("small", alone) is alone
    assert clip.embed_texts is not None
    assert not clip.embed_texts(TEXTS)[:, : small.dimension].any()


def test_texts_have_unit_vectors_alone_and_together(clip: embeddings.Embedder) -> None:
    assert clip.embed_texts is not None
    vectors = clip.embed_texts(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert clip.embed_texts(TEXTS[1:2]).tobytes() == vectors[1:2].tobytes()
    assert clip.embed_texts([]).shape == (0, clip.dimension)


def test_encoded_and_decoded_pictures_are_the_same(
    clip: embeddings.Embedder, pictures: list[Image.Image]
) -> None:
    stream = io.BytesIO()
    pictures[0].save(stream, "PNG")
    assert clip.embed([stream.getvalue()]).tobytes() == clip.embed(pictures[:1]).tobytes()


def test_words_find_pictures_of_their_kind(clip: embeddings.Embedder) -> None:
    shown = [invent(number) for number in range(80)]
    tables = np.array([one.subcategory.startswith("table") for one in shown])
    assert clip.embed_texts is not None
    images = clip.embed([one.image for one in shown])
    text = clip.embed_texts(["Comparison of methods on the benchmarks, best results in bold (table)."])
    nearest = tables[np.argsort(-(images @ text[0]))[: tables.sum()]]
    assert nearest.mean() > tables.mean() + 0.2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(embeddings.EmbedderError, match=r"holds no meaning\.npz"):
        embed_clip.load(embeddings.SMALL, tmp_path)


@pytest.mark.parametrize(
    ("spec", "runtime"),
    [
        ("clip", "onnxruntime"),
        ("small", "onnxruntime"),
        ("onnx:model", "onnxruntime"),
        ("open_clip:ViT-B-32/tag", "torch"),
        ("transformers:model", "torch"),
    ],
)
def test_the_device_is_asked_of_the_runtime_that_the_embedder_runs_on(
    monkeypatch: pytest.MonkeyPatch, spec: str, runtime: str
) -> None:
    monkeypatch.setattr("curation.embeddings.embedder.choose_device", lambda wanted, asked: asked)
    assert embeddings.embedder_device(spec, "auto") == runtime
