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
    """A text as it is compared: its words and its numbers with their counts, and the numbers in their order."""

    words: Counter[str]
    numbers: Counter[str]
    sequence: tuple[str, ...]
    characters: int  # letters and digits


def words_of(text: str) -> Words:
    """Return the words and numbers of a text, case folded, in compatibility form."""
    folded = _folded(text)
    sequence = tuple(number.replace("−", "-") for number in _NUMBER.findall(folded))
    return Words(
        words=Counter(_WORD.findall(folded)),
        numbers=Counter(sequence),
        sequence=sequence,
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


def same_numbers(left: Words, right: Words, *, in_order: float = 0.9) -> bool:
    """Tell whether two tables hold the same numbers, that share of them in the same places of the order.

    The order matters where there are few different ones: tables of zeros and ones often have as many of each.
    """
    if left.numbers != right.numbers:
        return False
    places = sum(one == other for one, other in zip(left.sequence, right.sequence, strict=True))
    few = len(left.numbers) < len(left.sequence) / 2
    return not few or places >= in_order * len(left.sequence)


def numbers_conflict(left: Words, right: Words) -> bool:
    """Tell whether each of two captions has a number that the other lacks; a shortened one lacks only its own."""
    return bool(left.numbers - right.numbers) and bool(right.numbers - left.numbers)


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
