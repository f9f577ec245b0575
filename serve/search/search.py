"""Search in words over one release: the index of its words and the vectors of its pictures, made one list."""

import functools
import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq

from serve.release import Copies, Filter, Near, ReleaseIndex, Similar, copy_name
from serve.search.asking import Asked, parse_query
from serve.search.fusion import Ranked, fuse
from serve.search.words import Reason, Words, build_words, open_words

VERSION = "1"
DEPTH = 1000  # of each list that is fused
LISTED = 240  # pairs listed, as of what is near
NEAR_IN_PICTURE = 50  # of the nearest pictures it is said that they are near
# How much the list by the pictures' vectors counts beside that by words, which counts 1. The shipped model sees
# little of what a text speaks of: its list breaks ties, and goes on where no word is found; 0.1 cost 0.03 of MRR.
PICTURE_WEIGHT = 0.01
KEPT_SEARCHES = 64
ROWS_AT_ONCE = 1000

# Which columns of a pair are the fields of the index; releases of earlier code may lack some.
_COLUMNS = {
    "caption": ("caption",),
    "parent": ("parent_caption",),
    "mentions": ("mentions",),
    "table": ("table_text",),
    "picture": ("ocr_text",),
    "title": ("title",),
}


@dataclass(frozen=True)
class Hit:
    """A pair that was found: its place in the release, its score, and the reasons."""

    position: int
    score: float
    reasons: tuple[Reason, ...]


class Search:
    """Finds pairs of one release by words, and by what `Similar` compares.

    Args:
        index: the opened release.
        similar: its vectors.
        copies: where the index of words is kept from start to start; in memory where None.
    """

    def __init__(self, index: ReleaseIndex, similar: Similar, copies: Copies | None = None) -> None:
        self.similar = similar
        self._index = index
        self._copies = copies
        self._words: Words | None = None
        self._opening = threading.Lock()
        self._found = functools.lru_cache(maxsize=KEPT_SEARCHES)(self._find)

    def prepare(self, stopped: threading.Event) -> None:
        """Make ready what the first search asks for; early ended once the event is set.

        Raises:
            OSError: the index cannot be written.
        """
        self._read(stopped)
        self.similar.prepare(stopped)

    def nearest(self, wanted: Filter) -> Near | None:
        """Return the pairs of a filter in the order that it asks for; None where it names nothing to be near to.

        Of a text, the first pairs; their similarity is that of the picture, where it is among the nearest.
        """
        words = text_of(wanted)
        return self._found(words, wanted.without_like()) if words else self.similar.nearest(wanted)

    def reasons(self, wanted: Filter, near: Near, first: int, count: int) -> dict[int, tuple[Reason, ...]]:
        """Return why pairs of a list were found, `count` of them from the place `first`; nothing for a picture."""
        words = text_of(wanted)
        part = slice(first, first + count)
        if not words:
            return {}
        found = self._read().reasons(parse_query(words), near.positions[part])
        return {
            place: (*found.get(place, ()), *_in_picture(similarity))
            for place, similarity in zip(near.positions[part], near.similarities[part], strict=True)
        }

    def hits(self, wanted: Filter, count: int) -> list[Hit]:
        """Return the first pairs that a filter asks for, with their reasons."""
        near = self.nearest(wanted)
        if near is None:
            return []
        reasons = self.reasons(wanted, near, 0, count)
        scores = near.scores or near.similarities
        return [
            Hit(place, float(score or 0.0), reasons.get(place) or _in_picture(score))
            for place, score in zip(near.positions[:count], scores[:count], strict=True)
        ]

    def _find(self, words: str, wanted: Filter) -> Near:
        asked = parse_query(words)
        mask = self.similar.matching.mask(wanted)
        by_words = self._read().best(asked, mask, DEPTH)
        pictures = self._by_picture(asked, wanted)
        if asked.is_strict:
            having = set(by_words)
            pictures = {place: value for place, value in pictures.items() if place in having}
        fused = fuse([Ranked(by_words), Ranked(list(pictures), PICTURE_WEIGHT)], LISTED)
        nearest = dict(list(pictures.items())[:NEAR_IN_PICTURE])
        return Near(
            tuple(place for place, _ in fused),
            tuple(nearest.get(place) for place, _ in fused),
            tuple(score for _, score in fused),
        )

    def _by_picture(self, asked: Asked, wanted: Filter) -> dict[int, float]:
        """Return the similarity of the pictures nearest to a text, nearest first; empty where texts are not read."""
        vector = self.similar.vector(f"text:{asked.wished}")
        if vector is None:
            return {}
        near = self.similar.nearest_to(vector, wanted, DEPTH)
        return {
            place: float(value or 0.0) for place, value in zip(near.positions, near.similarities, strict=True)
        }

    def _read(self, stopped: threading.Event | None = None) -> Words:
        with self._opening:
            if self._words is None:
                self._words = self._open(stopped or threading.Event())
            return self._words

    def _open(self, stopped: threading.Event) -> Words:
        texts = _texts(self._index, stopped)
        if self._copies is None:
            return build_words(texts)
        name = _name(self._index.folder)
        entry = self._copies.find(name)
        if entry is not None:
            try:
                return open_words(entry)
            except ValueError:
                self._copies.remove(name)  # damaged
        return open_words(self._copies.add(name, lambda aside: _write(texts, aside)))


def text_of(wanted: Filter) -> str:
    """Return the words that pairs are to be near to; empty where they are to be near to something else."""
    kind, _, text = wanted.like.partition(":")
    return text.strip() if kind == "text" else ""


def _in_picture(similarity: float | None) -> tuple[Reason, ...]:
    return () if similarity is None else (Reason(f"near in picture ({similarity:.2f})"),)


def _name(folder: Path) -> str:
    stated = hashlib.sha256(f"{VERSION} {version('tantivy')}".encode()).hexdigest()[:8]
    return f"{copy_name(folder)}-words-{stated}"


def _write(texts: Iterator[tuple[int, Mapping[str, Sequence[str]]]], folder: Path) -> None:
    build_words(texts, folder)


def _texts(
    index: ReleaseIndex, stopped: threading.Event
) -> Iterator[tuple[int, Mapping[str, Sequence[str]]]]:
    """Yield the place and the texts of every pair, in the order of the release.

    Raises:
        InterruptedError: the event was set.
    """
    for part in index.parts:
        file = pq.ParquetFile(part.path)
        names = {
            field: [n for n in columns if n in file.schema_arrow.names] for field, columns in _COLUMNS.items()
        }
        columns = [name for found in names.values() for name in found]
        place = part.start
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=columns, use_threads=False):
            if stopped.is_set():
                raise InterruptedError("the page was ended")
            for row in batch.to_pylist():
                yield place, {field: _values(row, found) for field, found in names.items()}
                place += 1


def _values(row: Mapping[str, object], columns: Sequence[str]) -> list[str]:
    values: list[str] = []
    for name in columns:
        value = row[name]
        values += [str(v) for v in value if v] if isinstance(value, list) else [str(value)] if value else []
    return values
