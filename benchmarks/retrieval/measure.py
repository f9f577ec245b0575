"""The product's own index and fusion over real pairs, with weights that can be chosen."""

import itertools
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from benchmarks.retrieval.known_items import Query, RealPair, sentences
from serve.search import FIELDS, Ranked, Words, build_words, fuse, parse_query

DEPTH = 1000  # of each list, as the search has it

Weights = Mapping[str, float]
Near = Mapping[str, list[int]]  # the places of the pictures nearest to each query's text, nearest first
Ranks = npt.NDArray[np.float64]


class Searcher:
    """The pairs' index of words without the queries' sentences, and the vectors of their pictures."""

    def __init__(
        self, pairs: list[RealPair], queries: list[Query], read: Mapping[str, str], near: Near | None
    ) -> None:
        taken = {query.sentence for query in queries}
        self.count = len(pairs)
        self.has_words_read = bool(read)
        self.words: Words = build_words((n, _texts(pair, taken, read)) for n, pair in enumerate(pairs))
        self.reads_texts = near is not None
        self._by_words: dict[tuple[str, tuple[tuple[str, float], ...]], list[int]] = {}
        self._near = near or {}

    def ranked(self, query: Query, weights: Weights, picture: float) -> list[int]:
        """Return the places found for a query, best first."""
        lists = []
        if weights:
            key = (query.text, tuple(sorted(weights.items())))
            if key not in self._by_words:
                asked = parse_query(query.text.replace('"', " ").replace("-", " "))
                self._by_words[key] = self.words.weighted(weights).best(asked, None, DEPTH)
            lists.append(Ranked(self._by_words[key]))
        if picture and self.reads_texts:
            lists.append(Ranked(self._near[query.text], picture))
        return [place for place, _ in fuse(lists, self.count)]


def reciprocal_ranks(searcher: Searcher, queries: list[Query], weights: Weights, picture: float) -> Ranks:
    """Return one divided by the rank of the first right pair, 0 where none is found, for every query."""
    found = np.zeros(len(queries))
    for number, query in enumerate(queries):
        ranks = (
            rank for rank, n in enumerate(searcher.ranked(query, weights, picture), 1) if n in query.wanted
        )
        rank = next(ranks, None)
        found[number] = 0.0 if rank is None else 1 / rank
    return found


def candidate_weights(searcher: Searcher) -> Iterator[tuple[Weights, float]]:
    """Yield the choices of how much each field and the vectors count; the caption counts 1."""
    pictures = (0.0, 0.01, 0.1) if searcher.reads_texts else (0.0,)
    read = (0.2, 0.5) if searcher.has_words_read else (0.5,)
    grid = itertools.product((0.5, 0.8), (0.5, 0.7, 1.0), (0.5, 0.8), read, (0.2, 0.5))
    for (parent, mentions, table, picture, title), vectors in itertools.product(grid, pictures):
        values = (1.0, parent, mentions, table, picture, title)
        yield dict(zip((field.name for field in FIELDS), values, strict=True)), vectors


def _texts(pair: RealPair, taken: set[str], read: Mapping[str, str]) -> dict[str, list[str]]:
    mentions = [" ".join(s for s in sentences(mention) if s not in taken) for mention in pair.mentions]
    texts = {
        "caption": [pair.caption],
        "parent": [pair.parent_caption],
        "mentions": mentions,
        "table": [pair.table_text],
        "picture": [read.get(pair.pair_id, "")],
        "title": [pair.title],
    }
    return {name: [value for value in values if value] for name, values in texts.items()}
