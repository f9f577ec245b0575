"""Pairs that repeat another one: exactly by pixels, or nearly by embedding, alignment and texts."""

import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.agreement import (
    Words,
    number_agreement,
    number_signature,
    numbers_conflict,
    same_numbers,
    word_agreement,
    words_of,
)
from curation.alignment import Thumbnails, remaining_difference
from curation.embed_descriptor import IDENTITY as DESCRIPTOR
from curation.level import Level
from curation.neighbours import Block, SearchParameters, matches_within
from schemas.annotations import DuplicateRow

VERSION = "2"  # 1: exact pixels; near by levels of evidence; no chaining; 2: pictures are aligned

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
    """Thresholds, of which the cosines belong to one embedder; the defaults are the descriptor's.

    The less the texts say, the more the images must:

    - `agreed`: captions or table texts agree.
    - `silent`: there is no text to compare.
    - `opposed`: texts or their numbers differ, or both stand in one paper, where plots that differ in one
      curve or in a legend leave 0.24 and more.
    - `table`: tables whose captions agree, without text to compare.

    The differences rest on 110 real and 60 invented pictures, copied in eleven ways each, and on 216 look-alike
    figures (`benchmarks/curation.py` measures anew): 97 % of the copies leave at most 0.44, those that are only
    scaled, blurred, grey or saved as JPEG 0.15; look-alikes leave 0.72 at least, all but two above 0.95.
    Thumbnails cannot tell tables of one layout apart (0.10), so their texts must.
    """

    embedder: str = DESCRIPTOR
    agreed: Level = field(default=Level(similarity=0.80, difference=0.5))
    silent: Level = field(default=Level(similarity=0.85, difference=0.45))
    opposed: Level = field(default=Level(similarity=0.95, difference=0.15))
    table: Level = field(default=Level(similarity=0.95, difference=0.05))
    caption_agreement: float = 0.6  # Dice coefficient of the words
    caption_characters: int = 30  # shorter captions ("Results.") say nothing
    table_agreement: float = 0.9  # Dice coefficient of the words of two tables; their numbers must be equal
    ocr_agreement: float = 0.8  # the same where OCR read one of the two, which errs
    ocr_words: int = 5  # fewer words seen are no text
    nearest: int = 8  # images that one is held against, the most similar first
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

    `similarity` is the cosine for pairs whose texts agree; the stricter levels then lie at two thirds and a
    quarter of its distance from 1. It may be left out for the descriptor only.

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
    default = DedupeParameters()
    return DedupeParameters(
        embedder=embedder,
        agreed=Level(similarity=similarity, difference=default.agreed.difference),
        silent=Level(similarity=1 - rest * 2 / 3, difference=default.silent.difference),
        opposed=Level(similarity=1 - rest / 4, difference=default.opposed.difference),
        table=Level(similarity=1 - rest / 4, difference=default.table.difference),
    )


