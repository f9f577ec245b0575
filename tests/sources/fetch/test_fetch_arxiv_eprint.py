import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetch.archive.ledger import Ledger
from sources.fetch.arxiv.eprint import EprintId, EprintParameters, fetch_eprints, parse_eprint_id
from sources.fetch.outcome import Fetched, FetchError, FetchFailure
from sources.inventory import take_inventory
from sources.read import read_paper

TEX = b"\\documentclass{article}\\begin{document}Hello\\end{document}"
ONE_TEX = gzip.compress(TEX, mtime=0)
PDF = b"%PDF-1.5 ..."
WITHDRAWN = b"<!DOCTYPE html><html><h1>File unavailable for 2310.00004v2</h1></html>"


def tar_of(**files: bytes) -> bytes:
    with io.BytesIO() as buffer, tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        tar.close()
        return buffer.getvalue()


PACKED = tar_of(main=TEX)


@pytest.fixture
def fetch(loopback, transport, tmp_path: Path):
    def run(*ids: str, known=lambda key: None) -> list[Fetched | FetchFailure]:
        at = EprintParameters(base=f"{loopback.url}/src/")
        return list(fetch_eprints(transport, ids, tmp_path / "papers", known=known, parameters=at))

    return run


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("text", "paper_id", "version", "month"),
    [
        ("2310.01234", "2310.01234", None, "2310"),
        (" 0704.0001v12\n", "0704.0001", 12, "0704"),
        ("arXiv:2310.01234v2", "2310.01234", 2, "2310"),
        ("https://arxiv.org/abs/hep-th/9901001v1", "hep-th/9901001", 1, "9901"),
        ("http://export.arxiv.org/pdf/2310.01234v2.pdf", "2310.01234", 2, "2310"),
        ("hep-th9901001", "hep-th/9901001", None, "9901"),
        ("math.GT/0309136", "math/0309136", None, "0309"),
        ("Cond-Mat/9805021v1", "cond-mat/9805021", 1, "9805"),
    ],
)
def test_identifiers(text: str, paper_id: str, version: int | None, month: str) -> None:
    paper = parse_eprint_id(text)
    assert (paper, paper.month) == (EprintId(paper_id, version), month)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2313.01234",
        "2310.123",
        "2310.01234v0",
        "2310.01234v",
        "../etc/passwd",
        "hep-th/99010011",
        "a/b/9901001",
        "2310.01234?x=1",
        "2310.01234\n2310.01235",
    ],
)
def test_what_is_no_identifier(text: str) -> None:
    with pytest.raises(FetchError, match="bad_id"):
        parse_eprint_id(text)


@given(st.text(max_size=40))
def test_an_identifier_is_read_or_refused_and_names_a_plain_file(text: str) -> None:
    try:
        paper = parse_eprint_id(text)
    except FetchError as error:
        assert error.reason == "bad_id"
    else:
        assert parse_eprint_id(paper.key) == paper and ".." not in paper.paper_id


