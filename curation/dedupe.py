"""Pairs that repeat another one: exactly by pixels, or nearly by embedding, perceptual hash and texts."""

import functools
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.agreement import Words, number_agreement, number_signature, word_agreement, words_of
from curation.embed_descriptor import IDENTITY as DESCRIPTOR
from curation.level import Level
from curation.neighbours import SearchParameters, matches_within
from schemas.annotations import DuplicateRow

VERSION = "1"  # 1: exact pixels; near by three levels of evidence; no chaining

# The narrow columns that the search reads, one row per pair, in any order.
COLUMNS = pa.schema(
    [
        pa.field("pair_id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("paper_key", pa.string(), nullable=False),
        pa.field("parent_id", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("license_rank", pa.int8(), nullable=False),  # 0 is the most open
        pa.field("pixels", pa.int64(), nullable=False),  # width times height of the original, else as stored
        pa.field("origin", pa.string(), nullable=False),
        pa.field("version", pa.int32()),
        pa.field("pixel_sha256", pa.string(), nullable=False),
        pa.field("phash", pa.uint64(), nullable=False),
        pa.field("caption", pa.string(), nullable=False),
        pa.field("table_text", pa.string()),
        pa.field("ocr_text", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True)
class DedupeParameters:
    """Thresholds, which belong to one embedder. Those of the descriptor were measured on 235 images.

    The less the texts say, the more the images must:

    - `agreed`: captions or table texts agree. 95 % of copies halved or saved as JPEG of quality 30 are above
      0.98, of those at a third above 0.92; plots on the same axes reach 0.97, and captions tell them apart.
    - `framed`: the texts agree, and the embedding, which leaves margins out, is so close that a hash which a
      wider border changed counts little.
    - `silent`: there is no text to compare.
    - `opposed`: texts differ, or both stand in one paper, where plots that differ in one curve reached 0.997
      at 2 bits.
    """

    embedder: str = DESCRIPTOR
    agreed: Level = field(default=Level(similarity=0.90, bits=12))
    framed: Level = field(default=Level(similarity=0.975, bits=32))
    silent: Level = field(default=Level(similarity=0.98, bits=6))
    opposed: Level = field(default=Level(similarity=0.998, bits=2))
    caption_agreement: float = 0.6  # Dice coefficient of the words
    caption_characters: int = 30  # shorter captions ("Results.") say nothing
    table_agreement: float = 0.9  # Dice coefficient of the words of two tables; their numbers must be equal
    ocr_agreement: float = 0.8  # the same where OCR read one of the two, which errs
    ocr_words: int = 5  # fewer words seen are no text
    search: SearchParameters = field(default=SearchParameters())


@dataclass(frozen=True)
class DedupeResult:
    """The pairs to remove, by pair_id, and how the search was done (`recall` is None for a flat one)."""

    rows: tuple[DuplicateRow, ...]
    candidates: int
    index: str
    recall: float | None


def dedupe_parameters(embedder: str, *, similarity: float | None = None) -> DedupeParameters:
    """Return the parameters for an embedder identity.

    `similarity` is the cosine for pairs whose texts agree; the stricter levels then lie at a quarter, a
    fifth and a twentieth of its distance from 1. It may be left out for the descriptor only.

    Raises:
        ValueError: there is no measured threshold for this embedder and none is given.
    """
    if similarity is None:
        if embedder == DESCRIPTOR:
            return DedupeParameters()
        raise ValueError(
            f"There is no measured duplicate threshold for the embedder {embedder!r}, and one of another "
            f"model means nothing for it; give a cosine similarity."
        )
    if not 0 < similarity < 1:
        raise ValueError(f"a duplicate threshold is a cosine between 0 and 1, not {similarity}")
    rest = 1 - similarity
    return DedupeParameters(
        embedder=embedder,
        agreed=Level(similarity=similarity, bits=12),
        framed=Level(similarity=1 - rest / 4, bits=32),
        silent=Level(similarity=1 - rest / 5, bits=6),
        opposed=Level(similarity=1 - rest / 20, bits=2),
    )


def find_duplicates(
    table: pa.Table, embeddings: npt.NDArray[np.float32], *, embedder: str, parameters: DedupeParameters
) -> DedupeResult:
    """Return which pairs repeat a better one that is kept, with the evidence.

    The pairs are taken from the best to the worst (licence openness, pixels, a file before a typeset table,
    later version, pair_id); each is removed when it repeats one that is already kept, so every removed pair
    was itself compared with its representative. A panel and its own whole figure never repeat each other.

    Args:
        table: the columns of COLUMNS.
        embeddings: unit vectors of shape (len(table), d), in the table's order.
        embedder: identity of the embedder that made them.
        parameters: thresholds for that embedder.

    Raises:
        ValueError: the thresholds belong to another embedder, or the shapes do not match.
    """
    if embedder != parameters.embedder:
        raise ValueError(
            f"The thresholds belong to the embedder {parameters.embedder!r}, the embeddings to {embedder!r}; "
            f"calibrate thresholds for this embedder."
        )
    if embeddings.ndim != 2 or len(embeddings) != len(table):
        raise ValueError(f"{len(table)} pairs cannot have embeddings of shape {embeddings.shape}")
    if len(table) == 0:
        return DedupeResult((), 0, "flat", None)
    ordered = table.select(COLUMNS.names).take(pa.array(_best_first(table)))
    vectors = np.ascontiguousarray(embeddings[_best_first(table)], dtype=np.float32)
    return _Comparison(ordered, vectors, parameters).run()


def _best_first(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return row numbers from the pair to keep first to the one to keep last."""
    typeset = np.array(table.column("origin").to_pylist(), dtype=object) == "typeset"
    keys = (
        np.array(table.column("pair_id").to_pylist(), dtype=np.str_),
        -table.column("version")
        .combine_chunks()
        .fill_null(0)
        .to_numpy(zero_copy_only=False)
        .astype(np.int64),
        typeset,
        -table.column("pixels").to_numpy(),
        table.column("license_rank").to_numpy(),
    )
    return np.lexsort(keys)


class _Comparison:
    """One search over pairs that are sorted from best to worst."""

    def __init__(
        self, table: pa.Table, vectors: npt.NDArray[np.float32], parameters: DedupeParameters
    ) -> None:
        self.parameters = parameters
        self.vectors = vectors
        self.ids: list[str] = table.column("pair_id").to_pylist()
        self.sources: list[str] = table.column("source").to_pylist()
        self.papers: list[str] = table.column("paper_key").to_pylist()
        self.parents: list[str | None] = table.column("parent_id").to_pylist()
        self.kinds: list[str] = table.column("kind").to_pylist()
        self.hashes: npt.NDArray[np.uint64] = table.column("phash").to_numpy()
        self.captions = table.column("caption").combine_chunks()
        self.table_texts = table.column("table_text").combine_chunks()
        self.ocr_texts = table.column("ocr_text").combine_chunks()
        self.members: dict[str, list[int]] = defaultdict(list)
        self.pixels: list[str] = table.column("pixel_sha256").to_pylist()
        for row, pixels in enumerate(self.pixels):
            self.members[pixels].append(row)
        self.words = functools.lru_cache(maxsize=20_000)(self._words)

    def run(self) -> DedupeResult:
        """Walk from best to worst and keep what repeats nothing kept."""
        near, name, recall = self._candidates()
        kept: dict[str, list[int]] = defaultdict(list)
        rows: list[DuplicateRow] = []
        for row, pixels in enumerate(self.pixels):
            found = self._exact(row, kept[pixels]) or self._near(row, near.get(pixels, ()), kept)
            if found is None:
                kept[pixels].append(row)
            else:
                rows.append(found)
        rows.sort(key=lambda duplicate: duplicate.pair_id)
        return DedupeResult(tuple(rows), sum(map(len, near.values())) // 2, name, recall)

    def _candidates(self) -> tuple[dict[str, list[str]], str, float | None]:
        """Return which distinct images resemble each other enough to be looked at more closely."""
        firsts = np.array([rows[0] for rows in self.members.values()], dtype=np.int64)
        vectors, hashes = self.vectors[firsts], self.hashes[firsts]
        signatures = self._signatures(firsts)
        level, search = self.parameters.agreed, self.parameters.search
        blocks, name, recall = matches_within(vectors, threshold=level.similarity, parameters=search)
        framed = self.parameters.framed
        near: dict[str, list[str]] = defaultdict(list)
        for block in blocks:
            left, right = block.query, block.match
            distances = np.bitwise_count(hashes[left] ^ hashes[right])
            hopeful = distances <= level.bits
            hopeful |= (block.similarity >= framed.similarity) & (distances <= framed.bits)
            hopeful &= right < left
            # Typeset tables of one layout resemble each other by the thousand; their numbers tell them apart.
            either = (signatures[left] == 0) | (signatures[right] == 0)
            hopeful &= either | (signatures[left] == signatures[right])
            for one, other in zip(
                firsts[left[hopeful]].tolist(), firsts[right[hopeful]].tolist(), strict=True
            ):
                near[self.pixels[one]].append(self.pixels[other])
                near[self.pixels[other]].append(self.pixels[one])
        return near, name, recall

    def _signatures(self, firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the numbers of each distinct image's table as one hash; 0 where it is open."""
        values = np.zeros(len(firsts), dtype=np.int64)
        for place, row in enumerate(firsts.tolist()):
            if len(self.members[self.pixels[row]]) == 1:
                values[place] = number_signature(self.table_texts[row].as_py())
        return values

    def _exact(self, row: int, kept: list[int]) -> DuplicateRow | None:
        for other in kept:
            if not self._same_figure(row, other):
                return self._row(row, other, "exact_pixels", None)
        return None

    def _near(
        self, row: int, images: list[str] | tuple[str, ...], kept: dict[str, list[int]]
    ) -> DuplicateRow | None:
        """Return the evidence against the most similar kept pair that is verified; in a tie the better."""
        others = [
            other for pixels in images for other in kept.get(pixels, ()) if not self._same_figure(row, other)
        ]
        measured = sorted((-self._similarity(row, other), other) for other in others)
        for _, other in measured:
            verified, agreement = self._verify(row, other)
            if verified:
                return self._row(row, other, "near", agreement)
        return None

    def _same_figure(self, row: int, other: int) -> bool:
        """Tell whether one is a panel of the other."""
        return self.parents[row] == self.ids[other] or self.parents[other] == self.ids[row]

    def _verify(self, row: int, other: int) -> tuple[bool, float | None]:
        """Return whether images and texts together show one picture, and how far the texts agree."""
        parameters = self.parameters
        same_paper = self.papers[row] == self.papers[other]
        tables, table_agrees = self._table_agreement(row, other)
        captions = self._caption_agreement(row, other)
        captions_agree = captions is not None and captions >= parameters.caption_agreement
        if tables is not None and not table_agrees:
            return False, tables
        if tables is not None:
            if same_paper:
                return self._shows(row, other, parameters.opposed), tables
            return self._shows_agreed(row, other), tables
        if "table" in (self.kinds[row], self.kinds[other]):
            return captions_agree and self._shows(row, other, parameters.opposed), captions
        if same_paper:
            return (captions is None or captions_agree) and self._shows(
                row, other, parameters.opposed
            ), captions
        if captions is None:
            return self._shows(row, other, parameters.silent), None
        if not captions_agree:
            return self._shows(row, other, parameters.opposed), captions
        if self._same_caption_numbers(row, other):
            return self._shows_agreed(row, other), captions
        return self._shows(row, other, parameters.silent), captions

    def _shows_agreed(self, row: int, other: int) -> bool:
        agreed, framed = self.parameters.agreed, self.parameters.framed
        return self._shows(row, other, agreed) or self._shows(row, other, framed)

    def _shows(self, row: int, other: int, level: Level) -> bool:
        similar = self._similarity(row, other) >= level.similarity
        return similar and self._distance(row, other) <= level.bits

    def _similarity(self, row: int, other: int) -> float:
        left, right = self.vectors[row].astype(np.float64), self.vectors[other].astype(np.float64)
        return float((left * right).sum())

    def _distance(self, row: int, other: int) -> int:
        return (int(self.hashes[row]) ^ int(self.hashes[other])).bit_count()

    def _table_agreement(self, row: int, other: int) -> tuple[float | None, bool]:
        """Return how far the texts inside two images agree, None without texts, and whether that suffices."""
        left, right = self.words("table", row), self.words("table", other)
        if left.words and right.words:
            agreement = word_agreement(left, right)
            return agreement, left.numbers == right.numbers and agreement >= self.parameters.table_agreement
        left = left if left.words else self.words("ocr", row)
        right = right if right.words else self.words("ocr", other)
        if min(left.words.total(), right.words.total()) < self.parameters.ocr_words:
            return None, False
        agreement = min(word_agreement(left, right), number_agreement(left, right))
        return agreement, agreement >= self.parameters.ocr_agreement

    def _caption_agreement(self, row: int, other: int) -> float | None:
        left, right = self.words("caption", row), self.words("caption", other)
        if min(left.characters, right.characters) < self.parameters.caption_characters:
            return None
        return word_agreement(left, right)

    def _same_caption_numbers(self, row: int, other: int) -> bool:
        return self.words("caption", row).numbers == self.words("caption", other).numbers

    def _words(self, column: str, row: int) -> Words:
        columns = {"caption": self.captions, "table": self.table_texts, "ocr": self.ocr_texts}
        return words_of(columns[column][row].as_py() or "")

    def _row(self, row: int, other: int, test: str, agreement: float | None) -> DuplicateRow:
        return DuplicateRow(
            pair_id=self.ids[row],
            duplicate_group=self.ids[other],
            duplicate_test=test,
            similarity=round(self._similarity(row, other), 6),
            phash_distance=self._distance(row, other),
            text_similarity=None if agreement is None else round(agreement, 6),
            cross_source=self.sources[row] != self.sources[other],
        )
