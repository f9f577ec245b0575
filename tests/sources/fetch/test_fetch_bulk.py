"""arXiv's bulk tars from a requester-pays bucket on loopback: what is fetched, paid for, resumed and refused."""

import hashlib
import random
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from loopback_s3 import CREDENTIALS, MANIFEST, LoopbackS3, loopback_s3, manifest_of

from sources.fetch.archive.ledger import Ledger
from sources.fetch.arxiv.bulk import (
    ARXIV,
    BulkError,
    BulkParameters,
    BulkPlan,
    fetch_plan,
    ledger_key,
    plan_bulk,
    read_manifest,
)
from sources.fetch.arxiv.manifest import BulkSelection, parse_manifest
from sources.fetch.outcome import Fetched, FetchFailure
from sources.fetch.s3.object import CHUNK, S3Access, Trouble, pause_s, s3_client


def content(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


FIRST, SECOND, OLD = (
    "src/arXiv_src_2601_001.tar",
    "src/arXiv_src_2601_002.tar",
    "src/arXiv_src_9912_001.tar",
)
TARS = {
    FIRST: ("2601", "2601.00001", "2601.00500", content(1, 3 * CHUNK + 17)),
    SECOND: ("2601", "2601.00501", "2601.01000", content(2, 2000)),
    OLD: ("9912", "astro-ph9912001", "hep-th9912999", content(3, 1000)),
}
JANUARY = BulkSelection(months=("2026-01",))


@pytest.fixture(scope="module")
def running() -> Iterator[LoopbackS3]:
    with loopback_s3() as server:
        yield server


@pytest.fixture
def server(running: LoopbackS3, monkeypatch: pytest.MonkeyPatch) -> LoopbackS3:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    running.put_tars(TARS)
    running.log.clear()
    running.faults.clear()
    running.sent.clear()
    return running


@pytest.fixture
def parameters(server: LoopbackS3) -> BulkParameters:
    access = replace(ARXIV, endpoint=server.endpoint, timeout_s=300)
    return BulkParameters(access=access, pause_s=0.001, longest_pause_s=0.002)


def fetch(
    archive: Path, parameters: BulkParameters, selection: BulkSelection = JANUARY
) -> tuple[BulkPlan, list[Fetched | FetchFailure]]:
    client = s3_client(parameters.access)
    with Ledger(archive) as ledger:
        plan = plan_bulk(read_manifest(client, parameters), selection, ledger, parameters)
        return plan, list(fetch_plan(client, plan, ledger, parameters))


def files(archive: Path) -> dict[str, bytes]:
    return {
        p.relative_to(archive / "arxiv").as_posix(): p.read_bytes()
        for p in (archive / "arxiv").rglob("*")
        if p.is_file()
    }


def test_a_month_is_fetched_byte_for_byte_by_a_requester_who_pays(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    plan, outcomes = fetch(tmp_path, parameters)
    assert [o for o in outcomes if isinstance(o, FetchFailure)] == []
    assert files(tmp_path) == {name: TARS[name][3] for name in (FIRST, SECOND)}
    assert plan.size == 3 * CHUNK + 2017
    assert plan.usd == pytest.approx((3 * CHUNK + 2017) / 1e9 * 0.09)
    assert "about 0.00 USD at 0.09 USD per GB" in plan.summary()
    with Ledger(tmp_path) as ledger:
        row = ledger.known(f"arxiv-bulk:{SECOND}")
    assert row is not None
    assert (row.source, row.path, row.size, row.md5) == (
        "arxiv-bulk",
        f"arxiv/{SECOND}",
        2000,
        hashlib.md5(TARS[SECOND][3]).hexdigest(),
    )


def test_who_does_not_pay_is_told_what_to_do(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    free = replace(parameters, access=replace(parameters.access, requester_pays=False))
    with pytest.raises(BulkError, match=r"may not be read \(AccessDenied\).*AWS_ACCESS_KEY_ID"):
        fetch(tmp_path, free)
    assert server.asked(MANIFEST) == [None]  # asking again would not help


def test_without_credentials_the_message_says_which(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(BulkError, match=r"no AWS credentials were found.*set AWS_PROFILE"):
        fetch(tmp_path / "archive", parameters)


def test_a_second_fetch_transfers_no_tar_and_a_changed_md5_just_that_one(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    fetch(tmp_path, parameters)
    server.log.clear()
    plan, outcomes = fetch(tmp_path, parameters)
    assert (outcomes, len(plan.current), plan.size) == ([], 2, 0)
    assert [key for key, _ in server.log] == [MANIFEST]

    rewritten = {**TARS, SECOND: (*TARS[SECOND][:3], content(9, 1500))}
    server.put_tars(rewritten)
    server.log.clear()
    plan, outcomes = fetch(tmp_path, parameters)
    assert plan.rewritten == (SECOND,)
    assert [key for key, _ in server.log] == [MANIFEST, SECOND]
    assert files(tmp_path) == {name: rewritten[name][3] for name in (FIRST, SECOND)}


def test_a_file_that_was_deleted_or_cut_is_fetched_again(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    fetch(tmp_path, parameters)
    (tmp_path / "arxiv" / FIRST).unlink()
    (tmp_path / "arxiv" / SECOND).write_bytes(b"short")
    fetch(tmp_path, parameters)
    assert files(tmp_path) == {name: TARS[name][3] for name in (FIRST, SECOND)}


def test_truncated_answers_are_resumed_by_range(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[FIRST] = [f"truncate:{CHUNK + 5}", "status:503", "truncate:100"]
    _, outcomes = fetch(tmp_path, parameters)
    assert all(isinstance(o, Fetched) for o in outcomes)
    assert server.asked(FIRST)[0] is None
    starts = [int(span.removeprefix("bytes=").rstrip("-")) for span in server.asked(FIRST)[1:] if span]
    assert starts == sorted(starts) and starts[0] >= CHUNK
    assert server.sent[FIRST] < len(TARS[FIRST][3]) + CHUNK  # what had come was not sent again
    assert files(tmp_path)[FIRST] == TARS[FIRST][3]


def test_a_killed_fetch_goes_on_where_it_was_and_its_part_is_no_tar(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[FIRST] = [f"truncate:{2 * CHUNK}", "always status:503"]
    _, outcomes = fetch(tmp_path, parameters)
    assert [o.reason for o in outcomes if isinstance(o, FetchFailure)] == ["server_error"]
    left = [name for name in files(tmp_path) if name != SECOND]
    assert len(left) == 1 and left[0].endswith(".part")
    server.faults.clear()
    server.log.clear()
    fetch(tmp_path, parameters)
    assert server.asked(FIRST) == [f"bytes={2 * CHUNK}-"]
    assert files(tmp_path) == {name: TARS[name][3] for name in (FIRST, SECOND)}


def test_two_fetches_at_once_transfer_each_tar_once(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    client = s3_client(parameters.access)
    manifest = read_manifest(client, parameters)
    with Ledger(tmp_path) as one, Ledger(tmp_path) as other, ThreadPoolExecutor(2) as pool:
        plans = [plan_bulk(manifest, JANUARY, ledger, parameters) for ledger in (one, other)]
        runs = [
            pool.submit(lambda p=plan, led=ledger: list(fetch_plan(client, p, led, parameters)))
            for plan, ledger in zip(plans, (one, other), strict=True)
        ]
        outcomes = [run.result() for run in runs]
    assert all(isinstance(o, Fetched) for o in (*outcomes[0], *outcomes[1]))
    assert {name: len(server.asked(name)) for name in (FIRST, SECOND)} == {FIRST: 1, SECOND: 1}
    assert files(tmp_path) == {name: TARS[name][3] for name in (FIRST, SECOND)}


def test_a_server_that_ignores_ranges_still_gives_the_right_bytes(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[FIRST] = [f"truncate:{CHUNK + 5}", "ignore-range"]
    fetch(tmp_path, parameters)
    assert files(tmp_path)[FIRST] == TARS[FIRST][3]


def test_always_truncated_is_given_up_with_its_reason(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[SECOND] = ["always truncate:10"]
    _, outcomes = fetch(tmp_path, parameters)
    failure = outcomes[1]
    assert isinstance(failure, FetchFailure) and failure.reason == "truncated"
    assert len(server.asked(SECOND)) == parameters.attempts
    assert SECOND not in files(tmp_path)
    with Ledger(tmp_path) as ledger:
        assert ledger.counts().reasons == {"truncated": 1}


def test_a_wrong_md5_is_fetched_once_more_and_then_refused(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[SECOND] = ["corrupt"]
    _, outcomes = fetch(tmp_path, parameters)
    assert isinstance(outcomes[1], Fetched) and server.asked(SECOND) == [None, None]

    server.faults[FIRST] = ["always corrupt"]
    (tmp_path / "arxiv" / FIRST).unlink()
    server.log.clear()
    _, outcomes = fetch(tmp_path, parameters)
    assert [o.reason for o in outcomes if isinstance(o, FetchFailure)] == ["checksum_mismatch"]
    assert len(server.asked(FIRST)) == parameters.downloads
    assert FIRST not in files(tmp_path)


def test_a_tar_of_another_size_is_not_paid_for(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.put(FIRST, TARS[FIRST][3] * 2)
    _, outcomes = fetch(tmp_path, parameters)
    failure = outcomes[0]
    assert isinstance(failure, FetchFailure) and failure.reason == "size_mismatch"
    assert len(server.asked(FIRST)) == 1


def test_one_denied_or_absent_tar_does_not_stop_the_others(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    server.faults[FIRST] = ["status:403"]
    server.put(MANIFEST, manifest_of({**TARS, "src/arXiv_src_2601_003.tar": ("2601", "x", "y", b"z")}))
    _, outcomes = fetch(tmp_path, parameters)
    ended = [o.reason if isinstance(o, FetchFailure) else "fetched" for o in outcomes]
    assert ended == ["forbidden", "fetched", "not_found"]


def test_the_byte_limit_holds_for_plans_and_for_retries(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    small = replace(parameters, max_bytes=1200)
    plan, _ = fetch(tmp_path, small, BulkSelection())
    assert [t.name for t in plan.wanted] == [OLD]
    assert [t.name for t in plan.held_back] == [FIRST, SECOND]
    assert "2 tars" in plan.summary() and "past the byte limit" in plan.summary()

    server.faults[SECOND] = ["corrupt"]
    limited = replace(parameters, max_bytes=3000)
    _, outcomes = fetch(tmp_path, limited, BulkSelection(items=("2601.00777",)))
    assert [o.reason for o in outcomes if isinstance(o, FetchFailure)] == ["byte_limit"]
    assert server.sent[SECOND] >= 3000


def test_a_full_disk_ends_with_a_sentence_and_the_next_fetch_goes_on(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    md5 = hashlib.md5(TARS[SECOND][3]).hexdigest()
    part = tmp_path / "arxiv" / f"{SECOND}.{md5[:12]}.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")  # every write to it fails as on a full disk
    with pytest.raises(BulkError, match=r"No space left on device\): make room"):
        fetch(tmp_path, parameters, BulkSelection(items=("2601.00777",)))
    part.unlink()
    fetch(tmp_path, parameters, BulkSelection(items=("2601.00777",)))
    assert files(tmp_path) == {SECOND: TARS[SECOND][3]}


def test_an_archive_that_cannot_be_written_is_a_sentence(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    (tmp_path / "arxiv").write_text("a file where the folder should be")
    with pytest.raises(BulkError, match="cannot be written"):
        fetch(tmp_path, parameters)


def own_certificate(path: Path) -> Path:
    """Write a key and a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(day)
        .not_valid_after(day + timedelta(days=36_500))
        .sign(key, hashes.SHA256())
    )
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + certificate.public_bytes(pem))
    return path


def test_a_certificate_without_trust_is_refused_not_ignored(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path / "own.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    access = S3Access(
        bucket="arxiv", anonymous=True, endpoint=f"https://127.0.0.1:{server.server_port}", timeout_s=300
    )
    try:
        with pytest.raises(BulkError, match="certificate is not accepted"):
            read_manifest(s3_client(access), BulkParameters(access=access, pause_s=0))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_item_that_no_tar_holds_is_recorded(
    server: LoopbackS3, parameters: BulkParameters, tmp_path: Path
) -> None:
    _, outcomes = fetch(tmp_path, parameters, BulkSelection(items=("2601.09999", "2601.00777")))
    assert [o.reason if isinstance(o, FetchFailure) else ledger_key_of(o) for o in outcomes] == [
        "not_found",
        f"arxiv-bulk:{SECOND}",
    ]


def ledger_key_of(outcome: Fetched) -> str:
    tars = {ledger_key(tar): tar for tar in parse_manifest(manifest_of(TARS)).tars}
    assert outcome.md5 == tars[outcome.key].md5
    return outcome.key


@given(attempt=st.integers(min_value=1, max_value=2000), wait=st.floats(min_value=0, max_value=3600))
def test_pauses_grow_are_bounded_and_heed_the_server(attempt: int, wait: float) -> None:
    pause = pause_s(attempt, Trouble("server_error", "", wait), shortest=1, longest=60)
    assert max(wait, min(60, 2.0 ** min(attempt - 1, 10)) / 2) <= pause <= max(wait, 60)
