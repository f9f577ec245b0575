import csv
import io
import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from small_release import HOSTILE_CAPTION, VERSION, write_release

from schemas.errors import UserError
from warehouse.catalog import build as catalog
from warehouse.query.output import csv_text, json_text, rich_view
from warehouse.query.run import QueryError, parquet_bytes, run_query


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder)
    write_release(folder, version="2026.10.0", count=3, latest=False)
    catalog.rebuild(folder)
    return folder


def shown(result, *, width=100):
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(rich_view(result, width=width))
    return console.file.getvalue()


def refused(warehouse, sql, **options):
    with pytest.raises(QueryError) as caught:
        run_query(warehouse, sql, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert isinstance(caught.value, UserError)
    return message


def test_latest_named_and_other_releases(warehouse):
    count = "SELECT count(*) AS n FROM pairs"
    assert run_query(warehouse, count).records() == [{"n": 32}]
    assert run_query(warehouse, count, release="2026.10.0").records() == [{"n": 3}]
    difference = f'SELECT count(*) AS n FROM "{VERSION}".pairs ANTI JOIN pairs USING (pair_id)'
    assert run_query(warehouse, difference, release="2026.10.0").records() == [{"n": 29}]


def test_max_rows_says_that_there_is_more(warehouse):
    result = run_query(warehouse, "FROM pairs", max_rows=5)
    assert (len(result.rows), result.truncated) == (5, True)
    assert "5 rows shown, there are more" in shown(result)
    result = run_query(warehouse, "FROM pairs", max_rows=32)
    assert (len(result.rows), result.truncated) == (32, False)


@pytest.mark.parametrize(
    "sql", ["DESCRIBE pairs", "SUMMARIZE class_mix", "SHOW TABLES", "FROM class_mix -- all"]
)
def test_statements_that_only_look_are_allowed(warehouse, sql):
    assert len(run_query(warehouse, sql).rows) > 2


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("SELECT * FROM read_text('/etc/passwd')", "queries read nothing but the releases"),
        ("SELECT * FROM read_csv('/etc/passwd')", "queries read nothing but the releases"),
        ("SELECT * FROM '/tmp/other.parquet'", "queries read nothing but the releases"),
        ("SELECT * FROM glob('/etc/*')", "queries read nothing but the releases"),
        ("SELECT * FROM '/etc/passwd'", "/etc/passwd does not exist"),
        ("SELECT * FROM 'https://example.org/a.parquet'", "queries read nothing but the releases"),
        ("SELECT * FROM duckdb_secrets()", "queries read nothing but the releases"),
        ("ATTACH '/tmp/other.duckdb'", "queries only read"),
        ("INSTALL httpfs", "queries only read"),
        ("LOAD httpfs", "queries only read"),
        ("PRAGMA database_list", "queries only read"),
        ("SET enable_external_access = true", "queries only read"),
        ("CREATE TABLE t (a INTEGER)", "queries only read"),
        ("CREATE TEMP TABLE t (a INTEGER)", "queries only read"),
        ("DELETE FROM releases", "queries only read"),
        ("WITH x AS (DELETE FROM releases RETURNING *) FROM x", "read-only"),
        ("SELECT 1; SELECT 2", "one SQL statement; this holds 2"),
        ("", "one SQL statement; this holds 0"),
        ("SELEC 1", "syntax error"),
        ("SELECT nope FROM pairs", 'Referenced column "nope" not found'),
        ("FROM nope", "nope does not exist"),
        ("FROM sql", "sql does not exist"),
        ("SELECT 'a'::INTEGER", "Could not convert string 'a'"),
        ("PIVOT pairs ON split USING count(*)", "needs the list of its columns"),
    ],
)
def test_what_is_not_a_read_of_the_release_ends_in_one_sentence(warehouse, sql, part):
    assert part in refused(warehouse, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{target}'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{target}'",
        "WITH x AS (COPY (SELECT 1) TO '{target}') FROM x",
        "WITH x AS MATERIALIZED (COPY (SELECT 1) TO '{target}') SELECT 1",
        "FROM json_execute_serialized_sql(json_serialize_sql("
        "'WITH x AS (COPY (SELECT 1) TO ''{target}'') FROM x'))",
        "FROM query('WITH x AS (COPY (SELECT 1) TO ''{target}'') FROM x')",
        "EXPORT DATABASE '{target}'",
    ],
)
def test_nothing_is_written_even_where_reading_is_allowed(warehouse, sql):
    target = warehouse / "releases" / VERSION / "written.csv"
    refused(warehouse, sql.format(target=target))
    assert not target.exists()


