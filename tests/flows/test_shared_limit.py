"""Two machines whose flow runs share a Prefect server share the request limit of a host, too."""

import gzip
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

INTERVAL_S = 1.0
PAPERS = 3


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
    started = []
    for machine in range(2):
        ids = [f"--item=2601.{machine:03d}{number:02d}v1" for number in range(PAPERS)]
        options = ["--contact", "anna@example.org", "--interval-s", str(INTERVAL_S), "--timeout-s", "200"]
        # With request times of its own, as on another machine; only the Prefect server is common.
        own = [str(tmp_path / f"archive-{machine}"), "--state", str(tmp_path / f"state-{machine}")]
        endpoint = ["--endpoint", f"http://127.0.0.1:{server.server_port}/src/"]
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "scimmir", "fetch", "arxiv-ids", *own, *ids, *options, *endpoint],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    printed = [process.communicate(timeout=250)[0] for process in started]
    server.shutdown()
    server.server_close()
    assert [process.returncode for process in started] == [0, 0], printed
    assert len(log) == 2 * PAPERS
    # The slot is free after the interval; the answer that says so takes a time of its own to come.
    assert min(b - a for a, b in pairwise(sorted(log))) > 0.7 * INTERVAL_S
