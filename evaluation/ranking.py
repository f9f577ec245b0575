"""Exact ranks in bounded memory: where each query's own candidate stands among all candidates.

A query or a candidate may have several vectors, as BLIP-2 has for an image: the nearest of them counts.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = "1"  # 1: ties against the model, scores exact in fixed point

# A score is exact: components are rounded to multiples of 2**-26, about what float32 holds of a component of 0.1,
# so products of two and any partial sum of them are whole multiples of 2**-52 below 2, which float64 holds. It is
# the same number in whatever order, block or thread it was summed, and equal vectors have equal scores.
FIXED_POINT = float(2**26)
LONGEST_NORM = 1.1
# Most candidates are far from what they are compared with, and single precision settles those at a third of the
# cost. Where more of a block than this share is near, the whole block is computed exactly.
NEAR_SHARE = 0.02

Floats = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class RankingParameters:
    """Sizes of the blocks of scores: 1,024 × 8,192 of them are 32 MB, and a quarter faster than smaller ones."""

    query_rows: int = 1024
    candidate_rows: int = 8192
    top: int = 10  # best candidates to name; SciMMIR reports Hits@10


@dataclass(frozen=True)
class Ranks:
    """`ranks[i]` is query i's, from 1; `top[i]` are the numbers of its best candidates, best first.

    Among equal scores `top` prefers the candidate that comes first; it is short where candidates are few.
    """

    ranks: Whole
    top: Whole


@dataclass(frozen=True)
class Metrics:
    """Mean reciprocal rank and the shares of queries whose candidate is first, in the first 3, and 10."""

    queries: int
    mrr: float
    hits_1: float
    hits_3: float
    hits_10: float


def rank(
    queries: Floats, candidates: Floats, gold: Whole, parameters: RankingParameters | None = None
) -> Ranks:
    """Return the rank of each query's gold candidate: how many candidates score at least as high, itself included.

    Ties count against the model, as in SciMMIR. Memory beyond the arguments is one block of scores with what
    belongs to it; the result does not depend on the blocks.

    Args:
        queries: shape (n, d), or (n, p, d) for p vectors each; norms of at most 1 (a mean of two unit vectors is
            shorter).
        candidates: shape (m, d) or (m, p, d), likewise; may be a memory map.
        gold: for each query, the number of its own candidate.
        parameters: sizes of blocks.

    Raises:
        ValueError: shapes do not fit, a vector is longer than 1.1, or one is not finite.
    """
    p = parameters or RankingParameters()
    p = _smaller(p, queries, candidates)
    if queries.shape[-1] != candidates.shape[-1] or gold.shape != (len(queries),):
        raise ValueError(f"shapes {queries.shape}, {candidates.shape} and {gold.shape} do not fit")
    if len(gold) and not (gold.min() >= 0 and gold.max() < len(candidates)):
        raise ValueError("a query's own candidate is not among the candidates")
    _check_norms(queries, p.query_rows)
    _check_norms(candidates, p.candidate_rows)
    limits = _gold_scores(queries, candidates, gold, p.query_rows)
    ranks = np.zeros(len(queries), np.int64)
    starts = range(0, len(queries), p.query_rows)
    best = [_Best.empty(len(limits[start : start + p.query_rows]), p.top) for start in starts]
    for first in range(0, len(candidates), p.candidate_rows):
        block = np.ascontiguousarray(candidates[first : first + p.candidate_rows], np.float32)
        for number, start in enumerate(starts):
            rows = slice(start, start + p.query_rows)
            scores = _Scores.of(np.ascontiguousarray(queries[rows], np.float32), block)
            ranks[rows] += scores.count_at_least(limits[rows])
            best[number].add(scores, first)
    top = np.concatenate([part.places for part in best]) if best else np.empty((0, p.top), np.int64)
    return Ranks(ranks, top[:, : min(p.top, len(candidates))])


def metrics(ranks: Whole) -> Metrics:
    """Return the metrics of some queries' ranks; all zero without queries."""
    if not len(ranks):
        return Metrics(0, 0.0, 0.0, 0.0, 0.0)
    hits = [float(np.mean(ranks <= k)) for k in (1, 3, 10)]
    return Metrics(len(ranks), float(np.mean(1.0 / ranks)), *hits)


def mean_features(images: Floats, texts: Floats) -> Floats:
    """Return (image + text) / 2, SciMMIR's feature of an image with its OCR text; it is not normalised again.

    Of an image with several vectors, shape (n, p, d), each is brought together with the text's.
    """
    texts = texts if images.ndim == texts.ndim else texts[:, None]
    return ((images + texts) / np.float32(2)).astype(np.float32, copy=False)


