"""The sources of `fetch-papers` over HTTP: from servers on loopback into an archive, and never twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from loopback_sources import Server, oai_page, oai_record, put_article, tex

from flows.fetch.transport import transport_settings
from flows.fetch_options import FetchOptions, Source
from flows.fetch_papers import Tally, fetch_from
from schemas.errors import UserError
from sources.inventory import take_inventory
from sources.metadata import read_metadata

LATER = "2099-01-01T00:00:00.000Z"


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def fetch(server: Server, tmp_path: Path):
    """Return a function that fetches into the archive and forgets what the server was asked before."""

    def run(source: Source, **options: object) -> Tally:
        server.log.clear()
        given = {
            "contact": "anna@example.org",
            "endpoint": f"{server.url}/src/" if source != "pmc" else server.url,
            "oai_endpoint": f"{server.url}/oai",
            "interval_s": 0,
            "state": str(tmp_path / "state"),
            "attempts": 2,
            "backoff_s": 0.01,
            **options,
        }
        return fetch_from.fn(source, str(tmp_path / "archive"), FetchOptions.model_validate(given))

    return run


def test_papers_by_id_come_once(server: Server, fetch, tmp_path: Path) -> None:
    server.objects = {"src/2601.00001v1": tex("one"), "src/math/0309136v2": tex("two")}
    items = ["2601.00001v1", "math.GT/0309136v2", "2601.00009v1", "no id"]
    tally = fetch("arxiv-ids", items=items)
    assert tally.fetched == 2 and tally.reasons == {"not_found": 1, "bad_id": 1}
    assert {agent for agent in server.agents if "(mailto:anna@example.org)" in str(agent)} == server.agents
    papers = take_inventory([tmp_path / "archive"]).papers
    assert [ref.key for ref in papers] == ["arxiv:2601.00001v1", "arxiv:math/0309136v2"]

    again = fetch("arxiv-ids", items=items[:2])
    assert again == Tally(fetched=0, size=0, failures=()) and server.log == []


def test_papers_whose_metadata_changed_are_fetched(server: Server, fetch, tmp_path: Path) -> None:
    one, two = oai_record("2601.00001", "2026-01-02", 1), oai_record("2601.00002", "2026-01-03", 2)
    gone = oai_record("2601.00003", "2026-01-03", 2)
    server.oai = {None: oai_page(one, token="next"), "next": oai_page(two, gone)}
    server.objects = {"src/2601.00001v1": tex("one"), "src/2601.00002v2": tex("two")}
    assert fetch("arxiv-oai", metadata_only=True).fetched == 1  # the metadata
    assert not [path for path in server.log if path.startswith("src/")]

    tally = fetch("arxiv-oai", sets=["cs"])
    assert tally.fetched == 2 and [f.key for f in tally.failures] == ["arxiv:2601.00003v2"]
    metadata = tmp_path / "archive" / "arxiv-metadata.jsonl"
    known = read_metadata(metadata, {"2601.00002"})["2601.00002"]
    assert known.license_url == "http://creativecommons.org/licenses/by/4.0/"

    # A new version is fetched, what is there is not asked for; the paper that was not there is asked for again.
    server.oai = {None: oai_page(oai_record("2601.00001", "2026-02-02", 2))}
    server.objects["src/2601.00001v2"] = tex("one, revised")
    tally = fetch("arxiv-oai", sets=["cs"])
    asked = [path for path in server.log if path.startswith("src/")]
    assert set(asked) == {"src/2601.00001v2", "src/2601.00003v2"}
    assert "from=2026-02-01" in next(path for path in server.log if path.startswith("oai"))
    rows = pq.read_table(tmp_path / "archive" / "fetches.parquet").to_pylist()
    assert {row["key"]: row["status"] for row in rows} == {
        "arxiv-oai:metadata": "fetched",
        "arxiv:2601.00001v1": "fetched",
        "arxiv:2601.00001v2": "fetched",
        "arxiv:2601.00002v2": "fetched",
        "arxiv:2601.00003v2": "failed",
    }


def keys(tmp_path: Path) -> list[str]:
    return [ref.key for ref in take_inventory([tmp_path / "archive"]).papers]


def test_earlier_versions_stay_unless_only_the_latest_is_wanted(
    server: Server, fetch, tmp_path: Path
) -> None:
    server.objects = {f"src/2601.00001v{n}": tex(str(n)) for n in (1, 2, 10)}
    server.objects |= {"src/2601.00011v1": tex("another")}
    assert fetch("arxiv-ids", items=["2601.00001v1", "2601.00011v1"]).fetched == 2
    assert fetch("arxiv-ids", items=["2601.00001v2"]).fetched == 1
    assert keys(tmp_path) == ["arxiv:2601.00001v1", "arxiv:2601.00001v2", "arxiv:2601.00011v1"]

    assert fetch("arxiv-ids", items=["2601.00001v10"], versions="latest").fetched == 1
    assert keys(tmp_path) == ["arxiv:2601.00001v10", "arxiv:2601.00011v1"]
    again = fetch("arxiv-ids", items=["2601.00001v2", "2601.00001v10"], versions="latest")
    assert again == Tally(fetched=0, size=0, failures=()) and server.log == []
    rows = pq.read_table(tmp_path / "archive" / "fetches.parquet")["key"].to_pylist()
    assert rows == ["arxiv:2601.00001v10", "arxiv:2601.00011v1"]


def test_of_an_article_the_preferred_version_stays_alone(
    server: Server, fetch, sample: Path, tmp_path: Path
) -> None:
    put_article(server, sample / "pmc" / "PMC9900038.2", version=1, is_manuscript=True)
    about = server.objects.pop("metadata/PMC9900038.2.json")
    for key in [key for key in server.objects if key.startswith("PMC9900038.2/")]:
        server.objects[key.replace(".2", ".1", 2)] = server.objects.pop(key)
    server.objects["metadata/PMC9900038.1.json"] = about.replace(b"PMC9900038.2", b"PMC9900038.1")
    # The listing of versions goes by folder.
    assert fetch("pmc", items=["PMC9900038"], versions="latest").fetched == 1
    assert keys(tmp_path) == ["pmc:PMC9900038.1"]
    put_article(server, sample / "pmc" / "PMC9900038.2")
    assert fetch("pmc", items=["PMC9900038"], versions="latest").fetched == 1
    assert keys(tmp_path) == ["pmc:PMC9900038.2"]
    again = fetch("pmc", items=["PMC9900038.1", "PMC9900038"], versions="latest")
    assert again == Tally(fetched=0, size=0, failures=())


def test_only_papers_of_the_sets_asked_for_are_fetched(server: Server, fetch) -> None:
    both = oai_record("2601.00001", "2026-01-02", 1, "cs:cs:CV", "math:math.CO")
    vision, other = (
        oai_record("2601.00002", "2026-01-02", 1, "cs:cs:CV"),
        oai_record("2601.00003", "2026-01-02", 1, "csx:csx:CV", "math"),
    )
    server.objects = {f"src/2601.0000{n}v1": tex(str(n)) for n in (1, 2, 3)}
    server.oai = {None: oai_page(both, vision, other)}
    assert fetch("arxiv-oai", metadata_only=True).fetched == 1

    def asked(*sets: str) -> list[str]:
        fetch("arxiv-oai", sets=sets)
        return [path.removeprefix("src/") for path in server.log if path.startswith("src/")]

    server.oai = {None: oai_page(both)}
    assert asked("math:math.CO") == ["2601.00001v1"]
    server.oai = {None: oai_page(both, vision)}
    assert asked("cs") == ["2601.00002v1"]
    server.oai = {None: oai_page()}
    assert asked("csx:csx:CV", "physics") == ["2601.00003v1"]  # harvested before
    assert asked() == []


def test_a_harvest_that_breaks_off_is_a_failure_until_one_succeeds(server: Server, fetch) -> None:
    server.oai = {None: b"a page of a proxy"}
    tally = fetch("arxiv-oai", metadata_only=True)
    assert [(f.key, f.reason) for f in tally.failures] == [("arxiv-oai:metadata", "bad_response")]
    server.oai = {None: oai_page(oai_record("2601.00001", "2026-01-02", 1))}
    assert fetch("arxiv-oai", metadata_only=True) == Tally(fetched=1, size=fetch_size(server), failures=())


def fetch_size(server: Server) -> int:
    """Return the bytes of the one line of metadata that the page gives."""
    from sources.fetch.arxiv.oai import parse_page

    page = parse_page(server.oai[None])
    assert page is not None
    return len(json.dumps(page.records[0].row, ensure_ascii=False).encode()) + 1


def test_articles_come_by_inventory_and_only_what_changed(
    server: Server, fetch, sample: Path, tmp_path: Path
) -> None:
    names = ("PMC9900024.1", "PMC9900042.1")
    for name in names:
        put_article(server, sample / "pmc" / name)
    put_article(server, sample / "pmc" / "PMC9900038.2", is_retracted=True)
    server.put_inventory()
    tally = fetch("pmc")
    assert tally.fetched == 2 and tally.reasons == {"retracted": 1}
    papers = take_inventory([tmp_path / "archive"]).papers
    assert [ref.key for ref in papers] == [f"pmc:{name}" for name in names]
    for name in names:
        (folder,) = (tmp_path / "archive" / "pmc").rglob(name)
        for path in (sample / "pmc" / name).iterdir():
            if path.suffix != ".json":
                assert (folder / path.name).read_bytes() == path.read_bytes()

    tally = fetch("pmc")
    assert tally == Tally(fetched=0, size=0, failures=())
    assert not [path for path in server.log if "PMC" in path]  # the inventory alone was asked for

    put_article(server, sample / "pmc" / names[0], license_code="CC BY")
    server.put_inventory()
    assert fetch("pmc").fetched == 1
    assert not [path for path in server.log if "PMC9900042" in path or "PMC9900038" in path]

    assert fetch("pmc", retracted=True, again=True).fetched == 1
    server.put_inventory(LATER)
    assert fetch("pmc", until="2026-12-31").fetched == 0


def test_articles_come_by_id_and_license(server: Server, fetch, sample: Path) -> None:
    for name in ("PMC9900024.1", "PMC9900042.1"):
        put_article(server, sample / "pmc" / name)
    items = ["PMC9900024", "9900042.1", "PMC1"]
    tally = fetch("pmc", items=items, license_groups=["commercial"])
    assert tally.fetched == 1 and tally.reasons == {"license_excluded": 1, "not_found": 1}


def test_without_inventory_or_ids_the_user_is_told(server: Server, fetch) -> None:
    with pytest.raises(UserError, match=r"inventory cannot be read.*--item"):
        fetch("pmc")
    with pytest.raises(UserError, match="no paper is named"):
        fetch("arxiv-ids")


def test_nobody_fetches_without_an_address(server: Server, fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCIMMIR_CONTACT", raising=False)
    for source in ("arxiv-ids", "arxiv-oai", "pmc"):
        with pytest.raises(UserError, match="--contact"):
            fetch(source, contact=None, items=["2601.00001"])
    assert server.log == []


def test_arxiv_is_never_asked_faster_than_its_terms_allow() -> None:
    for wanted, at_least in ((None, 3.0), (0.0, 3.0), (10.0, 10.0)):
        options = FetchOptions(contact="anna@example.org", interval_s=wanted)
        settings = transport_settings(options, "https://export.arxiv.org/src/", interval_s=3.0)
        for host in ("export.arxiv.org", "arxiv.org", "oaipmh.arxiv.org"):
            assert settings.limit_of(host, host).interval_s == at_least
    with pytest.raises(UserError, match="names no host"):
        transport_settings(FetchOptions(contact="anna@example.org"), "export")
