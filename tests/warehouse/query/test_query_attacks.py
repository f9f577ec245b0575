"""SQL that wants out of the release: no file, no network, no write, no setting undone, whatever is tried."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from small_release import VERSION, write_release

from warehouse.catalog import build as catalog
from warehouse.query.run import QueryError, _open, run_query
from warehouse.versions import wanted_release

SECRET = "do not show this"

READS = [
    "FROM read_csv('{outside}')",
    "FROM read_csv_auto('{outside}')",
    "FROM read_text('{outside}')",
    "FROM read_blob('{outside}')",
    "FROM read_json('{outside}')",
    "FROM read_ndjson_objects('{outside}')",
    "FROM read_parquet('{outside}')",
    "FROM '{outside}'",
    'FROM "{outside}"',
    "FROM query_table('{outside}')",
    "FROM query('FROM read_text(''{outside}'')')",
    "FROM sniff_csv('{outside}')",
    "FROM parquet_metadata('{outside}')",
    "FROM parquet_schema('{outside}')",
    "FROM parquet_kv_metadata('{outside}')",
    "FROM read_duckdb('{outside}')",
    "FROM glob('{folder}/*')",
    "FROM glob('/etc/*')",
    "FROM read_text('/etc/passwd')",
    "FROM read_text('file://{outside}')",
    "FROM read_text('/proc/self/environ')",
    "FROM read_csv('/dev/stdin')",
    # From a place that may be read to one that may not.
    "FROM read_text('{releases}/../../outside.csv')",
    "FROM read_text('{releases}/{version}/../../../outside.csv')",
    "FROM read_text('{releases}/./../../outside.csv')",
    "FROM read_text('{releases}//../../outside.csv')",
    "FROM glob('{releases}/**/../../../*')",
    "FROM read_text('{releases}-beside/x.csv')",
    "FROM read_text('{releases}/link')",
    "FROM read_text('{releases}/{version}/folder/outside.csv')",
    # Values that are no files.
    "SELECT getenv('SCIMMIR_TEST_SECRET')",
    "FROM duckdb_secrets()",
    "FROM which_secret('s3://a', 's3')",
    # Pointers into the process.
    "FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)",
    "FROM pandas_scan(1::POINTER)",
]

NETWORK = [
    "FROM read_parquet('{url}/x.parquet')",
    "FROM read_csv('{url}/x.csv')",
    "FROM read_text('{url}')",
    "FROM '{url}/x.parquet'",
    "FROM read_parquet('s3://127.0.0.1:{port}/x.parquet')",
    "SELECT http_get('{url}')",
    "FROM postgres_scan('host=127.0.0.1 port={port}', 'a', 'b')",
    "FROM sqlite_scan('{url}', 't')",
    "FROM iceberg_scan('{url}')",
    "FROM load_aws_credentials()",
    "INSTALL httpfs",
    "INSTALL httpfs FROM '{url}'",
    "FORCE INSTALL httpfs FROM community",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "ATTACH '{url}/x.duckdb'",
]

WRITES = [
    "COPY pairs TO '{target}'",
    "COPY (SELECT 1) TO '{target}' (FORMAT parquet)",
    "COPY releases FROM '{outside}'",
    "WITH x AS (COPY (SELECT 1) TO '{target}') FROM x",
    "WITH x AS (SELECT 1), y AS (COPY (SELECT 1) TO '{target}') SELECT * FROM x, y",
    "SELECT (WITH x AS (COPY (SELECT 1) TO '{target}') SELECT 1 FROM x)",
    "SELECT 1 WHERE EXISTS (WITH x AS (COPY (SELECT 1) TO '{target}') FROM x)",
    "SELECT 1 UNION ALL (WITH x AS (COPY (SELECT 1) TO '{target}') FROM x)",
    "DESCRIBE (WITH x AS (COPY (SELECT 1) TO '{target}') FROM x)",
    "SUMMARIZE (WITH x AS (COPY (SELECT 1) TO '{target}') FROM x)",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{target}'",
    "FROM query('WITH x AS (COPY (SELECT 1) TO ''{target}'') FROM x')",
    "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "EXPORT DATABASE '{target}'",
    "IMPORT DATABASE '{folder}'",
    "ATTACH '{target}'",
    "ATTACH ':memory:' AS m",
    "SELECT 1; COPY (SELECT 1) TO '{target}'",
    "CREATE TABLE t AS SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE OR REPLACE VIEW pairs AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO releases (version, is_latest) VALUES ('a', false)",
    "WITH x AS (INSERT INTO releases (version, is_latest) VALUES ('a', false) RETURNING *) FROM x",
    "UPDATE releases SET version = 'x'",
    "WITH x AS (UPDATE releases SET version = 'x' RETURNING *) FROM x",
    "DROP VIEW pairs",
    "VACUUM",
    "CHECKPOINT",
    "FROM enable_logging(storage = 'file', storage_path = '{target}')",
    "CALL enable_logging(storage = 'file', storage_path = '{target}')",
]

SETTINGS = [
    "SET enable_external_access = true",
    "SET GLOBAL enable_external_access = true",
    "PRAGMA enable_external_access = true",
    "RESET enable_external_access",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET allowed_directories = ['/']",
    "SET allowed_paths = ['/etc/passwd']",
    "SET autoinstall_known_extensions = true",
    "SET autoload_known_extensions = true",
    "SET python_enable_replacements = true",
    "SET temp_directory = '/tmp'",
    "SET extension_directory = '/tmp'",
    "SET custom_extension_repository = '{url}'",
]
OTHERS = [
    "USE memory",
    "DETACH catalog",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "CALL pragma_version()",
    "BEGIN",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse with a file beside it, a folder named almost alike, and links that lead out."""
    folder = tmp_path_factory.mktemp("attacked")
    write_release(folder / "w", count=4)
    catalog.rebuild(folder / "w")
    (folder / "outside.csv").write_text(f"a\n{SECRET}\n")
    (folder / "w" / "releases-beside").mkdir()
    (folder / "w" / "releases-beside" / "x.csv").write_text(f"a\n{SECRET}\n")
    (folder / "w" / "releases" / "link").symlink_to(folder / "outside.csv")
    (folder / "w" / "releases" / VERSION / "folder").symlink_to(folder)
    return folder / "w"


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """Return a socket to which nothing must connect."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def filled(root: Path, listener: socket.socket, sql: str) -> str:
    port = listener.getsockname()[1]
    return sql.format(
        outside=root.parent / "outside.csv",
        folder=root.parent,
        releases=root / "releases",
        version=VERSION,
        target=root / "releases" / VERSION / "written.out",
        url=f"http://127.0.0.1:{port}",
        port=port,
    )


def state(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("sql", [*READS, *NETWORK, *WRITES, *SETTINGS, *OTHERS])
def test_refused(root: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setenv("SCIMMIR_TEST_SECRET", SECRET)
    before = state(root.parent)
    with pytest.raises(QueryError) as error:
        run_query(root, filled(root, listener, sql))
    assert SECRET not in str(error.value) and "\n" not in str(error.value)
    assert state(root.parent) == before
    with pytest.raises(BlockingIOError):  # nobody has called
        listener.accept()


@pytest.mark.parametrize("sql", SETTINGS)
def test_settings_hold_without_the_check_of_statements(root: Path, listener: socket.socket, sql: str) -> None:
    with _open(root, wanted_release(root, None)) as con, pytest.raises(duckdb.Error):
        con.execute(filled(root, listener, sql))


@pytest.mark.parametrize("sql", [*READS, *NETWORK])
def test_access_is_refused_without_the_check_of_statements(
    root: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.setenv("SCIMMIR_TEST_SECRET", SECRET)
    with _open(root, wanted_release(root, None)) as con, pytest.raises(duckdb.Error):
        con.execute(filled(root, listener, sql)).fetchall()
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_release_itself_can_be_read(root: Path, listener: socket.socket) -> None:
    for sql in (
        "SELECT count(*) FROM pairs",
        "SELECT version FROM read_json('{releases}/{version}/manifest.json')",
    ):
        assert len(run_query(root, filled(root, listener, sql)).rows) == 1
