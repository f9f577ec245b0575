"""One page of the list of pairs, and how many pairs each value of a facet has."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from serve.filters import FACETS, NOT_STATED, Facet, Filter, conditions, facet_condition, fixed_conditions
from serve.release_index import ReleaseIndex
from serve.similar import Near

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


def pages_of(count: int) -> int:
    """Return how many pages a list of so many pairs has, at least one."""
    return max(1, -(-count // PAIRS_PER_PAGE))


class Listing:
    """Lists and counts of one release; counts of recent filters are kept."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self.counts = functools.lru_cache(maxsize=CACHED_COUNTS)(self._counts)

    def page(self, wanted: Filter, number: int) -> tuple[Card, ...]:
        """Return the pairs of a page of the list, from 1."""
        # Without ORDER BY: rows come in the order they were put in, and the search ends with the page.
        sql = f"SELECT {_CARD} FROM pairs{_where(conditions(wanted))} LIMIT ? OFFSET ?"
        rows = self._index.rows(sql, [PAIRS_PER_PAGE, (number - 1) * PAIRS_PER_PAGE])
        return tuple(_card(row) for row in rows)

    def cards(self, near: Near, number: int) -> tuple[Card, ...]:
        """Return the pairs of a page of the list of nearest ones, from 1."""
        part = slice((number - 1) * PAIRS_PER_PAGE, number * PAIRS_PER_PAGE)
        positions = near.positions[part]
        rows = self._index.rows(
            f"SELECT position, {_CARD} FROM pairs WHERE position IN (SELECT unnest(?::BIGINT[]))",
            [list(positions)],
        )
        found = {int(str(position)): _card(tuple(row)) for position, *row in rows}
        return tuple(
            replace(found[position], similarity=similarity)
            for position, similarity in zip(positions, near.similarities[part], strict=True)
        )

    def neighbours(self, wanted: Filter, position: int) -> tuple[str | None, str | None]:
        """Return the pairs before and after a place in the release, among those of a filter."""
        parts = conditions(wanted)
        before = self._index.rows(
            f"SELECT pair_id FROM pairs {_where([*parts, 'position < ?'])} ORDER BY position DESC LIMIT 1",
            [position],
        )
        after = self._index.rows(
            f"SELECT pair_id FROM pairs {_where([*parts, 'position > ?'])} ORDER BY position LIMIT 1",
            [position],
        )
        return (str(before[0][0]) if before else None, str(after[0][0]) if after else None)

    def near_neighbours(self, near: Near, position: int) -> tuple[str | None, str | None]:
        """Return the pairs before and after a place in the release, in a list of nearest pairs."""
        if position not in near.positions:
            return None, None
        here = near.positions.index(position)
        rows = self._index.rows(
            "SELECT position, pair_id FROM pairs WHERE position IN (SELECT unnest(?::BIGINT[]))",
            [list(near.positions[max(0, here - 1) : here + 2])],
        )
        names = {int(str(place)): str(name) for place, name in rows}
        before = near.positions[here - 1] if here else -1
        after = near.positions[here + 1] if here + 1 < len(near.positions) else -1
        return names.get(before), names.get(after)

    def _counts(self, wanted: Filter) -> Counts:
        """Return the counts by one statement: captions are searched once, and each facet ignores itself."""
        tests = {
            facet.key: facet_condition(facet, wanted.values(facet.key))
            for facet in FACETS
            if wanted.values(facet.key)
        }
        columns = [f"{facet.counted} AS v_{facet.key}" for facet in FACETS]
        columns += [f"coalesce({test}, false) AS t_{key}" for key, test in tests.items()]
        parts = [
            "SELECT '' AS facet, NULL AS value, count(*) AS pairs FROM found"
            + _where([f"t_{key}" for key in tests])
        ]
        for facet in FACETS:
            value = f"unnest(v_{facet.key})" if facet.is_list else f"v_{facet.key}"
            where = _where([f"t_{key}" for key in tests if key != facet.key])
            parts.append(
                f"SELECT '{facet.key}', value, count(*) FROM (SELECT {value} AS value FROM found{where})"
                " GROUP BY value"
            )
        found = f"SELECT {', '.join(columns)} FROM pairs{_where(fixed_conditions(wanted))}"
        rows = self._index.rows(
            f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(parts)} ORDER BY 1, 3 DESC, 2 NULLS LAST"
        )
        by_facet: dict[str, list[tuple[str, int]]] = {}
        for key, stated, pairs in rows:
            value = NOT_STATED if stated is None else str(stated)
            by_facet.setdefault(str(key), []).append((value, int(str(pairs))))
        facets = tuple(_facet_counts(facet, by_facet.get(facet.key, []), wanted) for facet in FACETS)
        return Counts(pairs=by_facet[""][0][1], facets=facets)


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


def _where(parts: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(parts)}" if parts else ""
