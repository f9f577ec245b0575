"""What a table's grid shows without being read: which columns are numbers, how precise, and what cells are like."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from curation.classes.features import TABLE_CHARS, is_number

Array = npt.NDArray[np.float32]

GRID = "grid"  # the name of that input
GRID_WIDTH = 34

_MOSTLY = 0.6  # of a column's cells, from which it is one of numbers
_OFTEN = 0.4  # of a column's cells, from which it is one of decimals
_VALUE = re.compile(r"\d+(?:\.\d+)?")
_DECIMALS = re.compile(r"\.(\d+)")
_SIGNIFICANT = re.compile(r"[*†‡§]|\bp\s*[<=]", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\(\s*[-−]?\d")
_RANGE = re.compile(r"\d\s*[-–]\s*\d")
_GREEK = re.compile(r"[α-ωΑ-Ω]")
_P_VALUE = re.compile(r"\bp\s*[<=]|\bp[- ]values?\b", re.IGNORECASE)
_LONGEST = 40  # characters of a number that are looked at
_MARKS = frozenset("-–—✓✗×xX●○/")
_YEARS = (1900, 2100)

Grid = Sequence[Sequence[str]]


def grid_signals(table_text: str) -> Array:
    """Return what a table given as tab-separated lines shows, float32 of shape (34,); zeros without a table.

    These are shares of columns that are numbers, of kinds of numbers and of kinds of cells; the first line is the
    header.
    """
    text = table_text[:TABLE_CHARS]
    rows = [[cell.strip() for cell in line.split("\t")] for line in text.split("\n") if line.strip()]
    if not rows:
        return np.zeros(GRID_WIDTH, dtype=np.float32)
    header, body = rows[0], rows[1:]
    width = max(map(len, rows))
    columns: list[list[str]] = [[] for _ in range(width)]
    for row in body:
        for place, cell in enumerate(row):
            if cell:
                columns[place].append(cell)
    cells = [cell for row in body for cell in row if cell]
    values = _columns(columns) + _numbers(cells) + _header(header) + _cells(cells)
    values += [
        float(bool(_P_VALUE.search(text))),
        _length(columns[0]),
        _length(columns[-1]),
        len(body) / width / 5,
    ]
    return np.array(values, dtype=np.float32)


def _columns(columns: Grid) -> list[float]:
    numeric = [_share(column, is_number) for column in columns]
    decimal = [_share(column, _has_decimals) for column in columns]
    whole = [_share(column, str.isdigit) for column in columns]
    numbers = sum(share > _MOSTLY for share in numeric)
    decimals = sum(share > _OFTEN for share in decimal)
    return [
        numbers / len(columns),
        numbers / 5,
        max(numeric),
        decimals / len(columns),
        decimals / 5,
        sum(share > _MOSTLY for share in whole) / 5,
        numeric[0],
        numeric[-1],
        decimal[-1],
    ]


def _numbers(cells: Sequence[str]) -> list[float]:
    numbers = [cell for cell in cells if is_number(cell)]
    found = [float(match.group()) for cell in numbers if (match := _VALUE.search(cell[:_LONGEST]))]
    places = [len(match.group(1)) for cell in numbers if (match := _DECIMALS.search(cell[:_LONGEST]))]
    values = np.array(found or [0.0])
    years = (values >= _YEARS[0]) & (values <= _YEARS[1]) & (values == np.floor(values))
    return [
        len(numbers) / max(1, len(cells)),
        len(set(numbers)) / max(1, len(numbers)),
        float(np.mean(places)) if places else 0.0,
        float(np.std(places)) if places else 0.0,
        float(np.log1p(np.median(values))),
        float(np.mean(values <= 1)),
        float(np.mean((values > 1) & (values <= 100))),
        float(np.mean(years)),
        float(np.log1p(len(numbers))) / 4,
    ]


def _header(header: Sequence[str]) -> list[float]:
    return [
        _share(header, _has_digits),
        sum(map(len, header)) / len(header) / 10,
        _share(header, lambda cell: not cell),
    ]


def _cells(cells: Sequence[str]) -> list[float]:
    asked: tuple[Callable[[str], object], ...] = (
        lambda cell: cell in _MARKS,
        _SIGNIFICANT.search,
        _IN_BRACKETS.search,
        _RANGE.search,
        lambda cell: "," in cell,
        lambda cell: "=" in cell,
        lambda cell: len(cell) == 1,
        _GREEK.search,
    )
    return [len(set(cells)) / max(1, len(cells)), *(_share(cells, one) for one in asked)]


def _share(cells: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(bool(holds(cell)) for cell in cells) / max(1, len(cells))


def _length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / max(1, len(cells)) / 20


def _has_digits(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _has_decimals(cell: str) -> bool:
    return "." in cell and _has_digits(cell)
