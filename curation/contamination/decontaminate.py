"""Pairs that overlap an image set that a user names."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from curation.contamination.image_sets import SetItem, image_set_name, read_image_set
from curation.contamination.leaks import (
    Floats,
    LeakParameters,
    Pairs,
    check_vectors,
    least_similarity,
    level_of_images,
)
from curation.similarity import (
    Index,
    RowsByName,
    Thumbnails,
    build_index,
    caption_key,
    matches,
    remaining_difference,
    thumbnail,
)
from curation.splits import normal_doi
from schemas.annotations import ContaminationRow
from schemas.reject import RecordError

# 1: pixels, near images, captions, papers; splits by images; 2: pictures are aligned; 3: from coarse to fine;
# 4: fits by scale and shift
VERSION = "4"

_TESTS = ("exact_pixels", "near", "caption", "paper")  # from the strongest evidence to the weakest


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


@dataclass(frozen=True)
class SetReport:
    """What comparing with one set gave; `unreadable` names the first ten of `unreadable_count` items."""

    name: str
    rows: tuple[ContaminationRow, ...]
    items: int
    unreadable_count: int
    unreadable: tuple[str, ...]


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
    pairs = Pairs(table, embeddings, thumbnails)
    check_vectors(pairs, embedder, parameters)
    comparison = _SetComparison(table, pairs, image_set_name(image_set), parameters)
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


@dataclass(frozen=True)
class _Match:
    """What a pair and an item of a set have in common."""

    test: str
    similarity: float | None = None
    difference: float | None = None
    bits: int | None = None


class _SetComparison:
    """One image set against all pairs; keeps the strongest evidence per pair."""

    def __init__(self, table: pa.Table, pairs: Pairs, name: str, parameters: LeakParameters) -> None:
        self.name, self.pairs, self.parameters = name, pairs, parameters
        self.floor = least_similarity(parameters)
        self.index: Index | None = None
        if len(pairs.ids):
            self.index = build_index(pairs.embeddings, threshold=self.floor, parameters=parameters.search)
        self.by_pixels = RowsByName(_values(table, "pixel_sha256"))
        self.by_caption = RowsByName(
            caption_key(caption or "", least=parameters.caption_characters)
            for caption in _values(table, "caption")
        )
        self.by_paper = RowsByName(_paper_name(paper) for paper in _values(table, "paper_id"))
        self.by_doi = RowsByName(normal_doi(doi) for doi in _values(table, "doi"))
        self.best: dict[int, tuple[tuple[int, float, int], ContaminationRow]] = {}
        self.seen = 0

    def compare_texts(self, item: SetItem) -> None:
        """Hold an item's caption, paper id and DOI against those of the pairs."""
        self.seen += 1
        key = caption_key(item.caption or "", least=self.parameters.caption_characters)
        for row in self.by_caption.rows(key):
            self._keep(row, item, _Match("caption"), self.seen)
        papers = self.by_paper.rows(_paper_name(item.paper_id))
        works = self.by_doi.rows(normal_doi(item.doi))
        for row in sorted({*papers, *works}):
            self._keep(row, item, _Match("paper"), self.seen)

    def compare_images(self, images: Sequence[tuple[SetItem, NormalImage, Floats]]) -> None:
        """Hold a block of readable images against those of the pairs."""
        if not images or self.index is None:
            return
        vectors = np.concatenate([vector for _, _, vector in images])
        for number, (item, normal, vector) in enumerate(images):
            for row in self.by_pixels.rows(normal.pixel_sha256):
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
        level = level_of_images(bool(self.pairs.are_tables[row]), captions, self.parameters)
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
                pair_id=self.pairs.ids[row].as_py(),
                against=self.name,
                item=item.name,
                contamination_test=match.test,
                similarity=None if match.similarity is None else round(match.similarity, 6),
                difference=None if match.difference is None else round(match.difference, 6),
                phash_distance=match.bits,
            )
            self.best[row] = (key, found)


def _values(table: pa.Table, column: str) -> Iterator[str | None]:
    """Yield a column's values one by one."""
    return (value.as_py() for chunk in table.column(column).chunks for value in chunk)


def _paper_name(paper_id: str | None) -> str | None:
    """Return a paper's identifier as it is compared: lower case, without source prefix and version."""
    name = (paper_id or "").strip().casefold().removeprefix("arxiv:").removeprefix("pmc:").replace("/", "")
    stem, mark, version = name.rpartition("." if name.startswith("pmc") else "v")
    if mark and version.isdigit() and stem[-1:].isdigit():
        name = stem
    return name or None