def _smaller(p: RankingParameters, queries: Floats, candidates: Floats) -> RankingParameters:
    """Return sizes of blocks by which several vectors each take no more memory than one."""
    return replace(
        p,
        query_rows=max(1, p.query_rows // _parts(queries)),
        candidate_rows=max(1, p.candidate_rows // _parts(candidates)),
    )


def _parts(vectors: Any) -> int:
    return int(vectors.shape[1]) if vectors.ndim == 3 else 1


def _products(queries: Any, candidates: Any) -> Any:
    """Return the scores of a block of queries with a block of candidates, the best of each one's vectors."""
    p, q = _parts(queries), _parts(candidates)
    flat = queries.reshape(-1, queries.shape[-1]) @ candidates.reshape(-1, candidates.shape[-1]).T
    return flat if p == q == 1 else flat.reshape(len(queries), p, len(candidates), q).max(axis=(1, 3))


def _check_norms(vectors: Floats, rows: int) -> None:
    for start in range(0, len(vectors), rows):
        part = np.asarray(vectors[start : start + rows], np.float64)
        if not np.all(np.einsum("...j,...j->...", part, part) <= LONGEST_NORM**2):
            raise ValueError("vectors to rank by must be finite and no longer than 1")


def _fixed(vectors: Floats) -> Exact:
    """Return vectors as whole numbers of 2**-26."""
    whole: Exact = np.rint(np.asarray(vectors, np.float64) * FIXED_POINT)
    return whole


def _exact(left: Floats, right: Floats) -> Exact:
    """Return the exact scores of rows with rows."""
    if _parts(left) == _parts(right) == 1:
        left, right = (part if part.ndim == 2 else part[:, 0] for part in (left, right))
        score: Exact = np.einsum("ij,ij->i", _fixed(left), _fixed(right)) / FIXED_POINT**2
        return score
    fixed = [part if part.ndim == 3 else part[:, None] for part in (_fixed(left), _fixed(right))]
    best: Exact = np.einsum("ipj,iqj->ipq", *fixed).max(axis=(1, 2)) / FIXED_POINT**2
    return best


def _gold_scores(queries: Floats, candidates: Floats, gold: Whole, rows: int) -> Exact:
    scores = np.empty(len(queries), np.float64)
    for start in range(0, len(queries), rows):
        part = slice(start, start + rows)
        scores[part] = _exact(queries[part], candidates[gold[part]])
    return scores


@dataclass(frozen=True)
class _Scores:
    """The scores of a block of queries with a block of candidates: off by at most `error`."""

    queries: Floats
    candidates: Floats
    rough: Floats | Exact
    error: float

    @classmethod
    def of(cls, queries: Floats, candidates: Floats) -> "_Scores":
        # Rounding of a sum of d products in single precision, and of the components to fixed point.
        d = queries.shape[-1]
        error = LONGEST_NORM**2 * ((d + 2) * 2.0**-24 + 2 * np.sqrt(d) * 2.0**-26)
        return cls(queries, candidates, _products(queries, candidates), error)

    def exact(self) -> "_Scores":
        """Return the same without an error."""
        whole = _products(_fixed(self.queries), _fixed(self.candidates)) / FIXED_POINT**2
        return _Scores(self.queries, self.candidates, whole, 0.0)

    def count_at_least(self, limits: Exact) -> Whole:
        """Return for each query how many candidates score its limit or more."""
        if not self.error:
            exact: Whole = np.count_nonzero(self.rough >= limits[:, None], axis=1)
            return exact
        above = self.rough > _single(limits + self.error, np.inf)
        near = above ^ (self.rough >= _single(limits - self.error, -np.inf))
        if np.count_nonzero(near) > NEAR_SHARE * near.size:
            return self.exact().count_at_least(limits)
        rows, columns = np.nonzero(near)
        reach = _exact(self.queries[rows], self.candidates[columns]) >= limits[rows]
        counts: Whole = np.count_nonzero(above, axis=1) + np.bincount(rows[reach], minlength=len(limits))
        return counts

    def above(self, limits: Exact) -> tuple[Whole, Whole, Exact]:
        """Return queries, candidates and scores of those that exceed a query's limit, by query."""
        if not self.error:
            rows, columns = np.nonzero(self.rough > limits[:, None])
            return rows, columns, self.rough[rows, columns].astype(np.float64, copy=False)
        possible = self.rough >= _single(limits - self.error, -np.inf)
        if np.count_nonzero(possible) > NEAR_SHARE * possible.size:
            return self.exact().above(limits)
        rows, columns = np.nonzero(possible)
        scores = _exact(self.queries[rows], self.candidates[columns])
        kept = scores > limits[rows]
        return rows[kept], columns[kept], scores[kept]

    def floor(self, count: int) -> Exact:
        """Return for each query a score that at least `count` candidates exceed (minus infinity if so few)."""
        size = self.rough.shape[1]
        if size <= count:
            return np.full(len(self.rough), -np.inf)
        least = np.partition(self.rough, size - count, axis=1)[:, size - count]
        floor: Exact = np.nextafter(least.astype(np.float64) - self.error, -np.inf)
        return floor


def _single(limits: Exact, towards: float) -> Floats:
    """Return limits as a column in single precision, rounded outwards."""
    return np.nextafter(limits.astype(np.float32), np.float32(towards))[:, None]


@dataclass
class _Best:
    """The best candidates so far of a block of queries, best first."""

    scores: Exact
    places: Whole

    @classmethod
    def empty(cls, queries: int, top: int) -> "_Best":
        return cls(np.full((queries, top), -np.inf), np.full((queries, top), -1, np.int64))

    def add(self, block: _Scores, first: int) -> None:
        """Take in a block's scores; `first` is the number of its first candidate.

        Later candidates come in only where they score higher, so the first of equal ones stays.
        """
        top = self.scores.shape[1]
        entry = self.scores[:, -1]
        if np.isneginf(entry).any():
            entry = np.maximum(entry, block.floor(top))
        rows, columns, scores = block.above(entry)
        if not len(rows):
            return
        touched = np.unique(rows)
        row = np.concatenate([touched.repeat(top), rows])
        score = np.concatenate([self.scores[touched].ravel(), scores])
        place = np.concatenate([self.places[touched].ravel(), columns + first])
        order = np.lexsort((place, -score, row))
        starts = np.searchsorted(row[order], touched)
        kept = order[(starts[:, None] + np.arange(top)).ravel()]
        self.scores[touched] = score[kept].reshape(-1, top)
        self.places[touched] = place[kept].reshape(-1, top)
