"""What a float's texts say as hashed terms: words, pairs of words and parts of words, each field for itself."""

import functools
import itertools
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.classes.features import CAPTION_CHARS, head_of, mention_sentences
from schemas.floats import Float

BITS = 18  # a term is known by this many bits of its CRC-32
MENTIONS_CHARS = 4_000
TABLE_TEXT_CHARS = 4_000
PARTS_CHARS = 1_500  # of a caption, whose words are also cut into parts
PARTS = (3, 4, 5)  # letters of a part, with the space before and after the word

_DIGITS = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+|[^\w\s]")
_STOPS = frozenset(".,;:()")


@dataclass(frozen=True, eq=False)
class FieldTerms:
    """The terms of one field: hash and number of occurrences of each, of shape (terms,), and its text as evidence.

    Two terms of the same hash are two terms; a part of a word is no evidence to read, and its text is empty.
    """

    places: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float64]
    shown: Sequence[str]


Terms = Mapping[str, FieldTerms]  # by field

# Field -> how much it counts beside the others; each field's vector has length 1 before that.
FIGURE_FIELDS: Mapping[str, float] = {
    "caption": 1.0,
    "parts": 1.0,
    "head": 0.7,
    "opening": 0.5,
    "parent": 0.5,
    "sentences": 0.5,
    "mentions": 0.4,
    "rule": 0.55,
}
TABLE_FIELDS: Mapping[str, float] = {
    "caption": 0.6,
    "parts": 0.6,
    "head": 0.42,
    "opening": 0.3,
    "header": 0.63,
    "cells": 0.63,
    "stub": 0.45,
    "sentences": 0.58,
    "mentions": 0.4,
    "rule": 0.7,
}
FIELDS: Mapping[str, Mapping[str, float]] = {"figure": FIGURE_FIELDS, "table": TABLE_FIELDS}


def terms_of(kind: str, texts: Mapping[str, str], rule: str | None = None) -> dict[str, FieldTerms]:
    """Return the terms of each field of a kind of float.

    `texts` are those of `texts_of`, `rule` is what the words' rule says, if it was asked.
    """
    found: dict[str, FieldTerms] = {}
    for field in FIELDS[kind]:
        if field == "rule":
            listed: Iterable[str] = [] if rule is None else [f"rule {rule}"]
        elif field == "parts":
            listed = _parts(tokens(texts["caption"][:PARTS_CHARS]))
        elif field == "opening":
            words = tokens(texts["head"])
            listed = ["^ " + " ".join(words[:length]) for length in (1, 2, 3)]
        else:
            listed = _words_and_pairs(tokens(texts[field]))
        found[field] = _counted(field, listed)
    return found


@functools.lru_cache(maxsize=8)  # for a float's texts are asked for in more ways than one
def tokens(text: str) -> tuple[str, ...]:
    """Return words and marks in lower case, every number as 0."""
    return tuple(_TOKEN.findall(_DIGITS.sub("0", text.lower())))


def texts_of(item: Float) -> dict[str, str]:
    """Return the float's texts by the name of their field, each bounded in length."""
    caption = item.caption[:CAPTION_CHARS]
    return {
        "caption": caption,
        "head": head_of(" ".join(caption.split())),
        "parent": (item.parent_caption or "")[:CAPTION_CHARS],
        "sentences": " ".join(mention_sentences(item))[:MENTIONS_CHARS],
        "mentions": " ".join(item.mentions)[:MENTIONS_CHARS],
    } | table_texts(item.table_text or "")


def table_texts(table_text: str) -> dict[str, str]:
    """Return the texts of a table given as tab-separated lines: its header, all cells and the first column."""
    lines = table_text[:TABLE_TEXT_CHARS].split("\n")
    return {
        "header": lines[0].replace("\t", " | "),
        "cells": " || ".join(lines).replace("\t", " | "),
        "stub": " | ".join(line.split("\t", 1)[0] for line in lines),
    }


def _words_and_pairs(words: Sequence[str]) -> Iterator[str]:
    yield from (word for word in words if word[0].isalnum())
    said = [word for word in words if word not in _STOPS]
    yield from (f"{first} {second}" for first, second in itertools.pairwise(said))


def _parts(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if len(word) > 1:
            yield from _parts_of(word)


@functools.lru_cache(maxsize=20_000)
def _parts_of(word: str) -> tuple[str, ...]:
    whole = f" {word} "
    return tuple(whole[at : at + size] for size in PARTS for at in range(len(whole) - size + 1))


def _counted(field: str, listed: Iterable[str]) -> FieldTerms:
    found = Counter(listed)
    places = np.fromiter((_place(field, text) for text in found), np.int64, len(found))
    shown = (
        [text if text[0] == text[-1] == " " else "" for text in found] if field == "parts" else list(found)
    )
    return FieldTerms(places, np.fromiter(found.values(), np.float64, len(found)), shown)


@functools.lru_cache(maxsize=50_000)
def _place(field: str, text: str) -> int:
    return zlib.crc32(f"{field}\t{text}".encode()) & ((1 << BITS) - 1)
