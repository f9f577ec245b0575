"""What a query in words asks for: words that may be there, phrases that must, and words that must not."""

import re
from dataclasses import dataclass

_TERM = re.compile(r'(?:(?<=\s)|^)(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True)
class Asked:
    """A query: `words` as they were typed, `phrases` that a pair must have, and what it must not have."""

    words: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @property
    def is_strict(self) -> bool:
        """Whether it asks for more than an order: phrases, or words that must not be there."""
        return bool(self.phrases or self.excluded)

    @property
    def wished(self) -> str:
        """What a pair should show: all of the query but what it must not have."""
        return " ".join([self.words, *self.phrases]).strip()


def parse_query(text: str) -> Asked:
    """Return what a query asks for: `word`, `"a phrase"`, `-word`, `-"a phrase"`."""
    words: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    for minus, phrase, word in _TERM.findall(" ".join(text.split())):
        term = (phrase or word).strip()
        if term:
            (excluded if minus else phrases if phrase else words).append(term)
    return Asked(" ".join(words), tuple(phrases), tuple(excluded))
