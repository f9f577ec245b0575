"""What the retrieval benchmarks ask, and how they rank: no query may find itself, and ties count against the model."""

import numpy as np
import pytest

from benchmarks.retrieval.known_items import REFERENCE, RealPair, known_items, sentences
from benchmarks.retrieval.measure import Searcher, reciprocal_ranks
from benchmarks.retrieval.models import by_vectors, by_words, reciprocal
from benchmarks.retrieval.nearest import folds_of


def real(
    number: int, *, paper: str = "p", label: str, mentions: tuple[str, ...] = (), **texts: str
) -> RealPair:
    stated = {
        "title": "",
        "caption": "",
        "parent_caption": "",
        "table_text": "",
        "whole": f"{paper}-{number}",
    }
    return RealPair(
        pair_id=f"{paper}-{number}",
        paper=paper,
        kind="figure",
        label=label,
        mentions=mentions,
        image=b"",
        **{**stated, **texts},
    )


TWO = "The spectra of all samples are shown in Fig. 2 (b) beside those of the control group."
PAIRS = [
    real(0, label="Figure 1", caption="A map of the sites"),
    real(
        1,
        label="Figure 2",
        caption="Spectra",
        mentions=(f"{TWO} As Figs. 1 and 2 show, both differ a great deal.",),
    ),
    real(2, label="Figure 2a", whole="p-1", caption="One panel", mentions=(TWO,)),
    real(3, paper="q", label="Figure 2", caption="Spectra of samples", mentions=("Too short, Fig. 2.",)),
]


def test_a_query_is_a_sentence_that_mentions_one_figure_and_its_panels_are_right() -> None:
    (query,) = known_items(PAIRS, 10)
    assert query.sentence == TWO and query.wanted == {1, 2}
    assert "Fig" not in query.text and "2" not in query.text and "beside those" in query.text


def test_a_query_is_taken_out_of_every_mention() -> None:
    queries = known_items(PAIRS, 10)
    searcher = Searcher(PAIRS, queries, {}, None)
    assert reciprocal_ranks(searcher, queries, {"mentions": 1.0}, 0.0).tolist() == [0.0]
    # By captions the other paper's figure is first, and the right one second.
    assert reciprocal_ranks(searcher, queries, {"caption": 1.0}, 0.0).tolist() == [0.5]
    read = Searcher(PAIRS, queries, {"p-2": "control group"}, None)
    assert reciprocal_ranks(read, queries, {"picture": 1.0}, 0.0).tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "count"),
    [("See Fig. 3 for this. It rises.", 2), ("As in Smith et al. (2020) it rises.", 1), ("One. two", 1)],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(sentences(text)) == count and " ".join(sentences(text)) == text


@pytest.mark.parametrize("text", ["Fig. 3", "Figure 10(b)", "Table IV", "figs. S2", "Tab. 1a"])
def test_references_are_taken_out_whole(text: str) -> None:
    assert REFERENCE.sub("", text).strip(" s") == ""


def test_papers_stay_in_one_fold_and_folds_are_even() -> None:
    pairs = [real(n, paper=f"p{n % 7}", label="Figure 1") for n in range(70)]
    folds = folds_of(pairs, 3)
    assert sorted(n for fold in folds for n in fold) == list(range(70))
    papers = [{pairs[n].paper for n in fold} for fold in folds]
    assert sum(map(len, papers)) == 7 and max(map(len, folds)) - min(map(len, folds)) <= 10


def test_ties_count_against_the_model() -> None:
    same = np.ones((4, 2), np.float32)
    there, back = by_vectors(same, same)
    assert reciprocal(there) == reciprocal(back) == pytest.approx(1 / 4)
    there, _ = by_vectors(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32))
    assert reciprocal(there) == 1.0


def test_words_read_find_their_captions_and_back() -> None:
    there, back = by_words(["Loss of the encoder", "Energy"], ["energy (eV)", "epoch loss"])
    assert there == [[1], [0]] and back == [[1], [0]]
    assert reciprocal(there) == 0.0 and reciprocal([[0], [0, 1]]) == 0.75
