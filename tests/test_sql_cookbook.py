"""Every block of the SQL cookbook runs on releases of the real schema and answers its question."""

import dataclasses
import re
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from schemas.columns import table_of
from schemas.pair import Pair
from warehouse.catalog.query import run_query

sys.path.insert(0, str(Path(__file__).parent / "warehouse"))
from small_release import file_entry, pair, write_release

PAGE = (Path(__file__).parents[1] / "docs" / "sql-cookbook.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory):
    """Two releases: the newer one lacks two of the older one's pairs, and has two that are not in it."""
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder, version="2026.11", count=32)
    old = write_release(folder, version="2026.10", count=30, latest=False)
    path = old / "pairs" / "split=train" / "part-00000.parquet"
    rows = [p for p in map(pair, range(30)) if p.split == "train"]
    rows += [dataclasses.replace(rows[0], pair_id=f"arxiv:2310.00001:figure-{n}") for n in (50, 99)]
    rows[1] = dataclasses.replace(rows[1], caption="As it was written before")
    pq.write_table(table_of(Pair, rows).drop_columns(["split"]), path)
    manifest = (old / "manifest.json").read_text()
    sizes = re.compile(r'("pairs/split=train/part-00000.parquet": \{\s*"bytes": )\d+')
    (old / "manifest.json").write_text(sizes.sub(rf"\g<1>{file_entry(path)['bytes']}", manifest))
    return folder


def test_the_page_has_the_questions_that_it_should():
    assert len(BLOCKS) >= 10
    for title in (
        "month and category",
        "safe to use",
        "OCR against",
        "across sources",
        "between two releases",
    ):
        assert re.search(rf"^## .*{title}", PAGE, re.MULTILINE), title


@pytest.mark.parametrize("sql", BLOCKS, ids=lambda sql: sql.splitlines()[0][3:60])
def test_a_block_answers_on_releases_of_the_schema(sql, two_releases):
    assert len(run_query(two_releases, sql.strip().rstrip(";")).rows) > 0


@pytest.mark.parametrize(
    "sql", [b for b in BLOCKS if '"2026' not in b], ids=lambda sql: sql.splitlines()[0][3:60]
)
def test_a_block_runs_on_the_sample(sql, scimmir, warehouse):
    assert run_query(warehouse, sql).names


def answer(two_releases, words):
    sql = next(block for block in BLOCKS if words in block)
    return run_query(two_releases, sql).records()


def test_the_answers_are_right(two_releases):
    mix = answer(two_releases, "AS month")
    assert sum(row["pairs"] for row in mix) == 32 and {row["month"] for row in mix} == {"2023-10"}
    changes = answer(two_releases, "other_caption")
    assert sum(row["added"] for row in changes) == 2 and sum(row["removed"] for row in changes) == 2
    assert sum(row["other_caption"] for row in changes) == 1
    gone = {row["reason"]: row["pairs"] for row in answer(two_releases, "'not found'")}
    assert gone == {"image_missing": 1, "not found": 1}
    across = answer(two_releases, "WHERE cross_source")
    assert len(across) == 2
    safe = answer(two_releases, "AS credit")
    wanted = [p for p in map(pair, range(32)) if p.license_group == "commercial" and p.allows_derivatives]
    assert len(safe) == min(20, len(wanted)) and "CC" in safe[0]["credit"]
