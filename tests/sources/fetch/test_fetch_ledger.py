"""The ledger of fetches: one row per key, counts that add up, several processes at once."""

import multiprocessing
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from sources.fetch.archive.ledger import LEDGER, Ledger, LedgerError, LedgerRow
from sources.fetch.outcome import Fetched, FetchFailure

MD5 = "0cc175b9c0f1b6a831c399e269772661"
KEYS = st.sampled_from(["a", "b", "c", "d'; --", "é"])


def fetched(key: str, path: Path, size: int, md5: str) -> Fetched:
    return Fetched(key=key, path=path, size=size, md5=md5)


def failed(key: str, reason: str, detail: str) -> FetchFailure:
    return FetchFailure(key=key, reason=reason, detail=detail)


OUTCOMES = st.one_of(
    st.builds(
        lambda key, size: Fetched(key=key, path=Path("x") / "y.tar", size=size, md5=MD5),
        KEYS,
        st.integers(min_value=0, max_value=1 << 40),
    ),
    st.builds(
        FetchFailure,
        key=KEYS,
        reason=st.sampled_from(["truncated", "not_found"]),
        detail=st.text(max_size=5),
    ),
)


@examples(30)
@given(outcomes=st.lists(OUTCOMES, max_size=12))
def test_one_row_per_key_and_counts_add_up(outcomes: list[Fetched | FetchFailure]) -> None:
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder)) as ledger:
        for outcome in outcomes:
            ledger.record(outcome, source="test")
        last = {outcome.key: outcome for outcome in outcomes}
        rows = list(ledger.rows())
        assert [row.key for row in rows] == sorted(last, key=str.encode)
        counts = ledger.counts()
        assert counts.fetched + counts.failed == len(rows)
        assert counts.failed == sum(counts.reasons.values())
        assert counts.fetched == sum(isinstance(outcome, Fetched) for outcome in last.values())
        for row in rows:
            assert ledger.known(row.key) == row
            outcome = last[row.key]
            if isinstance(outcome, Fetched):
                assert (row.status, row.size, row.md5, row.reason) == ("fetched", outcome.size, MD5, None)
            else:
                assert (row.status, row.reason, row.detail) == ("failed", outcome.reason, outcome.detail)


def test_a_failure_keeps_what_is_on_disk(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record(
            Fetched(
                key="k",
                path=tmp_path / "a" / "k.tar",
                size=3,
                md5=MD5,
                etag='"e"',
                last_modified="yesterday",
            ),
            source="s",
        )
        ledger.record(failed("k", "truncated", "2 of 3 bytes"), source="s")
        row = ledger.known("k")
    assert row is not None
    expected = LedgerRow(
        key="k",
        source="s",
        path="a/k.tar",
        size=3,
        md5=MD5,
        etag='"e"',
        last_modified="yesterday",
        status="failed",
        reason="truncated",
        detail="2 of 3 bytes",
        fetched_at=row.fetched_at,
    )
    assert row == expected


def test_current_means_on_disk_with_that_md5_and_size_wherever_the_archive_is(tmp_path: Path) -> None:
    first = tmp_path / "first"
    with Ledger(first) as ledger:
        (first / "k.tar").write_bytes(b"a")
        ledger.record(fetched("k", first / "k.tar", 1, MD5), source="s")
        assert ledger.is_current("k", MD5, 1)
        assert not ledger.is_current("k", MD5[::-1], 1)
        assert not ledger.is_current("other", MD5, 1)
    first.rename(tmp_path / "moved")
    with Ledger(tmp_path / "moved") as ledger:
        assert ledger.is_current("k", MD5, 1)
        (tmp_path / "moved" / "k.tar").write_bytes(b"")
        assert not ledger.is_current("k", MD5, 1)
        (tmp_path / "moved" / "k.tar").unlink()
        assert not ledger.is_current("k", MD5, 1)


def test_only_news_is_learnt(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(b"a")
    with Ledger(tmp_path) as ledger:
        assert ledger.learn(fetched("k", path, 1, MD5), source="s")
        assert not ledger.learn(fetched("k", path, 1, MD5), source="s")
        assert ledger.learn(failed("k", "not_found", ""), source="s")
        assert ledger.learn(fetched("k", path, 1, MD5), source="s")  # there again, so no failure any more
        assert ledger.counts().fetched == 1
        path.unlink()
        assert ledger.fetched("k") is None


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "PMC1.1"
    folder.mkdir()
    for name in ("PMC1.1.xml", "PMC1.1.json"):
        (folder / name).write_bytes(b"abc")
    with Ledger(tmp_path) as ledger:
        ledger.record(fetched("pmc:PMC1", folder, 6, MD5), source="pmc")
        assert ledger.fetched("pmc:PMC1") == fetched("pmc:PMC1", folder, 6, MD5)
        (folder / "PMC1.1.json").unlink()
        assert ledger.fetched("pmc:PMC1") is None


def test_what_stands_below_a_key_is_forgotten_and_nothing_else(tmp_path: Path) -> None:
    keys = ["pmc:PMC1.1", "pmc:PMC1.1.2", "pmc:PMC1.1/a.jpg", "pmc:PMC1.1/é.jpg", "pmc:PMC1.10/a.jpg"]
    with Ledger(tmp_path) as ledger:
        for key in keys:
            ledger.record(failed(key, "not_found", ""), source="pmc")
        ledger.forget_below("pmc:PMC1.1/")
        assert [row.key for row in ledger.rows()] == [keys[0], keys[1], keys[4]]


def test_export_is_the_ledger_as_parquet(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.record(failed("b", "not_found", "b\udce9.tar"), source="s")
        ledger.record(fetched("a", tmp_path / "a", 1, MD5), source="t")
        assert ledger.export(tmp_path / "fetches.parquet") == 2
        table = pq.read_table(tmp_path / "fetches.parquet")
        assert [LedgerRow(**row) for row in table.to_pylist()] == list(ledger.rows())
    assert sorted(p.name for p in tmp_path.iterdir()) == [LEDGER, "fetches.parquet"]


def _fill(archive: str, worker: int) -> None:
    with Ledger(Path(archive)) as ledger:
        for i in range(60):
            ledger.record(fetched(f"shared-{i}", Path(archive) / "f", i, MD5), source="s")
            ledger.record(failed(f"own-{worker}-{i}", "not_found", "404"), source="s")


def test_four_processes_write_at_once(tmp_path: Path) -> None:
    processes = [
        multiprocessing.get_context("fork").Process(target=_fill, args=(str(tmp_path), worker))
        for worker in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    with Ledger(tmp_path) as ledger:
        counts = ledger.counts()
        assert (counts.fetched, counts.failed, counts.reasons) == (60, 240, {"not_found": 240})
        assert counts.size == sum(range(60))
        assert ledger.counts(source="other").fetched == 0


def test_a_damaged_ledger_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_bytes(b"no database at all" * 100)
    with pytest.raises(LedgerError, match=r"move it away and fetch again"):
        Ledger(tmp_path)
