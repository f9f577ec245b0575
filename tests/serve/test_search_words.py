"""The index of words alone: which field finds a pair, what a query may ask for, and that the order is always the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from serve.search.asking import Asked, parse_query
from serve.search.fusion import Ranked, fuse
from serve.search.words import FEW, FIELDS, Words, build_words, open_words

PAIRS: list[dict[str, list[str]]] = [
    {"caption": ["Validation loss of the encoder"], "title": ["On zebras"]},
    {"caption": ["Overview"], "mentions": ["Nothing here.", "The curves of Fig. 2 show the losses falling."]},
    {"caption": ["Settings"], "table": ["learning rate\t0.1\nbatch\t32"]},
    {
        "caption": ["A panel"],
        "parent": ["Spectra of müons"],
        "picture": ["Frequency (GHz)\nRate of learning"],
    },
    {"caption": ["Map"], "title": ["On zebras"]},
]


def texts(pairs: Sequence[Mapping[str, list[str]]]) -> list[tuple[int, Mapping[str, list[str]]]]:
    return list(enumerate(pairs))


@pytest.fixture(scope="module")
def words() -> Words:
    return build_words(texts(PAIRS))


def found(words: Words, query: str, mask: np.ndarray | None = None) -> list[int]:
    return words.best(parse_query(query), mask, 10)


@pytest.mark.parametrize(
    ("query", "place", "title", "word"),
    [
        ("validation", 0, "caption", "validation"),
        ("curve", 1, "mention", "curves"),
        ("batches", 2, "table", "batch"),
        ("gigahertz GHz", 3, "words in the picture", "ghz"),
        ("muon", 3, "caption of the whole figure", "müons"),
        ("zebra map", 4, "title of the paper", "zebras"),
    ],
)
def test_each_field_finds_and_is_the_reason(
    words: Words, query: str, place: int, title: str, word: str
) -> None:
    assert found(words, query)[0] == place
    reasons = {reason.title: reason for reason in words.reasons(parse_query(query), [place])[place]}
    assert word in reasons[title].words
    assert str(reasons[title]).startswith(f"{title}: ")


def test_a_reason_shows_the_place_in_a_text_that_is_not_on_the_card(words: Words) -> None:
    (caption,) = words.reasons(parse_query("validation encoder"), [0])[0]
    assert caption.words == ("validation", "encoder") and caption.around == ()
    (mention,) = words.reasons(parse_query("loss"), [1])[1]
    assert [part for part, is_word in mention.around if is_word] == ["losses"]
    assert "".join(part for part, _ in mention.around) in " ".join(PAIRS[1]["mentions"])


def test_phrases_must_be_there_and_excluded_words_must_not(words: Words) -> None:
    assert set(found(words, "learning rate")) == {2, 3}
    assert found(words, '"learning rate"') == [2]
    assert found(words, '"rate of learning"') == [3]  # a word that every text has keeps its place
    assert found(words, '"rate learning"') == []
    assert found(words, "learning rate -batch") == [3]
    assert found(words, 'learning rate -"rate of learning"') == [2]
    assert found(words, "zebras -map") == [0]


@pytest.mark.parametrize("query", ["", "the of", "-loss", '""', "…", "nowhere"])
def test_what_no_text_has_finds_nothing(words: Words, query: str) -> None:
    assert found(words, query) == []
    assert words.reasons(parse_query(query), [0]).get(0, ()) == ()


def test_a_query_is_read_as_typed() -> None:
    asked = parse_query('  loss "learning rate"  -table cross-entropy -"a b" ')
    assert asked == Asked("loss cross-entropy", ("learning rate",), ("table", "a b"))
    assert asked.wished == "loss cross-entropy learning rate" and asked.is_strict
    assert not parse_query("loss").is_strict


@pytest.fixture(scope="module")
def many() -> Words:
    """More pairs than a filter may name: each has `common`, every seventh `seventh`, and all are equally good."""
    return build_words(
        (n, {"caption": ["common seventh" if n % 7 == 0 else "common other"]}) for n in range(FEW + 1500)
    )


@pytest.mark.parametrize("share", [1, 3, 2000], ids=["all", "a third", "few"])
def test_a_filter_keeps_the_order(many: Words, share: int) -> None:
    mask = np.arange(many.count) % share == 0
    for query in ("common", "seventh", "common seventh"):
        everything = many.best(parse_query(query), None, many.count)
        assert many.best(parse_query(query), mask, 40) == [n for n in everything if mask[n]][:40]
    assert many.best(parse_query("common"), np.zeros(many.count, np.bool_), 40) == []


def test_equal_pairs_come_in_the_order_of_the_release(many: Words) -> None:
    assert many.best(parse_query("seventh"), None, 5) == [0, 7, 14, 21, 28]


def test_written_twice_it_finds_the_same(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    vocabulary = [f"w{n}" for n in range(60)]
    pairs = [{"caption": [" ".join(dice.choice(vocabulary, 8))]} for _ in range(300)]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        build_words(texts(pairs), tmp_path / name)
    first, second = open_words(tmp_path / "a"), open_words(tmp_path / "b")
    for query in ("w1", "w2 w3 w4", "w5 -w6"):
        assert first.best(parse_query(query), None, 300) == second.best(parse_query(query), None, 300)
        assert len(first.best(parse_query(query), None, 300)) > 5


def test_a_word_counts_most_in_its_best_field() -> None:
    pairs = [{"caption": ["alpha"], "mentions": ["alpha", "alpha"]}, {"caption": ["alpha beta"]}]
    assert build_words(texts(pairs)).best(parse_query("alpha beta"), None, 2) == [1, 0]


def test_ranks_are_fused_with_their_weights() -> None:
    assert [place for place, _ in fuse([Ranked([5, 6, 7]), Ranked([7, 8], 0.1)], 10)] == [7, 5, 6, 8]
    assert [place for place, _ in fuse([Ranked([5, 6]), Ranked([6, 5])], 1)] == [
        5
    ]  # equal: the release's order
    assert fuse([], 3) == []


def test_every_field_has_a_title_of_its_own() -> None:
    assert len({field.title for field in FIELDS}) == len(FIELDS) == len({field.name for field in FIELDS})
