"""CLIP's byte-pair tokens without torch: the same numbers as open_clip's default tokenizer gives."""

import functools
import gzip
import html
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

VERSION = "1"  # 1: cleaned by ftfy, lower case, cut at the context's end

MERGES = 48_894  # that many byte pairs CLIP reads of its file; later lines are not part of the vocabulary
SPECIAL = ("<start_of_text>", "<end_of_text>")
_PATTERN = rf"{'|'.join(SPECIAL)}|'s|'t|'re|'ve|'m|'ll|'d|\p{{L}}+|\p{{N}}|[^\s\p{{L}}\p{{N}}]+"


@dataclass(frozen=True)
class Vocabulary:
    """Which pairs of tokens become one, by their rank; tokens are numbers.

    The first 256 numbers are bytes inside a word, the next 256 bytes that end one, then come the merged
    pairs in order, and last the start and the end of a text.
    """

    byte: tuple[int, ...]
    merged: dict[tuple[int, int], int]
    start: int

    @property
    def end(self) -> int:
        """The token that ends a text."""
        return self.start + 1


@functools.lru_cache(maxsize=4)
def read_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary of a packed file of byte pairs: a comment, then a pair a line, frequent ones first.

    Raises:
        OSError: the file cannot be read or unpacked.
        ValueError: a line is no pair of tokens that earlier lines made.
    """
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1 : MERGES + 1]
    letters = _letters()
    numbers = {letter: place for place, letter in enumerate(letters.values())}
    numbers |= {f"{letter}</w>": place + 256 for letter, place in numbers.items()}
    merged: dict[tuple[int, int], int] = {}
    for place, line in enumerate(lines):
        parts = line.split()
        if len(parts) != 2 or not set(parts) <= numbers.keys():
            raise ValueError(f"line {place + 2} of {path} is no pair of tokens: {line[:80]!r}")
        merged[numbers[parts[0]], numbers[parts[1]]] = 512 + place
        numbers["".join(parts)] = 512 + place
    places = {value: place for place, value in enumerate(letters)}
    return Vocabulary(tuple(places[value] for value in range(256)), merged, 512 + len(lines))


def tokenize(texts: Sequence[str], vocabulary: Vocabulary, *, context: int) -> npt.NDArray[np.int64]:
    """Return tokens of shape (n, context), zero after a text's end; a longer text is cut and ended."""
    rows = np.zeros((len(texts), context), np.int64)
    for row, text in zip(rows, texts, strict=True):
        tokens = [vocabulary.start, *_encode(text, vocabulary)][: context - 1]
        row[: len(tokens) + 1] = [*tokens, vocabulary.end]
    return rows


def _encode(text: str, vocabulary: Vocabulary) -> list[int]:
    import ftfy
    import regex

    clean = html.unescape(html.unescape(ftfy.fix_text(text)))
    clean = " ".join(clean.split()).lower()
    tokens: list[int] = []
    for word in regex.findall(_PATTERN, clean, regex.IGNORECASE):
        if word in SPECIAL:
            tokens.append(vocabulary.start + SPECIAL.index(word))
        else:
            tokens += _merge(word.encode(), vocabulary)
    return tokens


def _merge(word: bytes, vocabulary: Vocabulary) -> list[int]:
    """Return a word's tokens: of all pairs that stand in it, the most frequent is merged first."""
    tokens = [vocabulary.byte[value] for value in word]
    tokens[-1] += 256
    merged = vocabulary.merged
    while len(tokens) > 1:
        found = [merged[pair] for pair in itertools.pairwise(tokens) if pair in merged]
        if not found:
            break
        best, out, place = min(found), list[int](), 0
        while place < len(tokens):
            if place + 1 < len(tokens) and merged.get((tokens[place], tokens[place + 1])) == best:
                out.append(best)
                place += 2
            else:
                out.append(tokens[place])
                place += 1
        tokens = out
    return tokens


def _letters() -> dict[int, str]:
    """Return the letter by which a file of byte pairs writes each byte, in the order of the vocabulary.

    Printable bytes stand for themselves; the others are written as letters from U+0100 on.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(256) if value not in printable]
    return {value: chr(value) for value in printable} | {
        value: chr(256 + place) for place, value in enumerate(others)
    }
