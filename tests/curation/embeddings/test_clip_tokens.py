"""Our tokens are open_clip's."""

import functools
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from optional import optional

from curation.embeddings.tokens import read_vocabulary, tokenize
from training.small_clip import CONTEXT, fewer_merges

tokenizer = optional("open_clip.tokenizer")

pytestmark = pytest.mark.torch
WORDS = st.sampled_from(
    ["accuracy", "don't", "0.95±0.02", "Ångström", "β-carotene", "&amp;lt;b", "ﬁgure", "表"]
)


@functools.cache
def both():
    return read_vocabulary(Path(tokenizer.default_bpe())), tokenizer.SimpleTokenizer()


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)))
@example("")
@example("It's what we'LL see: <start_of_text> x<end_of_text>² “quoted” naïve\u00a0½ Ⅳ \x00")
@example("word " * 100)
def test_the_tokens_are_those_of_open_clip(text):
    whole, theirs = both()
    assert np.array_equal(tokenize([text], whole, context=77), theirs([text]).numpy())


def test_a_vocabulary_cut_short_and_a_short_context(tmp_path):
    path = tmp_path / "bpe.txt.gz"
    path.write_bytes(fewer_merges())
    texts = ["Mean squared error over epochs, for three learning rates.", "hyperparameters " * 40, ""]
    theirs = tokenizer.SimpleTokenizer(bpe_path=str(path), context_length=CONTEXT)(texts).numpy()
    ours = tokenize(texts, read_vocabulary(path), context=CONTEXT)
    assert np.array_equal(ours, theirs)
    assert ours[1, -1] == read_vocabulary(path).end == 8_513


def test_a_file_that_is_no_list_of_pairs_is_refused(tmp_path):
    path = tmp_path / "bpe.txt.gz"
    path.write_bytes(gzip.compress(b"# comment\ni n\nin unmade\n"))
    with pytest.raises(ValueError, match=r"line 3 of .* is no pair of tokens"):
        read_vocabulary(path)
