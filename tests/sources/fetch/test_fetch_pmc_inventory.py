"""What PMC's inventories, listings and metadata say, and what happens where they are damaged."""

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_pmc import JATS, Bucket, md5_of

from sources.fetch.outcome import FetchError
from sources.fetch.pmc.article import parse_article
from sources.fetch.pmc.inventory import INVENTORIES, changed_articles, latest_inventory, read_inventory
from sources.fetch.s3.listing import list_bucket, parse_listing

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
