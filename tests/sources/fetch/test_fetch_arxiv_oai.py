import json
import sqlite3
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from sources.fetch.arxiv.metadata import MetadataStore
from sources.fetch.arxiv.oai import OaiParameters, harvest, parse_page
from sources.fetch.outcome import FetchError
from sources.metadata import read_metadata

BY = "http://creativecommons.org/licenses/by/4.0/"
RAW = """<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id><submitter>Anna</submitter>
<version version="v2"><date>Tue, 3 Jan 2023 10:00:00 GMT</date><size>0kb</size><source_type>I</source_type></version>
<version version="v1"><date>Mon, 2 Jan 2023 10:00:00 GMT</date><size>99kb</size></version>
<title>A &lt;b&gt;
  title</title><authors>Anna A and Ben B</authors><categories>cs.CV math.ST</categories>
<doi>10.1/X</doi><journal-ref>J. 1</journal-ref><license>{license}</license><abstract> Words </abstract></arXivRaw>"""
PLAIN = """<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{id}</id><created>2023-01-02</created>
<authors><author><keyname>A</keyname><forenames>Anna</forenames></author>
<author><keyname>B</keyname><forenames>Ben</forenames><suffix>Jr</suffix></author></authors>
<title>T</title><categories>cs.CV</categories><license>{license}</license><abstract>W</abstract></arXiv>"""


def record(
    paper_id: str, day: str = "2023-01-03", form: str = RAW, lic: str = BY, deleted: bool = False
) -> str:
    status = ' status="deleted"' if deleted else ""
    content = "" if deleted else f"<metadata>{form.format(id=paper_id, license=lic)}</metadata>"
    return (
        f"<record><header{status}><identifier>oai:arXiv.org:{paper_id}</identifier>"
        f"<datestamp>{day}</datestamp><setSpec>cs</setSpec></header>{content}</record>"
    )


def answer(inside: str, date: str = "2023-02-01T00:00:00Z") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>{date}</responseDate>{inside}</OAI-PMH>"
    ).encode()


def listing(*records: str, token: str | None = None) -> bytes:
    end = "" if token is None else f"<resumptionToken expirationDate='x'>{escape(token)}</resumptionToken>"
    return answer(f"<ListRecords>{''.join(records)}{end}</ListRecords>")


def error(code: str) -> bytes:
    return answer(f'<error code="{code}">said  so</error>')


class Oai:
    """A server of one list; `pages` are keyed by token, with `None` for the first."""

    def __init__(self, loopback, reply) -> None:
        self.pages: dict[str | None, list] = {}
        self.asked: list[dict[str, str]] = []
        self.base = f"{loopback.url}/oai"

        def respond(path: str, headers: dict[str, str]):
            question = {k: v[0] for k, v in parse_qs(urlsplit(path).query).items()}
            self.asked.append(question)
            left = self.pages.get(question.get("resumptionToken"), [error("badResumptionToken")])
            page = left.pop(0) if len(left) > 1 else left[0]
            return reply(page) if isinstance(page, bytes) else page

        loopback.answer = respond

    def parameters(self, **changes) -> OaiParameters:
        return OaiParameters(base=self.base, **changes)


@pytest.fixture
def oai(loopback, reply) -> Oai:
    return Oai(loopback, reply)


def ids(pages) -> list[str]:
    return [r.paper_id for page in pages for r in page.records]


def test_a_list_is_followed_by_its_tokens(oai, transport) -> None:
    oai.pages = {
        None: [listing(record("2301.00001"), token="a|b&c=1")],
        "a|b&c=1": [listing(record("hep-th/9901001"), token="")],
    }
    asked = oai.parameters(set="cs:cs:AI", since="2023-01-01", until="2023-01-31", prefix="arXivRaw")
    assert ids(harvest(transport, asked)) == ["2301.00001", "hep-th/9901001"]
    assert oai.asked == [
        {
            "verb": "ListRecords",
            "metadataPrefix": "arXivRaw",
            "set": "cs:cs:AI",
            "from": "2023-01-01",
            "until": "2023-01-31",
        },
        {"verb": "ListRecords", "resumptionToken": "a|b&c=1"},
    ]


