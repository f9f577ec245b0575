"""How far two captions or two tables say the same: words, and the numbers above all."""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

VERSION = "1"  # 1: Dice coefficient over words, multiset of numbers

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)*")
TEXT_LIMIT = 20_000  # characters compared of one text


@dataclass(frozen=True)
class Words:
    """A text as it is compared: its words and its numbers with their counts."""

    words: Counter[str]
    numbers: Counter[str]
    characters: int  # letters and digits


def words_of(text: str) -> Words:
    """Return the words and numbers of a text, case folded, in compatibility form."""
    folded = _folded(text)
    return Words(
        words=Counter(_WORD.findall(folded)),
        numbers=Counter(number.replace("−", "-") for number in _NUMBER.findall(folded)),
        characters=sum(character.isalnum() for character in folded),
    )


def word_agreement(left: Words, right: Words) -> float:
    """Return the Dice coefficient of two texts' words, 0 to 1 (1 where neither has any)."""
    total = left.words.total() + right.words.total()
    return 2 * (left.words & right.words).total() / total if total else 1.0


def number_agreement(left: Words, right: Words) -> float:
    """Return the share of numbers that two texts have in common, 0 to 1 (1 where neither has any)."""
    union = (left.numbers | right.numbers).total()
    return (left.numbers & right.numbers).total() / union if union else 1.0


def caption_key(caption: str, *, least: int) -> str | None:
    """Return a hash of a caption's letters and digits; None where there are fewer than `least`."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", caption).casefold() if c.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest() if len(letters) >= least else None


def number_signature(text: str | None) -> int:
    """Return a 63-bit hash of a table's numbers in any order, or 0 where there is no text."""
    if not text or not text.strip():
        return 0
    numbers = sorted(words_of(text).numbers.elements())
    return int.from_bytes(hashlib.sha256("\0".join(numbers).encode()).digest()[:8], "big") >> 1 or 1


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:TEXT_LIMIT]).casefold()
