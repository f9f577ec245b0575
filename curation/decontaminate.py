"""Pairs that overlap what they must not: image sets that a user names, and more protected splits."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.agreement import Words, caption_key, number_agreement, word_agreement, words_of
from curation.dedupe import DedupeParameters
from curation.embed_descriptor import IDENTITY as DESCRIPTOR
from curation.image_sets import SetItem, image_set_name, read_image_set
from curation.level import Level
from curation.neighbours import Index, SearchParameters, build_index, matches
from curation.twins import normal_doi
from schemas.annotations import ContaminationRow
from schemas.reject import RecordError

VERSION = "1"  # 1: pixels, near images, captions, papers; splits by images

# The narrow columns that both searches read; `split` is read by find_split_leaks only.
COLUMNS = pa.schema(
    [
        pa.field("pair_id", pa.string(), nullable=False),
        pa.field("paper_id", pa.string(), nullable=False),
        pa.field("doi", pa.string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("pixel_sha256", pa.string(), nullable=False),
        pa.field("phash", pa.uint64(), nullable=False),
        pa.field("caption", pa.string(), nullable=False),
        pa.field("table_text", pa.string()),
        pa.field("split", pa.string()),
    ]
)

_TESTS = ("exact_pixels", "near", "caption", "paper")  # from the strongest evidence to the weakest
_PROTECTED = ("test", "validation", "train")  # from the most protected split to the least

Floats = npt.NDArray[np.float32]


class NormalImage(Protocol):
    """What the image stage makes of a file: the parts that are compared."""

    @property
    def image(self) -> bytes:
        """PNG or JPEG file."""

    @property
    def pixel_sha256(self) -> str:
        """Hash of the decoded pixels."""

    @property
    def phash(self) -> int:
        """64-bit perceptual hash."""


@dataclass(frozen=True, kw_only=True)
class LeakParameters:
    """Thresholds, looser than those for duplicates, of one embedder; the descriptor's were measured.

    A wrongly removed pair costs little, a leaked one spoils a figure. Tables of one layout reach 0.976 at 4
    bits, so without their text more is asked of them than of figures (0.97 for the most similar plots on the
    same axes).
    """

    embedder: str = DESCRIPTOR
    figure: Level = field(default=Level(similarity=0.95, bits=8))
    framed: Level = field(default=Level(similarity=0.985, bits=32))  # a figure whose border differs
    table: Level = field(default=Level(similarity=0.985, bits=6))
    agreed: Level = field(default=Level(similarity=0.87, bits=14))  # where captions or table texts agree
    caption_agreement: float = 0.6  # Dice coefficient of the words
    caption_characters: int = 30  # letters and digits; shorter captions say nothing
    table_agreement: float = 0.8  # Dice coefficient of the words of two tables
    number_agreement: float = 0.5  # share of common numbers of two tables
    block: int = 64  # items of a set held at once
    search: SearchParameters = field(default=SearchParameters())


@dataclass(frozen=True)
class SetReport:
    """What comparing with one set gave; `unreadable` names the first ten of `unreadable_count` items."""

    name: str
    rows: tuple[ContaminationRow, ...]
    items: int
    unreadable_count: int
    unreadable: tuple[str, ...]


def leak_parameters(duplicates: DedupeParameters) -> LeakParameters:
    """Return thresholds for the embedder that duplicate thresholds were given for, looser than these."""
    if duplicates.embedder == DESCRIPTOR:
        return LeakParameters()
    rest = 1 - duplicates.agreed.similarity
    return LeakParameters(
        embedder=duplicates.embedder,
        figure=Level(similarity=1 - rest / 2, bits=8),
        framed=Level(similarity=1 - rest / 5, bits=32),
        table=Level(similarity=1 - rest / 4, bits=6),
        agreed=Level(similarity=max(0.0, 1 - rest * 1.3), bits=14),
        search=duplicates.search,
    )


def find_contaminated(
    table: pa.Table,
    embeddings: Floats,
    image_set: Path,
    *,
    embedder: str,
    embed: Callable[[Sequence[bytes]], Floats],
    normalise: Callable[[bytes, str], NormalImage],
    parameters: LeakParameters,
) -> SetReport:
    """Return which pairs match an item of an image set, one row per pair with its strongest evidence.

    The set is streamed in blocks. `normalise` takes an image file and its name and gives the same normal form
    that the pairs' images have; where it or `embed` raises RecordError the item counts as unreadable and only
    its caption and paper are compared.

    Raises:
        ImageSetError: the set is missing, empty or damaged.
        ValueError: the thresholds belong to another embedder, or the shapes do not match.
    """
    _check(table, embeddings, embedder, parameters)
    comparison = _SetComparison(table, embeddings, image_set_name(image_set), parameters)
    count, unreadable_count, unreadable = 0, 0, list[str]()
    items = iter(read_image_set(image_set))
    while block := list(islice(items, parameters.block)):
        count += len(block)
        images: list[tuple[SetItem, NormalImage, Floats]] = []
        for item in block:
            comparison.compare_texts(item)
            try:
                if item.image is None:
                    raise RecordError("image_unreadable", "the item has no image")
                normal = normalise(item.image, item.name)
                images.append((item, normal, embed([normal.image])))
            except RecordError:
                unreadable_count += 1
                unreadable.extend([item.name] if len(unreadable) < 10 else [])
        comparison.compare_images(images)
    return SetReport(comparison.name, comparison.rows(), count, unreadable_count, tuple(unreadable))


def find_split_leaks(
    table: pa.Table, embeddings: Floats, *, embedder: str, parameters: LeakParameters
) -> list[ContaminationRow]:
    """Return the pairs of less protected splits that are too similar to one of a more protected split.

    Validation and train are held against test, then train against what is left of validation. One row per
    pair, sorted by pair_id, with its most similar match; `against` is split:test or split:validation.

    Raises:
        ValueError: the thresholds belong to another embedder, or the shapes do not match.
    """
    _check(table, embeddings, embedder, parameters)
    splits = np.array(table.column("split").to_pylist(), dtype=object)
    rows: list[ContaminationRow] = []
    left_over = np.ones(len(table), dtype=bool)
    for level, protected in enumerate(_PROTECTED[:-1]):
        guarded = np.flatnonzero((splits == protected) & left_over)
        exposed = np.flatnonzero(np.isin(splits, _PROTECTED[level + 1 :]) & left_over)
        if not len(guarded) or not len(exposed):
            continue
        found = _leaks(table, embeddings, guarded, exposed, f"split:{protected}", parameters)
        left_over[list(found)] = False
        rows.extend(found.values())
    return sorted(rows, key=lambda row: row.pair_id)


def _check(table: pa.Table, embeddings: Floats, embedder: str, parameters: LeakParameters) -> None:
    if embedder != parameters.embedder:
        raise ValueError(
            f"The thresholds belong to the embedder {parameters.embedder!r}, the embeddings to {embedder!r}; "
            f"calibrate thresholds for this embedder."
        )
    if embeddings.ndim != 2 or len(embeddings) != len(table):
        raise ValueError(f"{len(table)} pairs cannot have embeddings of shape {embeddings.shape}")


def _floor(parameters: LeakParameters) -> float:
    levels = (parameters.figure, parameters.table, parameters.agreed)
    return min(level.similarity for level in levels)


def _leaks(
    table: pa.Table,
    embeddings: Floats,
    guarded: npt.NDArray[np.int64],
    exposed: npt.NDArray[np.int64],
    against: str,
    parameters: LeakParameters,
) -> dict[int, ContaminationRow]:
    """Return the leaking rows of `exposed` by row number, each with its best match in `guarded`."""
    floor = _floor(parameters)
    texts = _Texts(table)
    index = build_index(embeddings[guarded], threshold=floor, parameters=parameters.search)
    best: dict[int, tuple[tuple[int, float, str], ContaminationRow]] = {}
    for block in matches(index, embeddings[exposed], threshold=floor, parameters=parameters.search):
        queries, found = exposed[block.query], guarded[block.match]
        distances = np.bitwise_count(texts.hashes[queries] ^ texts.hashes[found])
        exact_ones = texts.codes[queries] == texts.codes[found]
        kept = np.flatnonzero(exact_ones | _possible(block.similarity, distances, parameters))
        for place in kept.tolist():
            query, match = int(queries[place]), int(found[place])
            similarity, distance = float(block.similarity[place]), int(distances[place])
            exact = bool(exact_ones[place])
            if not exact and not _leaks_near(texts, query, match, similarity, distance, parameters):
                continue
            test = "exact_pixels" if exact else "near"
            key = (_TESTS.index(test), -similarity, texts.ids[match])
            if query not in best or key < best[query][0]:
                best[query] = (
                    key,
                    _row(texts.ids[query], against, texts.ids[match], test, similarity, distance),
                )
    return {query: row for query, (_, row) in best.items()}


def _possible(
    similarity: npt.NDArray[np.float64], distances: npt.NDArray[np.uint8], parameters: LeakParameters
) -> npt.NDArray[np.bool_]:
    """Return which matches reach any level at all, before their texts are read."""
    possible = np.zeros(len(similarity), dtype=bool)
    for level in (parameters.figure, parameters.framed, parameters.table, parameters.agreed):
        possible |= (similarity >= level.similarity) & (distances <= level.bits)
    return possible


def _leaks_near(
    texts: "_Texts", query: int, match: int, similarity: float, distance: int, parameters: LeakParameters
) -> bool:
    """Tell whether two pairs of the release show nearly one picture; tables with texts must share numbers."""
    one, other = texts.table_words(query), texts.table_words(match)
    if one.words and other.words:
        agree = number_agreement(one, other) >= parameters.number_agreement
        agree = agree and word_agreement(one, other) >= parameters.table_agreement
        return agree and _reaches(parameters.agreed, similarity, distance)
    agree = _captions_agree(texts.captions[query].as_py(), texts.captions[match].as_py(), parameters)
    is_table = "table" in (texts.kinds[query], texts.kinds[match])
    return _near(is_table, agree, similarity, distance, parameters)


def _near(
    is_table: bool, captions_agree: bool, similarity: float, distance: int, parameters: LeakParameters
) -> bool:
    if captions_agree and _reaches(parameters.agreed, similarity, distance):
        return True
    if is_table:
        return _reaches(parameters.table, similarity, distance)
    return any(_reaches(level, similarity, distance) for level in (parameters.figure, parameters.framed))


def _reaches(level: Level, similarity: float, distance: int) -> bool:
    return similarity >= level.similarity and distance <= level.bits


def _captions_agree(left: str | None, right: str | None, parameters: LeakParameters) -> bool:
    one, other = words_of(left or ""), words_of(right or "")
    if min(one.characters, other.characters) < parameters.caption_characters:
        return False
    return word_agreement(one, other) >= parameters.caption_agreement


def _row(
    pair: str, against: str, item: str, test: str, similarity: float | None, distance: int | None
) -> ContaminationRow:
    return ContaminationRow(
        pair_id=pair,
        against=against,
        item=item,
        contamination_test=test,
        similarity=None if similarity is None else round(similarity, 6),
        phash_distance=distance,
    )


class _Texts:
    """The columns of the pairs, texts still in Arrow."""

    def __init__(self, table: pa.Table) -> None:
        self.ids: list[str] = table.column("pair_id").to_pylist()
        self.kinds: list[str] = table.column("kind").to_pylist()
        self.pixels: list[str] = table.column("pixel_sha256").to_pylist()
        encoded = table.column("pixel_sha256").combine_chunks().dictionary_encode()
        self.codes: npt.NDArray[np.int32] = encoded.indices.to_numpy()
        self.hashes: npt.NDArray[np.uint64] = table.column("phash").to_numpy()
        self.captions = table.column("caption").combine_chunks()
        self.tables = table.column("table_text").combine_chunks()
        self.table_words = functools.lru_cache(maxsize=20_000)(self._table_words)

    def _table_words(self, row: int) -> Words:
        return words_of(self.tables[row].as_py() or "")


class _SetComparison:
    """One image set against all pairs; keeps the strongest evidence per pair."""

    def __init__(self, table: pa.Table, embeddings: Floats, name: str, parameters: LeakParameters) -> None:
        self.name = name
        self.parameters = parameters
        self.texts = _Texts(table)
        self.embeddings = embeddings
        self.floor = _floor(parameters)
        self.index: Index | None = None
        if len(table):
            self.index = build_index(embeddings, threshold=self.floor, parameters=parameters.search)
        self.by_pixels = _rows_by(self.texts.pixels)
        self.by_caption = _rows_by(
            caption_key(caption.as_py(), least=parameters.caption_characters)
            for caption in self.texts.captions
        )
        self.by_paper = _rows_by(_paper_name(paper) for paper in table.column("paper_id").to_pylist())
        self.by_doi = _rows_by(normal_doi(doi) for doi in table.column("doi").to_pylist())
        self.best: dict[int, tuple[tuple[int, float, int], ContaminationRow]] = {}
        self.seen = 0

    def compare_texts(self, item: SetItem) -> None:
        """Hold an item's caption, paper id and DOI against those of the pairs."""
        self.seen += 1
        key = caption_key(item.caption or "", least=self.parameters.caption_characters)
        for row in self.by_caption.get(key or "", ()):
            self._keep(row, item, "caption", None, None, self.seen)
        papers = self.by_paper.get(_paper_name(item.paper_id) or "", []) if item.paper_id else []
        works = self.by_doi.get(normal_doi(item.doi) or "", [])
        for row in sorted({*papers, *works}):
            self._keep(row, item, "paper", None, None, self.seen)

    def compare_images(self, images: Sequence[tuple[SetItem, NormalImage, Floats]]) -> None:
        """Hold a block of readable images against those of the pairs."""
        if not images or self.index is None:
            return
        vectors = np.concatenate([vector for _, _, vector in images])
        first = self.seen
        for number, (item, normal, vector) in enumerate(images):
            for row in self.by_pixels.get(normal.pixel_sha256, ()):
                similarity = float((vector[0].astype(np.float64) * self.embeddings[row]).sum())
                self._keep(row, item, "exact_pixels", similarity, self._distance(row, normal), first + number)
        for block in matches(self.index, vectors, threshold=self.floor, parameters=self.parameters.search):
            found = zip(block.query.tolist(), block.match.tolist(), block.similarity.tolist(), strict=True)
            for query, row, similarity in found:
                item, normal, _ = images[query]
                distance = self._distance(row, normal)
                agree = _captions_agree(item.caption, self.texts.captions[row].as_py(), self.parameters)
                if _near(self.texts.kinds[row] == "table", agree, similarity, distance, self.parameters):
                    self._keep(row, item, "near", similarity, distance, first + query)

    def rows(self) -> tuple[ContaminationRow, ...]:
        """Return the evidence, sorted by pair_id."""
        return tuple(sorted((row for _, row in self.best.values()), key=lambda row: row.pair_id))

    def _distance(self, row: int, normal: NormalImage) -> int:
        return (int(self.texts.hashes[row]) ^ normal.phash).bit_count()

    def _keep(
        self, row: int, item: SetItem, test: str, similarity: float | None, distance: int | None, order: int
    ) -> None:
        key = (_TESTS.index(test), -(similarity or 0.0), order)
        if row not in self.best or key < self.best[row][0]:
            found = _row(self.texts.ids[row], self.name, item.name, test, similarity, distance)
            self.best[row] = (key, found)


def _rows_by(keys: Iterable[str | None]) -> dict[str, list[int]]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key:
            rows[key].append(row)
    return dict(rows)


def _paper_name(paper_id: str | None) -> str | None:
    """Return a paper's identifier as it is compared: lower case, without source prefix and version."""
    name = (paper_id or "").strip().casefold().removeprefix("arxiv:").removeprefix("pmc:").replace("/", "")
    stem, mark, version = name.rpartition("." if name.startswith("pmc") else "v")
    if mark and version.isdigit() and stem[-1:].isdigit():
        name = stem
    return name or None
