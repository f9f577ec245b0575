"""Texts are cut into the pieces that BERT's own tokenizer gives."""

from pathlib import Path

import pytest

from curation.embeddings import SHIPPED
from curation.meaning.wordpiece import read_vocabulary, tokenize

VOCABULARY = read_vocabulary(SHIPPED / "vocab.txt")
ODD = (
    "naïve café Ångström İstanbul ΜΟΣ", "日本語 text", "a\u200bb\tc\nd\xa0e", "x" * 120, "$a+b<c>`d^e|f~=g", "ﬁ ½ 𝛼 𝑥",
    "\ufffd\x00z", "…—“quoted”", "don't (a) co-author's", "", "مرحبا हिन्दी", "Σ(R); left, ΔΣ(R)", "unaffable", "1e-5%",
)  # fmt: skip


def pieces(text: str, context: int = 128) -> list[str]:
    names = list(VOCABULARY)
    return [names[number] for number in tokenize([text], VOCABULARY, context=context)[0]]


def test_words_are_cut_into_the_longest_pieces_and_signs_stand_alone() -> None:
    assert pieces("The Unaffable, ROC-curve") == [
        "[CLS]", "the", "una", "##ffa", "##ble", ",", "roc", "-", "curve", "[SEP]"
    ]  # fmt: skip
    assert pieces("\u2603 " + "x" * 101) == ["[CLS]", "[UNK]", "[UNK]", "[SEP]"]


def test_a_long_text_is_cut_and_ended_and_a_short_one_is_filled() -> None:
    assert pieces("curve " * 50, context=8) == ["[CLS]", *["curve"] * 6, "[SEP]"]
    rows = tokenize(["a", "a curve of it"], VOCABULARY, context=128)
    assert rows.shape == (2, 6) and rows[0].tolist()[3:] == [0, 0, 0]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_it_is_what_the_library_gives(text: str, tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.BertWordPieceTokenizer(str(SHIPPED / "vocab.txt"), lowercase=True)
    assert tokenize([text], VOCABULARY, context=1000)[0].tolist() == theirs.encode(text).ids
