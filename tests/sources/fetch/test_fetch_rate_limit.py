import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from schemas.errors import UserError
from sources.fetch.http.rate_limit import only_connection, push_back, wait_for_turn
from sources.fetch.outcome import FetchError

WORKER = """
import sys, time
from pathlib import Path
from sources.fetch.http.rate_limit import wait_for_turn
host, interval, turns, state = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
for _ in range(turns):
    wait_for_turn(host, interval, state)
    print(repr(time.time()), flush=True)
"""


def start(host: str, interval: float, turns: int, state: Path) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", WORKER, host, str(interval), str(turns), str(state)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_four_processes_keep_one_interval(tmp_path: Path) -> None:
    begin = time.time()
    workers = [start("arxiv.org", 0.15, 5, tmp_path) for _ in range(4)]
    turns = sorted(float(line) for w in workers for line in w.communicate(timeout=1500)[0].split())
    assert len(turns) == 20
    # A turn is stamped after it was granted, by a process that may be late: late, and never early.
    assert all(turn - begin >= number * 0.15 for number, turn in enumerate(turns))


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    wait_for_turn("a.org", 30, tmp_path)
    assert wait_for_turn("b.org", 30, tmp_path) == 0
    assert wait_for_turn("A.org.", 30, tmp_path) == 0


def test_host_names_are_one_whatever_their_case(tmp_path: Path) -> None:
    begin = time.time()
    wait_for_turn("Arxiv.ORG", 0.2, tmp_path)
    wait_for_turn("arxiv.org", 0.2, tmp_path)
    assert time.time() - begin >= 0.2


def test_a_pause_holds_for_those_that_already_wait(tmp_path: Path) -> None:
    wait_for_turn(
        "a.org", 2, tmp_path
    )  # long enough for the waiter to be there, and the pause to be asked for
    begin, ends = time.time(), []
    waiter = threading.Thread(target=lambda: ends.append(wait_for_turn("a.org", 0, tmp_path) and time.time()))
    waiter.start()
    push_back("a.org", 2.5, tmp_path)
    waiter.join(600)
    assert ends and ends[0] - begin >= 2.49


def test_a_shorter_pause_does_not_shorten(tmp_path: Path) -> None:
    begin = time.time()
    push_back("a.org", 0.4, tmp_path)
    push_back("a.org", 0.01, tmp_path)
    push_back("a.org", float("nan"), tmp_path)
    push_back("a.org", -5, tmp_path)
    wait_for_turn("a.org", 0, tmp_path)
    assert time.time() - begin >= 0.4


@pytest.mark.parametrize("content", ["", "nonsense", "nan", "inf", "99999999999999.0", "\0\0\0"])
def test_a_damaged_or_absurd_time_does_not_block(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.org.turn").write_text(content)
    begin = time.time()
    assert wait_for_turn("a.org", 0.3, tmp_path) == 0
    wait_for_turn("a.org", 0.3, tmp_path)
    assert time.time() - begin >= 0.3


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from sources.fetch.http.rate_limit import only_connection\n"
        f"with only_connection('a.org', Path({str(tmp_path)!r})): print('held', flush=True); time.sleep(3600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    got = threading.Event()

    def take() -> None:
        with only_connection("a.org", tmp_path):
            got.set()

    taker = threading.Thread(target=take)
    taker.start()
    assert not got.wait(0.3)
    holder.kill()
    holder.wait()
    assert got.wait(600)
    taker.join()


def test_no_state_folder_no_request(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="name a folder that can be written"):
        wait_for_turn("a.org", 1, tmp_path / "file" / "state")


def test_a_pause_beyond_patience_fails_at_once_and_stays(tmp_path: Path) -> None:
    push_back("a.org", 7200, tmp_path)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"paused: a\.org asks for no request during the next 7"):
            wait_for_turn("a.org", 1, tmp_path)
