"""Machines whose flow runs share a Prefect server share the request limit of a host, too."""

import gzip
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

INTERVAL_S = 0.5
PAPERS = 3
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
    log: list[float] = []
    both = threading.Barrier(2, timeout=200)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            log.append(time.time())
            if self.path.endswith("00v1"):
                both.wait()  # the first answers go out together, so that the two machines work at once
            self.send_response(200)
            self.end_headers()
            self.wfile.write(gzip.compress(b"\\documentclass{article}"))

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    machines = [
        (
            str(tmp_path / f"archive-{machine}"),
            {
                "items": [f"2601.{machine:03d}{number:02d}v1" for number in range(PAPERS)],
                "state": str(tmp_path / f"state-{machine}"),
                "endpoint": f"http://127.0.0.1:{server.server_port}/src/",
                "contact": "anna@example.org",
                "interval_s": INTERVAL_S,
                "timeout_s": 200,
            },
        )
        for machine in range(2)
    ]
    done = subprocess.run(
        [sys.executable, "-c", FLOWS, json.dumps(machines)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(log) == 2 * PAPERS
    # The slot is free after the interval; the answer that says so takes a time of its own to come.
    assert min(b - a for a, b in pairwise(sorted(log))) > 0.7 * INTERVAL_S
