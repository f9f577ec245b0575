"""SQL over one release, for `scimmir query`: read-only, no file but those of the releases.

It imports neither Arrow nor numpy, which take longer to load than most queries to answer: DuckDB gives Python's own
values.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.place import CATALOG_NAME, WarehouseError
from warehouse.sql import one_line, sql_name, sql_text
from warehouse.versions import Release, latest_version, wanted_release

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


class QueryError(WarehouseError):
    """A query has no answer; the message is the sentence for its user."""


@dataclass(frozen=True)
class QueryResult:
    """What a query returned: Python values in rows, and the names and DuckDB types of the columns.

    `truncated` is true where there were more rows than asked for.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool = False

    def records(self) -> list[dict[str, object]]:
        """Return each row as a dictionary by column."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class SmallTable:
    """A table of few rows that a statement can read beside the release's views; columns with DuckDB's types."""

    name: str
    columns: dict[str, str]
    rows: tuple[tuple[object, ...], ...]


def run_query(
    warehouse: Path,
    sql: str,
    *,
    release: str | None = None,
    max_rows: int | None = None,
    beside: SmallTable | None = None,
) -> QueryResult:
    """Return the rows of one SELECT over the named release, or over the latest one.

    The statement sees the views of that release without a prefix, and those of the other releases under their
    version: `"2026.11.0".pairs`. It can read the files of the releases and nothing else: no other file, no
    network, no other database, no extension; it cannot write. The catalog is rebuilt first where it is
    missing, damaged or does not show the release.

    Args:
        warehouse: the folder of the releases.
        sql: the statement.
        release: version of the release, the latest where None.
        max_rows: how many rows at most; all where None.
        beside: a table that the statement sees as well.

    Raises:
        QueryError: there is no warehouse, no release or no such release, a file of the release is missing, or
            DuckDB refuses the statement; the message is one sentence.
    """
    with _answering(warehouse, release, beside) as con:
        _check_statement(con, sql)
        return _read(con.execute(sql), max_rows)


def parquet_bytes(
    warehouse: Path, sql: str, *, release: str | None = None, beside: SmallTable | None = None
) -> bytes:
    """Return the answer to the same statement as a Parquet file, binary values included.

    Raises:
        QueryError: as `run_query`, and where Parquet has no form for a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    with _answering(warehouse, release, beside) as con:
        _check_statement(con, sql)
        try:
            pq.write_table(con.sql(sql).to_arrow_table(), out)
        except pa.ArrowException as error:
            raise QueryError(f"the result cannot be written as Parquet: {one_line(error)}") from error
    return out.getvalue()


@contextmanager
def _answering(
    warehouse: Path, release: str | None, beside: SmallTable | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield the locked-down catalog; what goes wrong with it or with the statement is one sentence."""
    warehouse = warehouse.resolve()
    try:
        wanted = wanted_release(warehouse, release)
    except WarehouseError as error:
        raise QueryError(str(error)) from error
    try:
        with _open(warehouse, wanted) as con:
            if beside is not None:
                _add(con, beside)
            yield con
    except duckdb.PermissionException as error:
        raise QueryError(
            f"queries read nothing but the releases of the warehouse: {one_line(error).split(': ', 1)[-1]}"
        ) from error
    except duckdb.CatalogException as error:
        # DuckDB takes a path without a known suffix for the name of a table.
        raise QueryError(f"{one_line(error)} (SHOW TABLES lists what there is)") from error
    except duckdb.Error as error:
        raise QueryError(one_line(error)) from error


def _open(warehouse: Path, wanted: Release) -> duckdb.DuckDBPyConnection:
    """Open the catalog, rebuilt where it does not show this release, and lock it down."""
    con = _connect_if_sound(warehouse)
    if con is None or not _is_current(con, warehouse, wanted):
        if con is not None:
            con.close()
        from warehouse.catalog import rebuild  # imports Arrow

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


def _add(con: duckdb.DuckDBPyConnection, table: SmallTable) -> None:
    columns = ", ".join(f"{sql_name(name)} {kind}" for name, kind in table.columns.items())
    con.execute(f"CREATE TEMP TABLE {sql_name(table.name)} ({columns})")
    if table.rows:
        con.executemany(
            f"INSERT INTO {sql_name(table.name)} VALUES ({', '.join('?' for _ in table.columns)})",
            [list(row) for row in table.rows],
        )


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


def _operators(plan: list[dict[str, object]]) -> list[str]:
    """Return the names of all operators in a plan as DuckDB's JSON gives it."""
    names, todo = [], list(plan)
    while todo:
        node = todo.pop()
        names.append(str(node["name"]))
        children = node.get("children")
        if isinstance(children, list):
            todo.extend(child for child in children if isinstance(child, dict))
    return names


def _read(answer: duckdb.DuckDBPyConnection, max_rows: int | None) -> QueryResult:
    columns = [(str(name), str(kind)) for name, kind, *_ in answer.description or []]
    names, types = (tuple(part) for part in zip(*columns, strict=True))
    if max_rows is None:
        return QueryResult(names, types, tuple(answer.fetchall()))
    rows = tuple(answer.fetchmany(max_rows + 1))
    return QueryResult(names, types, rows[:max_rows], len(rows) > max_rows)