def test_the_callers_python_variables_are_no_tables(warehouse):
    stolen = pa.table({"a": [1]})
    assert stolen.num_rows == 1
    assert "stolen does not exist" in refused(warehouse, "FROM stolen")


def test_no_warehouse_no_release_unknown_release(tmp_path, warehouse):
    assert "there is no warehouse at" in refused(tmp_path / "nowhere", "SELECT 1")
    assert "holds no release yet" in refused(tmp_path, "SELECT 1")
    assert refused(warehouse, "SELECT 1", release="9.9").endswith(f"it holds 2026.10.0, {VERSION}")


def test_a_damaged_release_names_the_file(tmp_path):
    folder = write_release(tmp_path, count=2)
    catalog.rebuild(tmp_path)
    part = folder / "pairs" / "split=train" / "part-00000.parquet"
    whole = part.read_bytes()
    part.unlink()
    assert refused(tmp_path, "FROM pairs") == (
        f"release {VERSION} is damaged: pairs/split=train/part-00000.parquet is missing"
    )
    part.write_bytes(whole[:-9])
    assert "part-00000.parquet has" in refused(tmp_path, "FROM pairs")
    part.write_bytes(b"x" * len(whole))
    message = refused(tmp_path, "FROM pairs")
    assert "is damaged: split=train/part-00000.parquet cannot be read" in message


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"junk" * 4000)])
def test_a_missing_or_broken_catalog_is_rebuilt(tmp_path, spoil):
    write_release(tmp_path, count=2)
    spoil(catalog.rebuild(tmp_path))
    assert run_query(tmp_path, "SELECT count(*) AS n FROM pairs").records() == [{"n": 2}]


def test_a_catalog_older_than_the_latest_release_is_rebuilt(tmp_path):
    write_release(tmp_path, version="a", count=2)
    catalog.rebuild(tmp_path)
    write_release(tmp_path, version="b", count=4)
    assert run_query(tmp_path, "SELECT count(*) AS n FROM pairs").records() == [{"n": 4}]


def test_another_program_that_writes_the_catalog_is_named(tmp_path):
    write_release(tmp_path, count=1)
    path = catalog.rebuild(tmp_path)
    program = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "open\n"
        assert "another program has catalog.duckdb open" in refused(tmp_path, "SELECT 1")
        holder.communicate("\n")


def test_a_relative_and_a_linked_warehouse(warehouse, tmp_path, monkeypatch):
    monkeypatch.chdir(warehouse.parent)
    count = "SELECT count(*) AS n FROM pairs"
    assert run_query(warehouse.relative_to(warehouse.parent), count).records() == [{"n": 32}]
    (tmp_path / "link").symlink_to(warehouse)
    assert run_query(tmp_path / "link", count).records() == [{"n": 32}]


def test_a_terminal_never_gets_image_bytes_nor_control_characters(warehouse):
    result = run_query(
        warehouse,
        "SELECT pair_id, image, image.bytes AS data, caption FROM images JOIN pairs USING (pair_id)"
        " WHERE pair_id = 'arxiv:2310.00001:figure-3'",
    )
    text = shown(result, width=160)
    assert "bytes>" in text
    assert "IHDR" not in text
    assert "\x1b" in HOSTILE_CAPTION
    assert "\x1b" not in text
    assert "<script>" in text


def test_long_text_is_cut_and_wide_rows_become_lists(warehouse):
    wide = shown(run_query(warehouse, "FROM pairs ORDER BY length(caption) DESC LIMIT 2"))
    assert "row 1" in wide
    assert "row 2" in wide
    assert "…" in wide
    assert "row 1" not in shown(run_query(warehouse, "SELECT pair_id, caption FROM pairs LIMIT 1"))
    assert "0 rows" in shown(run_query(warehouse, "FROM pairs WHERE false"))


