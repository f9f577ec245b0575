import contextlib
import datetime
import email.utils
import errno
import gzip
import hashlib
import itertools
import os
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from schemas.errors import UserError
from sources.fetch.http.partial import Validators
from sources.fetch.http.settings import HostLimit, TransportSettings
from sources.fetch.outcome import FETCH_REASONS, FetchError, FetchFailure

BODY = bytes(range(256)) * 2000
MD5 = hashlib.md5(BODY).hexdigest()
TAG = {"ETag": '"one"'}


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def reason_of(call) -> str:
    with pytest.raises(FetchError) as caught:
        call()
    return caught.value.reason


# --- who asks


@pytest.mark.parametrize("contact", [None, "", "  ", "anna", "a@b", "a@b.org\r\nX: y", "anna <a@b.org>"])
def test_nobody_asks_without_an_address(tmp_path: Path, contact: str | None) -> None:
    with pytest.raises(UserError, match="--contact or in SCIMMIR_CONTACT"):
        TransportSettings(contact=contact, state=tmp_path)


def test_every_request_says_who_asks(loopback, reply, transport) -> None:
    loopback.replies["/x"] = [reply(b"x")]
    transport.get_text(f"{loopback.url}/x")
    agent = loopback.log[0].headers["user-agent"]
    assert agent.startswith("scimmir-builder/") and agent.endswith(" (mailto:anna@example.org)")


def test_arxiv_is_asked_every_three_seconds_by_default_as_one_host(tmp_path: Path) -> None:
    settings = TransportSettings(contact="a@b.org", state=tmp_path)
    limits = {settings.limit_of(h, h) for h in ("arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org")}
    assert limits == {HostLimit(host="arxiv.org", interval_s=3.0)}
    assert settings.limit_of("notarxiv.org", "notarxiv.org").interval_s == 0


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


# --- refusals and pauses


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "not_found"), (410, "gone"), (403, "forbidden"), (451, "forbidden"), (400, "forbidden")],
)
def test_a_final_refusal_is_not_repeated(loopback, reply, transport, tmp_path: Path, status, reason) -> None:
    loopback.replies["/x"] = [reply(b"because", status)]
    with pytest.raises(FetchError) as caught:
        transport.download(f"{loopback.url}/x?secret=1", tmp_path / "x")
    assert (caught.value.reason, len(loopback.log), left_in(tmp_path)) == ("not_found", 1, ["state"])
    with pytest.raises(FetchError) as caught:
        transport.download(f"{loopback.url}/x", tmp_path / "x")
    assert (caught.value.reason, caught.value.page, len(loopback.log)) == (reason, "because", 2)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_a_passing_refusal_is_repeated(loopback, reply, transport, tmp_path: Path, status: int) -> None:
    loopback.replies["/x"] = [reply(b"", status), reply(b"", status), reply(BODY)]
    transport.download(f"{loopback.url}/x", tmp_path / "x", md5=MD5)
    loopback.replies["/y"] = [reply(b"", status)]
    reason = "rate_limited" if status == 429 else "server_error"
    assert reason_of(lambda: transport.get_text(f"{loopback.url}/y")) == reason
    assert len(loopback.log) == 3 + 4


def in_seconds(seconds: float) -> str:
    return email.utils.format_datetime(
        datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds), usegmt=True
    )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("after", [lambda: "1", lambda: in_seconds(2.0)], ids=["seconds", "date"])
def test_retry_after_holds_for_everyone(loopback, reply, transports, status: int, after) -> None:
    loopback.replies["/x"] = [reply(b"", status, {"Retry-After": after()}), reply(b"x")]
    loopback.replies["/y"] = [reply(b"y")]
    asked = threading.Thread(target=lambda: transports().get_text(f"{loopback.url}/x"))
    asked.start()
    while not loopback.log:
        time.sleep(0.01)
    time.sleep(0.2)
    transports().get_text(f"{loopback.url}/y")
    asked.join(600)
    assert min(seen.time for seen in loopback.log[1:]) - loopback.log[0].time >= 0.95


def test_a_pause_of_hours_ends_the_request_and_stays(loopback, reply, transport) -> None:
    loopback.replies["/x"] = [reply(b"", 503, {"Retry-After": "7200"})]
    for _ in range(2):
        assert reason_of(lambda: transport.get_text(f"{loopback.url}/x")) == "paused"
    assert len(loopback.log) == 1


def test_the_interval_and_the_one_connection_hold_over_threads(loopback, reply, transports) -> None:
    limit = HostLimit(host="127.0.0.1", interval_s=0.15)

    def answer(path: str, headers: dict[str, str]):
        return reply(b"x", delay=0.3 if path == "/0" else 0) if path != "/bad" else reply(b"", drop=True)

    loopback.answer = answer
    shared = transports(limits=(limit,), retries=0)

    def work(number: int) -> None:
        for turn in range(3):
            with contextlib.suppress(FetchError):
                shared.get_text(f"{loopback.url}/{'bad' if (number + turn) % 4 == 0 else turn}")

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(1500)
    assert len(loopback.log) >= 12
    for one, other in itertools.pairwise(loopback.log):
        assert other.time - one.time >= (0.3 + 0.15 if one.path == "/0" else 0.15)


