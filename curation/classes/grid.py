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
    """Return the counts of a table given as tab-separated lines as float32 of shape (34,); zeros without a table."""
    found = grid_counts(table_text)
    return np.array(list(found.values()) or [0.0] * GRID_WIDTH, dtype=np.float32)


def grid_counts(table_text: str) -> dict[str, float]:
    """Return what a table shows by the name of the count; nothing without a table.

    These are shares of columns that are numbers, of kinds of numbers and of kinds of cells; the first line is the
    header.
    """
    text = table_text[:TABLE_CHARS]
    rows = [[cell.strip() for cell in line.split("\t")] for line in text.split("\n") if line.strip()]
    if not rows:
        return {}
    header, body = rows[0], rows[1:]
    columns: list[list[str]] = [[] for _ in range(max(map(len, rows)))]
    for row in body:
        for place, cell in enumerate(row):
            if cell:
                columns[place].append(cell)
    cells = [cell for row in body for cell in row if cell]
    return {
        **_columns(columns),
        **_numbers(cells),
        **_header(header),
        **_cells(cells),
        "says p-value": float(bool(_P_VALUE.search(text))),
        "length in first column": _length(columns[0]),
        "length in last column": _length(columns[-1]),
        "rows per column": len(body) / len(columns) / 5,
    }


def _columns(columns: Grid) -> dict[str, float]:
    numeric = [_share(column, is_number) for column in columns]
    decimal = [_share(column, _has_decimals) for column in columns]
    whole = [_share(column, str.isdigit) for column in columns]
    numbers = sum(share > _MOSTLY for share in numeric)
    decimals = sum(share > _OFTEN for share in decimal)
    return {
        "share of columns of numbers": numbers / len(columns),
        "columns of numbers": numbers / 5,
        "numbers in the most numeric column": max(numeric),
        "share of columns of decimals": decimals / len(columns),
        "columns of decimals": decimals / 5,
        "columns of integers": sum(share > _MOSTLY for share in whole) / 5,
        "numbers in first column": numeric[0],
        "numbers in last column": numeric[-1],
        "decimals in last column": decimal[-1],
    }


def _numbers(cells: Sequence[str]) -> dict[str, float]:
    numbers = [cell for cell in cells if is_number(cell)]
    found = [float(match.group()) for cell in numbers if (match := _VALUE.search(cell[:_LONGEST]))]
    places = [len(match.group(1)) for cell in numbers if (match := _DECIMALS.search(cell[:_LONGEST]))]
    values = np.array(found or [0.0])
    years = (values >= _YEARS[0]) & (values <= _YEARS[1]) & (values == np.floor(values))
    return {
        "numbers": len(numbers) / max(1, len(cells)),
        "different numbers": len(set(numbers)) / max(1, len(numbers)),
        "mean of decimal places": float(np.mean(places)) if places else 0.0,
        "spread of decimal places": float(np.std(places)) if places else 0.0,
        "median number": float(np.log1p(np.median(values))),
        "numbers up to 1": float(np.mean(values <= 1)),
        "numbers from 1 to 100": float(np.mean((values > 1) & (values <= 100))),
        "years": float(np.mean(years)),
        "how many numbers": float(np.log1p(len(numbers))) / 4,
    }


def _header(header: Sequence[str]) -> dict[str, float]:
    return {
        "digits in header": _share(header, _has_digits),
        "length in header": sum(map(len, header)) / len(header) / 10,
        "empty in header": _share(header, lambda cell: not cell),
    }


def _cells(cells: Sequence[str]) -> dict[str, float]:
    asked: dict[str, Callable[[str], object]] = {
        "marks": lambda cell: cell in _MARKS,
        "significance": _SIGNIFICANT.search,
        "numbers in brackets": _IN_BRACKETS.search,
        "ranges": _RANGE.search,
        "commas": lambda cell: "," in cell,
        "equations": lambda cell: "=" in cell,
        "single letters": lambda cell: len(cell) == 1,
        "Greek letters": _GREEK.search,
    }
    different = len(set(cells)) / max(1, len(cells))
    return {"different cells": different} | {name: _share(cells, one) for name, one in asked.items()}


def _share(cells: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(bool(holds(cell)) for cell in cells) / max(1, len(cells))


def _length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / max(1, len(cells)) / 20


def _has_digits(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _has_decimals(cell: str) -> bool:
    return "." in cell and _has_digits(cell)
