"""The most similar pairs of other works that are no duplicates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from curation.similarity import Thumbnail, Words, caption_key, remaining_difference, word_agreement, words_of

VERSION = "1"  # 1: by cosine, of other groups, without what may be a duplicate

Floats = npt.NDArray[np.float32]
Order = npt.NDArray[np.int64]
Found = list[tuple[int, float]]  # places and cosines, the most similar first

BLOCK = 1024  # rows that are compared with all others at once
NEAREST = 256  # that are put in order first; all are where too few of them may be taken


@dataclass(frozen=True, kw_only=True)
class NegativeParameters:
    """What is too like a pair to be held against it: more than the search for duplicates takes away.

    Attributes:
        count: negatives wanted for each pair.
        similarity: cosine of `copies` from which duplicates are looked for; it belongs to one embedder.
        difference: what two figures so similar must leave once they are aligned; look-alikes leave 0.72, copies 0.5.
        hash_bits: of the 64 of a perceptual hash, how many differ at most between figures that may be the same.
        caption_agreement: Dice coefficient of the words from which two captions may say the same.
        table_agreement: the same for the texts of tables, whose pictures cannot tell them apart.
    """

    count: int
    similarity: float
    difference: float = 0.6
    hash_bits: int = 4
    caption_agreement: float = 0.8
    table_agreement: float = 0.8


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Pairs of one split and one kind, column by column.

    `groups` name a work with its versions and twins, `papers` one version of a paper; `pictures`, `copies` and
    `caption_vectors` are unit vectors of shape (n, d), (n, c) and (n, e), the second those of the pictures by which
    copies are found; `thumbnails` and `table_texts` are those of the pictures, a text None where there is none.
    """

    groups: Sequence[str]
    papers: Sequence[str]
    captions: Sequence[str]
    table_texts: Sequence[str | None]
    pixels: Sequence[str]
    hashes: Sequence[int]
    thumbnails: Sequence[Thumbnail]
    pictures: Floats
    copies: Floats
    caption_vectors: Floats
    _words: dict[tuple[str, int], Words] = field(default_factory=dict)

    def may_be_same(self, one: int, other: int, p: NegativeParameters) -> bool:
        """Tell whether two pairs are of one work, or may show or say the same."""
        return (
            self.groups[one] == self.groups[other]
            or self.papers[one] == self.papers[other]
            or self.pixels[one] == self.pixels[other]
            or self._say_the_same(one, other, p)
            or self._show_the_same(one, other, p)
        )

    def _say_the_same(self, one: int, other: int, p: NegativeParameters) -> bool:
        left, right = self.captions[one], self.captions[other]
        if caption_key(left, least=0) == caption_key(right, least=0):
            return True
        return word_agreement(self._of("caption", one), self._of("caption", other)) >= p.caption_agreement

    def _show_the_same(self, one: int, other: int, p: NegativeParameters) -> bool:
        if self.table_texts[one] and self.table_texts[other]:
            return word_agreement(self._of("table", one), self._of("table", other)) >= p.table_agreement
        if (self.hashes[one] ^ self.hashes[other]).bit_count() <= p.hash_bits:
            return True
        if float(self.copies[one] @ self.copies[other]) < p.similarity:
            return False
        thumbnails = self.thumbnails[one], self.thumbnails[other]
        return remaining_difference(*thumbnails, at_most=p.difference) <= p.difference

    def _of(self, what: str, row: int) -> Words:
        if (what, row) not in self._words:
            text = self.captions[row] if what == "caption" else self.table_texts[row]
            self._words[what, row] = words_of(text or "")
        return self._words[what, row]


def hard_negatives(pairs: Candidates, parameters: NegativeParameters) -> tuple[list[Found], list[Found]]:
    """Return for each pair the pictures, and the captions, that are most like its own and surely another's.

    Args:
        pairs: pairs of one split and kind: whatever may be a negative.
        parameters: how many, and what is too like.

    Returns:
        Two lists in the order of the pairs: pictures by the cosine of pictures, captions by that of captions; fewer
        than `count` where there are no more.
    """
    return (
        [_hardest(row, scores, pairs, parameters) for row, scores in _scored(pairs.pictures)],
        [_hardest(row, scores, pairs, parameters) for row, scores in _scored(pairs.caption_vectors)],
    )


def _scored(vectors: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield each row with its cosines to all."""
    for start in range(0, len(vectors), BLOCK):
        yield from enumerate(vectors[start : start + BLOCK] @ vectors.T, start)


def _hardest(row: int, scores: Floats, pairs: Candidates, parameters: NegativeParameters) -> Found:
    found: Found = []
    for place in _most_similar_first(scores):
        if len(found) == parameters.count:
            break
        if place != row and not pairs.may_be_same(row, place, parameters):
            found.append((place, float(scores[place])))
    return found


def _most_similar_first(scores: Floats) -> Iterator[int]:
    """Yield places by falling score, equal ones in their order."""
    first = min(NEAREST, len(scores))
    least = np.partition(scores, len(scores) - first)[len(scores) - first]
    near: Order = np.flatnonzero(scores >= least)
    yield from near[np.argsort(-scores[near], kind="stable")].tolist()
    rest: Order = np.flatnonzero(scores < least)
    yield from rest[np.argsort(-scores[rest], kind="stable")].tolist()
