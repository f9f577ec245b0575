"""A recogniser cut down to common letters says of them what the whole one says."""

import numpy as np
import pytest

from extractors import ocr
from extractors.ocr import networks
from extractors.ocr.letters import alphabet_of, is_common, with_common_letters
from extractors.ocr.model_bytes import metadata, with_tensors_changed


@pytest.fixture(scope="module")
def whole():
    return ocr.model_files()[1].read_bytes()


def test_letters_of_papers_are_common_and_chinese_ones_are_not():
    assert all(map(is_common, ["", " ", "a", "é", "β", "Ж", "±", "≤", "→", "ﬁ", "𝛼", "％"]))
    assert not any(map(is_common, ["实", "の", "데", "🚲"]))


def test_what_is_left_has_the_shares_that_it_had(whole):
    alphabet = alphabet_of(whole)
    cut = with_common_letters(whole, alphabet)
    assert len(cut) < 0.7 * len(whole)
    assert "z" in alphabet.common_letters and "实" not in alphabet.common_letters
    line = np.random.default_rng(0).uniform(-1, 1, (2, 3, 48, 72)).astype(np.float32)
    runtime = networks.choose_runtime(networks.ONNX_RUNTIME)
    all_scores = networks.load_network(whole, runtime)(line)[..., alphabet.common]
    scores = networks.load_network(cut, runtime)(line)
    np.testing.assert_allclose(scores, all_scores / all_scores.sum(axis=-1, keepdims=True), atol=2e-4)


def test_only_what_is_changed_differs(whole):
    seen = []
    same = with_tensors_changed(whole, lambda tensor: seen.append(tensor.shape) or tensor)
    assert metadata(same) == metadata(whole)
    assert (120, 18710) in seen
    assert with_tensors_changed(same, lambda tensor: tensor) == same  # stated shapes are gone the first time


def test_a_model_file_that_is_cut_off_is_told(whole):
    for damaged in (whole[: len(whole) // 2], b"\xff\xff\xff\xff", b"\x3a\x05ab"):
        with pytest.raises(ValueError, match="the model file is"):
            with_tensors_changed(damaged, lambda tensor: tensor)
