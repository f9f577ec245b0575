"""Who asks whom, how often and for how long: addresses, refusals, pauses, time, redirects and certificates."""

import contextlib
import datetime
import email.utils
import itertools
import ssl
import threading
import time
from pathlib import Path

import pytest
from loopback_http import BODY, MD5, TAG, left_in, reason_of

from schemas.errors import UserError
from sources.fetch.http.settings import HostLimit, TransportSettings
from sources.fetch.outcome import FETCH_REASONS, FetchError, FetchFailure

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
def test_retry_after_holds_for_everyone(
    loopback, reply, transports, tmp_path: Path, status: int, after
) -> None:
    def answer(path: str, headers: dict[str, str]):
        return reply(b"", status, {"Retry-After": after()}) if len(loopback.log) == 1 else reply(b"x")

    loopback.answer = answer
    asked = threading.Thread(target=lambda: transports().get_text(f"{loopback.url}/x"))
    asked.start()
    while not any(turn.read_bytes() for turn in (tmp_path / "state").glob("*.turn")):
        time.sleep(0.01)  # until the first has heard of the pause
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


def test_only_documented_reasons() -> None:
    with pytest.raises(ValueError, match="no documented"):
        FetchFailure(key="a", reason="other", detail="")
    with pytest.raises(ValueError, match="no documented"):
        FetchError("other")
    assert FetchError("gone", "x").failure("k") == FetchFailure(key="k", reason="gone", detail="x")
    assert all(FETCH_REASONS.values())
