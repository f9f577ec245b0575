"""Machines whose flow runs share a Prefect server share the request limit of a host, too."""

import gzip
import json
import logging
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from flows.fetch import shared_limit
from sources.fetch.http.settings import HostLimit

INTERVAL_S = 0.5
ANSWER_S = 0.25
PAPERS = 3
CLOCK_S = 0.005  # Prefect's server counts milliseconds
# Two fetches at once that have nothing in common but Prefect's server: each has its archive and its request times,
# as on a machine of its own. They run in one process, because each would start for seconds.
FLOWS = """
from scimmir.terminal import quiet_prefect
quiet_prefect()
import json, sys
from concurrent.futures import ThreadPoolExecutor
from flows.fetch_options import FetchOptions
from flows.fetch_papers import fetch_papers

def fetch(machine):
    archive, options = machine
    return fetch_papers(archive, "arxiv-ids", FetchOptions.model_validate(options))

with ThreadPoolExecutor(2) as machines:
    print(*machines.map(fetch, json.loads(sys.argv[1])))
"""


def test_two_machines_never_ask_faster_than_the_limit(environment: dict[str, str], tmp_path: Path) -> None:
    log: list[tuple[float, float]] = []  # when each request came, and when its answer was about to go
    machines: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came = time.monotonic()
            machines.add(self.path.removeprefix("/src/2601.")[:3])
            paper = gzip.compress(b"\\documentclass{article}")
            time.sleep(ANSWER_S)
            # Nobody gets a paper before both have asked, so that the two machines work at once.
            self.send_response(200 if len(machines) == 2 else 500)
            self.send_header("Content-Length", str(len(paper)))
            log.append((came, time.monotonic()))
            self.end_headers()
            self.wfile.write(paper)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    both = [
        (
            str(tmp_path / f"archive-{machine}"),
            {
                "items": [f"2601.{machine:03d}{number:02d}v1" for number in range(PAPERS)],
                "state": str(tmp_path / f"state-{machine}"),
                "endpoint": f"http://127.0.0.1:{server.server_port}/src/",
                "contact": "anna@example.org",
                "interval_s": INTERVAL_S,
                "attempts": 100,
                "backoff_s": 0.1,
                "timeout_s": 200,
            },
        )
        for machine in range(2)
    ]
    done = subprocess.run(
        [sys.executable, "-c", FLOWS, json.dumps(both)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(log) >= 2 * PAPERS
    # From an answer to the next request, whichever machine sent it: what happens in between takes time of its own,
    # so that a slow machine makes it longer only.
    assert min(after[0] - before[1] for before, after in pairwise(sorted(log))) > INTERVAL_S - CLOCK_S


def test_a_limit_that_another_run_made_slower_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_limit, "held", lambda name, pause_s: nullcontext(max(pause_s, 5.0)))
    shared_limit._warn_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        for interval_s in (3.0, 3.0, 5.0):
            with shared_limit.shared_turn(HostLimit(host="slow.example:80", interval_s=interval_s)):
                pass
    (message,) = [r.getMessage() for r in caplog.records if r.name == "scimmir"]
    assert (
        "every 5 seconds and not every 3" in message
        and "prefect gcl delete scimmir-slow.example-80" in message
    )
