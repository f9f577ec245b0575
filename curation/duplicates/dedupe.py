"""Pairs that repeat another one: exactly by pixels, or nearly by embedding, alignment and texts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.duplicates.candidates import Candidates
from curation.duplicates.differences import Measure, Query, differences
from curation.duplicates.parameters import DedupeParameters
from curation.duplicates.texts import PairTexts
from curation.similarity import Groups, Thumbnails, codes_of, matches_within, outline, remaining_difference
from schemas.annotations import DuplicateRow

# 1: exact pixels; near by levels of evidence; no chaining; 2: pictures are aligned; 3: outlines are compared before
# the nearest are chosen, and a fit is searched for from coarse to fine; 4: fits by scale and shift;
# 5: figures' words; 6: panels that were cut out come after everything else
VERSION = "6"

PARALLEL = 2_000  # images from which on processes of their own pay
Near = Sequence[tuple[float, int]]  # similarity and number of images, the most similar first
Measured = dict[tuple[int, int, float], float]  # of two images and how much may differ, what does
Wanted = list[
    tuple[int, int, float]
]  # images to compare with: their number, first row, and how much may differ

# The narrow columns that the search reads, one row per pair, in any order. Of a large build, names and texts exceed
# the 2 GiB that 32-bit offsets reach.
COLUMNS = pa.schema(
    [
        pa.field("pair_id", pa.large_string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("paper_key", pa.large_string(), nullable=False),
        pa.field("parent_id", pa.large_string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("license_rank", pa.int8(), nullable=False),  # 0 is the most open
        pa.field("pixels", pa.int64(), nullable=False),  # width times height of the original, else as stored
        pa.field("origin", pa.string(), nullable=False),
        pa.field("version", pa.int32()),
        pa.field("pixel_sha256", pa.large_string(), nullable=False),
        pa.field("phash", pa.uint64(), nullable=False),
        pa.field("caption", pa.large_string(), nullable=False),
        pa.field("table_text", pa.large_string()),
        pa.field("ocr_text", pa.large_string()),
    ]
)


@dataclass(frozen=True)
class DedupeResult:
    """The pairs to remove, by pair_id, and how the search was done (`recall` is None for a flat one)."""

    rows: tuple[DuplicateRow, ...]
    candidates: int
    index: str
    recall: float | None
    tested: Mapping[str, int] = field(default_factory=dict)  # how many pairs each test was asked about


def find_duplicates(
    table: pa.Table,
    embeddings: npt.NDArray[np.float32],
    thumbnails: Thumbnails,
    *,
    embedder: str,
    parameters: DedupeParameters,
    workers: int = 1,
) -> DedupeResult:
    """Return which pairs repeat a better one that is kept, with the evidence.

    The pairs are taken from the best to the worst (a figure before panels that were cut out of one, licence
    openness, pixels, a file before a typeset table, later version, pair_id), those with the same pixels together;
    each is removed when it repeats one that is already kept, so every removed pair was itself compared with its
    representative. A panel and its own whole figure never repeat each other, and panels of one figure do only with
    the same pixels.

    Args:
        table: the columns of COLUMNS.
        embeddings: unit vectors of shape (len(table), d), in the table's order.
        thumbnails: one a pair, in the table's order.
        embedder: identity of the embedder that made the embeddings.
        parameters: thresholds for that embedder.
        workers: processes that align pictures; the result does not depend on it.

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
    return _Comparison(ordered, _Vectors(embeddings, order), thumbnails.take(order), parameters).run(workers)


def _best_first(table: pa.Table) -> npt.NDArray[np.int64]:
    """Return row numbers from the pair to keep first to the one to keep last."""
    keys = pa.table(
        {
            "split": pc.equal(table.column("origin"), "split").cast(pa.int8()),
            "license_rank": table.column("license_rank"),
            "pixels": table.column("pixels"),
            "typeset": pc.equal(table.column("origin"), "typeset").cast(pa.int8()),
            "version": pc.fill_null(table.column("version"), 0),
            "pair_id": table.column("pair_id"),
        }
    )
    order = [
        ("split", "ascending"),
        ("license_rank", "ascending"),
        ("pixels", "descending"),
        ("typeset", "ascending"),
        ("version", "descending"),
        ("pair_id", "ascending"),
    ]
    return np.asarray(pc.sort_indices(keys, sort_keys=order).to_numpy(), dtype=np.int64)


