"""Articles of PMC from its public bucket: which version, under which policy, and never half."""

import threading
from pathlib import Path

import pytest
from loopback_pmc import JATS, Bucket, md5_of

from sources.fetch.archive.ledger import Ledger
from sources.fetch.outcome import Fetched, FetchFailure
from sources.fetch.pmc.article import PmcPolicy
from sources.inventory import take_inventory
from sources.read import read_paper

COMMERCIAL = PmcPolicy(license_groups=frozenset(("commercial",)))


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_an_article_is_a_folder_that_the_inventory_reads(bucket: Bucket, fetch, tmp_path: Path) -> None:
    media = {
        "a-g001.jpg": b"large",
        "a-g001.gif": b"small",
        "a b#1.tif": b"odd",
        "eq.gif": b"eq",
        "s.pdf": b"%PDF",
        "s.mp4": b"film",
    }
    bucket.add("PMC11370360.1", media)
    (outcome,) = fetch("pmc:PMC11370360")
    folder = tmp_path / "pmc" / "360" / "PMC11370360.1"
    kept = {"PMC11370360.1.json", "PMC11370360.1.xml", "a-g001.jpg", "a b#1.tif", "eq.gif"}
    assert outcome == Fetched(
        key="pmc:PMC11370360",
        path=folder,
        size=sum(len(bucket.objects[f"PMC11370360.1/{name}"]) for name in kept),
        md5=md5_of(JATS),
        etag=md5_of(bucket.objects["metadata/PMC11370360.1.json"]),
        last_modified="Mon, 02 Nov 2026 10:00:00 GMT",
    )
    assert set(names(tmp_path / "pmc")) == {f"360/PMC11370360.1/{name}" for name in kept}
    assert all((folder / name).read_bytes() == bucket.objects[f"PMC11370360.1/{name}"] for name in kept)
    (ref,) = take_inventory([tmp_path / "pmc"]).papers
    assert (ref.key, ref.layout) == ("pmc:PMC11370360.1", "pmc_folder")
    assert set(read_paper(ref).files) == kept


def test_what_the_article_shows_is_fetched_whatever_its_name(bucket: Bucket, fetch) -> None:
    xml = b"""<article><fig><graphic mimetype="image" xlink:href="v1_fig1"/><inline-graphic href='d/Plot.PDF'/>
    <graphic xlink:href="a &amp; b.eps"/><media xlink:href="film.mp4"/><supplementary-material href="s.pdf"/></fig>"""
    media = (
        "v1_fig1",
        "v1_fig2",
        "plot.pdf",
        "s.pdf",
        "film.mp4",
        "a & b.eps",
        "x.tif.zip",
        "fig.PNG",
        "fig.gif",
    )
    bucket.add("PMC123.1", dict.fromkeys(media, b"x"), xml=xml)
    kept = {p.name for p in fetch("PMC123")[0].path.iterdir()}
    assert kept - {"PMC123.1.xml", "PMC123.1.json"} == {"v1_fig1", "plot.pdf", "a & b.eps", "fig.PNG"}


# --- versions


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        ({1: {}, 2: {}}, 2),
        ({1: {}, 2: {}, 3: {"is_manuscript": True}}, 2),  # the highest is the manuscript
        ({1: {"is_manuscript": True}, 2: {"is_manuscript": True}}, 2),
        ({9: {}, 10: {}}, 10),
        ({1: {}, 2: {"is_historical_ocr": True}}, 1),
        ({1: {"is_manuscript": True}, 2: {"license_code": "TDM"}}, 1),  # only the manuscript may be passed on
    ],
)
def test_the_preferred_version_is_taken(bucket: Bucket, fetch, versions, taken: int) -> None:
    for version, fields in versions.items():
        bucket.add(f"PMC123.{version}", **fields)
    bucket.add("PMC1234.7")  # has the same beginning
    (outcome,) = fetch("PMC123", policy=COMMERCIAL)
    assert outcome.path.name == f"PMC123.{taken}"
    (outcome,) = fetch("PMC123.1" if 1 in versions else "PMC123.9", policy=PmcPolicy())
    assert (outcome.key, outcome.path.name[:6]) == (f"pmc:{outcome.path.name}", "PMC123")


