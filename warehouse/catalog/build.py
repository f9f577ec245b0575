"""The DuckDB file through which SQL reads the releases: views over their Parquet, never a source of truth."""

import os
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from string import Template

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.annotations import ContaminationRow, DuplicateRow
from schemas.columns import Row, arrow_schema
from schemas.license import WITHHELD
from schemas.pair import Pair
from schemas.panel import UNSPLIT
from schemas.paper import PaperRow
from schemas.reject import REASONS, Reject
from warehouse.place import CATALOG_NAME, WarehouseError
from warehouse.sql import one_line, sql_name, sql_text
from warehouse.versions import RESERVED_VERSIONS, TABLES, Release, latest_version, list_releases, pair_files

PARQUET_TABLES: dict[str, type[Row]] = dict(
    zip(TABLES, (PaperRow, Reject, DuplicateRow, ContaminationRow), strict=True)
)

# Columns that releases made before there were panels lack: where a view takes each from, and its type.
OF_PANELS = {
    "panel_box": ("panel", "DOUBLE[]"),
    "panel_confidence": ("panel", "FLOAT"),
    "panels_unsplit": ("pairs", "VARCHAR"),
}

# The oldest DuckDB that opens the catalog. DuckDB writes files in its own newest format unless told otherwise, and
# a version refuses all that are newer than itself.
OLDEST_DUCKDB = "1.2.0"

# DuckDB resolves relative paths against the process's working directory and stores no other base in the
# file. The default of `temp_directory` is the path of the opened database with `.tmp` behind it, so that a
# warehouse that was moved, or is seen under another path in a container, still finds its releases. Where the
# catalog was attached to another session, or the user chose a temporary directory, the path at building time
# holds. Each view that reads files has this expression in it: before DuckDB 1.5, views of an attached catalog find
# a macro in no other schema than their own.
_WAREHOUSE_DIR = """(CASE
    WHEN parse_filename(current_setting('temp_directory')) = {own_temp}
    THEN coalesce(nullif(parse_dirpath(current_setting('temp_directory')), ''), '.')
    ELSE {built_at}
END)"""

_RELEASES_COLUMNS = {
    "version": ("VARCHAR NOT NULL", "name of the release, and of the schema that holds its views"),
    "is_latest": ("BOOLEAN NOT NULL", "true for the release that the views of main show"),
    "release_hash": ("VARCHAR", "hash over everything in the release"),
    "code_version": ("VARCHAR", "version of the code that built it"),
    "papers": ("BIGINT", "papers read"),
    "floats_found": ("BIGINT", "figures, tables and panels found"),
    "pairs": ("BIGINT", "of those, pairs"),
    "rejects_float": ("BIGINT", "of those, rejects with a reason"),
    "rejects_paper": ("BIGINT", "papers rejected as a whole"),
    "license_policy": ("VARCHAR", "research (for private use), redistributable or commercial"),
    "images_withheld": ("BIGINT", "pairs whose image that policy leaves out"),
    "problem": ("VARCHAR", "what is wrong with the release's files; null where they are all there"),
}

_DATA_DICTIONARY = """
CREATE VIEW main.data_dictionary AS
SELECT
    duckdb_columns.schema_name AS release,
    table_name AS view,
    column_index AS position,
    column_name AS column,
    data_type AS type,
    comment AS description
FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal
ORDER BY release, view, position
"""

_DATA_DICTIONARY_COLUMNS = {
    "release": "version of the release; main for the latest",
    "view": "name of the view or table",
    "position": "place of the column, from 1",
    "column": "name of the column",
    "type": "DuckDB type",
    "description": "what the column holds",
}