def test_rows_are_those_of_the_snapshot() -> None:
    page = parse_page(listing(record("2301.00001"), record("2301.00002", form=PLAIN)))
    assert page is not None and page.token is None
    raw, plain = (r.row for r in page.records)
    assert list(raw) == [
        "id",
        "submitter",
        "authors",
        "title",
        "comments",
        "journal-ref",
        "doi",
        "report-no",
        "categories",
        "license",
        "abstract",
        "versions",
        "update_date",
        "authors_parsed",
    ]
    assert raw == {
        "id": "2301.00001",
        "submitter": "Anna",
        "authors": "Anna A and Ben B",
        "title": "A <b> title",
        "comments": None,
        "journal-ref": "J. 1",
        "doi": "10.1/X",
        "report-no": None,
        "categories": "cs.CV math.ST",
        "license": BY,
        "abstract": "Words",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Jan 2023 10:00:00 GMT", "size": "99kb", "source_type": None},
            {"version": "v2", "created": "Tue, 3 Jan 2023 10:00:00 GMT", "size": "0kb", "source_type": "I"},
        ],
        "update_date": "2023-01-03",
        "authors_parsed": [],
    }
    assert (plain["authors"], plain["authors_parsed"], plain["versions"]) == (
        "Anna A, Ben B Jr", [["A", "Anna", ""], ["B", "Ben", "Jr"]], [],
    )  # fmt: skip


def test_an_expired_token_begins_the_list_anew(oai, transport) -> None:
    oai.pages = {
        None: [listing(record("2301.00001"), token="old"), listing(record("2301.00001"), token="new")],
        "new": [listing(record("2301.00002"))],
    }
    assert ids(harvest(transport, oai.parameters())) == ["2301.00001", "2301.00001", "2301.00002"]


def test_tokens_that_always_expire_or_lead_in_circles_end(oai, transport) -> None:
    oai.pages = {None: [listing(record("2301.00001"), token="old")]}
    with pytest.raises(FetchError, match="expire at once"):
        list(harvest(transport, oai.parameters()))
    oai.pages["old"] = [listing(record("2301.00002"), token="old")]
    with pytest.raises(FetchError, match="leads back to itself"):
        list(harvest(transport, oai.parameters()))


def test_503_with_retry_after_is_waited_for(oai, transport, reply, loopback) -> None:
    oai.pages = {None: [reply(b"", 503, {"Retry-After": "1"}), listing(record("2301.00001"))]}
    assert ids(harvest(transport, oai.parameters())) == ["2301.00001"]
    assert loopback.log[1].time - loopback.log[0].time >= 0.95


@pytest.mark.parametrize("code", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy"])
def test_a_wrong_question_is_told_to_the_user(oai, transport, code: str) -> None:
    oai.pages = {None: [error(code)]}
    with pytest.raises(UserError, match=f"{code}.: said so"):
        list(harvest(transport, oai.parameters()))


@pytest.mark.parametrize(
    "changes",
    [
        {"since": "2023-1-1"},
        {"until": "today"},
        {"since": "2023-02-01", "until": "2023-01-01"},
        {"set": "cs AI"},
    ],
)
def test_a_wrong_question_is_not_even_asked(changes: dict[str, str]) -> None:
    with pytest.raises(UserError):
        OaiParameters(**changes)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html/>", b"<OAI-PMH/>", listing(record("1"))[:-30], answer(""), error("other"), b"\xff\xfe"],
    ids=["empty", "html", "no answer", "cut", "empty answer", "unknown error", "utf-16"],
)
def test_no_oai_is_asked_for_again_then_fails(oai, transport, body: bytes) -> None:
    oai.pages = {None: [body, body, listing(record("2301.00001"))]}
    assert ids(harvest(transport, oai.parameters())) == ["2301.00001"]
    oai.pages = {None: [body]}
    with pytest.raises(FetchError, match="bad_response"):
        list(harvest(transport, oai.parameters()))


def test_no_records_is_no_error() -> None:
    page = parse_page(error("noRecordsMatch"))
    assert page is not None and (page.records, page.token) == ((), None)


def test_entities_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    head = f'<!DOCTYPE OAI-PMH [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    data = listing(record("2301.00001", lic="&e;")).replace(b"<OAI-PMH", head.encode() + b"<OAI-PMH")
    page = parse_page(data)
    assert page is not None and "secret" not in json.dumps(page.records[0].row)
    lines = "".join(
        f'<!ENTITY {b} "{"&" + a + ";" if a else "lol"}{("&" + a + ";") * 9 if a else ""}">'
        for a, b in zip(["", *"abcdefghi"], "abcdefghij", strict=True)
    )
    bomb = listing(record("2301.00001", lic="&j;")).replace(
        b"<OAI-PMH", f"<!DOCTYPE OAI-PMH [{lines}]><OAI-PMH".encode()
    )
    try:
        page = parse_page(bomb)
    except FetchError as refused:
        assert refused.reason == "bad_response"
    else:
        assert page is not None and len(json.dumps(page.records[0].row)) < 2000


def test_one_bad_record_does_not_lose_the_page() -> None:
    empty = record("2301.00009").replace(RAW.format(id="2301.00009", license=BY), "")
    data = listing("<record/>", empty, record("2301.00001").replace("Words", "Wo\x0brds"))
    page = parse_page(data)
    assert page is not None
    assert [(f.key, f.reason) for f in page.failures] == [
        ("arxiv:record 1", "bad_response"),
        ("arxiv:2301.00009", "bad_response"),
    ]
    assert [r.row["abstract"] for r in page.records] == ["Words"]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    for data in (noise, listing(record("2301.00001")).replace(b"Words", noise)):
        try:
            parse_page(data)
        except FetchError as refused:
            assert refused.reason == "bad_response"


