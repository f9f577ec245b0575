"""Every query and every block of Python on a page runs on releases of the real schema and answers."""

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from optional import needs
from pages import PAGES, ROOT, blocks, name_of
from small_release import file_entry, pair, write_release

from benchmarks.first_answer import Question, questions
from schemas.columns import table_of
from schemas.pair import Pair
from warehouse.query.run import run_query

QUESTIONS = questions()
OF_ONE_RELEASE = [question for question in QUESTIONS if '"2026.1' not in question.sql]
OF_THE_README = [question for question in QUESTIONS if question.page == "README.md"]
COOKBOOK = ROOT / "docs" / "sql-cookbook.md"
PYTHON = [page for page in PAGES if blocks(page, "python")]

Run = Callable[..., subprocess.CompletedProcess[str]]


def title(question: Question) -> str:
    return question.title


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
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


def test_every_page_with_queries_is_asked() -> None:
    assert {question.page for question in QUESTIONS} == {name_of(p) for p in PAGES if blocks(p, "sql")}


def test_the_readme_has_five_queries() -> None:
    assert len(OF_THE_README) == 5


def test_the_cookbook_has_the_questions_that_it_should() -> None:
    page = COOKBOOK.read_text(encoding="utf-8")
    assert len(blocks(COOKBOOK, "sql")) >= 10
    for words in (
        "month and category",
        "safe to use",
        "OCR against",
        "across sources",
        "between two releases",
    ):
        assert re.search(rf"^## .*{words}", page, re.MULTILINE), words


@pytest.mark.parametrize("question", QUESTIONS, ids=title)
def test_a_query_answers_on_releases_of_the_schema(question: Question, two_releases: Path) -> None:
    assert len(run_query(two_releases, question.sql).rows) > 0


@pytest.mark.parametrize("question", OF_ONE_RELEASE, ids=title)
def test_a_session_on_the_samples_catalog_alone_answers(
    question: Question, warehouse: Path, tmp_path: Path
) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        with duckdb.connect(str(warehouse / "catalog.duckdb"), read_only=True) as db:
            rows = db.execute(question.sql).fetchall()
    finally:
        os.chdir(here)
    assert rows or question not in OF_THE_README


@pytest.mark.parametrize("question", OF_THE_README, ids=title)
def test_the_command_answers(question: Question, scimmir: Run, warehouse: Path) -> None:
    done = scimmir("query", "--warehouse", warehouse, "--format", "csv", question.sql)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 1


def answer(two_releases: Path, words: str) -> list[dict[str, object]]:
    sql = next(question.sql for question in QUESTIONS if words in question.sql)
    return run_query(two_releases, sql).records()


def test_the_answers_are_right(two_releases: Path) -> None:
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


@needs("datasets")
@pytest.mark.parametrize("page", PYTHON, ids=name_of)
def test_blocks_of_python_run_on_a_release(page: Path, release: Path, tmp_path: Path) -> None:
    for block in blocks(page, "python"):
        *before, last = block.replace("DIR/releases/VERSION", str(release)).strip().splitlines()
        shown = "\n".join([*before, f"print(repr({last.split('  #')[0]}))"])
        environment = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", shown],
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "PIL" in done.stdout
