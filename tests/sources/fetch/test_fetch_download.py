"""A download is whole, checked and resumed, or it is not there."""

import errno
import gzip
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from loopback_http import BODY, MD5, TAG, left_in, reason_of

from schemas.errors import UserError
from sources.fetch.http.partial import Validators

# --- whole downloads


def test_a_download_is_whole_and_leaves_nothing_beside(loopback, reply, transport, tmp_path: Path) -> None:
    names = {"Content-Disposition": 'attachment; filename="arXiv-1v2.tar.gz"', "Last-Modified": "Mon, 1 Jan"}
    loopback.replies["/x"] = [reply(BODY, headers=TAG | names)]
    done = transport.download(f"{loopback.url}/x", tmp_path / "a" / "x", md5=MD5.upper(), size=len(BODY))
    assert (done.size, done.md5, done.etag, done.last_modified, done.file_name) == (
        len(BODY), MD5, '"one"', "Mon, 1 Jan", "arXiv-1v2.tar.gz",
    )  # fmt: skip
    assert (tmp_path / "a" / "x").read_bytes() == BODY
    assert left_in(tmp_path / "a") == ["x"]


def test_bytes_are_kept_as_served(loopback, reply, transport, tmp_path: Path) -> None:
    packed = gzip.compress(BODY, mtime=0)
    loopback.replies["/x"] = [reply(packed, headers={"Content-Encoding": "gzip"})]
    transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == packed
    assert loopback.log[0].headers["accept-encoding"] == "identity"
    assert transport.get_bytes(f"{loopback.url}/x") == BODY


# --- interrupted and resumed


def test_a_cut_download_goes_on_where_it_ended(loopback, reply, transport, tmp_path: Path) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=TAG, cut=200_000), reply(BODY, headers=TAG)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert (tmp_path / "x").read_bytes() == BODY
    again = loopback.log[1].headers
    assert (again["range"], again["if-range"]) == ("bytes=200000-", '"one"')


def test_a_later_run_goes_on(loopback, reply, transports, tmp_path: Path) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=TAG, cut=1000)]
    first = transports(retries=0)
    assert reason_of(lambda: first.download(f"{loopback.url}/x", tmp_path / "x")) == "truncated"
    assert not (tmp_path / "x").exists()
    assert left_in(tmp_path) == ["state", "x.part", "x.part.json"]
    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    transports().download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert loopback.log[-1].headers["range"] == "bytes=1000-"
    assert left_in(tmp_path) == ["state", "x"]


@pytest.mark.parametrize(
    "second",
    [
        {"ranges": False, "headers": TAG},  # ignores ranges
        {"headers": {"ETag": '"two"'}},  # has another version
        {"headers": {"ETag": '"two"'}, "if_range": False},  # another version, and ignores If-Range
    ],
)
def test_another_version_or_no_ranges_starts_anew(loopback, reply, transport, tmp_path: Path, second) -> None:
    other = BODY[::-1]
    loopback.replies["/x"] = [reply(BODY, headers=TAG, cut=300_000), reply(other, **second)]
    transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == other


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"weak"'}])
def test_without_a_strong_validator_nothing_is_resumed(
    loopback, reply, transport, tmp_path: Path, headers
) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=headers, cut=1000), reply(BODY, headers=headers)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert "range" not in loopback.log[1].headers


def test_a_part_that_is_already_longer_starts_anew(loopback, reply, transport, tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(BODY + b"more")
    (tmp_path / "x.part.json").write_text('["\\"one\\"", null]')
    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert (tmp_path / "x").read_bytes() == BODY


@pytest.mark.parametrize("note", ["", "{", "[1, 2]", '{"a": 1}', '["one"]'])
def test_a_damaged_note_starts_anew(loopback, reply, transport, tmp_path: Path, note: str) -> None:
    (tmp_path / "x.part").write_bytes(b"rubbish")
    (tmp_path / "x.part.json").write_text(note)
    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == BODY


def test_a_killed_download_leaves_no_file_and_is_resumed(loopback, reply, transport, tmp_path: Path) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=TAG, endless=True, length=1 << 40)]
    code = (
        "import sys; from pathlib import Path\n"
        "from sources.fetch.http.settings import TransportSettings; from sources.fetch.http.transport import Transport\n"
        "s = TransportSettings(contact='a@b.org', state=Path(sys.argv[2]) / 'state', byte_limit=1 << 50)\n"
        "Transport(s).download(sys.argv[1], Path(sys.argv[2]) / 'x')"
    )
    victim = subprocess.Popen([sys.executable, "-c", code, f"{loopback.url}/x", str(tmp_path)])
    part, until = tmp_path / "x.part", time.time() + 600
    while not (part.exists() and part.stat().st_size > len(BODY)) and time.time() < until:
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    assert not (tmp_path / "x").exists()
    os.truncate(part, 5000)  # what the disk kept
    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert loopback.log[-1].headers["range"] == "bytes=5000-"


