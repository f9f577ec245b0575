"""Every DuckDB that is promised opens the catalog and gives the documents' queries the same answers."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from small_release import write_release

from benchmarks.first_answer import Question, questions
from warehouse.catalog import build as catalog
from warehouse.catalog.build import OLDEST_DUCKDB

# Between the two, the last of the five versions that cannot filter by a window's sum in a QUALIFY clause.
VERSIONS = {"oldest": f"duckdb=={OLDEST_DUCKDB}", "1.5.4": "duckdb==1.5.4", "newest": "duckdb"}

# Without a network pip gives up at once, and it compiles nothing where there is no wheel for this Python.
INSTALL = "install --quiet --no-deps --no-compile --only-binary :all: --retries 0 --timeout 20"

QUESTIONS = questions()
OF_TWO_RELEASES = [question for question in QUESTIONS if '"2026.1' in question.sql]
OF_ONE_RELEASE = [question for question in QUESTIONS if question not in OF_TWO_RELEASES]

# DuckDB alone answers, as in an analyst's session: nothing of this project is installed there.
ANSWER = """
import duckdb, hashlib, json, sys

def answer(con, sql):
    try:
        found = con.sql(sql)
        return [found.columns, [str(kind) for kind in found.types], found.fetchall()]
    except duckdb.Error as error:
        return str(error).splitlines()[0]

def plain(value):
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else repr(value)

answers = []
for session in json.load(sys.stdin):
    with duckdb.connect(session["database"], read_only=session["read_only"]) as con:
        for statement in session["setup"]:
            con.execute(statement)
        answers.append([answer(con, sql) for sql in session["queries"]])
json.dump(answers, sys.stdout, default=plain)
"""


@dataclass(frozen=True)
class Session:
    """A connection to a database, what it is told first, and its queries."""

    database: str
    queries: list[str]
    read_only: bool = True
    setup: list[str] = field(default_factory=list)


Answers = dict[str, dict[str, object]]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path | str]]:
    """Yield for each version the Python of an environment that holds DuckDB alone, or why there is none."""
    folder = tmp_path_factory.mktemp("duckdb")
    pythons, installing = {}, {}
    for version, requirement in VERSIONS.items():
        venv.create(folder / version, symlinks=True)
        pythons[version] = folder / version / "bin" / "python"
        command = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(pythons[version]),
            *INSTALL.split(),
            requirement,
        ]
        installing[version] = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    found: dict[str, Path | str] = {}
    for version, process in installing.items():
        _, said = process.communicate(timeout=600)
        found[version] = pythons[version]
        if process.returncode:
            last = (said.strip().splitlines() or ["pip failed and said nothing"])[-1]
            found[version] = f"{VERSIONS[version]} cannot be installed here: {last}"
    yield found
    shutil.rmtree(folder)  # pytest would keep 200 MB of each of its last three runs


@pytest.fixture(scope="session")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a warehouse of two releases that was moved after its catalog was built."""
    built = tmp_path_factory.mktemp("releases") / "built"
    write_release(built, version="2026.10", count=32, latest=False)
    write_release(built, version="2026.11", count=30)
    catalog.rebuild(built)
    return built.rename(built.with_name("moved"))


@pytest.fixture(scope="session")
def sessions(warehouse: Path, two_releases: Path) -> dict[str, Session]:
    """Return what each version is asked: on the sample, attached to another session, and on two releases."""
    sample = str(warehouse / "catalog.duckdb")
    with duckdb.connect(sample, read_only=True) as con:
        shown = con.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    places = [f'"{schema}".{name}' for schema, name in sorted(shown)]
    # It describes the database that the session has opened, not one that is attached to it.
    foreign = [f"FROM scimmir.{place} ORDER BY ALL" for place in places if "data_dictionary" not in place]
    quick = ["SET disable_parquet_prefetching = true"]
    return {
        "sample": Session(sample, [question.sql for question in OF_ONE_RELEASE], setup=quick),
        "views": Session(sample, [f"FROM {place} ORDER BY ALL" for place in places]),
        "attached": Session(":memory:", foreign, False, [f"ATTACH '{sample}' AS scimmir (READ_ONLY)"]),
        "two releases": Session(
            str(two_releases / "catalog.duckdb"),
            [question.sql for question in OF_TWO_RELEASES],
            read_only=False,
        ),
    }


def ask(python: Path | str, sessions: dict[str, Session]) -> Answers:
    """Return the answers of one version, by session and query: columns, types and rows, or an error's text."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(python), "-I", "-c", ANSWER],
        input=json.dumps([dataclasses.asdict(session) for session in sessions.values()]),
        env=outside,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {
        name: dict(zip(session.queries, answers, strict=True))
        for (name, session), answers in zip(sessions.items(), found, strict=True)
    }


@pytest.fixture(scope="session")
def expected(sessions: dict[str, Session]) -> Answers:
    """Return the answers of the DuckDB that this project is installed with."""
    found = ask(sys.executable, sessions)
    assert all(isinstance(answer, list) for answers in found.values() for answer in answers.values()), found
    assert all(rows for _, _, rows in found["two releases"].values())
    return found


@pytest.fixture(scope="session", params=VERSIONS)
def answers(
    request: pytest.FixtureRequest, installed: dict[str, Path | str], sessions: dict[str, Session]
) -> Answers:
    """Return the answers of one version; skip where it cannot be had."""
    python = installed[request.param]
    if isinstance(python, str):
        pytest.skip(python)
    return ask(python, sessions)


@pytest.mark.parametrize("question", OF_ONE_RELEASE, ids=lambda question: question.title)
def test_a_query_of_the_documents_has_the_same_answer(
    question: Question, answers: Answers, expected: Answers
) -> None:
    assert answers["sample"][question.sql] == expected["sample"][question.sql]


@pytest.mark.parametrize("question", OF_TWO_RELEASES, ids=lambda question: question.title)
def test_a_query_of_two_releases_has_the_same_answer_after_a_move(
    question: Question, answers: Answers, expected: Answers
) -> None:
    assert answers["two releases"][question.sql] == expected["two releases"][question.sql]


@pytest.mark.parametrize("way", ["views", "attached"])
def test_everything_in_the_catalog_is_read_alike(way: str, answers: Answers, expected: Answers) -> None:
    assert len(answers[way]) > 10
    for query, rows in expected[way].items():
        assert answers[way][query] == rows, query


def test_the_catalog_is_written_in_the_format_of_the_oldest_version(two_releases: Path) -> None:
    with duckdb.connect(two_releases / "catalog.duckdb", read_only=True) as con:
        stored = con.execute(
            "SELECT tags['storage_version'] FROM duckdb_databases() WHERE NOT internal"
        ).fetchall()
    assert stored == [(f"v{OLDEST_DUCKDB}+",)]
