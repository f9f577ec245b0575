"""The plots of a release or of what a filter finds in it, as numbers and places in a drawing."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.pair import SPLITS, SUBCATEGORIES
from serve.filters import NOT_STATED, Filter, conditions
from serve.release_index import ReleaseIndex

CAPTION_STEP, CAPTION_STEPS = 50, 20  # characters; the last column holds all longer captions
SIDE_STEP, SIDE_STEPS = 128, 16  # pixels of the longest side
BARS_SHOWN = 15
KINDS = ("figure", "table")

# Columns of what a filter finds, and the two by which each chart counts them.
_COLUMNS = (
    "subcategory, split, kind, year, license_code, category_values,"
    f" least(length(caption) // {CAPTION_STEP}, {CAPTION_STEPS})::VARCHAR AS caption_step,"
    f" least(greatest(width, height) // {SIDE_STEP}, {SIDE_STEPS})::VARCHAR AS side_step"
)
_CHARTS = {
    "class": ("subcategory", "split"),
    "year": ("year", "kind"),
    "license": ("license_code", "kind"),
    "caption": ("caption_step", "kind"),
    "side": ("side_step", "kind"),
    "category": ("unnest(category_values)", "kind"),
}


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

    key: str
    title: str
    note: str
    columns: bool
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    limit: int


@dataclass(frozen=True, kw_only=True)
class _Design:
    key: str
    title: str
    series: tuple[str, ...]
    columns: bool = False
    note: str = ""


class Statistics:
    """The charts of one release; those of recent filters are kept."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self.charts = functools.lru_cache(maxsize=32)(self._charts)

    def _charts(self, wanted: Filter) -> tuple[Chart, ...]:
        counts = self._counts(wanted)
        classes = [(name, counts["class"].get(name, {})) for name in SUBCATEGORIES]
        by_category = _ranked(counts["category"])
        return (
            _chart(_Design(key="class", title="Classes", series=SPLITS), classes, wanted),
            _chart(
                _Design(key="year", title="Years of publication", series=KINDS, columns=True),
                _years(counts["year"]),
                wanted,
            ),
            _chart(
                _Design(
                    key="",
                    title="Caption lengths",
                    series=KINDS,
                    columns=True,
                    note="characters, in steps of 50",
                ),
                _steps(counts["caption"], CAPTION_STEP, CAPTION_STEPS),
                wanted,
            ),
            _chart(
                _Design(
                    key="",
                    title="Image sizes",
                    series=KINDS,
                    columns=True,
                    note="longest side, in steps of 128 pixels",
                ),
                _steps(counts["side"], SIDE_STEP, SIDE_STEPS),
                wanted,
            ),
            _chart(
                _Design(key="license", title="Licences", series=KINDS), _ranked(counts["license"]), wanted
            ),
            _chart(
                _Design(
                    key="category",
                    title="Categories",
                    series=KINDS,
                    note="a pair counts in each category of its paper",
                ),
                by_category,
                wanted,
            ),
        )

    def _counts(self, wanted: Filter) -> dict[str, dict[str, dict[str, int]]]:
        """Return pairs by chart, by bar and by series, all counted by one statement."""
        parts = [
            f"SELECT '{key}', bar, {series}, count(*) FROM (SELECT {bar} AS bar, {series} FROM found) GROUP BY ALL"
            for key, (bar, series) in _CHARTS.items()
        ]
        chosen = conditions(wanted)
        where = f" WHERE {' AND '.join(chosen)}" if chosen else ""
        rows = self._index.rows(
            f"WITH found AS MATERIALIZED (SELECT {_COLUMNS} FROM pairs{where}) {' UNION ALL '.join(parts)}"
        )
        found: dict[str, dict[str, dict[str, int]]] = {key: {} for key in _CHARTS}
        for key, bar, series, count in rows:
            name = NOT_STATED if bar is None else str(bar)
            found[str(key)].setdefault(name, {})[str(series)] = int(str(count))
        return found


_Counted = Sequence[tuple[str, Mapping[str, int]]]


def _ranked(counts: Mapping[str, Mapping[str, int]]) -> _Counted:
    return sorted(counts.items(), key=lambda item: (-sum(item[1].values()), item[0]))[:BARS_SHOWN]


def _years(counts: Mapping[str, Mapping[str, int]]) -> _Counted:
    """Return all years from the first to the last, so that empty ones show, and what states none at the end."""
    years = sorted(int(name) for name in counts if name.isascii() and name.isdigit())
    if years and years[-1] - years[0] < 200:
        names = [f"{year:04d}" for year in range(years[0], years[-1] + 1)]
    else:
        names = sorted(name for name in counts if name != NOT_STATED)
    names += [NOT_STATED] if NOT_STATED in counts else []
    return [(name, counts.get(name, {})) for name in names]


def _steps(counts: Mapping[str, Mapping[str, int]], width: int, steps: int) -> _Counted:
    """Return all steps up to the last that has pairs; the one after `steps` holds everything above."""
    last = max((int(name) for name in counts if name != NOT_STATED), default=0)
    names = [f"{n * width:,}–{(n + 1) * width - 1:,}" for n in range(steps)] + [f"{steps * width:,}+"]
    return [(names[n], counts.get(str(n), {})) for n in range(last + 1)]


def _chart(design: _Design, counted: _Counted, wanted: Filter) -> Chart:
    limit = max([sum(counts.values()) for _, counts in counted], default=0) or 1
    every = max(1, -(-len(counted) // 6))
    bars = tuple(
        Bar(
            label=label,
            tick="" if number % every else label.partition("–")[0],
            count=sum(counts.values()),
            pieces=_pieces(counts, design.series, limit),
            query=_only(wanted, design.key, label),
        )
        for number, (label, counts) in enumerate(counted)
    )
    return Chart(
        key=design.key,
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


def _only(wanted: Filter, key: str, value: str) -> str:
    """Return the filter narrowed to one value of a facet; empty where the chart is of no facet."""
    if not key:
        return ""
    for other in wanted.values(key):
        wanted = wanted.toggled(key, other)
    return wanted.toggled(key, value).query_string()
