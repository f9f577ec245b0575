"""Pairs that overlap what they must not: image sets that a user names, and more protected splits."""

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.agreement import Words, caption_key, number_agreement, word_agreement, words_of
from curation.alignment import Thumbnails, remaining_difference, thumbnail
from curation.dedupe_parameters import DedupeParameters
from curation.embed_descriptor import IDENTITY as DESCRIPTOR
from curation.image_sets import SetItem, image_set_name, read_image_set
from curation.level import Level
from curation.neighbours import Index, SearchParameters, build_index, matches
from curation.twins import normal_doi
from schemas.annotations import ContaminationRow
from schemas.reject import RecordError

# 1: pixels, near images, captions, papers; splits by images; 2: pictures are aligned; 3: from coarse to fine
VERSION = "3"

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

    A wrongly removed pair costs little, a leaked one spoils a figure. Thumbnails of tables of one layout leave
    0.10 at least, so without their text more is asked of them than of figures (see DedupeParameters).
    """

    embedder: str = DESCRIPTOR
    figure: Level = field(default=Level(similarity=0.80, difference=0.5))
    table: Level = field(default=Level(similarity=0.95, difference=0.1))
    agreed: Level = field(
        default=Level(similarity=0.75, difference=0.7)
    )  # where captions or table texts agree
    caption_agreement: float = 0.6  # Dice coefficient of the words
    caption_characters: int = 30  # letters and digits; shorter captions say nothing
    table_agreement: float = 0.8  # Dice coefficient of the words of two tables
    number_agreement: float = 0.5  # share of common numbers of two tables
    nearest: int = 16  # images that one is held against, the most similar first
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
    rest, default = 1 - duplicates.agreed.similarity, LeakParameters()
    return LeakParameters(
        embedder=duplicates.embedder,
        figure=Level(similarity=duplicates.agreed.similarity, difference=default.figure.difference),
        table=Level(similarity=1 - rest / 4, difference=default.table.difference),
        agreed=Level(similarity=max(0.0, 1 - rest * 1.3), difference=default.agreed.difference),
        search=duplicates.search,
    )


def find_contaminated(
    table: pa.Table,
    embeddings: Floats,
    thumbnails: Thumbnails,
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
    pairs = _Pairs(table, embeddings, thumbnails)
    _check(pairs, embedder, parameters)
    comparison = _SetComparison(pairs, image_set_name(image_set), parameters)
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
    table: pa.Table,
    embeddings: Floats,
    thumbnails: Thumbnails,
    *,
    embedder: str,
    parameters: LeakParameters,
) -> list[ContaminationRow]:
    """Return the pairs of less protected splits that are too similar to one of a more protected split.

    Validation and train are held against test, then train against what is left of validation. One row per
    pair, sorted by pair_id, with its most similar match; `against` is split:test or split:validation.

    Raises:
        ValueError: the thresholds belong to another embedder, or the shapes do not match.
    """
    pairs = _Pairs(table, embeddings, thumbnails)
    _check(pairs, embedder, parameters)
    splits = np.array(table.column("split").to_pylist(), dtype=object)
    rows: list[ContaminationRow] = []
    left_over = np.ones(len(table), dtype=bool)
    for level, protected in enumerate(_PROTECTED[:-1]):
        guarded = np.flatnonzero((splits == protected) & left_over)
        exposed = np.flatnonzero(np.isin(splits, _PROTECTED[level + 1 :]) & left_over)
        if not len(guarded) or not len(exposed):
            continue
        found = _leaks(pairs, guarded, exposed, f"split:{protected}", parameters)
        left_over[list(found)] = False
        rows.extend(found.values())
    return sorted(rows, key=lambda row: row.pair_id)


def _check(pairs: "_Pairs", embedder: str, parameters: LeakParameters) -> None:
    if embedder != parameters.embedder:
        raise ValueError(
            f"The thresholds belong to the embedder {parameters.embedder!r}, the embeddings to {embedder!r}; "
            f"calibrate thresholds for this embedder."
        )
    count, shape = len(pairs.ids), pairs.embeddings.shape
    if len(shape) != 2 or shape[0] != count or len(pairs.thumbnails) != count:
        raise ValueError(
            f"{count} pairs cannot have embeddings of shape {shape} and {len(pairs.thumbnails)} thumbnails"
        )


def _floor(parameters: LeakParameters) -> float:
    levels = (parameters.figure, parameters.table, parameters.agreed)
    return min(level.similarity for level in levels)


def _leaks(
    pairs: "_Pairs",
    guarded: npt.NDArray[np.int64],
    exposed: npt.NDArray[np.int64],
    against: str,
    parameters: LeakParameters,
) -> dict[int, ContaminationRow]:
    """Return the leaking rows of `exposed` by row number, each with its best match in `guarded`."""
    floor = _floor(parameters)
    index = build_index(pairs.embeddings[guarded], threshold=floor, parameters=parameters.search)
    found: dict[int, ContaminationRow] = {}
    for block in matches(index, pairs.embeddings[exposed], threshold=floor, parameters=parameters.search):
        queries, others = exposed[block.query], guarded[block.match]
        exact = pairs.codes[queries] == pairs.codes[others]
        order = np.lexsort((others, -block.similarity, ~exact, queries))
        tried: Counter[int] = Counter()
        for place in order.tolist():
            query, other = int(queries[place]), int(others[place])
            tried[query] += 1
            if query in found or tried[query] > parameters.nearest:
                continue
            similarity, difference = float(block.similarity[place]), 0.0
            if not exact[place]:
                level = _level_of_pairs(pairs, query, other, parameters)
                if level is None or similarity < level.similarity:
                    continue
                thumbs = pairs.thumbnails[other], pairs.thumbnails[query]
                difference = remaining_difference(*thumbs, at_most=level.difference)
                if difference > level.difference:
                    continue
            found[query] = ContaminationRow(
                pair_id=pairs.ids[query],
                against=against,
                item=pairs.ids[other],
                contamination_test="exact_pixels" if exact[place] else "near",
                similarity=round(similarity, 6),
                difference=round(difference, 6),
                phash_distance=int(np.bitwise_count(pairs.hashes[query] ^ pairs.hashes[other])),
            )
    return found


def _level_of_pairs(pairs: "_Pairs", query: int, match: int, parameters: LeakParameters) -> Level | None:
    """Return what two pairs' images must show; None where the numbers of two tables differ too much."""
    one, other = pairs.table_words(query), pairs.table_words(match)
    if one.words and other.words:
        agree = number_agreement(one, other) >= parameters.number_agreement
        agree = agree and word_agreement(one, other) >= parameters.table_agreement
        return parameters.agreed if agree else None
    captions = pairs.captions[query].as_py(), pairs.captions[match].as_py()
    return _level("table" in (pairs.kinds[query], pairs.kinds[match]), captions, parameters)


