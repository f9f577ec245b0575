"""The index of a release's words: BM25 over several fields by Tantivy, in files that are mapped and not read.

Each word of a query counts in the field where it says most, and a little in the others: a word of the caption that
the mentions repeat is no second finding. The index is written by one thread, in the order of the release.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from serve.release import Mask
from serve.search.asking import Asked

if TYPE_CHECKING:
    from tantivy import DocAddress, Index, Query, Searcher, TextAnalyzer

MAX_WORDS = 64  # different words of one query
OTHER_FIELDS = 0.3  # of a word's score in the fields where it says less
WRITER_BYTES = 64_000_000
FEW = 5000  # pairs of a filter that are named to the index; of more, hits are taken until enough pass
LONGEST = 60  # bytes of a word; longer ones are no words
FRAGMENT = 160  # characters of a text that is shown around its words

_ANALYZER = "words"
_PLACE = "position"


@dataclass(frozen=True)
class Field:
    """A text of pairs: its name in the index, its title, how much it counts, and whether its reason shows the place.

    `is_shown` is true where the reader sees the text anyway, so that naming the words is enough.
    """

    name: str
    title: str
    weight: float
    is_shown: bool = False


FIELDS = (
    Field("caption", "caption", 1.0, is_shown=True),
    Field("parent", "caption of the whole figure", 0.5),
    Field("mentions", "mention", 0.7),
    Field("table", "table", 0.5),
    Field("picture", "words in the picture", 0.5),
    Field("title", "title of the paper", 0.5),
)


@dataclass(frozen=True)
class Reason:
    """Why a pair was found: the field, its words, and the text around them in parts, True where a word is."""

    title: str
    words: tuple[str, ...] = ()
    around: tuple[tuple[str, bool], ...] = ()

    def __str__(self) -> str:
        return f"{self.title}: {', '.join(self.words)}" if self.words else self.title


class Words:
    """A release's index of words; safe to search from several threads."""

    def __init__(self, index: "Index", weights: Mapping[str, float] | None = None) -> None:
        self._index = index
        self._searcher: Searcher = index.searcher()
        stated = {field.name: field.weight for field in FIELDS} if weights is None else weights
        self._weights = {name: weight for name, weight in stated.items() if weight}

    @property
    def count(self) -> int:
        """How many pairs it holds."""
        return self._searcher.num_docs

    def weighted(self, weights: Mapping[str, float]) -> "Words":
        """Return the same index with other weights of its fields; those that are not named do not count."""
        return Words(self._index, weights)

    def best(self, asked: Asked, mask: Mask | None, count: int) -> list[int]:
        """Return the places of at most `count` pairs of a mask that have words of a query, best first.

        Equal ones come in the order of the release.
        """
        query = self._query(asked)
        if query is None or (mask is not None and not mask.any()):
            return []
        if mask is None:
            return [place for place, _ in self._hits(query, count)]
        chosen = np.flatnonzero(mask)
        if len(chosen) <= FEW:
            return [place for place, _ in self._hits(_among(self._index, query, chosen.tolist()), count)]
        limit = min(self.count, round(1.3 * count * len(mask) / len(chosen)) + 100)
        while True:
            hits = self._hits(query, limit)
            found = [place for place, _ in hits if mask[place]]
            if len(found) >= count or len(hits) < limit or limit >= self.count:
                return found[:count]
            limit = min(self.count, 4 * limit)

    def reasons(self, asked: Asked, positions: Sequence[int]) -> dict[int, tuple[Reason, ...]]:
        """Return why pairs were found, by their places, the fields in the order of FIELDS."""
        from tantivy import SnippetGenerator

        query = self._query(asked)
        if query is None or not positions:
            return {}
        makers = []
        for field in FIELDS:
            if field.name in self._weights:
                maker = SnippetGenerator.create(self._searcher, query, self._index.schema, field.name)
                maker.set_max_num_chars(100_000 if field.is_shown else FRAGMENT)
                makers.append((field, maker))
        found: dict[int, tuple[Reason, ...]] = {}
        for place, address in self._addresses(positions).items():
            document = self._searcher.doc(address)
            reasons = [(field, _marked(maker.snippet_from_doc(document))) for field, maker in makers]
            found[place] = tuple(_reason(field, parts) for field, parts in reasons if parts)
        return found

    def _hits(self, query: "Query", limit: int) -> list[tuple[int, float]]:
        """Return places with their scores, best first; scores that differ in the last digits are equal."""
        hits = self._searcher.search(query, limit, count=False).hits
        places = self._searcher.fast_field_values(_PLACE, [address for _, address in hits])
        scored = [
            (int(str(place)), round(float(score), 4)) for place, (score, _) in zip(places, hits, strict=True)
        ]
        return sorted(scored, key=lambda hit: (-hit[1], hit[0]))

    def _addresses(self, positions: Sequence[int]) -> "dict[int, DocAddress]":
        from tantivy import Query

        query = Query.term_set_query(self._index.schema, _PLACE, list(positions))
        addresses = [address for _, address in self._searcher.search(query, len(positions), count=False).hits]
        places = self._searcher.fast_field_values(_PLACE, addresses)
        return {int(str(place)): address for place, address in zip(places, addresses, strict=True)}

    def _query(self, asked: Asked) -> "Query | None":
        from tantivy import Occur, Query

        stems = list(dict.fromkeys(_analyzer().analyze(asked.words)))[:MAX_WORDS]
        parts = [(Occur.Should, self._anywhere([(0, stem)])) for stem in stems]
        for occur, terms in ((Occur.Must, asked.phrases), (Occur.MustNot, asked.excluded)):
            phrases = [_phrase(term) for term in terms]
            parts += [(occur, self._anywhere(phrase)) for phrase in phrases if phrase]
        wished = any(occur != Occur.MustNot for occur, _ in parts)
        return Query.boolean_query(parts) if wished else None

    def _anywhere(self, phrase: list[tuple[int, str]]) -> "Query":
        """Return the query for a word or phrase in any field."""
        from tantivy import Query

        schema = self._index.schema
        queries = []
        for name, weight in self._weights.items():
            if len(phrase) == 1:
                query = Query.term_query(schema, name, phrase[0][1], "freq")
            else:
                query = Query.phrase_query(schema, name, list(phrase))
            queries.append(Query.boost_query(query, weight))
        return Query.disjunction_max_query(queries, OTHER_FIELDS)