def test_papers_of_every_kind_are_kept_as_served_and_found_by_the_inventory(
    loopback, reply, fetch, tmp_path: Path
) -> None:
    named = {"Content-Disposition": 'attachment; filename="arXiv-2310.00001v3.tar.gz"'}
    loopback.replies |= {
        "/src/2310.00001": [reply(PACKED, headers=named | {"Content-Encoding": "x-gzip", "ETag": '"t"'})],
        "/src/2310.00002v1": [reply(ONE_TEX)],
        "/src/hep-th/9901001v2": [reply(PDF, headers={"Last-Modified": "Mon, 1 Jan"})],
        "/src/math/0309136": [reply(gzip.decompress(PACKED))],
    }
    outcomes = fetch("2310.00001", "2310.00002v1", "hep-th/9901001v2", "math.GT/0309136", "arXiv:2310.00001")
    papers = tmp_path / "papers"
    assert all(isinstance(o, Fetched) for o in outcomes)
    assert [(o.key, o.path.relative_to(papers).as_posix(), o.size) for o in outcomes] == [
        ("arxiv:2310.00001", "2310/arXiv-2310.00001v3.tar.gz", len(PACKED)),
        ("arxiv:2310.00002v1", "2310/arXiv-2310.00002v1.gz", len(ONE_TEX)),
        ("arxiv:hep-th/9901001v2", "9901/arXiv-hep-th_9901001v2.pdf", len(PDF)),
        ("arxiv:math/0309136", "0309/arXiv-math_0309136.tar", len(gzip.decompress(PACKED))),
    ]
    assert outcomes[0].path.read_bytes() == PACKED
    assert (outcomes[0].etag, outcomes[2].last_modified) == ('"t"', "Mon, 1 Jan")
    found = take_inventory([papers])
    assert not found.rejects and not found.ignored
    assert {ref.key: ref.layout for ref in found.papers} == {
        "arxiv:2310.00001v3": "eprint",
        "arxiv:2310.00002v1": "eprint",
        "arxiv:hep-th/9901001v2": "pdf",
        "arxiv:math/0309136": "eprint",
    }
    assert [dict(read_paper(ref).files) for ref in found.papers if ref.key.startswith("arxiv:2310")] == [
        {"main": TEX},
        {"main.tex": TEX},
    ]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"body": WITHDRAWN}, "withdrawn"),
        ({"body": WITHDRAWN, "status": 404}, "withdrawn"),
        ({"body": b"<html>No such paper</html>", "status": 404}, "not_found"),
        ({"body": b"<html>Please wait</html>"}, "bad_response"),
        ({"body": b""}, "bad_response"),
        (
            {"body": ONE_TEX, "headers": {"Content-Disposition": "filename=arXiv-2310.00004v1.gz"}},
            "bad_response",
        ),
        ({"body": PACKED[:-9], "framed": False}, "truncated"),
        ({"body": PACKED[:60] + b"????" + PACKED[64:]}, "truncated"),
    ],
)
def test_what_is_no_paper_is_a_failure_and_no_file(
    loopback, reply, fetch, tmp_path: Path, said, reason
) -> None:
    loopback.replies["/src/2310.00004v2"] = [reply(**said)]
    (outcome,) = fetch("2310.00004v2")
    assert isinstance(outcome, FetchFailure) and (outcome.key, outcome.reason) == (
        "arxiv:2310.00004v2",
        reason,
    )
    assert names(tmp_path / "papers") == []


def test_a_paper_that_came_short_without_a_length_is_fetched_again(loopback, reply, fetch) -> None:
    loopback.replies["/src/2310.00004v2"] = [reply(PACKED[:-9], framed=False), reply(PACKED, framed=False)]
    (outcome,) = fetch("2310.00004v2")
    assert outcome.path.read_bytes() == PACKED


def test_one_failure_does_not_stop_the_others(loopback, reply, fetch) -> None:
    loopback.replies["/src/2310.00002v1"] = [reply(ONE_TEX)]
    outcomes = fetch("nonsense", "2310.00001v1", "2310.00002v1")
    assert [getattr(o, "reason", "fetched") for o in outcomes] == ["bad_id", "not_found", "fetched"]


def test_what_is_there_is_not_transferred_again(loopback, reply, fetch, tmp_path: Path) -> None:
    loopback.answer = lambda path, headers: (
        reply(b"", 304) if headers.get("if-none-match") == '"t"' else reply(ONE_TEX, headers={"ETag": '"t"'})
    )
    first = fetch("2310.00001", "2310.00002v1")
    ledger = Ledger(tmp_path)
    for outcome in first:
        ledger.record(outcome, source="arxiv-ids")
    known = ledger.fetched
    assert fetch("2310.00001", "2310.00002v1", known=known) == first
    assert [seen.path for seen in loopback.log] == ["/src/2310.00001", "/src/2310.00002v1", "/src/2310.00001"]
    first[1].path.unlink()
    assert fetch("2310.00002v1", known=known) == first[1:] and first[1].path.exists()


def test_a_bomb_is_unpacked_only_as_far_as_is_checked(loopback, reply, transport, tmp_path: Path) -> None:
    loopback.replies["/src/2310.00001v1"] = [reply(gzip.compress(bytes(50 << 20))[:-8], framed=False)]
    at = EprintParameters(base=f"{loopback.url}/src/", checked_bytes=1 << 20)
    (outcome,) = fetch_eprints(transport, ["2310.00001v1"], tmp_path / "papers", parameters=at)
    assert isinstance(outcome, Fetched)