def rebuild(warehouse: Path) -> Path:
    """Return the path of `catalog.duckdb`, built anew over all releases and put in place atomically.

    Each release gets a schema of its own name; `main` shows the one that `releases/latest` names. A release
    whose files are not all there is listed in `main.releases` with its problem and gets no views.

    The views follow the warehouse when it is moved, as long as a session opens the catalog itself. A session
    that attaches it to another database, or sets `temp_directory`, needs a rebuild after a move.

    Raises:
        WarehouseError: the folder is no warehouse, holds no release, cannot be written, or its latest release
            is damaged.
    """
    latest = latest_version(warehouse)
    found = list_releases(warehouse)
    newest = next(release for release in found if release.version == latest)
    aside = warehouse / f".{CATALOG_NAME}.{os.getpid()}"
    target = warehouse / CATALOG_NAME
    try:
        aside.unlink(missing_ok=True)
        _build(aside, warehouse=warehouse, found=found, newest=newest)
        aside.replace(target)
        # A write-ahead log that belongs to the replaced file would be replayed into the new one.
        (warehouse / f"{CATALOG_NAME}.wal").unlink(missing_ok=True)
    except (OSError, duckdb.IOException) as error:
        raise WarehouseError(f"cannot write {target}: {one_line(error)}") from error
    finally:
        if os.access(warehouse, os.W_OK):
            aside.unlink(missing_ok=True)
    return target


def create_views(con: duckdb.DuckDBPyConnection, folder: Path, *, schema: str, location: str) -> None:
    """Make the views of the release in a folder; `location` is the SQL expression of that folder's path.

    Raises:
        WarehouseError: a file is missing or damaged.
    """
    _create_reasons(con, sql_name(schema))
    try:
        con.execute(_views_sql(con, folder, schema=schema, location=location))
    except duckdb.Error as error:
        raise WarehouseError(one_line(error)) from error


def _describe_columns(con: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Say of each column what it holds: for those who read the catalog, as it takes as long as to make the views."""
    row_types: dict[str, type[Row]] = {"pairs": Pair, "images": Pair, **PARQUET_TABLES}
    for view, row_type in row_types.items():
        texts = {f.name: f.metadata[b"description"].decode() for f in arrow_schema(row_type)}
        _comment_columns(con, sql_name(schema), view, texts)


def _create_reasons(con: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Make a schema with the closed lists that its views join, each a view of its own.

    `reasons` of rejects, `withheld_reasons` of images, `unsplit_reasons` of figures that stay whole. Each schema
    has its own: before DuckDB 1.5, views of an attached catalog find nothing in another schema of it. They are
    views, because two tables would take a megabyte of the file.
    """
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    comment = "The closed list of reasons for which something is rejected"
    _list_view(con, f"{schema}.reasons", REASONS, comment)
    comment = "The closed list of reasons for which a licence policy leaves an image out"
    _list_view(con, f"{schema}.withheld_reasons", WITHHELD, comment)
    comment = "The closed list of reasons for which a figure stays whole"
    _list_view(con, f"{schema}.unsplit_reasons", UNSPLIT, comment)


def _list_view(con: duckdb.DuckDBPyConnection, view: str, listed: Mapping[str, str], comment: str) -> None:
    rows = ", ".join(f"({sql_text(reason)}, {sql_text(text)})" for reason, text in listed.items())
    con.execute(f"CREATE VIEW {view} AS SELECT * FROM (VALUES {rows}) AS listed(reason, description)")
    con.execute(f"COMMENT ON VIEW {view} IS {sql_text(comment)}")
    con.execute(f"COMMENT ON COLUMN {view}.reason IS 'name of the reason'")
    con.execute(f"COMMENT ON COLUMN {view}.description IS 'what it means'")


def _views_sql(con: duckdb.DuckDBPyConnection, folder: Path, *, schema: str, location: str) -> str:
    parts = pair_files(folder)
    if parts:
        names = [name for name in _column_names(parts[0]) if name != "split"]
        source = (
            f"read_parquet({location} || '/pairs/split=*/part-*.parquet', "
            "hive_partitioning = true, hive_types = {'split': VARCHAR})"
        )
    else:
        names = [name for name in arrow_schema(Pair).names if name != "split"]
        source = _empty_relation(con, arrow_schema(Pair))
    tables = {
        name: f"read_parquet({location} || '/{name}.parquet', hive_partitioning = false)"
        for name in PARQUET_TABLES
    }
    # Columns are named because a folder above the warehouse may look like a partition, too.
    pair_columns = ", ".join(sql_name(name) for name in [*names, "split"] if name != "image")
    # Releases made before there were licence policies hold every image.
    withheld = "image_withheld" if "image_withheld" in names else "NULL::VARCHAR"
    panels = {
        name: f"{view}.{name}" if name in names else f"NULL::{kind}"
        for name, (view, kind) in OF_PANELS.items()
    }
    template = Template(
        resources.files("warehouse.catalog").joinpath("views.sql").read_text(encoding="utf-8")
    )
    return template.substitute(
        schema=sql_name(schema),
        pairs=source,
        pair_columns=pair_columns,
        withheld=withheld,
        **panels,
        **tables,
    )


def _column_names(part: Path) -> list[str]:
    try:
        return list(pq.read_schema(part).names)
    except (pa.ArrowException, OSError) as error:
        raise WarehouseError(f"{part.parent.name}/{part.name} cannot be read: {one_line(error)}") from error


def _build(path: Path, *, warehouse: Path, found: Sequence[Release], newest: Release) -> None:
    with duckdb.connect(path, config={"storage_compatibility_version": f"v{OLDEST_DUCKDB}"}) as con:
        problems = {release.version: _release_schema(con, release) for release in found}
        problem = problems[newest.version] or _views(con, newest, schema="main")
        if problem is not None:
            raise WarehouseError(f"release {newest.version} in {warehouse} is damaged: {problem}")
        _releases_table(con, found, latest=newest.version, problems=problems)
        con.execute(_DATA_DICTIONARY)
        con.execute("COMMENT ON VIEW main.data_dictionary IS 'Every column of every view, described'")
        _comment_columns(con, '"main"', "data_dictionary", _DATA_DICTIONARY_COLUMNS)


def _releases_table(
    con: duckdb.DuckDBPyConnection, found: Sequence[Release], *, latest: str, problems: dict[str, str | None]
) -> None:
    columns = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in _RELEASES_COLUMNS.items())
    con.execute(f"CREATE TABLE main.releases ({columns})")
    con.execute("COMMENT ON TABLE main.releases IS 'The releases of this warehouse, from their manifests'")
    _comment_columns(con, '"main"', "releases", {name: text for name, (_, text) in _RELEASES_COLUMNS.items()})
    con.executemany(
        f"INSERT INTO main.releases VALUES ({', '.join('?' for _ in _RELEASES_COLUMNS)})",
        [
            (
                r.version,
                r.version == latest,
                r.release_hash,
                r.code_version,
                r.papers,
                r.floats_found,
                r.pairs,
                r.rejects_float,
                r.rejects_paper,
                r.license_policy,
                r.images_withheld,
                problems[r.version],
            )
            for r in found
        ],
    )