def test_a_version_without_metadata_does_not_hide_the_others(bucket: Bucket, fetch) -> None:
    bucket.add("PMC123.1")
    bucket.add("PMC123.2")
    del bucket.objects["metadata/PMC123.2.json"]
    assert fetch("PMC123")[0].path.name == "PMC123.1"


# --- policy


@pytest.mark.parametrize(
    ("fields", "policy", "reason"),
    [
        ({"is_retracted": True}, PmcPolicy(), "retracted"),
        ({"is_retracted": True}, PmcPolicy(retracted=True), None),
        ({"license_code": "TDM"}, PmcPolicy(), None),
        ({"license_code": "TDM"}, PmcPolicy(tdm_only=False), "tdm_only"),
        ({"license_code": None}, PmcPolicy(tdm_only=False), "tdm_only"),
        ({"license_code": "CC0"}, COMMERCIAL, None),
        ({"license_code": "CC BY-ND"}, COMMERCIAL, None),
        ({"license_code": "CC BY-NC"}, COMMERCIAL, "license_excluded"),
        ({"license_code": None}, COMMERCIAL, "license_excluded"),
        ({"license_code": "CC BY-NC-SA"}, PmcPolicy(license_groups=frozenset(("noncommercial",))), None),
        ({"license_code": "Other"}, PmcPolicy(license_groups=frozenset(("other",))), None),
    ],
)
def test_the_policy_decides(bucket: Bucket, fetch, tmp_path: Path, fields, policy, reason) -> None:
    bucket.add("PMC123.1", {"a.jpg": b"x"}, **fields)
    (outcome,) = fetch("PMC123", policy=policy)
    assert getattr(outcome, "reason", None) == reason
    assert bool(names(tmp_path / "pmc")) == (reason is None)
    if reason:
        assert not any(key.startswith("PMC123.1/") for key in bucket.asked)


def test_a_retracted_article_is_not_replaced_by_its_manuscript(bucket: Bucket, fetch) -> None:
    bucket.add("PMC123.1", is_manuscript=True)
    bucket.add("PMC123.2", is_retracted=True)
    assert [o.reason for o in fetch("PMC123")] == ["retracted"]


# --- faults


def test_what_is_missing_or_named_wrongly_is_a_failure(bucket: Bucket, fetch, tmp_path: Path) -> None:
    bucket.add("PMC200.1", version=2)
    bucket.add("PMC201.1", xml_url="s3://pmc-oa-opendata/PMC9.1/PMC9.1.xml")
    bucket.add("PMC202.1", media_urls=["s3://pmc-oa-opendata/PMC202.1/../x.jpg"])
    bucket.add("PMC203.1")
    bucket.objects["metadata/PMC203.1.json"] = b"{"
    bucket.add("PMC204.1")
    del bucket.objects["PMC204.1/PMC204.1.xml"]
    wrong = [
        (o.key, o.reason)
        for o in fetch("x", "PMC0", "PMC100", "200", "pmc201", "PMC202.1", "PMC203", "PMC204")
    ]
    assert wrong == [
        ("pmc:x", "bad_id"),
        ("pmc:PMC0", "bad_id"),
        ("pmc:PMC100", "not_found"),
        ("pmc:PMC200", "bad_response"),
        ("pmc:PMC201", "bad_response"),
        ("pmc:PMC202.1", "bad_response"),
        ("pmc:PMC203", "bad_response"),
        ("pmc:PMC204", "not_found"),
    ]
    assert names(tmp_path / "pmc") == []