def build_words(
    texts: Iterable[tuple[int, Mapping[str, Sequence[str]]]], folder: Path | None = None
) -> Words:
    """Return the index of pairs' texts, written into a folder or, without one, into memory.

    Args:
        texts: the place of each pair, in the order of the release, and its texts by the names of FIELDS.
        folder: an empty folder.
    """
    from tantivy import Document, Index, SchemaBuilder

    schema = SchemaBuilder()
    for field in FIELDS:
        schema.add_text_field(field.name, stored=True, tokenizer_name=_ANALYZER, index_option="position")
    schema.add_unsigned_field(_PLACE, indexed=True, fast=True)
    index = Index(schema.build(), path=None if folder is None else str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    with index.writer(WRITER_BYTES, num_threads=1) as writer:
        for place, fields in texts:
            document = Document()
            document.add_unsigned(_PLACE, place)
            for name, values in fields.items():
                for value in values:
                    document.add_text(name, value)
            writer.add_document(document)
    index.reload()
    return Words(index)


def open_words(folder: Path) -> Words:
    """Return the index in a folder that `build_words` wrote.

    Raises:
        ValueError: it is damaged.
    """
    from tantivy import Index

    index = Index.open(str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    return Words(index)


@functools.cache
def _analyzer() -> "TextAnalyzer":
    """Return what makes words of a text: letters and digits, in lower case without accents, English endings cut."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    analyzer = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST))
    for step in (
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword("english"),
        Filter.stemmer("english"),
    ):
        analyzer = analyzer.filter(step)
    return analyzer.build()


@functools.cache
def _splitter() -> "TextAnalyzer":
    from tantivy import TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.simple()).build()


def _phrase(text: str) -> list[tuple[int, str]]:
    """Return the stems of a phrase with their places in it; of words that every text has, the place stays empty."""
    stems = enumerate(_analyzer().analyze(word) for word in _splitter().analyze(text))
    found = [(place, stem[0]) for place, stem in stems if stem]
    return [(place - found[0][0], stem) for place, stem in found]


def _among(index: "Index", query: "Query", positions: list[int]) -> "Query":
    from tantivy import Occur, Query

    named = Query.const_score_query(Query.term_set_query(index.schema, _PLACE, positions), 0.0)
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, named)])


def _marked(snippet: object) -> tuple[tuple[str, bool], ...]:
    """Return a snippet in parts, True where a word of the query is; empty where it has none."""
    text = snippet.fragment().encode()  # type: ignore[attr-defined]
    parts: list[tuple[str, bool]] = []
    end = 0
    for place in snippet.highlighted():  # type: ignore[attr-defined]
        if place.start > end:
            parts.append((text[end : place.start].decode(), False))
        parts.append((text[place.start : place.end].decode(), True))
        end = place.end
    return (*parts, (text[end:].decode(), False)) if parts else ()


def _reason(field: Field, parts: tuple[tuple[str, bool], ...]) -> Reason:
    words = tuple(dict.fromkeys(text.lower() for text, is_word in parts if is_word))
    return Reason(field.title, words, () if field.is_shown else parts)
