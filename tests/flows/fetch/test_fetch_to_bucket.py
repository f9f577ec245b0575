"""Fetched into a bucket, built from there into a bucket: nothing stays on disk but the cache."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pyarrow.parquet as pq
import pytest
from loopback_s3 import CREDENTIALS, MANIFEST, MEMBERS, ONE, TWO, LoopbackS3, loopback_s3, sample_tars
from loopback_sources import Server, oai_page, oai_record, put_article, tex

from flows.fetch_options import FetchOptions, Source
from flows.fetch_papers import Tally, fetch_from
from runtime import storage
from runtime.cache import staging_of
from runtime.storage import Place, StorageError
from sources.fetch.archive import files as fetch_files

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
ARCHIVE = Place("own", "papers")
WAREHOUSE = Place("own", "warehouse")
ARTICLES = ("PMC9900024.1", "PMC9900042.1")
# Fetches, then a build, in one process, so that Prefect is imported once.
FLOWS = """
from scimmir.terminal import quiet_prefect
quiet_prefect()
import json, sys
from flows.build_options import BuildOptions
from flows.build_scimmir import build_scimmir
from flows.fetch_options import FetchOptions
from flows.fetch_papers import fetch_papers
archive, warehouse, fetches, build = json.loads(sys.argv[1])
for source, options in fetches:
    print(fetch_papers(archive, source, FetchOptions.model_validate(options)))
print(build_scimmir([archive], warehouse, archive + "/arxiv-metadata.jsonl", "1", BuildOptions(**build)))
"""


@dataclass(frozen=True)
class World:
    """The servers, a machine's folders, and how its flows ended."""

    s3: LoopbackS3
    web: Server
    machine: Path
    done: "subprocess.CompletedProcess[str]"

    def options(self, source: Source, **options: object) -> dict[str, object]:
        common = {
            "contact": "anna@example.org",
            "interval_s": 0,
            "attempts": 2,
            "backoff_s": 0.01,
            "yes": True,
        }
        web = {"endpoint": self.web.url} if source == "pmc" else {"endpoint": f"{self.web.url}/src/"}
        own = {} if source == "arxiv-bulk" else {**web, "oai_endpoint": f"{self.web.url}/oai"}
        return {**common, **own, **options}

    def fetch(self, source: Source, **options: object) -> Tally:
        """Fetch in this process, after the servers forgot what they were asked."""
        self.s3.log.clear()
        self.web.log.clear()
        given = self.options(source, **options)
        return fetch_from.fn(source, str(ARCHIVE), FetchOptions.model_validate(given))


