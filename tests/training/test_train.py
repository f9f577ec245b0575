"""Training by open_clip's own program: shards in, a checkpoint out, and clear words where it fails."""

import tarfile

import numpy as np
import pytest
from optional import optional

from samples.invented import invent
from schemas.errors import UserError
from training.distort import distort
from training.shards import Example, write_shards
from training.small_clip import MERGES, VOCABULARY, fewer_merges, write_config
from training.train import TrainParameters, train

optional("open_clip_train")

pytestmark = pytest.mark.torch


def examples():
    for number in range(12):
        picture = invent(number, width=200)
        yield Example(picture.image, picture.caption)


def test_copies_are_distorted_the_same_way_every_time():
    picture = invent(3, width=300).image
    first, again, other = (distort(picture, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(np.asarray(first), np.asarray(again))
    assert first.size != other.size or not np.array_equal(np.asarray(first), np.asarray(other))


def test_shards_hold_every_example_once_per_copy(tmp_path):
    pattern, count = write_shards(tmp_path / "a", examples, side=48, copies=3)
    write_shards(tmp_path / "b", examples, side=48, copies=3)
    assert (pattern, count) == (f"{tmp_path}/a/{{00000..00000}}.tar", 36)
    assert (tmp_path / "a" / "00000.tar").read_bytes() == (tmp_path / "b" / "00000.tar").read_bytes()
    with tarfile.open(tmp_path / "a" / "00000.tar") as tar:
        texts = [tar.extractfile(m).read().decode() for m in tar if m.name.endswith(".txt")]
    assert texts == [e.text for e in examples()] * 3


def test_nothing_to_train_on_is_refused(tmp_path):
    with pytest.raises(ValueError, match="nothing to train on"):
        write_shards(tmp_path, lambda: [], side=48, copies=1)


def test_the_smaller_vocabulary_is_a_beginning_of_clips_own(tmp_path):
    from open_clip.tokenizer import SimpleTokenizer

    assert fewer_merges() == fewer_merges()
    write_config(tmp_path)
    small, whole = SimpleTokenizer(bpe_path=str(tmp_path / "bpe.txt.gz")), SimpleTokenizer()
    assert small.vocab_size == VOCABULARY == 512 + MERGES + 2
    assert small.encode("a figure of the results") == whole.encode("a figure of the results")


def test_open_clip_is_asked_for_where_it_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="training needs open_clip: pip install"):
        write_config(tmp_path)


def test_a_failure_is_told_in_the_programs_words(tmp_path):
    config = tmp_path / "small.json"  # not there
    with pytest.raises(
        UserError, match=r"failed \(FileNotFoundError: .*small.json.* all of it is in .*train.log"
    ):
        train(
            "nothing.tar", 1, tmp_path, model="small", parameters=TrainParameters(epochs=1), configs=[config]
        )