def test_an_image_lost_for_good_is_told_and_the_article_stays(bucket: Bucket, fetch, tmp_path: Path) -> None:
    bucket.add("PMC123.1", {"a.jpg": b"a", "b.jpg": b"b", "c.jpg": b"c"})
    del bucket.objects["PMC123.1/b.jpg"]
    bucket.objects["PMC123.1/c.jpg"] = b"not what the metadata say"
    article, *lost = fetch("PMC123")
    assert isinstance(article, Fetched)
    assert [(o.key, o.reason) for o in lost] == [
        ("pmc:PMC123.1/b.jpg", "not_found"),
        ("pmc:PMC123.1/c.jpg", "checksum_mismatch"),
    ]
    assert [p.name for p in sorted(article.path.iterdir())] == ["PMC123.1.json", "PMC123.1.xml", "a.jpg"]


def test_an_interrupted_article_is_none_yet_and_goes_on(bucket: Bucket, fetch, reply, tmp_path: Path) -> None:
    bucket.add("PMC123.1", {"a.jpg": b"a" * 9, "b.jpg": b"b" * 9, "c.jpg": b"c"})
    bucket.faults["PMC123.1/b.jpg"] = [reply(b"", 500)] * 4
    assert [o.reason for o in fetch("PMC123")] == ["server_error"]
    found = names(tmp_path / "pmc")
    assert "123/.PMC123.incoming/a.jpg" in found and not any(name.endswith(".xml") for name in found)
    del bucket.loopback.log[:]
    assert isinstance(fetch("PMC123")[0], Fetched)
    assert not {"PMC123.1/a.jpg", "PMC123.1/PMC123.1.xml"} & set(bucket.asked)
    assert len(names(tmp_path / "pmc")) == 5


def test_a_listing_that_fails_is_asked_for_again(bucket: Bucket, fetch, reply) -> None:
    for version in (1, 2, 3):
        bucket.add(f"PMC123.{version}")
    bucket.faults[""] = [
        reply(b"<html>busy</html>"),
        reply(b"", 503, {"Retry-After": "0"}),
        reply(b"<a", cut=1),
    ]
    assert fetch("PMC123")[0].path.name == "PMC123.3"


# --- again


def test_a_second_fetch_transfers_only_what_changed(bucket: Bucket, fetch, tmp_path: Path) -> None:
    bucket.add("PMC123.1", {"a.jpg": b"a", "b.jpg": b"b"})
    first = fetch("PMC123")
    known = {o.key: o for o in first}.get
    del bucket.loopback.log[:]
    assert fetch("PMC123", known=known) == first
    assert bucket.asked == ["", "metadata/PMC123.1.json"]
    bucket.add("PMC123.1", {"a.jpg": b"a", "b.jpg": b"new", "c.jpg": b"c"}, xml=JATS + b"<!-- -->")
    del bucket.loopback.log[:]
    (second,) = fetch("PMC123", known=known)
    assert sorted(bucket.asked[2:]) == ["PMC123.1/PMC123.1.xml", "PMC123.1/b.jpg", "PMC123.1/c.jpg"]
    assert second.etag != first[0].etag and (second.path / "b.jpg").read_bytes() == b"new"
    assert len(names(tmp_path / "pmc")) == 5
    with Ledger(tmp_path) as ledger:
        ledger.record(second, source="pmc")
        xml = second.path / "PMC123.1.xml"
        xml.rename(xml.with_name(f"{xml.name}.incoming"))  # killed before it had its name
        assert fetch("PMC123", known=ledger.fetched) == [second] and xml.exists()


def test_an_article_that_was_retracted_since_says_where_its_copy_is(bucket: Bucket, fetch) -> None:
    bucket.add("PMC123.1")
    (first,) = fetch("PMC123")
    bucket.add("PMC123.1", is_retracted=True)
    (second,) = fetch("PMC123", known={first.key: first}.get)
    assert second.reason == "retracted" and "stays: 123/PMC123.1" in second.detail


def test_two_workers_on_one_article_do_not_mix(bucket: Bucket, fetch, tmp_path: Path) -> None:
    bucket.add("PMC123.1", {f"{n}.jpg": bytes([n]) * 1000 for n in range(5)})
    outcomes: list[Fetched | FetchFailure] = []
    workers = [threading.Thread(target=lambda: outcomes.extend(fetch("PMC123"))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(outcomes) == 3 and len(set(outcomes)) == 1 and len(names(tmp_path / "pmc")) == 7
