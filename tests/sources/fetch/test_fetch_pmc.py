import csv
import gzip
import hashlib
import io
import json
import threading
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetch.archive.ledger import Ledger
from sources.fetch.outcome import Fetched, FetchError, FetchFailure
from sources.fetch.pmc.article import PmcPolicy, parse_article
from sources.fetch.pmc.articles import PmcParameters, fetch_pmc
from sources.fetch.pmc.inventory import INVENTORIES, changed_articles, latest_inventory, read_inventory
from sources.fetch.s3.listing import list_bucket, parse_listing
from sources.inventory import take_inventory
from sources.read import read_paper

JATS = b"<article><body><fig><caption><p>C</p></caption><graphic href='a-g001'/></fig></body></article>"
COMMERCIAL = PmcPolicy(license_groups=frozenset(("commercial",)))


def md5_of(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


class Bucket:
    """A public bucket: objects by key, listings of two entries a page, ETags as S3 gives them."""

    def __init__(self, loopback, reply) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: dict[str, list] = {}
        self.reply, self.loopback = reply, loopback
        self.parameters = PmcParameters(base=loopback.url)
        loopback.answer = self.answer

    def answer(self, path: str, headers: dict[str, str]):
        parts = urlsplit(path)
        key = unquote(parts.path).lstrip("/")
        if self.faults.get(key):
            return self.faults[key].pop(0)
        if not key:
            return self.reply(self.listing({k: v[0] for k, v in parse_qs(parts.query).items()}))
        if key not in self.objects:
            return self.reply(b"<Error><Code>NoSuchKey</Code></Error>", 404)
        body = self.objects[key]
        at = "Mon, 02 Nov 2026 10:00:00 GMT"
        return self.reply(body, headers={"ETag": f'"{md5_of(body)}"', "Last-Modified": at})

    def listing(self, asked: dict[str, str]) -> bytes:
        assert asked["list-type"] == "2"
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter")
        entries: dict[str, str] = {}
        for key in sorted(k for k in self.objects if k.startswith(prefix)):
            head, found, _ = key[len(prefix) :].partition(delimiter or "\0")
            if delimiter and found:
                name = quote(prefix + head + found, safe="/")
                entries[prefix + head + found] = (
                    f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
                )
            else:
                body = self.objects[key]
                entries[key] = (
                    f"<Contents><Key>{escape(quote(key, safe='/'))}</Key><Size>{len(body)}</Size>"
                    f"<ETag>&quot;{md5_of(body)}&quot;</ETag>"
                    "<LastModified>2026-11-02T10:00:00.000Z</LastModified></Contents>"
                )
        start = int(asked.get("continuation-token", "0"))
        page = list(entries.values())[start : start + 2]
        more = start + 2 < len(entries)
        token = f"<NextContinuationToken>{start + 2}</NextContinuationToken>" if more else ""
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
            f"{''.join(page)}</ListBucketResult>"
        ).encode()

    def add(
        self, name: str, media: dict[str, bytes] | None = None, xml: bytes = JATS, **fields: object
    ) -> None:
        """Put an article version into the bucket, in its present layout."""
        files = {f"{name}.xml": xml, f"{name}.txt": b"text", **(media or {})}
        for file, data in files.items():
            self.objects[f"{name}/{file}"] = data
        pmcid, _, version = name.partition(".")

        def url(file: str) -> str:
            return f"s3://pmc-oa-opendata/{name}/{file}?md5={md5_of(files[file])}"

        content = {
            "pmcid": pmcid,
            "version": int(version),
            "is_pmc_openaccess": True,
            "is_manuscript": False,
            "is_historical_ocr": False,
            "is_retracted": False,
            "license_code": "CC BY",
            "xml_url": url(f"{name}.xml"),
            "text_url": url(f"{name}.txt"),
            "media_urls": [url(file) for file in media or {}],
            **fields,
        }
        self.objects[f"metadata/{name}.json"] = self.objects[f"{name}/{name}.json"] = json.dumps(
            content
        ).encode()

    def add_inventory(self, day: str, *, encode=lambda key: key) -> None:
        rows = io.StringIO()
        writer = csv.writer(rows, quoting=csv.QUOTE_ALL)
        for key, body in self.objects.items():
            if key.startswith("metadata/"):
                writer.writerow(["pmc-oa-opendata", encode(key), f"{day}T10:00:00.000Z", md5_of(body)])
        packed = gzip.compress(rows.getvalue().encode(), mtime=0)
        data = f"{INVENTORIES}data/{day}.csv.gz"
        manifest = {
            "fileSchema": "Bucket, Key, LastModifiedDate, ETag",
            "files": [{"key": data, "size": len(packed), "MD5checksum": md5_of(packed)}],
        }
        self.objects[data] = packed
        self.objects[f"{INVENTORIES}{day}T01-00Z/manifest.json"] = json.dumps(manifest).encode()
        self.objects[f"{INVENTORIES}hive/dt={day}/symlink.txt"] = b""

    @property
    def asked(self) -> list[str]:
        return [unquote(urlsplit(seen.path).path).lstrip("/") for seen in self.loopback.log]