def test_two_workers_on_one_file_do_not_mix(loopback, reply, transport, tmp_path: Path) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=TAG, delay=0.1)]
    done = []
    workers = [
        threading.Thread(target=lambda: done.append(transport.download(f"{loopback.url}/x", tmp_path / "x")))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert [d.md5 for d in done] == [MD5] * 4
    assert left_in(tmp_path) == ["state", "x"]


# --- what the source states, and what the server says, is checked


@pytest.mark.parametrize(
    ("stated", "reason"), [({"md5": "0" * 32}, "checksum_mismatch"), ({"size": 7}, "size_mismatch")]
)
def test_a_mismatch_is_retried_then_rejected(
    loopback, reply, transport, tmp_path: Path, stated, reason
) -> None:
    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    assert reason_of(lambda: transport.download(f"{loopback.url}/x", tmp_path / "x", **stated)) == reason
    assert len(loopback.log) == 4 and left_in(tmp_path) == ["state"]


def test_a_mismatch_that_passes_is_mended(loopback, reply, transport, tmp_path: Path) -> None:
    damaged = b"?" + BODY[1:]
    loopback.replies["/x"] = [reply(damaged, headers=TAG), reply(BODY, headers=TAG)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    assert "range" not in loopback.log[1].headers


def test_a_body_may_not_be_longer_than_the_limit_whatever_it_says(
    loopback, reply, transport, tmp_path: Path
) -> None:
    loopback.replies["/said"] = [reply(BODY)]
    loopback.replies["/unsaid"] = [reply(BODY, framed=False)]
    loopback.replies["/endless"] = [reply(BODY, framed=False, endless=True)]
    for path in ("/said", "/unsaid", "/endless"):
        url = loopback.url + path
        assert (
            reason_of(lambda url=url: transport.download(url, tmp_path / "x", limit=100_000)) == "too_large"
        )
        assert reason_of(lambda url=url: transport.get_text(url, limit=100_000)) == "too_large"
    assert left_in(tmp_path) == ["state"] and len(loopback.log) == 6


def test_a_packed_page_may_not_unpack_to_more_than_the_limit(loopback, reply, transport) -> None:
    loopback.replies["/x"] = [reply(gzip.compress(bytes(10 << 20)), headers={"Content-Encoding": "gzip"})]
    assert reason_of(lambda: transport.get_text(f"{loopback.url}/x", limit=1 << 20)) == "too_large"


def test_a_page_that_ends_early_is_asked_for_again(loopback, reply, transport) -> None:
    loopback.replies["/x"] = [reply(BODY, cut=10), reply(b"", drop=True), reply(b"all")]
    assert transport.get_text(f"{loopback.url}/x") == "all"


# --- the disk


def test_a_full_disk_ends_cleanly(
    loopback, reply, transport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, block: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    loopback.replies["/x"] = [reply(BODY, headers=TAG)]
    with monkeypatch.context() as patch:
        patch.setattr("sources.fetch.http.partial.os.write", full)
        with pytest.raises(UserError, match=r"No space left on device.*free space"):
            transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert not (tmp_path / "x").exists()
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)


def test_a_folder_that_cannot_be_written_ends_cleanly(loopback, reply, transport, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    loopback.replies["/x"] = [reply(BODY)]
    with pytest.raises(UserError, match="choose a folder that can be written"):
        transport.download(f"{loopback.url}/x", tmp_path / "file" / "x")


def test_a_link_in_place_of_the_part_is_not_followed(loopback, reply, transport, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "x.part").symlink_to(tmp_path / "precious")
    loopback.replies["/x"] = [reply(BODY)]
    with pytest.raises(UserError):
        transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert (tmp_path / "precious").read_text() == "kept"


def test_what_is_known_and_unchanged_is_not_sent_again(loopback, reply, transport, tmp_path: Path) -> None:
    def answer(path: str, headers: dict[str, str]):
        asked = headers.get("if-none-match"), headers.get("if-modified-since")
        return (
            reply(b"", 304) if asked in (('"one"', None), (None, "Mon, 1 Jan")) else reply(BODY, headers=TAG)
        )

    loopback.answer = answer
    url, target = f"{loopback.url}/x", tmp_path / "x"
    assert transport.download_if_changed(url, target, Validators('"one"', "Mon, 1 Jan")) is None
    assert transport.download_if_changed(url, target, Validators(None, "Mon, 1 Jan")) is None
    assert left_in(tmp_path) == ["state"]
    done = transport.download_if_changed(url, target, Validators('"zero"'))
    assert done is not None and done.md5 == MD5 and left_in(tmp_path) == ["state", "x"]