# --- the store


def test_what_was_harvested_is_read_by_the_build(oai, transport, tmp_path: Path) -> None:
    oai.pages = {
        None: [listing(record("2301.00002"), record("hep-th/9901001", lic=""), token="t")],
        "t": [listing(record("2301.00001", form=PLAIN), record("2301.00003", deleted=True))],
    }
    with MetadataStore(tmp_path / "m" / "harvest.sqlite") as store:
        done = store.harvest(transport, oai.parameters())
        assert (done.records, done.deleted, done.pages, done.failures, done.is_complete) == (
            3,
            1,
            2,
            (),
            True,
        )
        assert store.write_json_lines(tmp_path / "lines.json") == 3
        assert list(store.latest_ids()) == ["2301.00001", "2301.00002v2", "hep-th/9901001v2"]
        assert list(store.latest_ids(since="2023-01-04")) == list(store.latest_ids(until="2023-01-02")) == []
    lines = [json.loads(line)["id"] for line in (tmp_path / "lines.json").read_text().splitlines()]
    assert lines == ["2301.00001", "2301.00002", "hep-th/9901001"]
    found = read_metadata(tmp_path / "lines.json", {"2301.00002", "hep-th/9901001"})["2301.00002"]
    assert (found.title, found.categories, found.doi, found.published, found.latest_version, found.license_url) == (
        "A <b> title", ("cs.CV", "math.ST"), "10.1/x", "2023-01-02", 2, BY,
    )  # fmt: skip
    assert [p.name for p in tmp_path.glob(".lines*")] == []


def test_an_interrupted_harvest_goes_on_with_its_token(oai, transport, reply, tmp_path: Path) -> None:
    oai.pages = {None: [listing(record("2301.00001"), token="t")], "t": [reply(b"", 500)]}
    with MetadataStore(tmp_path / "s") as store:
        broken = store.harvest(transport, oai.parameters())
        assert not broken.is_complete and [f.reason for f in broken.failures] == ["server_error"]
    oai.pages = {"t": [listing(record("2301.00002"))]}
    with MetadataStore(tmp_path / "s") as store:
        assert store.harvest(transport, oai.parameters()).is_complete
        assert len(list(store.latest_ids())) == 2


def test_a_later_harvest_asks_only_for_changes_and_forgets_the_deleted(
    oai, transport, tmp_path: Path
) -> None:
    oai.pages = {None: [listing(record("2301.00001"), record("2301.00002", day="2023-01-09"))]}
    with MetadataStore(tmp_path / "s") as store:
        store.harvest(transport, oai.parameters(set="cs"))
        older = record("2301.00002", day="2023-01-08", form=PLAIN)
        oai.pages = {None: [listing(record("2301.00001", day="2023-02-02", deleted=True), older)]}
        store.harvest(transport, oai.parameters(set="cs"))
        assert oai.asked[-1]["from"] == "2023-02-01"
        store.harvest(transport, oai.parameters(set="math"))
        assert "from" not in oai.asked[-1]
        assert list(store.latest_ids()) == ["2301.00002v2"]


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("something else, longer than a header" * 9)
    with pytest.raises(UserError, match="move it away"):
        MetadataStore(tmp_path / "s")
    with sqlite3.connect(tmp_path / "t"):
        pass
    MetadataStore(tmp_path / "t")


def test_a_store_without_sets_asks_for_its_lists_again(oai, transport, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s") as old:
        old.execute(
            "CREATE TABLE records (paper_id TEXT PRIMARY KEY, datestamp TEXT, latest TEXT, line TEXT)"
        )
        old.execute("INSERT INTO records VALUES ('2301.00001', '2023-01-03', '2301.00001v2', '{}')")
        old.execute("CREATE TABLE lists (list TEXT PRIMARY KEY, token TEXT, began TEXT, complete_until TEXT)")
        name = f"arXivRaw cs .. {oai.base}"
        old.execute("INSERT INTO lists VALUES (?, NULL, NULL, '2023-02-01')", (name,))
    oai.pages = {None: [listing(record("2301.00001"), record("2301.00002"))]}
    with MetadataStore(tmp_path / "s") as store:
        assert list(store.latest_ids(sets=["cs"])) == [] and list(store.latest_ids()) == ["2301.00001v2"]
        store.harvest(transport, oai.parameters(set="cs"))
        assert "from" not in oai.asked[-1]
        assert list(store.latest_ids(sets=["cs"])) == ["2301.00001v2", "2301.00002v2"]
