"""Objects in a bucket, against a real server that fails when told to."""

import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.services.s3_store import BUCKET, Store, environment_of, s3_store
from runtime import storage
from runtime.cache import cache_root, held_copy, mirror_of, place_behind, trim
from runtime.lease import LeaseParameters, leased
from runtime.storage import Place, StorageError, place_of


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with s3_store() as store:
        yield store


@pytest.fixture
def store(server: Store, tmp_path: Path) -> Iterator[Store]:
    with environment_of(server, str(tmp_path / "cache")):
        yield server
    server.fail_every, server.delay_s = 0, 0.0


@pytest.fixture
def place(store: Store, request: pytest.FixtureRequest) -> Place:
    return Place(BUCKET, request.node.name)


@pytest.mark.parametrize(
    "name", ["s3://bucket/a/b", "s3:/bucket/a/b", "s3://bucket/a/b/", Path("s3://bucket/a/b")]
)
def test_an_address_is_read_however_it_is_written(name: object) -> None:
    assert place_of(name) == Place("bucket", "a/b")
    assert str(place_of(name)) == "s3://bucket/a/b"


@pytest.mark.parametrize("name", ["s3://", "s3://B/x", "/tmp/x", "https://bucket/x"])
def test_what_is_no_address_is_refused(name: str) -> None:
    with pytest.raises(StorageError, match="s3://bucket/folder"):
        place_of(name)


def test_objects_go_and_come_whole(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "in"
    file.write_bytes(b"0123456789")
    storage.put(place / "a/b", file)
    storage.put(place / "c", b"")
    assert [(i.name, i.size) for i in storage.items_below(place)] == [("a/b", 10), ("c", 0)]
    assert storage.folders_below(place) == ["a"]
    storage.fetch(place / "a/b", tmp_path / "out", offset=2, size=3)
    assert (tmp_path / "out").read_bytes() == b"234"
    storage.fetch(place / "a/b", tmp_path / "none", offset=4, size=0)
    assert (tmp_path / "none").read_bytes() == b""
    storage.delete_below(place)
    assert storage.items_below(place) == [] and storage.head(place / "c") is None


def test_a_condition_decides_who_writes(place: Place) -> None:
    first = storage.put(place, b"one", only_new=True)
    assert first is not None
    assert storage.put(place, b"two", only_new=True) is None
    second = storage.put(place, b"three", replacing=first)
    assert second is not None
    assert storage.put(place, b"four", replacing=first) is None
    assert storage.read(place) == (b"three", second)


def test_answers_of_500_are_tried_again(store: Store, place: Place, tmp_path: Path) -> None:
    store.fail_every, before = 2, store.failed
    for number in range(5):
        storage.put(place / str(number), b"x" * 1000)
        storage.fetch(place / str(number), tmp_path / str(number))
    assert store.failed > before
    assert [(tmp_path / str(n)).stat().st_size for n in range(5)] == [1000] * 5


def test_a_store_that_stays_away_is_one_sentence_without_secrets(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "REQUEST_TRIES", 2)
    monkeypatch.setattr(storage, "STREAM_TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    storage._client.cache_clear()
    with pytest.raises(StorageError, match=f"s3://{BUCKET}/.*AWS_ENDPOINT_URL") as caught:
        storage.put(place, b"x")
    assert "testing-secret" not in str(caught.value)


def test_a_missing_bucket_says_so(store: Store) -> None:
    with pytest.raises(StorageError, match="make the bucket first"):
        storage.put(Place("no-such-bucket", "x"), b"x")


def test_columns_are_read_without_the_others(store: Store, place: Place) -> None:
    out = io.BytesIO()
    pq.write_table(
        pa.table({"id": range(1000), "image": [os.urandom(5000) for _ in range(1000)]}),
        out,
        compression="none",
    )
    storage.put(place, out.getvalue())
    read = []

    class Counting(storage.Ranges):
        def read(self, size: int | None = -1) -> bytes:
            read.append(super().read(size))
            return read[-1]

    with pa.PythonFile(Counting(place, len(out.getvalue())), mode="r") as source:
        table = pq.ParquetFile(source, pre_buffer=True).read(columns=["id"])
    assert table.column("id").to_pylist() == list(range(1000))
    assert sum(map(len, read)) < len(out.getvalue()) / 20


def test_a_lease_has_one_holder_at_a_time(place: Place) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with leased(place, LeaseParameters(polls_s=0.02)):
            with lock:
                inside += 1
                most = max(most, inside)
            threading.Event().wait(0.05)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1 and storage.head(place) is None


def test_the_lease_of_a_dead_holder_runs_out(place: Place) -> None:
    storage.put(place, b'{"owner": "dead", "renewed": 3}')
    with leased(place, LeaseParameters(lasts_s=0.3, polls_s=0.05)):
        found = storage.read(place)
        assert found is not None and b"dead" not in found[0]


def test_a_live_holder_keeps_its_lease_and_a_lost_one_is_told(place: Place) -> None:
    p = LeaseParameters(
        lasts_s=1.6, polls_s=0.1, waits_s=2.0
    )  # renewed in time by a process that stalls for a second
    with leased(place, p), pytest.raises(StorageError, match="another process holds"), leased(place, p):
        pass
    with pytest.raises(StorageError, match="was lost"), leased(place, p):
        storage.put(place, b'{"owner": "other"}')
        threading.Event().wait(2.0)
    found = storage.read(place)
    assert found is not None and b"other" in found[0]


def test_a_local_copy_knows_its_place(store: Store) -> None:
    place = Place("bucket", "ware/house")
    assert place_behind(mirror_of(place) / "stages") == place / "stages"
    assert place_behind(Path("/elsewhere/s3/bucket")) is None


def test_copies_stay_within_their_bound_but_for_those_in_use(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCIMMIR_CACHE_GB", str(2500 / (1 << 30)))
    fetched: list[str] = []

    def fill(path: Path) -> None:
        fetched.append(path.name)
        path.write_bytes(b"x" * 1000)

    with held_copy("held", "held", fill) as held:
        for number in range(4):
            with held_copy(str(number), str(number), fill):
                pass
        trim(now=True)
        assert held.is_file()
        kept = [p for p in cache_root().glob("inputs/*/*") if p.is_file()]
        assert sum(p.stat().st_size for p in kept) <= 2500
    with held_copy("held", "held", fill):
        assert fetched.count("held") == 1
    with held_copy("0", "0", fill):
        assert fetched.count("0") == 2


def test_a_bound_that_is_no_number_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMMIR_CACHE_GB", "plenty")
    with pytest.raises(StorageError, match="SCIMMIR_CACHE_GB"):
        trim(now=True)
