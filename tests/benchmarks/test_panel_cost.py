"""What panels cost a build: the higher of two bounds holds, and the time of processes that ended counts."""

import subprocess
import sys

import pytest

from benchmarks.panels.cost import Cost, processor_seconds, shortfall


@pytest.mark.parametrize(
    ("milliseconds", "share", "is_short"),
    [(79.0, 0.5, False), (300.0, 0.14, False), (81.0, 0.16, True)],
    ids=["cheap", "a small share", "neither"],
)
def test_the_higher_bound_holds(milliseconds: float, share: float, is_short: bool) -> None:
    assert bool(shortfall(milliseconds, share)) is is_short


def test_share_and_time_for_a_figure() -> None:
    cost = Cost({"extract": 6.0, "panels": 2.0}, figures=50)
    assert (cost.share, cost.milliseconds) == (0.25, 40.0)
    assert cost.lines()[1] == "panels: 25.0 % of it, 40 ms for each of 50 figures"


def test_the_time_of_a_process_that_ended_counts() -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"

    before = processor_seconds()
    subprocess.run([sys.executable, "-c", burn], check=True)

    assert processor_seconds() - before > 0.4