def _release_schema(con: duckdb.DuckDBPyConnection, release: Release) -> str | None:
    if release.version.lower() in RESERVED_VERSIONS:
        return "its name is one of DuckDB's own schemas"
    return _views(con, release, schema=release.version)


def _views(con: duckdb.DuckDBPyConnection, release: Release, *, schema: str) -> str | None:
    """Make the views of one release; the problem where its files cannot be read."""
    if release.problem is not None:
        return release.problem
    warehouse_dir = _WAREHOUSE_DIR.format(
        own_temp=sql_text(f"{CATALOG_NAME}.tmp"), built_at=sql_text(release.folder.parents[1].resolve())
    )
    location = f"{warehouse_dir} || {sql_text(f'/releases/{release.version}')}"
    con.begin()
    try:
        create_views(con, release.folder, schema=schema, location=location)
        _describe_columns(con, schema)
        con.commit()
    except WarehouseError as error:
        con.rollback()
        return str(error)
    return None


def _empty_relation(con: duckdb.DuckDBPyConnection, schema: pa.Schema) -> str:
    relation = con.from_arrow(schema.empty_table())
    columns = zip(relation.columns, relation.types, strict=True)
    return f"(SELECT {', '.join(f'NULL::{kind} AS {sql_name(name)}' for name, kind in columns)} WHERE false)"


def _comment_columns(
    con: duckdb.DuckDBPyConnection, schema: str, table: str, descriptions: dict[str, str]
) -> None:
    columns = con.execute(f"SELECT * FROM {schema}.{sql_name(table)} LIMIT 0").description or []
    for name in [column[0] for column in columns]:
        if name in descriptions:
            place = f"{schema}.{sql_name(table)}.{sql_name(name)}"
            con.execute(f"COMMENT ON COLUMN {place} IS {sql_text(descriptions[name])}")