def _level(is_table: bool, captions: tuple[str | None, str | None], parameters: LeakParameters) -> Level:
    if _captions_agree(*captions, parameters):
        return parameters.agreed
    return parameters.table if is_table else parameters.figure


def _captions_agree(left: str | None, right: str | None, parameters: LeakParameters) -> bool:
    one, other = words_of(left or ""), words_of(right or "")
    if min(one.characters, other.characters) < parameters.caption_characters:
        return False
    return word_agreement(one, other) >= parameters.caption_agreement


class _Pairs:
    """The pairs in columns; texts are still in Arrow, thumbnails may lie on disk."""

    def __init__(self, table: pa.Table, embeddings: Floats, thumbnails: Thumbnails) -> None:
        self.embeddings, self.thumbnails = embeddings, thumbnails
        self.ids: list[str] = table.column("pair_id").to_pylist()
        self.kinds: list[str] = table.column("kind").to_pylist()
        self.papers: list[str] = table.column("paper_id").to_pylist()
        self.dois: list[str | None] = table.column("doi").to_pylist()
        self.pixels: list[str] = table.column("pixel_sha256").to_pylist()
        encoded = table.column("pixel_sha256").combine_chunks().dictionary_encode()
        self.codes: npt.NDArray[np.int32] = encoded.indices.to_numpy()
        self.hashes: npt.NDArray[np.uint64] = table.column("phash").to_numpy()
        self.captions = table.column("caption").combine_chunks()
        self.tables = table.column("table_text").combine_chunks()
        self.table_words = functools.lru_cache(maxsize=20_000)(self._table_words)

    def _table_words(self, row: int) -> Words:
        return words_of(self.tables[row].as_py() or "")


