"""What the README shows works as it stands there."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
SQL = re.search(r"```sql\n(.*?)```", README, re.DOTALL)
QUERIES = [q.strip() for q in SQL[1].split(";") if q.strip()] if SQL else []

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_there_are_five_queries() -> None:
    assert len(QUERIES) == 5


@pytest.mark.parametrize("query", QUERIES)
def test_a_session_on_the_catalog_alone_answers(query: str, warehouse: Path, tmp_path: Path) -> None:
    import os

    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        with duckdb.connect(str(warehouse / "catalog.duckdb"), read_only=True) as db:
            rows = db.execute(query).fetchall()
    finally:
        os.chdir(here)
    assert rows


@pytest.mark.parametrize("query", QUERIES)
def test_the_command_answers(query: str, scimmir: Run, warehouse: Path) -> None:
    done = scimmir("query", "--warehouse", warehouse, "--format", "csv", query)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 1


def test_the_options_it_names_exist(scimmir: Run) -> None:
    general = scimmir("--help").stdout
    named = sorted(set(re.findall(r"scimmir ([a-z]+[a-z-]*)", README)))
    commands = [name for name in named if re.search(rf"\b{name}\b", general)]
    help_text = general + "".join(scimmir(name, "--help").stdout for name in commands)
    for option in set(re.findall(r"`(--[a-z-]+)", README)):
        assert option in help_text, option


def test_the_files_it_names_exist() -> None:
    root = Path(__file__).parents[1]
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (root / target).exists(), target
