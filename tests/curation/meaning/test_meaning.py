"""Numbers fitted to pairs bring a picture near to what is said of it, and are read back as they were written."""

from pathlib import Path

import numpy as np
import pytest

from curation.meaning import learn as fitting
from curation.meaning.learn import Material, fit
from curation.meaning.model import SEEN, Floats, MeaningModel, read_meaning, unit, write_meaning

TOPICS = ("curves of loss", "maps of rivers", "photographs of cells", "graphs of proteins")
EACH = 12


def material(seed: int) -> Material:
    """Pictures of four kinds, each with captions of its own kind."""
    dice = np.random.default_rng(seed)
    kinds = np.random.default_rng(0).normal(size=(4, SEEN + 384))
    rows = np.repeat(kinds, EACH, axis=0) + 0.5 * dice.normal(size=(4 * EACH, kinds.shape[1]))
    captions = [topic for topic in TOPICS for _ in range(EACH)]
    seen, spoken = rows[:, :SEEN], rows[:, SEEN:]
    sentences = unit(spoken.astype(np.float32))
    return Material(seen.astype(np.float32), captions, sentences, captions, np.zeros_like(sentences))


@pytest.fixture(scope="module")
def model() -> MeaningModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "WORD_AXES", 3)
        patch.setattr(fitting, "VIEW", 40)
        return fit(material(1), dimensions=12)


def both(model: MeaningModel, seed: int) -> tuple[Floats, Floats]:
    new = material(seed)
    return model.image_vectors(new.pictures), model.text_vectors(new.sentences, new.captions)


def test_a_new_picture_is_nearest_to_what_is_said_of_its_kind(model: MeaningModel) -> None:
    images, texts = both(model, 2)
    kinds = np.arange(len(images)) // EACH
    assert (kinds[(images @ texts.T).argmax(1)] == kinds).mean() > 0.9
    assert (kinds[(texts @ images.T).argmax(1)] == kinds).mean() > 0.9


def test_vectors_are_of_unit_length_and_none_depends_on_its_company(model: MeaningModel) -> None:
    images, texts = both(model, 3)
    assert images.shape[1] == texts.shape[1] == model.dimension == 13
    for vectors in (images, texts):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    new = material(3)
    assert model.image_vectors(new.pictures[5:6]).tobytes() == images[5:6].tobytes()
    assert not images[:, -1].any() and (texts[:, -1] >= 0).all()


def test_a_text_of_unknown_words_has_a_vector(model: MeaningModel) -> None:
    (vector,) = model.text_vectors(material(4).sentences[:1], ["zyx"])
    assert np.isfinite(vector).all() and np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_what_is_written_is_read_and_the_same_twice(model: MeaningModel, tmp_path: Path) -> None:
    for name in ("one.npz", "two.npz"):
        write_meaning(fit_again() if name == "two.npz" else model, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    kept, (images, _) = read_meaning(tmp_path / "one.npz"), both(model, 5)
    assert np.abs(both(kept, 5)[0] - images).max() < 0.01
    with pytest.raises(KeyError):
        np.savez(tmp_path / "other.npz", mean=np.zeros(3))
        read_meaning(tmp_path / "other.npz")


def fit_again() -> MeaningModel:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "WORD_AXES", 3)
        patch.setattr(fitting, "VIEW", 40)
        return fit(material(1), dimensions=12)
