"""Search in words: by captions, mentions, words in the picture and vectors together, each pair with its reasons.

`asking.py` reads a query, `words.py` is the index of words, `fusion.py` makes one list of several, `search.py` does
it for a release that is shown.
"""

from serve.search.asking import Asked, parse_query
from serve.search.fusion import Ranked, fuse
from serve.search.search import LISTED, PICTURE_WEIGHT, Hit, Search, text_of
from serve.search.words import FIELDS, Field, Reason, Words, build_words

__all__ = [
    "FIELDS",
    "LISTED",
    "PICTURE_WEIGHT",
    "Asked",
    "Field",
    "Hit",
    "Ranked",
    "Reason",
    "Search",
    "Words",
    "build_words",
    "fuse",
    "parse_query",
    "text_of",
]