@pytest.fixture
def bucket(loopback, reply) -> Bucket:
    return Bucket(loopback, reply)


@pytest.fixture
def fetch(bucket: Bucket, transport, tmp_path: Path):
    def run(*ids: str, **options) -> list[Fetched | FetchFailure]:
        return list(fetch_pmc(transport, ids, tmp_path / "pmc", parameters=bucket.parameters, **options))

    return run


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


# --- inventory


def test_the_newest_inventory_names_what_changed(bucket: Bucket, fetch, transport, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        bucket.add(f"PMC{number}.1")
    bucket.add_inventory("2026-10-31")
    first = fetch("PMC1", "PMC2", "PMC3")
    bucket.add("PMC2.1", xml=JATS + b" ")
    bucket.add("PMC4.1")
    bucket.add("PMC4.2")
    bucket.add_inventory("2026-11-02", encode=lambda key: quote(key, safe=""))
    base = bucket.parameters.base
    assert latest_inventory(transport, base) == f"{INVENTORIES}2026-11-02T01-00Z/manifest.json"
    rows = list(read_inventory(transport, tmp_path / "inventory", base=base))
    assert [row.version for row in rows] == ["PMC1.1", "PMC2.1", "PMC3.1", "PMC4.1", "PMC4.2"]
    known = {o.key: o for o in first}.get
    assert list(changed_articles(rows, known)) == ["PMC2", "PMC4"]
    assert list(changed_articles(rows, known, since="2026-11-03")) == []
    assert list(changed_articles(rows, lambda key: None, since="2026-11-02")) == [
        "PMC1",
        "PMC2",
        "PMC3",
        "PMC4",
    ]
    older = f"{INVENTORIES}2026-10-31T01-00Z/manifest.json"
    assert len(list(read_inventory(transport, tmp_path / "inventory", base=base, manifest=older))) == 3


def test_a_damaged_inventory_is_refused(bucket: Bucket, transport, tmp_path: Path) -> None:
    base = bucket.parameters.base

    def read() -> str:
        with pytest.raises(FetchError) as caught:
            list(read_inventory(transport, tmp_path / "inventory", base=base))
        return caught.value.reason

    assert read() == "not_found"
    bucket.add("PMC1.1")
    bucket.add_inventory("2026-11-02")
    data = f"{INVENTORIES}data/2026-11-02.csv.gz"
    manifest = f"{INVENTORIES}2026-11-02T01-00Z/manifest.json"
    whole = bucket.objects[data]
    bucket.objects[data] = whole[:-5]
    assert read() == "checksum_mismatch"
    content = json.loads(bucket.objects[manifest])
    for damaged in (whole[:-5], gzip.compress(b'"a","b"\n'), b"no gzip"):
        bucket.objects[data] = damaged
        content["files"][0]["MD5checksum"] = md5_of(damaged)
        bucket.objects[manifest] = json.dumps(content).encode()
        assert read() == "bad_response"
    for said in (b"", b"[]", b"{}", b'{"files": [{"key": "../x"}]}', b'{"files": [1]}'):
        bucket.objects[manifest] = said
        assert read() == "bad_response"


# --- forms


def test_a_listing_has_pages(bucket: Bucket, transport) -> None:
    bucket.objects = {f"d/{n} &+%.txt": bytes(n) for n in range(5)} | {"e/x": b""}
    pages = list(list_bucket(transport, bucket.parameters.base, prefix="d/"))
    assert [(o.key, o.size) for page in pages for o in page.objects] == [
        (f"d/{n} &+%.txt", n) for n in range(5)
    ]
    assert len(pages) == 3 and pages[0].objects[0].etag == md5_of(b"")
    (top,) = list_bucket(transport, bucket.parameters.base, prefix="", delimiter="/")
    assert top.prefixes == ("d/", "e/")


@pytest.mark.parametrize(
    "inside",
    ["<IsTruncated>true</IsTruncated>", "<Contents><Key>a</Key><Size>-1</Size></Contents>", "<Contents/>"],
)
def test_a_listing_that_contradicts_itself_is_refused(inside: str) -> None:
    with pytest.raises(FetchError, match="bad_response"):
        parse_listing(f"<ListBucketResult>{inside}</ListBucketResult>".encode())


@given(
    st.binary(max_size=100),
    st.dictionaries(
        st.sampled_from(["pmcid", "version", "xml_url", "media_urls", "license_code", "is_retracted"]),
        st.none() | st.text() | st.integers() | st.lists(st.text()),
    ),
)
def test_any_answer_is_read_or_refused(noise: bytes, fields: dict[str, object]) -> None:
    good = {"pmcid": "PMC1", "version": 1, "xml_url": "s3://b/PMC1.1/PMC1.1.xml"}
    for data in (noise, json.dumps(good | fields).encode()):
        try:
            article = parse_article(data, "PMC1.1")
        except FetchError as error:
            assert error.reason == "bad_response"
        else:
            assert article.name == "PMC1.1"
        try:
            parse_listing(data)
        except FetchError as error:
            assert error.reason == "bad_response"