@dataclass(frozen=True)
class _Vectors:
    """Embeddings that may lie on disk, in another order."""

    embeddings: npt.NDArray[np.float32]
    order: npt.NDArray[np.int64]

    def take(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the vectors of these rows, in memory."""
        return np.ascontiguousarray(self.embeddings[self.order[rows]], dtype=np.float32)

    def cosine(self, row: int, other: int) -> float:
        """Return the similarity of two rows."""
        left, right = (self.embeddings[self.order[one]].astype(np.float64) for one in (row, other))
        return float((left * right).sum())


class _Comparison:
    """One search over pairs that are sorted from best to worst."""

    def __init__(
        self,
        table: pa.Table,
        vectors: _Vectors,
        thumbnails: Thumbnails,
        parameters: DedupeParameters,
    ) -> None:
        self.thumbnails = thumbnails
        self.parameters = parameters
        self.vectors = vectors
        self.ids = table.column("pair_id").combine_chunks()
        self.sources = codes_of(table.column("source"))
        self.figures = codes_of(table.column("parent_id"))  # of panels; -1 for a whole figure or table
        # The row of a panel's whole figure, -1 where there is none among the rows.
        whole = pc.index_in(table.column("parent_id"), value_set=self.ids, skip_nulls=True)
        self.parents = pc.fill_null(whole, -1).to_numpy()
        self.hashes: npt.NDArray[np.uint64] = table.column("phash").to_numpy()
        self.texts = PairTexts(table, parameters)
        self.images = Groups(codes_of(table.column("pixel_sha256")))  # rows from the best to the worst
        self.seen = 0  # images walked over so far
        self.stays = np.zeros(len(table), dtype=np.bool_)  # the rows of these that are kept
        self.removed: list[DuplicateRow] = []
        self.measured: Measured = {}  # differences of the image at hand, as far as they were measured ahead
        self.tested: Counter[str] = Counter()

    def run(self, workers: int) -> DedupeResult:
        """Walk from best to worst and keep what repeats nothing kept."""
        firsts = self.images.firsts
        outlines = np.stack([outline(self.thumbnails[row]) for row in firsts.tolist()])
        candidates = Candidates(self._signatures(firsts), outlines, self.tested)
        found, name, recall = matches_within(
            self.vectors.take(firsts),
            threshold=self.parameters.agreed.similarity,
            parameters=self.parameters.search,
            likely=candidates.likely,
        )
        nearby = (near for block in found for near in candidates.earlier(block, self.parameters.nearest))
        with differences(workers if len(firsts) >= PARALLEL else 1) as measure:
            for image, near, measured in self._measured(nearby, measure):
                self.measured = measured
                self._keep_until(image)
                self._keep(image, near)
        self._keep_until(len(self.images))
        self.removed.sort(key=lambda duplicate: duplicate.pair_id)
        return DedupeResult(tuple(self.removed), self.tested["similar"], name, recall, dict(self.tested))

    def _measured(
        self, nearby: Iterator[tuple[int, Near]], measure: Measure | None
    ) -> Iterator[tuple[int, Near, Measured]]:
        """Yield images with most of the differences that the walk over them will ask for, measured elsewhere."""
        if measure is None:
            yield from ((image, near, {}) for image, near in nearby)
            return
        for (image, near, wanted), values in measure(self._asked(nearby)):
            keys = [(image, other, limit) for other, _, limit in wanted]
            yield image, near, dict(zip(keys, values, strict=False))  # up to the first that is small enough

    def _asked(self, nearby: Iterator[tuple[int, Near]]) -> Iterator[tuple[tuple[int, Near, Wanted], Query]]:
        for image, near in nearby:
            wanted = self._wanted(image, near)
            others = tuple(self.thumbnails[first] for _, first, _ in wanted)
            own = self.thumbnails[int(self.images.firsts[image])]
            yield (image, near, wanted), Query(own, others, tuple(limit for _, _, limit in wanted))

    def _wanted(self, image: int, near: Near) -> Wanted:
        row, wanted = int(self.images.firsts[image]), list[tuple[int, int, float]]()
        for similarity, other in near:
            first = int(self.images.firsts[other])
            level, _ = self.texts.level(row, first)
            if level is not None and similarity >= level.similarity and self._may_repeat(row, first):
                wanted.append((other, first, level.difference))
        return wanted

    def _keep_until(self, end: int) -> None:
        """Walk over images that nothing resembles."""
        for image in range(self.seen, end):
            self._keep(image, [])

    def _keep(self, image: int, near: Near) -> None:
        """Note the rows of an image that are kept, and the evidence against the others."""
        stay: list[int] = []
        for row in self.images[image]:
            found = self._exact(row, stay) or self._near(row, image, near)
            if found is None:
                stay.append(row)
            else:
                self.removed.append(found)
        self.stays[stay] = True
        self.seen = image + 1

    def _signatures(self, firsts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the numbers of each distinct image's table as one hash; 0 where it is open."""
        values = np.zeros(len(firsts), dtype=np.int64)
        for place, row in enumerate(firsts.tolist()):
            if len(self.images[place]) == 1:
                values[place] = self.texts.signature(row)
        return values

    def _exact(self, row: int, kept: list[int]) -> DuplicateRow | None:
        for other in kept:
            if not self._same_figure(row, other):
                return self._row(row, other, "exact_pixels", (0.0, None))
        return None

    def _near(self, row: int, image: int, near: Near) -> DuplicateRow | None:
        """Return the evidence against the most similar kept pair that is verified; in a tie the better."""
        for similarity, place in near:
            for other in self.images[place]:
                if not self.stays[other] or not self._may_repeat(row, other):
                    continue
                level, agreement = self.texts.level(row, other)
                if level is None or similarity < level.similarity:
                    continue
                difference = self._difference((row, image), (other, place), level.difference)
                if difference <= level.difference:
                    return self._row(row, other, "near", (difference, agreement))
        return None

    def _may_repeat(self, row: int, other: int) -> bool:
        return not self._same_figure(row, other) and not self._siblings(row, other)

    def _same_figure(self, row: int, other: int) -> bool:
        """Tell whether one is a panel of the other."""
        return bool(self.parents[row] == other or self.parents[other] == row)

    def _siblings(self, row: int, other: int) -> bool:
        """Tell whether both are panels of one figure, which are shown together because they differ."""
        return bool(self.figures[row] >= 0 and self.figures[row] == self.figures[other])

    def _difference(self, one: tuple[int, int], other: tuple[int, int], at_most: float) -> float:
        """Return what remains different of two (row, image); rows of one image have one thumbnail."""
        self.tested["alignment"] += 1
        found = self.measured.get((one[1], other[1], at_most))
        if found is None:
            thumbnails = self.thumbnails[other[0]], self.thumbnails[one[0]]
            found = remaining_difference(*thumbnails, at_most=at_most, outlined=True)
        return found

    def _distance(self, row: int, other: int) -> int:
        return (int(self.hashes[row]) ^ int(self.hashes[other])).bit_count()

    def _row(self, row: int, other: int, test: str, measured: tuple[float, float | None]) -> DuplicateRow:
        """Return the evidence; `measured` is what remains different and how far the texts agree."""
        difference, agreement = measured
        return DuplicateRow(
            pair_id=self.ids[row].as_py(),
            duplicate_group=self.ids[other].as_py(),
            duplicate_test=test,
            similarity=round(self.vectors.cosine(row, other), 6),
            difference=round(difference, 6),
            phash_distance=self._distance(row, other),
            text_similarity=None if agreement is None else round(agreement, 6),
            cross_source=bool(self.sources[row] != self.sources[other]),
        )