@pytest.fixture(scope="module")
def world(
    sample: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    machine = tmp_path_factory.mktemp("machine")
    own = {"HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache"}
    for name in ("home", "tmp", "cache", "work"):
        (machine / name).mkdir()
    web = Server()
    for name in ARTICLES:
        put_article(web, sample / "pmc" / name)
    web.put_inventory()
    web.oai = {None: oai_page(*(oai_record(m, "2026-01-02", 1) for ms in MEMBERS.values() for m in ms))}
    with loopback_s3() as s3, pytest.MonkeyPatch.context() as patch:
        s3.client().create_bucket(Bucket="own")
        s3.put_tars(sample_tars(sample))
        server = {**CREDENTIALS, "AWS_ENDPOINT_URL": s3.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
        folders = {name: str(machine / folder) for name, folder in own.items()}
        running = World(s3, web, machine, subprocess.CompletedProcess([], 0))
        fetches = [
            ("arxiv-bulk", running.options("arxiv-bulk", months=["2026-01"])),
            ("arxiv-oai", running.options("arxiv-oai", metadata_only=True)),
            ("pmc", running.options("pmc")),
        ]
        build = {
            "ocr_engine": "none",
            "embedder": "descriptor",
            "near_duplicate_threshold": 0.99,
            "workers": 1,
        }
        done = subprocess.run(
            [sys.executable, "-c", FLOWS, json.dumps([str(ARCHIVE), str(WAREHOUSE), fetches, build])],
            env={**environment, **server, **folders, "PYTHONPATH": str(ROOT)},
            cwd=machine / "work",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )
        for name, value in {**server, "XDG_CACHE_HOME": folders["XDG_CACHE_HOME"]}.items():
            patch.setenv(name, value)
        patch.delenv("SCIMMIR_CACHE", raising=False)
        storage._client.cache_clear()
        yield World(s3, web, machine, done)
    storage._client.cache_clear()
    web.http.shutdown()
    web.http.server_close()


def in_bucket(place: Place) -> dict[str, str]:
    """Return the md5 of what lies below a place, by name."""
    found = {}
    for item in storage.items_below(place):
        read = storage.read(place / item.name)
        assert read is not None
        found[item.name] = hashlib.md5(read[0]).hexdigest()
    return found


def md5s(world: World, sample: Path) -> dict[str, str]:
    """Return the md5 of each file of the papers as the sources serve it."""
    files = {f"arxiv/{name}": data for name, (*_, data) in sample_tars(sample).items()}
    for key, data in world.web.objects.items():
        if key.startswith(ARTICLES) and not key.endswith(".json"):
            number = int(key.partition(".")[0].removeprefix("PMC"))
            files[f"pmc/{number % 1000:03d}/{key}"] = data
    return {name: hashlib.md5(data).hexdigest() for name, data in files.items()}


def test_from_the_servers_to_a_release_with_nothing_on_disk_but_the_cache(world: World, sample: Path) -> None:
    printed = world.done.stdout + world.done.stderr
    assert world.done.returncode == 0, printed
    assert f"2 fetched, {sum(len(t[3]) for t in sample_tars(sample).values()):,} bytes" in printed
    assert f"into {ARCHIVE}" in printed and f"{ARCHIVE}/fetches.parquet says" in printed
    assert CREDENTIALS["AWS_SECRET_ACCESS_KEY"] not in printed

    there = in_bucket(ARCHIVE)
    wanted = md5s(world, sample)
    assert len(wanted) > 8 and {name: there.get(name) for name in wanted} == wanted
    others = {n for n in there if n not in wanted and not n.endswith(".1.json")}
    assert others == {
        "arxiv-metadata.jsonl",
        "arxiv-metadata.sqlite",
        "fetch-ledger.sqlite",
        "fetches.parquet",
    }

    left = [p for n in ("home", "tmp", "work") for p in (world.machine / n).rglob("*") if p.is_file()]
    assert left == []
    staged = [p.name for p in staging_of(ARCHIVE).rglob("*") if p.is_file()]
    assert staged and all(".sqlite" in name for name in staged)

    release = WAREHOUSE / "releases" / "1"
    storage.fetch(release / "papers.parquet", world.machine / "seen" / "papers.parquet")
    storage.fetch(release / "rejects.parquet", world.machine / "seen" / "rejects.parquet")
    papers = pq.read_table(world.machine / "seen" / "papers.parquet").to_pylist()
    arxiv = {f"arxiv:{m}" for members in MEMBERS.values() for m in members}
    assert {row["paper_key"] for row in papers} == arxiv | {f"pmc:{name}" for name in ARTICLES}
    known = {row["license_code"] for row in papers if row["paper_key"] in arxiv}
    assert known == {"CC BY 4.0"}  # as the harvested metadata say
    rejects = pq.read_table(world.machine / "seen" / "rejects.parquet", columns=["stage"])
    assert "inventory" not in rejects["stage"].to_pylist()
    manifest = json.loads((storage.read(release / "manifest.json") or (b"", ""))[0])
    assert manifest["counts"]["pairs"] > 10


@pytest.mark.parametrize("cache", ["the same machine", "another machine"])
def test_a_second_fetch_transfers_no_paper(
    world: World, cache: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if cache == "another machine":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = in_bucket(ARCHIVE)
    nothing = Tally(fetched=0, size=0, failures=())
    assert world.fetch("arxiv-bulk") == nothing
    assert [key for key, _ in world.s3.log] == [MANIFEST]
    assert world.fetch("pmc") == nothing
    assert not [path for path in world.web.log if "PMC" in path]  # the inventory alone was asked for
    assert {n: m for n, m in in_bucket(ARCHIVE).items() if "sqlite" not in n} == {
        n: m for n, m in before.items() if "sqlite" not in n
    }


def test_a_changed_md5_transfers_just_that_tar(world: World, sample: Path) -> None:
    changed = sample_tars(sample, rb"\documentclass{article}\begin{document}Added later.\end{document}")
    world.s3.put_tars(changed)
    try:
        assert world.fetch("arxiv-bulk") == Tally(fetched=1, size=len(changed[TWO][3]), failures=())
        assert [key for key, _ in world.s3.log] == [MANIFEST, TWO]
        there = in_bucket(ARCHIVE / "arxiv")
        assert there == {name: hashlib.md5(changed[name][3]).hexdigest() for name in (ONE, TWO)}
    finally:
        world.s3.put_tars(sample_tars(sample))
        world.fetch("arxiv-bulk")


def test_what_came_and_could_not_go_on_is_not_transferred_again(
    world: World, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(place: Place, *_: object, **options: object) -> None:
        raise StorageError(f"{place}: the store answers AccessDenied")

    world.s3.put_tars(sample_tars(sample, rb"\documentclass{article}\begin{document}Another."))
    put_article(world.web, sample / "pmc" / "PMC9900038.2")
    world.web.put_inventory()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(fetch_files, "put", refused)
            for source in ("arxiv-bulk", "pmc"):
                with pytest.raises(StorageError, match="AccessDenied"):
                    world.fetch(source)
        assert world.fetch("arxiv-bulk").fetched == 1
        assert [key for key, _ in world.s3.log] == [MANIFEST]
        assert world.fetch("pmc").fetched == 1
        assert [path for path in world.web.log if path.startswith("PMC")] == []
        assert "PMC9900038.2.xml" in in_bucket(ARCHIVE / "pmc" / "038" / "PMC9900038.2")
    finally:
        world.s3.put_tars(sample_tars(sample))
        world.fetch("arxiv-bulk")


def test_an_article_that_changed_takes_over_what_the_bucket_has_of_it(world: World, sample: Path) -> None:
    name = ARTICLES[0]
    before = in_bucket(ARCHIVE / "pmc" / "024" / name)
    put_article(world.web, sample / "pmc" / name, license_code="CC BY")
    world.web.put_inventory()
    assert world.fetch("pmc").fetched == 1
    asked = [path for path in world.web.log if name in path]
    assert asked == [f"metadata/{name}.json"]  # the rest has the md5 that PMC states
    after = in_bucket(ARCHIVE / "pmc" / "024" / name)
    assert {n for n in after if after[n] != before[n]} == {f"{name}.json"} and set(after) == set(before)


def test_single_papers_and_their_metadata_go_there_too(world: World) -> None:
    items = ["2601.00901v1", "2601.00902"]
    world.web.objects.update({"src/2601.00901v1": tex("one"), "src/2601.00902": tex("two")})
    assert world.fetch("arxiv-ids", items=items).fetched == 2
    there = in_bucket(ARCHIVE / "arxiv" / "papers")
    assert there == {
        "2601/arXiv-2601.00901v1.gz": hashlib.md5(tex("one")).hexdigest(),
        "2601/arXiv-2601.00902.gz": hashlib.md5(tex("two")).hexdigest(),
    }
    assert world.fetch("arxiv-ids", items=items).fetched == 0
    assert [path for path in world.web.log if path.startswith("src/")] == [
        "src/2601.00902"
    ]  # has it changed?
    assert world.fetch("arxiv-oai", metadata_only=True) == Tally(fetched=0, size=0, failures=())
    assert not (staging_of(ARCHIVE) / "arxiv-metadata.jsonl").exists()


def test_an_earlier_version_leaves_the_bucket_when_only_the_latest_is_wanted(world: World) -> None:
    for version in (1, 2):
        world.web.objects[f"src/2601.00903v{version}"] = tex(f"version {version}")
        item = f"2601.00903v{version}"
        assert world.fetch("arxiv-ids", items=[item], versions="latest").fetched == 1
        there = [name for name in in_bucket(ARCHIVE / "arxiv" / "papers") if "00903" in name]
        assert there == [f"2601/arXiv-{item}.gz"]
    assert world.fetch("arxiv-ids", items=["2601.00903v1"], versions="latest").fetched == 0


def test_the_command_takes_an_address_in_a_bucket(world: World) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scimmir", "fetch", "arxiv-bulk", "s3://own/other", "--usd-per-gb", "100"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        cwd=world.machine / "work",
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 1 and "agree to the price with --yes" in done.stderr
    assert "2 tars to fetch" in done.stdout
    assert set(in_bucket(Place("own", "other"))) == {"fetch-ledger.sqlite", "fetches.parquet"}
    assert not any((world.machine / "work").iterdir())


def test_what_cannot_be_used_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    options = FetchOptions(yes=True)
    with pytest.raises(StorageError, match=r"NoSuchBucket; make the bucket first"):
        fetch_from.fn("arxiv-bulk", "s3://nowhere/papers", options)
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials that it saw first
    storage._client.cache_clear()
    try:
        with pytest.raises(StorageError, match="no credentials; set AWS_ACCESS_KEY_ID"):
            fetch_from.fn("arxiv-bulk", str(ARCHIVE), options)
    finally:
        storage._client.cache_clear()
