"""Six hundred papers by four processes from a server that fails every tenth request."""

import gzip
import hashlib
import multiprocessing
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sources.fetch.archive.ledger import Ledger
from sources.fetch.arxiv.eprint import EprintParameters, fetch_eprints
from sources.fetch.http.settings import HostLimit, TransportSettings
from sources.fetch.http.transport import Transport
from sources.fetch.outcome import Fetched
from sources.inventory import take_inventory

PAPERS = [f"2601.{number:05d}" for number in range(1, 601)]
PROCESSES = 4
INTERVAL_S = 0.002
FAILING = 0.1


def body_of(paper: str) -> bytes:
    noise = random.Random(paper).randbytes(300).hex()
    return gzip.compress(f"\\documentclass{{article}} % {paper} {noise}".encode(), mtime=0)


def fetch_share(share: int, archive: str, base: str, netloc: str) -> None:
    """Fetch every fourth paper; what a process cannot fetch in one go, another run would."""
    settings = TransportSettings(
        contact="anna@example.org",
        state=Path(archive).with_name("state"),
        limits=(HostLimit(host=netloc, interval_s=INTERVAL_S),),
        backoff_s=0.002,
        timeout_s=300,
    )
    with Transport(settings) as transport, Ledger(Path(archive)) as ledger:
        papers = PAPERS[share::PROCESSES]
        for outcome in fetch_eprints(
            transport,
            papers,
            Path(archive) / "papers",
            known=ledger.fetched,
            parameters=EprintParameters(base=f"{base}/src/"),
        ):
            ledger.learn(outcome, source="arxiv-ids")


@pytest.fixture
def failing(loopback: Any, reply: type) -> Iterator[Any]:
    """Let the server serve every paper, and fail a tenth of the requests in one of six ways."""
    chance = random.Random(20260101)
    failures: Counter[str] = Counter()

    def answer(path: str, headers: dict[str, str]) -> Any:
        paper = re.fullmatch(r"/src/(\d{4}\.\d{5})", path)
        if paper is None:
            return reply(b"nothing here", 404)
        body = body_of(paper[1])
        name = {"Content-Disposition": f'attachment; filename="arXiv-{paper[1]}v1.gz"'}
        if chance.random() >= FAILING:
            return reply(body, headers={**name, "ETag": f'"{paper[1]}"'})
        kinds: dict[str, Callable[[], Any]] = {
            "503": lambda: reply(b"busy", 503),
            "429": lambda: reply(b"slower", 429, {"Retry-After": "0"}),
            "500": lambda: reply(b"oh", 500),
            "cut": lambda: reply(body, headers=name, cut=len(body) // 2),
            "cut unseen": lambda: reply(body[: len(body) // 2], headers=name, framed=False),
            "drop": lambda: reply(drop=True),
        }
        kind = chance.choice(sorted(kinds))
        failures[kind] += 1
        return kinds[kind]()

    loopback.server.RequestHandlerClass.disable_nagle_algorithm = True  # or each answer waits 40 ms
    loopback.answer = answer
    loopback.failures = failures
    yield loopback


def run_all(server: Any, archive: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=fetch_share, args=(share, str(archive), server.url, server.netloc))
        for share in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(1500)
    assert [process.exitcode for process in processes] == [0] * PROCESSES


def test_every_paper_is_there_once_and_the_limit_was_never_broken(failing: Any, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    run_all(failing, archive)

    with Ledger(archive) as ledger:
        counts = ledger.counts()
        assert (counts.fetched, counts.failed, counts.reasons) == (len(PAPERS), 0, {})
        fetched = [ledger.fetched(row.key) for row in ledger.rows()]
    files = {p.name: p for p in archive.rglob("*.gz")}
    assert sorted(files) == [f"arXiv-{paper}v1.gz" for paper in PAPERS]
    assert not [
        p for p in archive.rglob("*") if p.is_file() and p.name not in files and "ledger" not in p.name
    ]
    for paper, outcome in zip(PAPERS, fetched, strict=True):
        body = body_of(paper)
        assert isinstance(outcome, Fetched) and outcome.path == files[f"arXiv-{paper}v1.gz"]
        assert outcome.path.read_bytes() == body
        assert (outcome.size, outcome.md5) == (len(body), hashlib.md5(body).hexdigest())
    assert [ref.paper_id for ref in take_inventory([archive]).papers] == PAPERS

    # The log of the server: as many failures as were wanted, of every kind, and no two requests too close.
    failed = sum(failing.failures.values())
    assert len(failing.failures) == 6 and 0.06 < failed / len(failing.log) < 0.14
    assert len(failing.log) >= len(PAPERS) + failed
    times = [seen.time for seen in failing.log]
    assert min(b - a for a, b in pairwise(times)) >= INTERVAL_S
    assert {seen.headers["user-agent"].rpartition(" ")[2] for seen in failing.log} == {
        "(mailto:anna@example.org)"
    }