# --- time


def test_a_silent_server_is_a_timeout(loopback, reply, transports) -> None:
    loopback.replies["/x"] = [reply(b"x", delay=1)]
    assert reason_of(lambda: transports(timeout_s=0.2, retries=1).get_text(f"{loopback.url}/x")) == "timeout"
    assert len(loopback.log) == 2


def test_a_dripping_server_is_a_timeout(loopback, reply, transports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.fetch.http.transport.GRACE_S", 0.0)
    loopback.replies["/x"] = [reply(b"xy", headers=TAG)]
    slow = transports(slowest_bytes_per_s=1e12, retries=0)
    assert reason_of(lambda: slow.get_text(f"{loopback.url}/x")) == "timeout"


def test_nobody_listens(loopback, transport) -> None:
    loopback.close()
    assert reason_of(lambda: transport.get_text(f"{loopback.url}/x")) == "unreachable"


# --- redirects


def test_redirects_lead_on_without_credentials(loopbacks, reply, transport, tmp_path: Path) -> None:
    first, second = loopbacks(), loopbacks()
    first.replies["/a"] = [reply(b"", 301, {"Location": "/b", "Set-Cookie": "id=1"})]
    first.replies["/b"] = [reply(b"", 302, {"Location": f"http://eve:pw@{second.netloc}/c"})]
    second.replies["/c"] = [reply(BODY, headers=TAG)]
    transport.download(f"http://anna:secret@{first.netloc}/a", tmp_path / "x", md5=MD5)
    assert ["authorization" in seen.headers for seen in first.log] == [True, True]
    assert not {"authorization", "cookie"} & set(second.log[0].headers)
    assert not any("cookie" in seen.headers for seen in first.log)


def test_a_redirect_without_end_is_refused(loopback, reply, transport) -> None:
    loopback.replies["/a"] = [reply(b"", 302, {"Location": "/a"})]
    assert reason_of(lambda: transport.get_text(f"{loopback.url}/a")) == "redirect_refused"
    assert len(loopback.log) == 6


@pytest.mark.parametrize(
    "to", [{}, {"Location": "file:///etc/passwd"}, {"Location": "ftp://x/y"}, {"Location": "http://:1:2/"}]
)
def test_a_redirect_to_no_server_is_refused(loopback, reply, transport, to) -> None:
    loopback.replies["/a"] = [reply(b"", 302, to)]
    assert reason_of(lambda: transport.get_text(f"{loopback.url}/a")) == "redirect_refused"


def test_a_password_is_in_no_message(loopback, reply, transport) -> None:
    with pytest.raises(FetchError) as caught:
        transport.get_text(f"http://anna:secret@{loopback.netloc}/x")
    assert "secret" not in str(caught.value)
    for url in ("ftp://anna:secret@example.org/x", "http://anna:secret@example.org:1:2/x", "anna:secret@x"):
        with pytest.raises(UserError, match="cannot be fetched") as wrong:
            transport.get_text(url)
        assert "secret" not in str(wrong.value)


# --- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def over_tls(server, certificate: Path) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    return f"https://localhost:{server.server.server_port}"


def test_an_unknown_certificate_is_refused_at_once(loopback, reply, transport, certificate: Path) -> None:
    url = over_tls(loopback, certificate)
    loopback.replies["/x"] = [reply(b"x")]
    assert reason_of(lambda: transport.get_text(f"{url}/x")) == "tls_failed"
    assert loopback.log == []


def test_a_trusted_certificate_is_for_its_own_name(
    loopback, reply, transports, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    url = over_tls(loopback, certificate)
    loopback.replies["/x"] = [reply(b"x")]
    loopback.replies["/out"] = [reply(b"", 302, {"Location": "http://localhost/x"})]
    client = transports()
    assert client.get_text(f"{url}/x") == "x"
    assert reason_of(lambda: client.get_text(f"{url.replace('localhost', '127.0.0.1')}/x")) == "tls_failed"
    assert reason_of(lambda: client.get_text(f"{url}/out")) == "redirect_refused"


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


def test_only_documented_reasons() -> None:
    with pytest.raises(ValueError, match="no documented"):
        FetchFailure(key="a", reason="other", detail="")
    with pytest.raises(ValueError, match="no documented"):
        FetchError("other")
    assert FetchError("gone", "x").failure("k") == FetchFailure(key="k", reason="gone", detail="x")
    assert all(FETCH_REASONS.values())


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
