"""`scimmir fetch arxiv-bulk` into a folder: what it costs, what is selected, and never the same bytes twice."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from loopback_s3 import CREDENTIALS, MANIFEST, MEMBERS, ONE, TWO, LoopbackS3, loopback_s3, sample_tars
from pydantic import ValidationError

from flows.fetch_options import FetchOptions
from flows.fetch_papers import Tally, fetch_from, fetch_papers
from schemas.errors import UserError
from sources.fetch.outcome import FetchFailure
from sources.inventory import take_inventory

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def server(sample: Path) -> Iterator[LoopbackS3]:
    with loopback_s3() as running:
        running.put_tars(sample_tars(sample))
        yield running


@pytest.fixture(scope="module")
def command(environment: dict[str, str], server: LoopbackS3) -> Run:
    """Return a function that runs `scimmir` with AWS's variables, as a user of the bucket would."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scimmir", *(str(a) for a in arguments)],
            env={**environment, **CREDENTIALS, "AWS_ENDPOINT_URL": server.endpoint},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )

    return run


@pytest.fixture
def here(server: LoopbackS3, monkeypatch: pytest.MonkeyPatch) -> LoopbackS3:
    """Let this process use the bucket, too."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    server.log.clear()
    return server


@pytest.fixture
def archive(here: LoopbackS3, tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    assert fetch(folder, months=["2026-01"]).fetched == 2
    here.log.clear()
    return folder


def fetch(archive: Path, **options: object) -> Tally:
    return fetch_from.fn("arxiv-bulk", str(archive), FetchOptions.model_validate({"yes": True, **options}))


def test_what_was_fetched_is_read_by_the_inventory(archive: Path) -> None:
    found = take_inventory([archive])
    assert sorted(ref.key for ref in found.papers) == sorted(
        f"arxiv:{m}" for ms in MEMBERS.values() for m in ms
    )
    assert found.rejects == ()  # ledger and export are no papers, damaged or otherwise


def test_a_second_fetch_transfers_nothing_and_a_changed_md5_just_that_tar(
    archive: Path, here: LoopbackS3, sample: Path
) -> None:
    assert fetch(archive) == Tally(fetched=0, size=0, failures=())
    assert [key for key, _ in here.log] == [MANIFEST]

    changed = sample_tars(sample, rb"\documentclass{article}\begin{document}Added later.\end{document}")
    here.put_tars(changed)
    here.log.clear()
    try:
        assert fetch(archive) == Tally(fetched=1, size=len(changed[TWO][3]), failures=())
        assert [key for key, _ in here.log] == [MANIFEST, TWO]
        assert (archive / "arxiv" / TWO).read_bytes() == changed[TWO][3]
        rows = pq.read_table(archive / "fetches.parquet").to_pylist()
        assert [(row["key"], row["status"]) for row in rows] == [
            (f"arxiv-bulk:{ONE}", "fetched"),
            (f"arxiv-bulk:{TWO}", "fetched"),
        ]
        assert rows[1]["size"] == len(changed[TWO][3])
    finally:
        here.put_tars(sample_tars(sample))


def test_without_consent_the_price_is_shown_and_nothing_is_fetched(command: Run, tmp_path: Path) -> None:
    done = command("fetch", "arxiv-bulk", tmp_path / "papers", "--usd-per-gb", "100")
    assert done.returncode == 1 and "--yes" in done.stderr
    assert "2 tars to fetch" in done.stdout and "USD at 100.0 USD per GB" in done.stdout
    assert not list(tmp_path.rglob("*.tar*"))


def test_a_flow_run_without_consent_is_refused(here: LoopbackS3, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"2 tars to fetch[\s\S]*yes=true"):
        fetch(tmp_path, yes=False)
    assert [key for key, _ in here.log] == [MANIFEST]


def test_a_failure_is_counted_and_the_rest_is_fetched(here: LoopbackS3, tmp_path: Path) -> None:
    here.faults[ONE] = ["status:403"]
    tally = fetch(tmp_path, items=["2601.00001", "2601.00051", "2602.00001"])
    assert tally.fetched == 1 and tally.reasons == {"not_found": 1, "forbidden": 1}
    rows = pq.read_table(tmp_path / "fetches.parquet").to_pylist()
    assert {row["key"]: row["reason"] for row in rows} == {
        "arxiv-bulk:2602.00001": "not_found",
        f"arxiv-bulk:{ONE}": "forbidden",
        f"arxiv-bulk:{TWO}": None,
    }


def test_the_byte_limit_of_the_options_holds(here: LoopbackS3, tmp_path: Path) -> None:
    assert fetch(tmp_path, max_bytes=10).fetched == 0
    assert [key for key, _ in here.log] == [MANIFEST]


def test_ids_come_from_a_file(command: Run, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("# wanted\n2601.00052v3\n\n")
    done = command("fetch", "arxiv-bulk", tmp_path / "papers", "--items", tmp_path / "ids.txt")
    assert "1 tars to fetch" in done.stdout, done.stderr
    (tmp_path / "ids.txt").write_text("\n")
    done = command("fetch", "arxiv-bulk", tmp_path / "papers", "--items", tmp_path / "ids.txt")
    assert done.returncode == 1 and "names no paper" in done.stderr


def test_options_are_checked() -> None:
    with pytest.raises(ValidationError):
        FetchOptions.model_validate({"month": ["2026-01"]})
    with pytest.raises(ValidationError):
        FetchOptions(max_bytes=-1)
    schema = json.dumps(fetch_papers.parameters.model_dump(mode="json"))
    assert "arxiv-bulk" in schema and "retries included" in schema


def test_a_tally_names_the_most_frequent_reason_first() -> None:
    failures = [FetchFailure(key=str(i), reason="truncated", detail="") for i in range(2)]
    other = FetchFailure(key="x", reason="not_found", detail="")
    tally = Tally(fetched=0, size=0, failures=(other, *failures))
    assert list(tally.reasons.items()) == [("truncated", 2), ("not_found", 1)]