def find_duplicates(
    table: pa.Table,
    embeddings: npt.NDArray[np.float32],
    thumbnails: Thumbnails,
    *,
    embedder: str,
    parameters: DedupeParameters,
) -> DedupeResult:
    """Return which pairs repeat a better one that is kept, with the evidence.

    The pairs are taken from the best to the worst (licence openness, pixels, a file before a typeset table,
    later version, pair_id), those with the same pixels together; each is removed when it repeats one that is
    already kept, so every removed pair was itself compared with its representative. A panel and its own whole
    figure never repeat each other, and panels of one figure do only with the same pixels.

    Args:
        table: the columns of COLUMNS.
        embeddings: unit vectors of shape (len(table), d), in the table's order.
        thumbnails: one a pair, in the table's order.
        embedder: identity of the embedder that made the embeddings.
        parameters: thresholds for that embedder.

    Raises:
        ValueError: the thresholds belong to another embedder, or the shapes do not match.
    """
    if embedder != parameters.embedder:
        raise ValueError(
            f"The thresholds belong to the embedder {parameters.embedder!r}, the embeddings to {embedder!r}; "
            f"calibrate thresholds for this embedder."
        )
    if embeddings.ndim != 2 or len(embeddings) != len(table) or len(thumbnails) != len(table):
        raise ValueError(
            f"{len(table)} pairs cannot have embeddings of shape {embeddings.shape} and {len(thumbnails)} thumbnails"
        )
    if len(table) == 0:
        return DedupeResult((), 0, "flat", None)
    order = _best_first(table)
    ordered = table.select(COLUMNS.names).take(pa.array(order))
    vectors = np.ascontiguousarray(embeddings[order], dtype=np.float32)
    return _Comparison(ordered, vectors, thumbnails.take(order), parameters).run()


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
        self,
        table: pa.Table,
        vectors: npt.NDArray[np.float32],
        thumbnails: Thumbnails,
        parameters: DedupeParameters,
    ) -> None:
        self.thumbnails = thumbnails
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
        pixels: dict[str, list[int]] = defaultdict(list)
        for row, digest in enumerate(table.column("pixel_sha256").to_pylist()):
            pixels[digest].append(row)
        self.images = list(pixels.values())  # rows of each distinct image, from the best to the worst
        self.words = functools.lru_cache(maxsize=20_000)(self._words)

    def run(self) -> DedupeResult:
        """Walk from best to worst and keep what repeats nothing kept."""
        firsts = np.array([rows[0] for rows in self.images], dtype=np.int64)
        found, name, recall = matches_within(
            self.vectors[firsts],
            threshold=self.parameters.agreed.similarity,
            parameters=self.parameters.search,
        )
        signatures = self._signatures(firsts)
        kept: list[list[int]] = []
        removed: list[DuplicateRow] = []
        candidates = 0
        for block in found:
            for image, near in _earlier(block, signatures):
                self._keep_until(image, kept, removed)
                candidates += len(near)
                self._keep(image, near[: self.parameters.nearest], kept, removed)
        self._keep_until(len(self.images), kept, removed)
        removed.sort(key=lambda duplicate: duplicate.pair_id)
        return DedupeResult(tuple(removed), candidates, name, recall)

    def _keep_until(self, end: int, kept: list[list[int]], removed: list[DuplicateRow]) -> None:
        """Walk over images that nothing resembles."""
        for image in range(len(kept), end):
            self._keep(image, [], kept, removed)

    def _keep(
        self, image: int, near: Sequence[int], kept: list[list[int]], removed: list[DuplicateRow]
    ) -> None:
        """Append the rows of an image that are kept, and the evidence against the others."""
        stay: list[int] = []
        for row in self.images[image]:
            found = self._exact(row, stay) or self._near(row, near, kept)
            if found is None:
                stay.append(row)
            else:
                removed.append(found)
        kept.append(stay)

    def _signatures(self, firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the numbers of each distinct image's table as one hash; 0 where it is open."""
        values = np.zeros(len(firsts), dtype=np.int64)
        for place, row in enumerate(firsts.tolist()):
            if len(self.images[place]) == 1:
                values[place] = number_signature(self.table_texts[row].as_py())
        return values

    def _exact(self, row: int, kept: list[int]) -> DuplicateRow | None:
        for other in kept:
            if not self._same_figure(row, other):
                return self._row(row, other, "exact_pixels", (0.0, None))
        return None

    def _near(self, row: int, images: Sequence[int], kept: list[list[int]]) -> DuplicateRow | None:
        """Return the evidence against the most similar kept pair that is verified; in a tie the better."""
        others = [
            other
            for image in images
            for other in kept[image]
            if not self._same_figure(row, other) and not self._siblings(row, other)
        ]
        measured = sorted((-self._similarity(row, other), other) for other in others)
        for _, other in measured:
            level, agreement = self._level(row, other)
            if level is None or self._similarity(row, other) < level.similarity:
                continue
            difference = self._difference(row, other)
            if difference <= level.difference:
                return self._row(row, other, "near", (difference, agreement))
        return None

    def _same_figure(self, row: int, other: int) -> bool:
        """Tell whether one is a panel of the other."""
        return self.parents[row] == self.ids[other] or self.parents[other] == self.ids[row]

    def _siblings(self, row: int, other: int) -> bool:
        """Tell whether both are panels of one figure, which are shown together because they differ."""
        return self.parents[row] is not None and self.parents[row] == self.parents[other]

    def _level(self, row: int, other: int) -> tuple[Level | None, float | None]:
        """Return what the images must show, given the texts (None: nothing helps), and how far these agree."""
        p = self.parameters
        same_paper = self.papers[row] == self.papers[other]
        tables, table_agrees = self._table_agreement(row, other)
        if tables is not None:
            agreed = p.opposed if same_paper else p.agreed
            return (agreed if table_agrees else None), tables
        captions = self._caption_agreement(row, other)
        captions_agree = captions is not None and captions >= p.caption_agreement
        if "table" in (self.kinds[row], self.kinds[other]):
            return (p.table if captions_agree else None), captions
        if same_paper:
            return (p.opposed if captions is None or captions_agree else None), captions
        if captions is None:
            return p.silent, None
        if not captions_agree or self._caption_numbers_conflict(row, other):
            return p.opposed, captions
        return (p.agreed if self._same_caption_numbers(row, other) else p.silent), captions

    def _difference(self, row: int, other: int) -> float:
        return remaining_difference(self.thumbnails[other], self.thumbnails[row])

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
            return agreement, same_numbers(left, right) and agreement >= self.parameters.table_agreement
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

    def _caption_numbers_conflict(self, row: int, other: int) -> bool:
        return numbers_conflict(self.words("caption", row), self.words("caption", other))

    def _same_caption_numbers(self, row: int, other: int) -> bool:
        return self.words("caption", row).numbers == self.words("caption", other).numbers

    def _words(self, column: str, row: int) -> Words:
        columns = {"caption": self.captions, "table": self.table_texts, "ocr": self.ocr_texts}
        return words_of(columns[column][row].as_py() or "")

    def _row(self, row: int, other: int, test: str, measured: tuple[float, float | None]) -> DuplicateRow:
        """Return the evidence; `measured` is what remains different and how far the texts agree."""
        difference, agreement = measured
        return DuplicateRow(
            pair_id=self.ids[row],
            duplicate_group=self.ids[other],
            duplicate_test=test,
            similarity=round(self._similarity(row, other), 6),
            difference=round(difference, 6),
            phash_distance=self._distance(row, other),
            text_similarity=None if agreement is None else round(agreement, 6),
            cross_source=self.sources[row] != self.sources[other],
        )


def _earlier(block: Block, signatures: npt.NDArray[np.int64]) -> Iterator[tuple[int, list[int]]]:
    """Yield each image of a block with the better ones that resemble it, the most similar first.

    Typeset tables of one layout resemble each other by the thousand; their numbers tell them apart.
    """
    left, right = block.query, block.match
    hopeful = right < left
    either = (signatures[left] == 0) | (signatures[right] == 0)
    hopeful &= either | (signatures[left] == signatures[right])
    left, right, similarity = left[hopeful], right[hopeful], block.similarity[hopeful]
    order = np.lexsort((right, -similarity, left))
    left, right = left[order], right[order]
    if not len(left):
        return
    starts = np.flatnonzero(np.diff(left, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(left)], strict=True):
        yield int(left[start]), right[start:end].tolist()
