"""What the texts of two pairs say about whether their pictures may be one: how much the pictures must then show."""

import functools

import pyarrow as pa
import pyarrow.compute as pc

from curation.duplicates.parameters import DedupeParameters
from curation.similarity import (
    Level,
    Words,
    codes_of,
    number_agreement,
    number_signature,
    numbers_conflict,
    same_numbers,
    word_agreement,
    words_of,
)


class PairTexts:
    """Captions and texts of pairs by row number; they stay in Arrow, the words of recent ones are kept."""

    def __init__(self, table: pa.Table, parameters: DedupeParameters) -> None:
        self.parameters = parameters
        self.papers = codes_of(table.column("paper_key"))
        self.are_tables = pc.equal(table.column("kind"), "table").to_numpy()
        self.captions = table.column("caption").combine_chunks()
        self.table_texts = table.column("table_text").combine_chunks()
        self.ocr_texts = table.column("ocr_text").combine_chunks()
        self.words = functools.lru_cache(maxsize=20_000)(self._words)
        self.level = functools.lru_cache(maxsize=20_000)(self._level)  # asked again by the one who decides

    def signature(self, row: int) -> int:
        """Return a hash of the numbers of a pair's table, 0 where it has no text."""
        return number_signature(self.table_texts[row].as_py())

    def _level(self, row: int, other: int) -> tuple[Level | None, float | None]:
        """Return what the images must show, given the texts (None: nothing helps), and how far these agree."""
        p = self.parameters
        same_paper = self.papers[row] == self.papers[other]
        tables, table_agrees = self._table_agreement(row, other)
        if tables is not None:
            agreed = p.opposed if same_paper else p.agreed
            return (agreed if table_agrees else None), tables
        shared = self._shared_words(row, other)
        if shared is not None and shared < p.figure_words:
            return None, shared
        captions = self._caption_agreement(row, other)
        captions_agree = captions is not None and captions >= p.caption_agreement
        if self.are_tables[row] or self.are_tables[other]:
            return (p.table if captions_agree else None), captions
        if same_paper:
            return (p.opposed if captions is None or captions_agree else None), captions
        if captions is None:
            return p.silent, None
        if not captions_agree or self._caption_numbers_conflict(row, other):
            return p.opposed, captions
        return (p.agreed if self._same_caption_numbers(row, other) else p.silent), captions

    def _table_agreement(self, row: int, other: int) -> tuple[float | None, bool]:
        """Return how far the texts inside two images agree, None without texts, and whether that suffices."""
        left, right = self.words("table", row), self.words("table", other)
        if left.words and right.words:
            agreement = word_agreement(left, right)
            return agreement, same_numbers(left, right) and agreement >= self.parameters.table_agreement
        if not (self.are_tables[row] or self.are_tables[other]):
            return None, False
        left = left if left.words else self.words("ocr", row)
        right = right if right.words else self.words("ocr", other)
        if min(left.words.total(), right.words.total()) < self.parameters.ocr_words:
            return None, False
        agreement = min(word_agreement(left, right), number_agreement(left, right))
        return agreement, agreement >= self.parameters.ocr_agreement

    def _shared_words(self, row: int, other: int) -> float | None:
        """Return which share of the words of one of two figures, that with fewer, the other has, too."""
        if self.are_tables[row] or self.are_tables[other]:
            return None
        left, right = (self.words("ocr", one).words for one in (row, other))
        least = min(left.total(), right.total())
        return (left & right).total() / least if least >= self.parameters.ocr_words else None

    def _caption_agreement(self, row: int, other: int) -> float | None:
        left, right = self.words("caption", row), self.words("caption", other)
        if min(left.characters, right.characters) < self.parameters.caption_characters:
            return None
        return word_agreement(left, right)

    def _caption_numbers_conflict(self, row: int, other: int) -> bool:
        return numbers_conflict(self.words("caption", row), self.words("caption", other))

    def _same_caption_numbers(self, row: int, other: int) -> bool:
        return self.words("caption", row).numbers == self.words("caption", other).numbers

    def _words(self, column: str, row: int) -> Words:
        columns = {"caption": self.captions, "table": self.table_texts, "ocr": self.ocr_texts}
        return words_of(columns[column][row].as_py() or "")
