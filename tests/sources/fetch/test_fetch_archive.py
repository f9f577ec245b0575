"""An archive in a bucket: what is fetched lies there, whole and known, whenever the fetch ends."""

import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.services.s3_store import BUCKET, Store, environment_of, s3_store
from runtime import storage
from runtime.cache import staging_of
from runtime.lease import LeaseParameters, leased
from runtime.storage import Place, StorageError
from schemas.errors import UserError
from sources.fetch.archive import files as fetch_files
from sources.fetch.archive.ledger import LEDGER, Ledger
from sources.fetch.archive.opening import EXPORT, LOCK, Archive, SavingParameters, open_archive
from sources.fetch.outcome import Fetched

PLACE = Place(BUCKET, "papers")
TAR = "arxiv/src/a.tar"


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with s3_store() as store:
        yield store


@pytest.fixture
def machine(server: Store, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Return a function that goes on at another machine: one with another cache."""
    with environment_of(server, str(tmp_path / "cache")):
        storage.delete_below(PLACE)
        yield lambda name: os.environ.update(SCIMMIR_CACHE=str(tmp_path / name))


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def came(archive: Archive, name: str, data: bytes, key: str = "") -> Fetched:
    """Return a file that was just fetched."""
    path = archive.ledger.archive / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Fetched(key=key or f"test:{name}", path=path, size=len(data), md5=md5(data))


def article(archive: Archive, files: dict[str, bytes]) -> Fetched:
    folder = archive.ledger.archive / "pmc" / "123" / "PMC123.1"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    size = sum(map(len, files.values()))
    return Fetched(key="pmc:PMC123", path=folder, size=size, md5=md5(files["PMC123.1.xml"]))


def there() -> dict[str, int]:
    return {item.name: item.size for item in storage.items_below(PLACE)}


def keys_in_bucket(tmp_path: Path) -> list[str]:
    storage.fetch(PLACE / LEDGER, tmp_path / "seen" / LEDGER)
    with Ledger(tmp_path / "seen") as ledger:
        return [row.key for row in ledger.rows()]


def test_a_file_lies_in_the_bucket_alone_and_is_known_on_every_machine(machine) -> None:
    with open_archive(str(PLACE)) as archive:
        file = came(archive, TAR, b"tar")
        assert archive.ledger.learn(file, source="test")
        assert not file.path.exists()
        assert archive.ledger.fetched(file.key) == file
        assert archive.name == str(PLACE)
    assert there() == {TAR: 3, LEDGER: there()[LEDGER], EXPORT: there()[EXPORT]}
    found = storage.head(PLACE / TAR)
    assert found is not None and found.md5 == found.etag == md5(b"tar")
    machine("another")
    with open_archive(str(PLACE)) as archive:
        known = archive.ledger.fetched(file.key)
        assert known is not None and (known.size, known.md5) == (3, md5(b"tar"))
        storage.delete(PLACE / TAR)
    with open_archive(str(PLACE)) as archive:
        assert archive.ledger.fetched(file.key) is None


def test_the_same_bytes_are_not_put_again(machine, server: Store) -> None:
    with open_archive(str(PLACE)) as archive:
        archive.ledger.learn(came(archive, TAR, b"tar"), source="test")
        marks = {item.name: item.etag for item in storage.items_below(PLACE)}
        again = came(archive, TAR, b"tar")
        assert not archive.ledger.learn(again, source="test") and not again.path.exists()
        assert {item.name: item.etag for item in storage.items_below(PLACE)} == marks
        changed = came(archive, TAR, b"tra")  # of the same size
        assert archive.ledger.learn(changed, source="test")
    assert storage.read(PLACE / TAR) == (b"tra", md5(b"tra"))


def test_a_fetch_without_news_writes_nothing(machine) -> None:
    with open_archive(str(PLACE)) as archive:
        archive.ledger.learn(came(archive, TAR, b"tar"), source="test")
    marks = {item.name: item.etag for item in storage.items_below(PLACE)}
    with open_archive(str(PLACE)):
        pass
    assert {item.name: item.etag for item in storage.items_below(PLACE)} == marks


@pytest.mark.parametrize("where", ["cache", "another"])
def test_a_killed_fetch_loses_no_file(machine, tmp_path: Path, where: str) -> None:
    """On the same machine the rows are there; on another one a file is known again by its checksum."""
    code = (
        "import os; from pathlib import Path; from sources.fetch.archive.opening import open_archive\n"
        "from sources.fetch.outcome import Fetched\n"
        f"with open_archive('{PLACE}') as archive:\n"
        f"    path = archive.ledger.archive / '{TAR}'\n"
        "    path.parent.mkdir(parents=True); path.write_bytes(b'tar')\n"
        f"    file = Fetched(key='k', path=path, size=3, md5='{md5(b'tar')}')\n"
        "    archive.ledger.record(file, source='test'); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert done.returncode == 9 and sorted(there()) == [TAR, LOCK]
    storage.delete(PLACE / LOCK)  # or it is waited for until it runs out
    machine(where)
    with open_archive(str(PLACE)) as archive:
        assert (archive.ledger.known("k") is not None) == (where == "cache")
        path = archive.ledger.archive / TAR
        held = Fetched(key="k", path=path, size=3, md5=md5(b"tar"))
        assert not archive.ledger.holds(Fetched(key="j", path=path, size=3, md5=md5(b"rat")), source="test")
        assert archive.ledger.holds(held, source="test")
        assert archive.ledger.fetched("k") == held and not path.exists()
    assert keys_in_bucket(tmp_path) == ["k"]


def test_the_ledger_goes_to_the_bucket_while_the_fetch_runs(machine, tmp_path: Path) -> None:
    often = SavingParameters(outcomes=2, seconds=1000, share=1e9)
    with open_archive(str(PLACE), parameters=often) as archive:
        for number in range(3):
            archive.ledger.record(came(archive, f"a/{number}", b"x"), source="test")
            archive.count()
        assert keys_in_bucket(tmp_path) == ["test:a/0", "test:a/1"]
    with pytest.raises(KeyboardInterrupt), open_archive(str(PLACE)) as archive:
        archive.ledger.record(came(archive, "a/3", b"x"), source="test")
        raise KeyboardInterrupt
    assert len(keys_in_bucket(tmp_path)) == 4


def test_a_ledger_that_somebody_else_wrote_is_not_written_over(machine) -> None:
    with pytest.raises(StorageError, match="another fetch"), open_archive(str(PLACE)) as archive:
        archive.ledger.record(came(archive, "a/1", b"x"), source="test")
        archive.save()
        storage.put(PLACE / LEDGER, b"of a fetch that took the lock over")
        archive.ledger.record(came(archive, "a/2", b"x"), source="test")
    assert storage.read(PLACE / LEDGER) is not None
    assert storage.read(PLACE / LEDGER)[0] == b"of a fetch that took the lock over"  # type: ignore[index]


def test_what_did_not_arrive_is_not_recorded(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(place: Place, content: Path, **options: str) -> str | None:
        return storage.put(place, content.read_bytes()[:-1] + b"?")

    monkeypatch.setattr(fetch_files, "put", damaged)
    with open_archive(str(PLACE)) as archive:
        file = came(archive, TAR, b"tar")
        with pytest.raises(StorageError, match="not what was written"):
            archive.ledger.record(file, source="test")
        assert archive.ledger.known(file.key) is None and file.path.exists()


def test_an_article_that_changed_loses_its_old_files_and_gets_its_xml_last(
    machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put, delete = storage.put, storage.delete
    monkeypatch.setattr(fetch_files, "put", lambda p, c, **o: (written.append(p.name), put(p, c, **o))[1])
    monkeypatch.setattr(fetch_files, "delete", lambda p: (written.append(f"-{p.name}"), delete(p))[1])
    first = {"PMC123.1.xml": b"<article/>", "a.jpg": b"a", "z.jpg": b"z"}
    with open_archive(str(PLACE)) as archive:
        archive.ledger.learn(article(archive, first), source="pmc")
        assert written == ["a.jpg", "z.jpg", "PMC123.1.xml"]
        written.clear()
        second = {"PMC123.1.xml": b"<article/>", "a.jpg": b"a", "b.jpg": b"b"}
        changed = article(archive, second)
        archive.ledger.learn(changed, source="pmc")
        assert written == ["-PMC123.1.xml", "-z.jpg", "b.jpg", "PMC123.1.xml"]
        assert archive.ledger.fetched("pmc:PMC123") == changed and not changed.path.exists()
        files = archive.ledger.files
        target = archive.ledger.archive / "copy"
        assert not files.copy(changed.path / "a.jpg", md5(b"b"), target)
        assert files.copy(changed.path / "a.jpg", md5(b"a"), target) and target.read_bytes() == b"a"
        files.remove(changed.path)
        assert archive.ledger.fetched("pmc:PMC123") is None
    assert sorted(there()) == sorted([LEDGER, EXPORT])


def test_one_fetch_at_a_time_writes_to_a_bucket(machine) -> None:
    order: list[str] = []

    def second() -> None:
        with open_archive(str(PLACE)):
            order.append("second")

    with leased(PLACE / LOCK, LeaseParameters(lasts_s=10)):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_bucket_that_is_missing_is_a_sentence(machine) -> None:
    with (
        pytest.raises(StorageError, match="NoSuchBucket; make the bucket first"),
        open_archive("s3://nowhere/x"),
    ):
        pass


def test_without_room_in_the_cache_the_user_is_told(machine, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("no folder")
    with pytest.raises(UserError, match=r"cannot be written.*fetch again"), open_archive(str(PLACE)):
        pass
    assert there() == {} and not staging_of(PLACE).exists()
