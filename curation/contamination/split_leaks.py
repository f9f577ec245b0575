"""Pairs of less protected splits that repeat one of a more protected split."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.contamination.leaks import (
    Floats,
    LeakParameters,
    Pairs,
    check_vectors,
    least_similarity,
    level_of_pairs,
)
from curation.similarity import Thumbnails, build_index, matches, remaining_difference
from curation.splits import PROTECTED
from schemas.annotations import ContaminationRow


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
    pairs = Pairs(table, embeddings, thumbnails)
    check_vectors(pairs, embedder, parameters)
    rows: list[ContaminationRow] = []
    left_over = np.ones(len(table), dtype=bool)
    for level, protected in enumerate(PROTECTED[:-1]):
        guarded = np.flatnonzero(_in_splits(table, [protected]) & left_over)
        exposed = np.flatnonzero(_in_splits(table, PROTECTED[level + 1 :]) & left_over)
        if not len(guarded) or not len(exposed):
            continue
        found = _leaks(pairs, guarded, exposed, f"split:{protected}", parameters)
        left_over[list(found)] = False
        rows.extend(found.values())
    return sorted(rows, key=lambda row: row.pair_id)


def _leaks(
    pairs: Pairs,
    guarded: npt.NDArray[np.int64],
    exposed: npt.NDArray[np.int64],
    against: str,
    parameters: LeakParameters,
) -> dict[int, ContaminationRow]:
    """Return the leaking rows of `exposed` by row number, each with its best match in `guarded`."""
    floor = least_similarity(parameters)
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
                level = level_of_pairs(pairs, query, other, parameters)
                if level is None or similarity < level.similarity:
                    continue
                thumbs = pairs.thumbnails[other], pairs.thumbnails[query]
                difference = remaining_difference(*thumbs, at_most=level.difference)
                if difference > level.difference:
                    continue
            found[query] = ContaminationRow(
                pair_id=pairs.ids[query].as_py(),
                against=against,
                item=pairs.ids[other].as_py(),
                contamination_test="exact_pixels" if exact[place] else "near",
                similarity=round(similarity, 6),
                difference=round(difference, 6),
                phash_distance=int(np.bitwise_count(pairs.hashes[query] ^ pairs.hashes[other])),
            )
    return found


def _in_splits(table: pa.Table, splits: Sequence[str]) -> npt.NDArray[np.bool_]:
    wanted = pa.array(splits, pa.string())
    return np.asarray(pc.is_in(table.column("split"), value_set=wanted).to_numpy(), dtype=np.bool_)