@dataclass(frozen=True)
class _Match:
    """What a pair and an item of a set have in common."""

    test: str
    similarity: float | None = None
    difference: float | None = None
    bits: int | None = None


class _SetComparison:
    """One image set against all pairs; keeps the strongest evidence per pair."""

    def __init__(self, pairs: _Pairs, name: str, parameters: LeakParameters) -> None:
        self.name, self.pairs, self.parameters = name, pairs, parameters
        self.floor = _floor(parameters)
        self.index: Index | None = None
        if pairs.ids:
            self.index = build_index(pairs.embeddings, threshold=self.floor, parameters=parameters.search)
        self.by_pixels = _rows_by(pairs.pixels)
        self.by_caption = _rows_by(
            caption_key(caption.as_py(), least=parameters.caption_characters) for caption in pairs.captions
        )
        self.by_paper = _rows_by(_paper_name(paper) for paper in pairs.papers)
        self.by_doi = _rows_by(normal_doi(doi) for doi in pairs.dois)
        self.best: dict[int, tuple[tuple[int, float, int], ContaminationRow]] = {}
        self.seen = 0

    def compare_texts(self, item: SetItem) -> None:
        """Hold an item's caption, paper id and DOI against those of the pairs."""
        self.seen += 1
        key = caption_key(item.caption or "", least=self.parameters.caption_characters)
        for row in self.by_caption.get(key or "", ()):
            self._keep(row, item, _Match("caption"), self.seen)
        papers = self.by_paper.get(_paper_name(item.paper_id) or "", []) if item.paper_id else []
        works = self.by_doi.get(normal_doi(item.doi) or "", [])
        for row in sorted({*papers, *works}):
            self._keep(row, item, _Match("paper"), self.seen)

    def compare_images(self, images: Sequence[tuple[SetItem, NormalImage, Floats]]) -> None:
        """Hold a block of readable images against those of the pairs."""
        if not images or self.index is None:
            return
        vectors = np.concatenate([vector for _, _, vector in images])
        for number, (item, normal, vector) in enumerate(images):
            for row in self.by_pixels.get(normal.pixel_sha256, ()):
                similarity = float((vector[0].astype(np.float64) * self.pairs.embeddings[row]).sum())
                match = _Match("exact_pixels", similarity, 0.0, self._bits(row, normal))
                self._keep(row, item, match, self.seen + number)
        for block in matches(self.index, vectors, threshold=self.floor, parameters=self.parameters.search):
            order = np.lexsort((block.match, -block.similarity, block.query))
            tried: Counter[int] = Counter()
            for place in order.tolist():
                query, row = int(block.query[place]), int(block.match[place])
                tried[query] += 1
                if tried[query] <= self.parameters.nearest:
                    self._compare(images[query], row, float(block.similarity[place]), self.seen + query)

    def _compare(
        self, image: tuple[SetItem, NormalImage, Floats], row: int, similarity: float, order: int
    ) -> None:
        item, normal, _ = image
        captions = item.caption, self.pairs.captions[row].as_py()
        level = _level(self.pairs.kinds[row] == "table", captions, self.parameters)
        if similarity < level.similarity:
            return
        thumbs = self.pairs.thumbnails[row], thumbnail(normal.image)
        difference = remaining_difference(*thumbs, at_most=level.difference)
        if difference <= level.difference:
            self._keep(row, item, _Match("near", similarity, difference, self._bits(row, normal)), order)

    def rows(self) -> tuple[ContaminationRow, ...]:
        """Return the evidence, sorted by pair_id."""
        return tuple(sorted((row for _, row in self.best.values()), key=lambda row: row.pair_id))

    def _bits(self, row: int, normal: NormalImage) -> int:
        return (int(self.pairs.hashes[row]) ^ normal.phash).bit_count()

    def _keep(self, row: int, item: SetItem, match: _Match, order: int) -> None:
        key = (_TESTS.index(match.test), -(match.similarity or 0.0), order)
        if row not in self.best or key < self.best[row][0]:
            found = ContaminationRow(
                pair_id=self.pairs.ids[row],
                against=self.name,
                item=item.name,
                contamination_test=match.test,
                similarity=None if match.similarity is None else round(match.similarity, 6),
                difference=None if match.difference is None else round(match.difference, 6),
                phash_distance=match.bits,
            )
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
