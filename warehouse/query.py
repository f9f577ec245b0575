"""SQL over one release, for `scimmir query`: read-only, no file but those of the releases."""

import csv
import datetime
import io
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from warehouse.catalog import (
    CATALOG_NAME,
    Release,
    latest_version,
    one_line,
    read_release,
    rebuild,
    release_names,
    sql_name,
    sql_text,
)
from warehouse.lake import WarehouseError

FORMATS = ("table", "csv", "json", "parquet")

# A terminal shows that many characters of one cell; a row whose columns get less room than that minimum is
# shown as a list of its fields instead.
CELL_CHARACTERS = 300
MIN_COLUMN_WIDTH = 12

# A statement that DuckDB parses as a SELECT can still write (WITH x AS (COPY … TO …)) or run further
# statements; what it does shows in its plan.
WRITING_OPERATORS = ("COPY", "EXPORT", "JSON_EXECUTE")

# What only the opening of a connection can set. Without the first, a table's name would also find Python variables
# of the caller; without the others, the name of a function would fetch and load the extension that has it.
SAFE: dict[str, str | bool | int | float | list[str]] = {
    "python_enable_replacements": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

# A footer describes thousands of column chunks and is read once, not for every step of a query. And what DuckDB 2.0
# reads ahead of a list's chunk is a megabyte of its neighbours, images among them: more than a query's answer.
QUICK = ("parquet_metadata_cache = true", "disable_parquet_prefetching = true")

Scalar = None | bool | int | float | str
Plain = Scalar | list["Plain"] | dict[str, "Plain"]


class QueryError(WarehouseError):
    """A query has no answer; the message is the sentence for its user."""


@dataclass(frozen=True)
class QueryResult:
    """What a query returned; `truncated` is true where there were more rows than asked for."""

    table: pa.Table
    truncated: bool


def run_query(
    warehouse: Path, sql: str, *, release: str | None = None, max_rows: int | None = None
) -> QueryResult:
    """Return the rows of one SELECT over the named release, or over the latest one.

    The statement sees the views of that release without a prefix, and those of the other releases under their
    version: `"2026.11.0".pairs`. It can read the files of the releases and nothing else: no other file, no
    network, no other database, no extension; it cannot write. The catalog is rebuilt first where it is
    missing, damaged or does not show the release.

    Raises:
        QueryError: there is no warehouse, no release or no such release, a file of the release is missing, or
            DuckDB refuses the statement; the message is one sentence.
    """
    warehouse = warehouse.resolve()
    wanted = wanted_release(warehouse, release)
    try:
        with _open(warehouse, wanted) as con:
            _check_statement(con, sql)
            return _read(con.sql(sql).to_arrow_reader(10_000), max_rows)
    except duckdb.PermissionException as error:
        raise QueryError(
            f"queries read nothing but the releases of the warehouse: {one_line(error).split(': ', 1)[-1]}"
        ) from error
    except duckdb.CatalogException as error:
        # DuckDB takes a path without a known suffix for the name of a table.
        raise QueryError(f"{one_line(error)} (SHOW TABLES lists what there is)") from error
    except duckdb.Error as error:
        raise QueryError(one_line(error)) from error
    except pa.ArrowException as error:
        raise QueryError(f"the result cannot be read: {one_line(error)}") from error


def rich_view(result: QueryResult, *, width: int) -> RenderableType:
    """Return the result for a terminal of that many characters: a table, or a list of fields for wide rows.

    Binary values are shown as their size, long texts are cut, control characters are left out.
    """
    names = result.table.column_names
    shown = [[_cell(value) for value in _values(column)] for column in result.table.columns]
    rows = list(zip(*shown, strict=True)) if shown else []
    foot = Text(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")
    if result.truncated:
        foot.append(" shown, there are more")
    if len(names) * MIN_COLUMN_WIDTH > width:
        return Group(*(_record(names, row, number) for number, row in enumerate(rows, 1)), foot)
    grid = Table(show_lines=False)
    for field in result.table.schema:
        grid.add_column(Text(clean_text(field.name)), justify="right" if _is_number(field.type) else "left")
    for row in rows:
        grid.add_row(*(Text(cell, overflow="fold") for cell in row))
    return Group(grid, foot)


def csv_text(result: QueryResult) -> str:
    """Return the result as CSV with a header; lists and structs as JSON, binary values as their size."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(result.table.column_names)
    columns = [_values(column) for column in result.table.columns]
    for row in zip(*columns, strict=True):
        writer.writerow(["" if value is None else _flat(_plain(value)) for value in row])
    return out.getvalue()


def json_text(result: QueryResult) -> str:
    """Return the result as a JSON array of one object a row; binary values as their size.

    Raises:
        QueryError: two columns have the same name, so that an object cannot hold both.
    """
    names = result.table.column_names
    if len(set(names)) < len(names):
        raise QueryError("two columns of the result have the same name: name them apart with AS")
    columns = [_values(column) for column in result.table.columns]
    rows = [dict(zip(names, map(_plain, row), strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def parquet_bytes(result: QueryResult) -> bytes:
    """Return the result as a Parquet file, binary values included."""
    out = io.BytesIO()
    try:
        pq.write_table(result.table, out)
    except pa.ArrowException as error:
        raise QueryError(f"the result cannot be written as Parquet: {one_line(error)}") from error
    return out.getvalue()


def clean_text(text: str) -> str:
    """Return a text without control and formatting characters, which terminals and pages would act on."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def wanted_release(warehouse: Path, version: str | None) -> Release:
    """Return the release of a version, the latest without one.

    Raises:
        QueryError: there is none, or its files are damaged.
    """
    try:
        latest = latest_version(warehouse)
    except WarehouseError as error:
        raise QueryError(str(error)) from error
    name, known = version or latest, release_names(warehouse)
    if name not in known:
        raise QueryError(
            f"there is no release {name!r} in {warehouse}: it holds {', '.join(known) or 'none'}"
        )
    wanted = read_release(warehouse / "releases" / name)
    if wanted.problem is not None:
        raise QueryError(f"release {name} is damaged: {wanted.problem}")
    return wanted


def _open(warehouse: Path, wanted: Release) -> duckdb.DuckDBPyConnection:
    """Open the catalog, rebuilt where it does not show this release, and lock it down."""
    con = _connect_if_sound(warehouse)
    if con is None or not _is_current(con, warehouse, wanted):
        if con is not None:
            con.close()
        try:
            rebuild(warehouse)
        except WarehouseError as error:
            raise QueryError(str(error)) from error
        con = _connect(warehouse)
    if not _is_current(con, warehouse, wanted):
        con.close()
        raise QueryError(f"release {wanted.version} is damaged: DuckDB cannot read its files")
    if wanted.version != latest_version(warehouse):
        con.execute(f"USE {sql_name(wanted.version)}")
    con.execute(f"SET allowed_directories = [{sql_text(warehouse / 'releases')}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con


def _connect_if_sound(warehouse: Path) -> duckdb.DuckDBPyConnection | None:
    if not (warehouse / CATALOG_NAME).is_file():
        return None
    try:
        return _connect(warehouse)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise QueryError(
                f"another program has {CATALOG_NAME} open for writing: close it first"
            ) from error
        return None


def _connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(warehouse / CATALOG_NAME, read_only=True, config=SAFE)
    for setting in QUICK:
        con.execute(f"SET {setting}")
    return con


def _is_current(con: duckdb.DuckDBPyConnection, warehouse: Path, wanted: Release) -> bool:
    try:
        con.execute(f"SELECT 1 FROM {sql_name(wanted.version)}.pairs LIMIT 0")
        shown = con.execute("SELECT version FROM main.releases WHERE is_latest").fetchall()
    except duckdb.Error:
        return False
    return shown == [(latest_version(warehouse),)]


def _check_statement(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse all but one SELECT: other statements may write where the connection may read."""
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise QueryError(f"a query is one SQL statement; this holds {len(statements)}")
    kind = statements[0].type
    if kind == duckdb.StatementType.MULTI:
        raise QueryError(
            "a PIVOT needs the list of its columns here: PIVOT … ON split IN ('train', 'test') …"
        )
    if kind != duckdb.StatementType.SELECT:
        raise QueryError(f"queries only read: {kind.name} is not allowed, SELECT, DESCRIBE and SUMMARIZE are")
    plan = con.execute("EXPLAIN (FORMAT json) " + statements[0].query).fetchall()[0][1]
    operators = _operators(json.loads(plan))
    if any(word in name.upper() for name in operators for word in WRITING_OPERATORS):
        raise QueryError("queries only read: this one would write a file or run further statements")


def _operators(plan: list[dict[str, Plain]]) -> list[str]:
    """Return the names of all operators in a plan as DuckDB's JSON gives it."""
    names, todo = [], list(plan)
    while todo:
        node = todo.pop()
        names.append(str(node["name"]))
        children = node.get("children")
        if isinstance(children, list):
            todo.extend(child for child in children if isinstance(child, dict))
    return names


def _read(reader: pa.RecordBatchReader, max_rows: int | None) -> QueryResult:
    batches, count = [], 0
    for batch in reader:
        batches.append(batch)
        count += batch.num_rows
        if max_rows is not None and count > max_rows:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema)
    if max_rows is None or count <= max_rows:
        return QueryResult(table, False)
    return QueryResult(table.slice(0, max_rows), True)


def _values(column: pa.ChunkedArray) -> list[object]:
    """Return a column's values; single-precision numbers as they are written, 0.93 and not 0.9300000072."""
    if pa.types.is_float32(column.type):
        return [None if value is None else float(str(np.float32(value))) for value in column.to_pylist()]
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):  # DuckDB's dates reach further than Python's
        return list(column.cast(pa.string()).to_pylist())


def _record(names: list[str], row: tuple[str, ...], number: int) -> Table:
    record = Table(title=f"row {number}", title_justify="left", show_header=False)
    record.add_column(style="bold", no_wrap=True)
    record.add_column(overflow="fold")
    for name, cell in zip(names, row, strict=True):
        record.add_row(Text(clean_text(name)), Text(cell))
    return record


def _is_number(kind: pa.DataType) -> bool:
    tests: list[Callable[[pa.DataType], bool]] = [
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
    ]
    return any(test(kind) for test in tests)


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
