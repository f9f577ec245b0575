"""Which pairs of a release a filter finds, as a mask over it; those of recent filters are kept."""

import functools

import numpy as np

from serve.release.facets import Mask
from serve.release.filters import Filter, Term, fixed_conditions, paper_condition, search_terms, where_sql
from serve.release.index import ReleaseIndex

KEPT = 64  # masks, of half a megabyte for half a million pairs


class Matching:
    """The filters of one release: facets by their numbers in memory, paper and words by SQL."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self._fixed = functools.lru_cache(maxsize=KEPT)(self._find_fixed)
        self._term = functools.lru_cache(maxsize=KEPT)(self._find_term)
        self._all = functools.lru_cache(maxsize=KEPT)(self._find)

    def mask(self, wanted: Filter, *, but: str = "") -> Mask | None:
        """Return which pairs a filter finds, None where all; what is chosen of the facet `but` does not count."""
        plain = wanted.without_like()
        if but and wanted.values(but):
            return self._find(plain, but)
        return self._all(plain, "")

    def positions(self, wanted: Filter, first: int, count: int) -> tuple[int, ...]:
        """Return the places in the release of `count` pairs that a filter finds, from the one numbered `first`."""
        mask = self.mask(wanted)
        if mask is None:
            return tuple(range(first, min(first + count, self._index.count)))
        return tuple(np.flatnonzero(mask)[first : first + count].tolist())

    def around(self, wanted: Filter, position: int) -> tuple[int | None, int | None]:
        """Return the places of the pairs before and after a place, among those that a filter finds."""
        mask = self.mask(wanted)
        if mask is None:
            mask = np.ones(self._index.count, np.bool_)
        before, after = np.flatnonzero(mask[:position]), np.flatnonzero(mask[position + 1 :])
        return (
            int(before[-1]) if len(before) else None,
            int(after[0]) + position + 1 if len(after) else None,
        )

    def _find(self, wanted: Filter, but: str) -> Mask | None:
        chosen = self._index.facets.matching(wanted, but=but)
        if not wanted.words and not wanted.paper:
            return chosen
        fixed = self._fixed(Filter(words=wanted.words, paper=wanted.paper))
        if fixed is None or chosen is None:
            return chosen if fixed is None else fixed
        return chosen & fixed

    def _find_fixed(self, wanted: Filter) -> Mask | None:
        if not self._index.is_copied:
            parts = fixed_conditions(wanted)
            return self._mask(f"SELECT position FROM pairs{where_sql(parts)}") if parts else None
        masks = [
            ~self._term(term) if term.excluded else self._term(term) for term in search_terms(wanted.words)
        ]
        if wanted.paper:
            masks.append(self._mask(f"SELECT position FROM pairs WHERE {paper_condition(wanted)}"))
        return np.logical_and.reduce(masks) if masks else None

    def _find_term(self, term: Term) -> Mask:
        return self._mask(term.positions_sql())

    def _mask(self, sql: str) -> Mask:
        mask = np.zeros(self._index.count, np.bool_)
        mask[self._index.numbers(sql)] = True
        return mask
