"""Flow runs that share a Prefect server share the request limit of a host, too."""

import subprocess
import sys
from itertools import pairwise

INTERVAL_S = 1.0
TURNS = """
import time
from flows.shared_limit import wait_for_shared_turn
from sources.fetch.settings import HostLimit
limit = HostLimit(host="127.0.0.1:9", interval_s={interval})
wait_for_shared_turn(HostLimit(host="127.0.0.2:9", interval_s=0.0))  # no limit, so the server is not asked
for _ in range(3):
    wait_for_shared_turn(limit)
    print(time.time(), flush=True)
"""


def test_two_processes_never_ask_faster_than_the_limit(environment: dict[str, str]) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", TURNS.format(interval=INTERVAL_S)],
            env={**environment, "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=200) for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    times = sorted(float(line) for printed, _ in ended for line in printed.splitlines())
    assert len(times) == 6
    # A slot is free after the interval; the answer that says so takes its own time to come.
    assert min(b - a for a, b in pairwise(times)) > 0.7 * INTERVAL_S
    assert times[-1] - times[0] > 4.5 * INTERVAL_S