def test_csv_json_and_parquet_hold_the_same_rows(warehouse):
    sql = (
        "SELECT pair_id, categories, sum(width) OVER () AS total, image_format = 'png' AS png,"
        " NULL AS nothing, DATE '2026-11-20' AS day, 'NaN'::DOUBLE AS no_number, '\\x00\\x01'::BLOB AS data"
        " FROM pairs ORDER BY pair_id LIMIT 1"
    )
    result = run_query(warehouse, sql)
    head, line = list(csv.reader(io.StringIO(csv_text(result))))
    assert head == ["pair_id", "categories", "total", "png", "nothing", "day", "no_number", "data"]
    assert line == [
        "arxiv:2310.00001:figure-1",
        '["cs.LG", "stat.ML"]',
        "13440",
        "true",
        "",
        "2026-11-20",
        "nan",
        "<2 bytes>",
    ]
    assert json.loads(json_text(result)) == [
        {
            "pair_id": "arxiv:2310.00001:figure-1",
            "categories": ["cs.LG", "stat.ML"],
            "total": 13440,
            "png": True,
            "nothing": None,
            "day": "2026-11-20",
            "no_number": "nan",
            "data": "<2 bytes>",
        }
    ]
    saved = pq.read_table(io.BytesIO(parquet_bytes(warehouse, sql)))
    assert saved.column_names == head
    assert saved.column("data").to_pylist() == [b"\x00\x01"]


@pytest.mark.parametrize("number", ["0.1", "3.4028235e38", "1e-45", "16777216", "-0.0", "123456.79"])
def test_the_shortest_decimal_of_single_precision_is_shown(warehouse, number):
    text = csv_text(run_query(warehouse, f"SELECT '{number}'::FLOAT AS a")).splitlines()[1]
    assert float(text) == float(number)
    assert len(text) <= len(str(float(number)))


def test_single_precision_numbers_are_shown_as_written(warehouse):
    result = run_query(warehouse, "SELECT 0.93::FLOAT AS a, NULL::FLOAT AS b, 'inf'::FLOAT AS c")
    assert csv_text(result) == "a,b,c\n0.93,,inf\n"
    assert "│ 0.93 │" in shown(result)


def test_json_refuses_two_columns_of_one_name(warehouse):
    result = run_query(warehouse, "SELECT 1 AS a, 2 AS a")
    assert csv_text(result) == "a,a\n1,2\n"
    with pytest.raises(QueryError, match="same name"):
        json_text(result)


@pytest.mark.parametrize("columns", ["categories[1], license_code", "subcategory, mentions", "caption"])
def test_queries_read_no_image_bytes(tmp_path, columns):
    release = write_release(tmp_path, count=40)
    images = 0
    for path in release.glob("pairs/*/*.parquet"):
        table = pq.ParquetFile(path).read()
        blobs = [{"bytes": random.Random(n).randbytes(400_000), "path": "x"} for n in range(table.num_rows)]
        place = table.schema.get_field_index("image")
        field = table.schema.field(place)
        pq.write_table(table.set_column(place, field, pa.array(blobs, field.type)), path, row_group_size=5)
        images += 400_000 * len(blobs)
    manifest = json.loads((release / "manifest.json").read_text())
    (release / "manifest.json").write_text(json.dumps({**manifest, "files": {}}))
    run_query(tmp_path, "SELECT 1")  # writes the catalog
    before = bytes_read()
    assert len(run_query(tmp_path, f"SELECT {columns}, count(*) FROM pairs GROUP BY ALL").rows) > 0
    assert bytes_read() - before < images / 10
    before = bytes_read()
    run_query(tmp_path, "SELECT sum(octet_length(image.bytes)) FROM images")
    assert bytes_read() - before >= images  # it is counted


def bytes_read():
    return int(re.search(r"rchar: (\d+)", Path("/proc/self/io").read_text())[1])
