"""What both searches for leaks share: thresholds, the pairs as they are compared, and what two must show."""

import functools
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.duplicates import DedupeParameters
from curation.embeddings import DESCRIPTOR
from curation.similarity import (
    Level,
    SearchParameters,
    Thumbnails,
    Words,
    codes_of,
    number_agreement,
    word_agreement,
    words_of,
)

# The narrow columns that both searches read; `split` is read by find_split_leaks only.
COLUMNS = pa.schema(
    [
        pa.field("pair_id", pa.large_string(), nullable=False),
        pa.field("paper_id", pa.large_string(), nullable=False),
        pa.field("doi", pa.large_string()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("pixel_sha256", pa.large_string(), nullable=False),
        pa.field("phash", pa.uint64(), nullable=False),
        pa.field("caption", pa.large_string(), nullable=False),
        pa.field("table_text", pa.large_string()),
        pa.field("split", pa.string()),
    ]
)

Floats = npt.NDArray[np.float32]


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


class Pairs:
    """The pairs in columns; texts are still in Arrow, thumbnails may lie on disk."""

    def __init__(self, table: pa.Table, embeddings: Floats, thumbnails: Thumbnails) -> None:
        self.embeddings, self.thumbnails = embeddings, thumbnails
        self.ids = table.column("pair_id").combine_chunks()
        self.are_tables: npt.NDArray[np.bool_] = pc.equal(table.column("kind"), "table").to_numpy()
        self.codes = codes_of(table.column("pixel_sha256"))
        self.hashes: npt.NDArray[np.uint64] = table.column("phash").to_numpy()
        self.captions = table.column("caption").combine_chunks()
        self.tables = table.column("table_text").combine_chunks()
        self.table_words = functools.lru_cache(maxsize=20_000)(self._table_words)

    def _table_words(self, row: int) -> Words:
        return words_of(self.tables[row].as_py() or "")


def check_vectors(pairs: Pairs, embedder: str, parameters: LeakParameters) -> None:
    """Refuse vectors that the thresholds are not for. Raises ValueError."""
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


def least_similarity(parameters: LeakParameters) -> float:
    """Return the similarity below which no two pictures are compared."""
    levels = (parameters.figure, parameters.table, parameters.agreed)
    return min(level.similarity for level in levels)


def level_of_pairs(pairs: Pairs, query: int, match: int, parameters: LeakParameters) -> Level | None:
    """Return what two pairs' images must show; None where the numbers of two tables differ too much."""
    one, other = pairs.table_words(query), pairs.table_words(match)
    if one.words and other.words:
        agree = number_agreement(one, other) >= parameters.number_agreement
        agree = agree and word_agreement(one, other) >= parameters.table_agreement
        return parameters.agreed if agree else None
    captions = pairs.captions[query].as_py(), pairs.captions[match].as_py()
    return level_of_images(bool(pairs.are_tables[query] or pairs.are_tables[match]), captions, parameters)


def level_of_images(
    is_table: bool, captions: tuple[str | None, str | None], parameters: LeakParameters
) -> Level:
    """Return what two images must show, of which one may show a table, given their captions."""
    if _captions_agree(*captions, parameters):
        return parameters.agreed
    return parameters.table if is_table else parameters.figure


def _captions_agree(left: str | None, right: str | None, parameters: LeakParameters) -> bool:
    one, other = words_of(left or ""), words_of(right or "")
    if min(one.characters, other.characters) < parameters.caption_characters:
        return False
    return word_agreement(one, other) >= parameters.caption_agreement
