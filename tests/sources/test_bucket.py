"""Papers in a bucket are found and read as those on disk are."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.services.s3_store import BUCKET, Store, environment_of, s3_store
from runtime import storage
from runtime.storage import Place, StorageError
from schemas.reject import RecordError
from sources.bucket import local_papers, local_paths
from sources.inventory import take_inventory
from sources.read import read_paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with s3_store() as server, environment_of(server, str(tmp_path / "cache")):
        yield server


def upload(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            storage.put(Place(BUCKET, path.relative_to(folder).as_posix()), path)


def test_a_bucket_holds_the_same_papers_as_the_disk(store: Store, sample: Path) -> None:
    upload(sample)
    local = take_inventory([sample / "arxiv", sample / "pmc"])
    there = take_inventory([Path(f"s3://{BUCKET}/arxiv"), Path(f"s3://{BUCKET}/pmc")])

    def nowhere(ref: object) -> object:
        return dataclasses.replace(ref, archive="")  # type: ignore[type-var]

    assert [nowhere(r) for r in there.papers] == [nowhere(r) for r in local.papers]
    assert there.rejects == local.rejects
    assert [p.rsplit("/", 1)[1] for p in there.ignored] == [p.rsplit("/", 1)[1] for p in local.ignored]
    assert {ref.archive.split("/arxiv/")[0].split("/pmc/")[0] for ref in there.papers} == {f"s3://{BUCKET}"}
    with local_papers(there.papers) as here:
        for mine, theirs in zip(local.papers, here, strict=True):
            try:
                expected = read_paper(mine)
            except RecordError as error:
                with pytest.raises(RecordError, match=error.reason):
                    read_paper(theirs)
            else:
                assert read_paper(theirs) == expected


def test_a_second_look_only_lists(store: Store, sample: Path) -> None:
    upload(sample / "arxiv")
    first = take_inventory([Path(f"s3://{BUCKET}")])
    before = store.requests
    assert take_inventory([Path(f"s3://{BUCKET}")]) == first
    assert store.requests - before == 1


def test_a_paper_that_changed_is_no_reject_but_stops_the_build(store: Store) -> None:
    place = Place(BUCKET, "2601.00001.gz")
    storage.put(place, b"\\documentclass{article}")
    (ref,) = take_inventory([Path(str(place))]).papers
    storage.put(place, b"\\documentclass{book}")
    with pytest.raises(StorageError, match="changed"), local_papers([ref]):
        pass
    storage.delete(place)
    with pytest.raises(StorageError, match="is gone"), local_papers([ref]):
        pass


def test_an_empty_address_is_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="holds nothing"):
        take_inventory([Path(f"s3://{BUCKET}/none")])
    with pytest.raises(StorageError, match="does not exist"), local_paths([f"s3://{BUCKET}/none"]):
        pass


def test_names_that_climb_out_of_their_folder_are_left_where_they_are(store: Store, tmp_path: Path) -> None:
    storage.put(Place(BUCKET, "papers/2601.00001/main.tex"), b"\\documentclass{article}")
    storage._client().put_object(Bucket=BUCKET, Key="papers/2601.00001/../../../../climbed.tex", Body=b"x")
    (ref,) = take_inventory([Path(f"s3://{BUCKET}/papers")]).papers
    with local_papers([ref]) as (here,):
        assert sorted(p.name for p in Path(here.archive).rglob("*")) == ["main.tex"]
    assert not list(tmp_path.rglob("climbed.tex"))
