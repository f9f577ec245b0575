"""Hard negatives are the most similar pairs of other works, without what may be the same."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from curation.negatives import Candidates, NegativeParameters, hard_negatives

PARAMETERS = NegativeParameters(count=2, similarity=0.9)
WORDS = ("alpha beta gamma", "delta epsilon zeta", "eta theta iota", "kappa lambda mu", "nu xi omicron")


def noise(seed: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (96, 96)).astype(np.uint8)


def unit(*angles: float) -> npt.NDArray[np.float32]:
    return np.array([[np.cos(a), np.sin(a)] for a in angles], np.float32)


def pairs() -> Candidates:
    """Return five pairs of as many works, each less like the first in picture, and more like it in caption."""
    return Candidates(
        groups=list("abcde"),
        papers=list("abcde"),
        captions=WORDS,
        table_texts=[None] * 5,
        pixels=list("abcde"),
        hashes=[0x1111 << (12 * n) for n in range(5)],
        thumbnails=[noise(n) for n in range(5)],
        pictures=unit(0, 0.1, 0.2, 0.3, 0.4),
        copies=unit(0, 0.1, 0.2, 0.3, 0.4),
        caption_vectors=unit(0, 0.8, 0.6, 0.4, 0.2),
    )


def of_the_first(found: Candidates) -> tuple[list[int], list[int]]:
    pictures, captions = hard_negatives(found, PARAMETERS)
    return [place for place, _ in pictures[0]], [place for place, _ in captions[0]]


def test_the_most_similar_come_first_with_their_cosines() -> None:
    pictures, captions = hard_negatives(pairs(), PARAMETERS)
    assert pictures[0] == [(1, pytest.approx(np.cos(0.1))), (2, pytest.approx(np.cos(0.2)))]
    assert captions[0] == [(4, pytest.approx(np.cos(0.2))), (3, pytest.approx(np.cos(0.4)))]
    assert all(len(found) == 2 for found in [*pictures, *captions])


@pytest.mark.parametrize(
    "changed",
    [
        {"groups": list("aacde")},
        {"papers": list("aacde")},
        {"pixels": list("aacde")},
        {"captions": (WORDS[0], "Alpha, beta & gamma!", *WORDS[2:])},
        {"captions": ("alpha beta gamma pi rho", "alpha beta gamma pi rho sigma", *WORDS[2:])},
        {"hashes": [1, 3, *(0x1111 << (12 * n) for n in range(2, 5))]},
        {"thumbnails": [noise(0), noise(0), *(noise(n) for n in range(2, 5))]},
        {"table_texts": ["a 1 b 2 c 3", "a 1 b 2 c 3", None, None, None]},
    ],
    ids=["group", "paper", "pixels", "caption", "words", "hash", "aligned picture", "table"],
)
def test_what_may_be_the_same_is_left_out(changed: dict[str, object]) -> None:
    found = replace(pairs(), **changed, _words={})
    assert of_the_first(found) == ([2, 3], [4, 3])
    assert 0 not in [place for place, _ in hard_negatives(found, PARAMETERS)[0][1]]


def test_pictures_that_no_copies_look_like_are_not_aligned() -> None:
    noises = [noise(0), noise(0), *(noise(n) for n in range(2, 5))]
    found = replace(pairs(), thumbnails=noises, copies=unit(0, 1.5, 0.2, 0.3, 0.4), _words={})
    assert of_the_first(found)[0] == [1, 2]


def test_tables_of_one_layout_are_told_apart_by_their_texts() -> None:
    texts = [f"row {n}\t{n}.5\t{n * 7}\t{n + 3}" for n in range(5)]
    found = replace(pairs(), thumbnails=[noise(0)] * 5, hashes=[1] * 5, table_texts=texts, _words={})
    assert of_the_first(found)[0] == [1, 2]


def test_all_are_looked_at_where_the_nearest_are_of_the_same_work() -> None:
    many = 600
    rng = np.random.default_rng(0)
    vectors = unit(*np.linspace(0, 0.5, many))
    found = Candidates(
        groups=["same"] * (many - 1) + ["other"],
        papers=[str(n) for n in range(many)],
        captions=[f"caption number {n}" for n in range(many)],
        table_texts=[None] * many,
        pixels=[str(n) for n in range(many)],
        hashes=[int(n) for n in rng.integers(0, 2**62, many)],
        thumbnails=[noise(n % 7) for n in range(many)],
        pictures=vectors,
        copies=vectors,
        caption_vectors=vectors,
    )
    assert of_the_first(replace(found, captions=[*found.captions[:-1], "other words"], _words={}))[0] == [
        many - 1
    ]
