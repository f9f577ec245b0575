"""BERT's word pieces without torch: the same numbers as the uncased tokenizers of BERT give."""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

VERSION = "1"  # 1: lower case, accents off, signs apart, cut at the context's end

LONGEST = 100  # letters of a word; a longer one is unknown, as in BERT
UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
# Signs that Unicode does not call punctuation, and BERT does.
_ASCII_SIGNS = frozenset("$+<=>^`|~")


@functools.lru_cache(maxsize=4)
def read_vocabulary(path: Path) -> dict[str, int]:
    """Return the numbers of the pieces, one a line of the file. Raises OSError, UnicodeDecodeError."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return {line: number for number, line in enumerate(lines) if line}


def tokenize(texts: Sequence[str], vocabulary: dict[str, int], *, context: int) -> npt.NDArray[np.int64]:
    """Return tokens of shape (n, longest), zero after a text's end; a longer text is cut and ended.

    Args:
        texts: what is cut up.
        vocabulary: each piece's number; 0 is padding.
        context: how many tokens a text has at most, its start and end among them.
    """
    cut = [_pieces(text, vocabulary, context - 2) for text in texts]
    rows = np.zeros((len(texts), max((len(row) for row in cut), default=0) + 2), np.int64)
    for row, found in zip(rows, cut, strict=True):
        row[: len(found) + 2] = [vocabulary[START], *found, vocabulary[END]]
    return rows


def _pieces(text: str, vocabulary: dict[str, int], most: int) -> list[int]:
    found: list[int] = []
    for word in _words(text):
        found += _of_word(word, vocabulary)
        if len(found) >= most:
            break
    return found[:most]


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case without accents, each sign and each Chinese letter a word."""
    plain = unicodedata.normalize("NFD", "".join(map(_cleaned, text)))
    for word in plain.split():
        start = 0
        # Letter by letter: a sigma that ends a word is none of its own.
        letters = "".join(letter.lower() for letter in word if unicodedata.category(letter) != "Mn")
        for place, letter in enumerate(letters):
            if _is_sign(letter):
                yield from filter(None, (letters[start:place], letter))
                start = place + 1
        if start < len(letters):
            yield letters[start:]


def _cleaned(letter: str) -> str:
    if letter in "\t\n\r" or unicodedata.category(letter) == "Zs":
        return " "
    if letter in "\0\ufffd" or unicodedata.category(letter).startswith("C"):
        return ""
    return f" {letter} " if _is_chinese(ord(letter)) else letter


def _is_sign(letter: str) -> bool:
    return letter in _ASCII_SIGNS or unicodedata.category(letter).startswith("P")


def _is_chinese(point: int) -> bool:
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0x20000 <= point <= 0x2A6DF
        or 0x2A700 <= point <= 0x2CEAF
        or 0xF900 <= point <= 0xFAFF
        or 0x2F800 <= point <= 0x2FA1F
    )


def _of_word(word: str, vocabulary: dict[str, int]) -> list[int]:
    """Return the longest pieces that make up a word, from its beginning on; unknown where some letter is in none."""
    if len(word) > LONGEST:
        return [vocabulary[UNKNOWN]]
    found, start = list[int](), 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(vocabulary[piece])
                start = end
                break
        else:
            return [vocabulary[UNKNOWN]]
    return found
