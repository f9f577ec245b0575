"""The plots of a release or of what a filter finds in it, as numbers and places in a drawing."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from schemas.pair import SPLITS, SUBCATEGORIES
from serve.release import NOT_STATED, Filter, ReleaseIndex, conditions, where_sql
from warehouse.report import CAPTION_STEP, CAPTION_STEP_SQL, CAPTION_STEPS

SIDE_STEP, SIDE_STEPS = 128, 16  # pixels of the longest side; the last column holds all larger images
BARS_SHOWN = 15
KINDS = ("figure", "table")

# Columns of what a filter finds, of which the charts count.
_COLUMNS = (
    f"subcategory, image_type, split, kind, year, license_code, category_values,"
    f" {CAPTION_STEP_SQL}::VARCHAR AS caption_step,"
    f" least(greatest(width, height) // {SIDE_STEP}, {SIDE_STEPS})::VARCHAR AS side_step"
)

_Counts = Mapping[str, Mapping[str, int]]  # pairs by bar and by series
_Counted = Sequence[tuple[str, Mapping[str, int]]]  # the same in the order of the bars


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One part of a bar: of which series, how many pairs, and where it lies in percent of the drawing."""

    series: str
    count: int
    start: float
    length: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a chart; `query` is the filter that finds its pairs, as part of an address."""

    label: str
    tick: str
    count: int
    pieces: tuple[Piece, ...]
    query: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars on a common scale whose end is `limit` pairs; `columns` stand upright."""

    title: str
    note: str
    columns: bool
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    limit: int


def _ranked(counts: _Counts) -> _Counted:
    return sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:BARS_SHOWN]


def _classes(counts: _Counts) -> _Counted:
    """Return all classes, those without pairs as well."""
    return [(name, counts.get(name, {})) for name in SUBCATEGORIES]


def _years(counts: _Counts) -> _Counted:
    """Return all years from the first to the last, so that empty ones show, and what states none at the end."""
    years = sorted(int(name) for name in counts if name.isascii() and name.isdigit())
    if years and years[-1] - years[0] < 200:
        names = [f"{year:04d}" for year in range(years[0], years[-1] + 1)]
    else:
        names = sorted(name for name in counts if name != NOT_STATED)
    names += [NOT_STATED] if NOT_STATED in counts else []
    return [(name, counts.get(name, {})) for name in names]


def _steps(width: int, steps: int, counts: _Counts) -> _Counted:
    """Return all steps up to the last that has pairs; the one after `steps` holds everything above."""
    last = max((int(name) for name in counts if name != NOT_STATED), default=0)
    names = [f"{n * width:,}–{(n + 1) * width - 1:,}" for n in range(steps)] + [f"{steps * width:,}+"]
    return [(names[n], counts.get(str(n), {})) for n in range(last + 1)]


@dataclass(frozen=True, kw_only=True)
class _Design:
    """A chart before its pairs are counted.

    `bar` and `by` are the columns whose values are bars and series, `order` says which bars are shown and in
    which order, `facet` is that of the bars' labels, empty where they are of none.
    """

    title: str
    bar: str
    order: Callable[[_Counts], _Counted]
    by: str = "kind"
    series: tuple[str, ...] = KINDS
    facet: str = ""
    columns: bool = False
    note: str = ""


_DESIGNS = (
    _Design(title="Classes", bar="subcategory", order=_classes, by="split", series=SPLITS, facet="class"),
    _Design(title="Image types", bar="image_type", order=_ranked, facet="type", note="of figures"),
    _Design(title="Years of publication", bar="year", order=_years, facet="year", columns=True),
    _Design(
        title="Caption lengths",
        bar="caption_step",
        order=functools.partial(_steps, CAPTION_STEP, CAPTION_STEPS),
        columns=True,
        note=f"characters, in steps of {CAPTION_STEP}",
    ),
    _Design(
        title="Image sizes",
        bar="side_step",
        order=functools.partial(_steps, SIDE_STEP, SIDE_STEPS),
        columns=True,
        note=f"longest side, in steps of {SIDE_STEP} pixels",
    ),
    _Design(title="Licences", bar="license_code", order=_ranked, facet="license"),
    _Design(
        title="Categories",
        bar="unnest(category_values)",
        order=_ranked,
        facet="category",
        note="a pair counts in each category of its paper",
    ),
)


class Statistics:
    """The charts of one release; those of recent filters are kept."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self.charts = functools.lru_cache(maxsize=32)(self._charts)

    def _charts(self, wanted: Filter) -> tuple[Chart, ...]:
        counts = self._counts(wanted)
        return tuple(
            _chart(design, design.order(found), wanted)
            for design, found in zip(_DESIGNS, counts, strict=True)
        )

    def _counts(self, wanted: Filter) -> list[_Counts]:
        """Return the pairs of each design by bar and by series, all counted by one statement."""
        parts = [
            f"SELECT {number}, bar, {design.by}, count(*)"
            f" FROM (SELECT {design.bar} AS bar, {design.by} FROM found) GROUP BY ALL"
            for number, design in enumerate(_DESIGNS)
        ]
        found = f"SELECT {_COLUMNS} FROM pairs{where_sql(conditions(wanted))}"
        rows = self._index.rows(f"WITH found AS MATERIALIZED ({found}) {' UNION ALL '.join(parts)}")
        counts: list[dict[str, dict[str, int]]] = [{} for _ in _DESIGNS]
        for number, bar, series, count in rows:
            name = NOT_STATED if bar is None else str(bar)
            counts[int(str(number))].setdefault(name, {})[str(series)] = int(str(count))
        return list(counts)


def _chart(design: _Design, counted: _Counted, wanted: Filter) -> Chart:
    limit = max([sum(counts.values()) for _, counts in counted], default=0) or 1
    every = max(1, -(-len(counted) // 6))
    bars = tuple(
        Bar(
            label=label,
            tick="" if number % every else label.partition("–")[0],
            count=sum(counts.values()),
            pieces=_pieces(counts, design.series, limit),
            query=_only(wanted, design.facet, label),
        )
        for number, (label, counts) in enumerate(counted)
    )
    return Chart(
        title=design.title,
        note=design.note,
        columns=design.columns,
        series=design.series,
        bars=bars,
        limit=limit,
    )


def _pieces(counts: Mapping[str, int], series: Sequence[str], limit: int) -> tuple[Piece, ...]:
    pieces, start = [], 0.0
    for name in series:
        if counts.get(name):
            length = 100 * counts[name] / limit
            pieces.append(
                Piece(series=name, count=counts[name], start=round(start, 3), length=round(length, 3))
            )
            start += length
    return tuple(pieces)


def _only(wanted: Filter, facet: str, value: str) -> str:
    """Return the filter narrowed to one value of a facet; empty where the chart is of none."""
    if not facet:
        return ""
    for other in wanted.values(facet):
        wanted = wanted.toggled(facet, other)
    return wanted.toggled(facet, value).query_string()
