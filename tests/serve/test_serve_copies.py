"""Copies of narrow columns: made once, found again, never of another release, and never too many."""

import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from small_release import VERSION, write_release
from starlette.testclient import TestClient

from serve.app import make_app
from serve.release import copies as module
from serve.release.copies import (
    DATABASE,
    CacheLimits,
    Copies,
    copy_name,
    copying,
    default_cache,
    open_with_copy,
)
from serve.release.filters import parse_filter
from serve.release.index import ReleaseIndex, open_release
from serve.release.matching import Matching
from warehouse.place import WarehouseError

COUNT = 30


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "source=web", count=COUNT)


@pytest.fixture
def cache(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "cache" / "serve")


def copy(index: ReleaseIndex, copies: Copies) -> None:
    with copying(index, copies, then=lambda stopped: None, say=pytest.fail) as thread:
        thread.join()


def page(index: ReleaseIndex, query: str = "") -> str:
    return TestClient(make_app(index), base_url="http://127.0.0.1").get(f"/{VERSION}/pairs{query}").text


QUERIES = ["", "?class=fig_result&source=arxiv", "?q=loss", "?category=(not+stated)", "?page=2", "?year=2023"]


def test_the_second_start_reads_the_copy_and_shows_the_same(release: Path, cache: Copies) -> None:
    first = open_with_copy(release, cache)
    assert not first.is_copied
    before = [page(first, query) for query in QUERIES]
    copy(first, cache)
    assert first.is_copied and [page(first, query) for query in QUERIES] == before
    second = open_with_copy(release, cache)
    assert second.is_copied and [page(second, query) for query in QUERIES] == before
    sources = second.facets.columns["source"].counts(None)
    assert dict(sources) != {"web": COUNT}  # a folder's name above the warehouse is no column


def test_a_copy_is_of_one_release(release: Path, cache: Copies) -> None:
    copy(open_with_copy(release, cache), cache)
    part = next(release.glob("pairs/split=train/*.parquet"))
    table = pq.ParquetFile(part).read()
    pq.write_table(table.slice(1), part)
    changed = open_with_copy(release, cache)
    assert not changed.is_copied and changed.count == COUNT - 1
    (release / "rejects.parquet").unlink()
    with pytest.raises(WarehouseError, match=r"rejects\.parquet is missing"):
        open_with_copy(release, cache)


@pytest.mark.parametrize("name", [DATABASE, "facets.npz", "facets.json"])
def test_a_damaged_copy_is_made_again(release: Path, cache: Copies, name: str) -> None:
    copy(open_with_copy(release, cache), cache)
    entry = cache.folder / copy_name(release)
    (entry / name).write_bytes(b"{}" if name.endswith("json") else b"nonsense")
    index = open_with_copy(release, cache)
    assert not index.is_copied and index.count == COUNT and not entry.exists()
    copy(index, cache)
    assert open_with_copy(release, cache).is_copied


def test_a_process_that_was_faster_wins(
    release: Path, cache: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = open_release(release)
    real = module.copy_tables

    def overtaken(con: duckdb.DuckDBPyConnection, database: Path) -> None:
        monkeypatch.setattr(module, "copy_tables", real)
        copy(open_release(release), cache)
        real(con, database)

    monkeypatch.setattr(module, "copy_tables", overtaken)
    copy(slow, cache)
    assert slow.is_copied
    assert [path.name for path in cache.folder.iterdir()] == [copy_name(release)]


def test_the_end_of_the_block_ends_a_copy(
    release: Path, cache: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(con: duckdb.DuckDBPyConnection, database: Path) -> None:
        begun.set()
        con.execute("SELECT max(hash(a.range + b.range)) FROM range(10_000_000) a, range(10_000_000) b")

    monkeypatch.setattr(module, "copy_tables", endless)
    index = open_release(release)
    with copying(index, cache, then=pytest.fail, say=pytest.fail):
        assert begun.wait(600)  # the query would take days
    assert not index.is_copied and list(cache.folder.iterdir()) == []
    assert len(page(index, "?q=loss")) > 1000


def test_without_a_cache_the_page_works_and_says_why(release: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    index, said = open_release(release), []
    with copying(index, Copies(tmp_path / "file"), then=lambda stopped: None, say=said.append) as thread:
        thread.join()
    assert len(said) == 1 and said[0].startswith("note: every start will be as slow as this one: ")
    assert "30</span>" in page(index) or "30" in page(index)


def test_what_was_used_longest_ago_goes(cache: Copies) -> None:
    limited = Copies(cache.folder, CacheLimits(bytes=2500, days=10))
    for age, name in ((20, "old"), (3, "first"), (2, "second")):
        limited.add(name, lambda aside: (aside / "data").write_bytes(bytes(1000)) and None)
        used = time.time() - age * 86_400
        os.utime(limited.folder / name / "complete", (used, used))
    assert limited.find("first") is not None  # used now
    limited.add("third", lambda aside: (aside / "data").write_bytes(bytes(1000)) and None)
    assert {path.name for path in limited.folder.iterdir()} == {"first", "third"}
    limited.add("third-vectors", lambda aside: (aside / "data").write_bytes(bytes(9000)) and None)
    assert {path.name for path in limited.folder.iterdir()} == {"third", "third-vectors"}
    shutil.rmtree(limited.folder)
    assert limited.find("third") is None


def test_the_cache_is_where_programs_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert default_cache() == Path("/somewhere/scimmir/serve")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache() == Path.home() / ".cache/scimmir/serve"


def test_a_release_without_pairs_opens_and_copies(tmp_path: Path, cache: Copies) -> None:
    release = write_release(tmp_path / "w", count=5)
    shutil.rmtree(release / "pairs")
    index = open_release(release)
    for _ in range(2):
        assert index.count == 0 and Matching(index).positions(parse_filter([("q", "loss")]), 0, 24) == ()
        assert "No pair" in page(index) or ">0<" in page(index)
        copy(index, cache)
