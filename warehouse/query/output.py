"""A query's answer for people and programs: a table for the terminal, CSV and JSON."""

import csv
import datetime
import io
import json
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from warehouse.query.run import QueryError, QueryResult
from warehouse.sql import clean_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

# A terminal shows that many characters of one cell; a row whose columns get less room than that minimum is
# shown as a list of its fields instead.
CELL_CHARACTERS = 300
MIN_COLUMN_WIDTH = 12

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BIGNUM")

Scalar = None | bool | int | float | str
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


def rich_view(result: QueryResult, *, width: int) -> "RenderableType":
    """Return the result for a terminal of that many characters: a table, or a list of fields for wide rows.

    Binary values are shown as their size, long texts are cut, control characters are left out.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    rows = [[_cell(value) for value in row] for row in _values(result)]
    foot = Text(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")
    if result.truncated:
        foot.append(" shown, there are more")
    if len(result.names) * MIN_COLUMN_WIDTH > width:
        return Group(*(_record(result.names, row, number) for number, row in enumerate(rows, 1)), foot)
    grid = Table(show_lines=False)
    for name, kind in zip(result.names, result.types, strict=True):
        grid.add_column(Text(clean_text(name)), justify="right" if _is_number(kind) else "left")
    for row in rows:
        grid.add_row(*(Text(cell, overflow="fold") for cell in row))
    return Group(grid, foot)


def csv_text(result: QueryResult) -> str:
    """Return the result as CSV with a header; lists and structs as JSON, binary values as their size."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(result.names)
    for row in _values(result):
        writer.writerow(["" if value is None else _flat(_plain(value)) for value in row])
    return out.getvalue()


def json_text(result: QueryResult) -> str:
    """Return the result as a JSON array of one object a row; binary values as their size.

    Raises:
        QueryError: two columns have the same name, so that an object cannot hold both.
    """
    if len(set(result.names)) < len(result.names):
        raise QueryError("two columns of the result have the same name: name them apart with AS")
    rows = [dict(zip(result.names, map(_plain, row), strict=True)) for row in _values(result)]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def _values(result: QueryResult) -> list[list[object]]:
    """Return the rows; single-precision numbers as they are written, 0.93 and not 0.9300000072."""
    single = [kind == "FLOAT" for kind in result.types]
    return [
        [_as_written(value) if short else value for value, short in zip(row, single, strict=True)]
        for row in result.rows
    ]


def _as_written(value: object) -> object:
    """Return the shortest decimal number that single precision takes for the same value."""
    if not isinstance(value, float) or value - value != 0:
        return value
    stored = struct.pack("f", value)
    shortest = (float(f"{value:.{digits}g}") for digits in range(1, 9))
    return next((short for short in shortest if _packed(short) == stored), value)


def _packed(value: float) -> bytes | None:
    try:
        return struct.pack("f", value)
    except OverflowError:  # rounded up beyond the largest
        return None


def _record(names: Sequence[str], row: Sequence[str], number: int) -> "Table":
    from rich.table import Table
    from rich.text import Text

    record = Table(title=f"row {number}", title_justify="left", show_header=False)
    record.add_column(style="bold", no_wrap=True)
    record.add_column(overflow="fold")
    for name, cell in zip(names, row, strict=True):
        record.add_row(Text(clean_text(name)), Text(cell))
    return record


def _is_number(kind: str) -> bool:
    return kind.split("(")[0].removeprefix("U") in NUMBERS and not kind.endswith("]")


def _cell(value: object) -> str:
    """Return a value as a short, harmless text: captions come from files that nobody vouches for."""
    text = "" if value is None else _flat(_plain(value))
    return clean_text(text if len(text) <= CELL_CHARACTERS else text[: CELL_CHARACTERS - 1] + "…")


def _flat(value: Plain) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _plain(value: object) -> Plain:
    """Return a value of a result as JSON knows it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
