"""One page of the list of pairs, and how many pairs each value of a facet has."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from serve.release import (
    FACETS,
    NOT_STATED,
    Facet,
    Filter,
    Matching,
    Near,
    ReleaseIndex,
    conditions,
    where_sql,
)
from serve.search import Reason

PAIRS_PER_PAGE = 24
VALUES_OPEN = 8  # values of a facet shown at once
VALUES_SHOWN = 200  # and behind "more"; subjects of articles are free text, of which there can be thousands
CACHED_COUNTS = 256


@dataclass(frozen=True, kw_only=True)
class Card:
    """One pair of the list."""

    pair_id: str
    label: str
    caption: str
    subcategory: str
    paper_key: str
    split: str
    license: str
    duplicates: int
    width: int
    height: int
    similarity: float | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FacetValue:
    """One value of a facet: how many pairs there are with it under the other facets' choice."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class FacetCounts:
    """A facet with its most frequent values; `hidden` values are not listed."""

    facet: Facet
    values: tuple[FacetValue, ...]
    hidden: int

    @property
    def open_values(self) -> tuple[FacetValue, ...]:
        """Values shown at once: the most frequent ones, and what is chosen."""
        return tuple(v for n, v in enumerate(self.values) if n < VALUES_OPEN or v.chosen)

    @property
    def more_values(self) -> tuple[FacetValue, ...]:
        """Values shown on demand."""
        return tuple(v for n, v in enumerate(self.values) if n >= VALUES_OPEN and not v.chosen)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many pairs a filter has, in all and by facet."""

    pairs: int
    facets: tuple[FacetCounts, ...]


class Listing:
    """Lists and counts of one release; counts of recent filters are kept."""

    def __init__(self, index: ReleaseIndex, matching: Matching) -> None:
        self._index = index
        self._matching = matching
        self.counts = functools.lru_cache(maxsize=CACHED_COUNTS)(self._counts)

    def page(self, wanted: Filter, number: int) -> tuple[Card, ...]:
        """Return the pairs of a page of the list, from 1."""
        first = (number - 1) * PAIRS_PER_PAGE
        if self._index.is_copied:
            positions = self._matching.positions(wanted, first, PAIRS_PER_PAGE)
            found = self._cards(positions)
            return tuple(found[position] for position in positions)
        # Without ORDER BY: rows come in the order of the files, and reading ends with the page.
        sql = f"SELECT position, {_CARD} FROM pairs{where_sql(conditions(wanted))} LIMIT ? OFFSET ?"
        return tuple(self._read_cards(sql, [PAIRS_PER_PAGE, first]).values())

    def cards(self, near: Near, number: int, reasons: Mapping[int, tuple[Reason, ...]]) -> tuple[Card, ...]:
        """Return the pairs of a page of the list of nearest ones, from 1, with the reasons, where there are any."""
        part = slice((number - 1) * PAIRS_PER_PAGE, number * PAIRS_PER_PAGE)
        found = self._cards(near.positions[part])
        return tuple(
            replace(
                found[position],
                similarity=None if near.scores else similarity,
                reasons=reasons.get(position, ()),
            )
            for position, similarity in zip(near.positions[part], near.similarities[part], strict=True)
        )

    def neighbours(self, wanted: Filter, position: int) -> tuple[str | None, str | None]:
        """Return the pairs before and after a place in the release, among those of a filter."""
        return self._names(*self._matching.around(wanted, position))

    def near_neighbours(self, near: Near, position: int) -> tuple[str | None, str | None]:
        """Return the pairs before and after a place in the release, in a list of nearest pairs."""
        if position not in near.positions:
            return None, None
        here = near.positions.index(position)
        before = near.positions[here - 1] if here else None
        after = near.positions[here + 1] if here + 1 < len(near.positions) else None
        return self._names(before, after)

    def _names(self, before: int | None, after: int | None) -> tuple[str | None, str | None]:
        rows = self._index.rows(
            "SELECT position, pair_id FROM pairs WHERE position IN ($1, $2)",
            [-1 if before is None else before, -1 if after is None else after],
        )
        names = {int(str(place)): str(name) for place, name in rows}
        self._index.remember((name, place) for place, name in names.items())
        return (
            None if before is None else names.get(before),
            None if after is None else names.get(after),
        )

    def _cards(self, positions: Sequence[int]) -> dict[int, Card]:
        sql = f"SELECT position, {_CARD} FROM pairs WHERE position IN (SELECT unnest(?::BIGINT[]))"
        return self._read_cards(sql, [list(positions)])

    def _read_cards(self, sql: str, values: list[object]) -> dict[int, Card]:
        found = {int(str(place)): _card(tuple(row)) for place, *row in self._index.rows(sql, values)}
        self._index.remember((card.pair_id, place) for place, card in found.items())
        return found

    def _counts(self, wanted: Filter) -> Counts:
        """Return the counts; each facet ignores what is chosen of itself."""
        facets = []
        for facet in FACETS:
            mask = self._matching.mask(wanted, but=facet.key)
            counted = self._index.facets.columns[facet.key].counts(mask)
            values = [(NOT_STATED if value is None else value, pairs) for value, pairs in counted]
            facets.append(_facet_counts(facet, values, wanted))
        mask = self._matching.mask(wanted)
        pairs = self._index.count if mask is None else int(mask.sum())
        return Counts(pairs=pairs, facets=tuple(facets))


_CARD = (
    "pair_id, coalesce(label, ''), caption, subcategory, paper_key, split, coalesce(license_code, license_group),"
    " duplicates_removed, width, height"
)


def _card(row: tuple[object, ...]) -> Card:
    pair_id, label, caption, subcategory, paper, split, code, removed, width, height = row
    return Card(
        pair_id=str(pair_id),
        label=str(label),
        caption=str(caption),
        subcategory=str(subcategory),
        paper_key=str(paper),
        split=str(split),
        license=str(code),
        duplicates=int(str(removed)),
        width=int(str(width)),
        height=int(str(height)),
    )


def _facet_counts(facet: Facet, counted: list[tuple[str, int]], wanted: Filter) -> FacetCounts:
    chosen = wanted.values(facet.key)
    known = {value for value, _ in counted}
    values = [FacetValue(value=v, count=n, chosen=v in chosen) for v, n in counted]
    values += [FacetValue(value=v, count=0, chosen=True) for v in chosen if v not in known]
    shown = [v for number, v in enumerate(values) if number < VALUES_SHOWN or v.chosen]
    if facet.key == "year":
        shown.sort(key=lambda v: (v.value != NOT_STATED, v.value), reverse=True)
    return FacetCounts(facet=facet, values=tuple(shown), hidden=len(values) - len(shown))
