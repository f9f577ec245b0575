"""How long a default build takes, against the same build by an earlier state of this repository.

    python -m benchmarks.whole_build ../shared/corpus

Builds with the earlier commit (8d0a20c, before RapidOCR's models were run by ourselves), checked out beside, and then
with what is here, one after the other on the same machine and with the same packages. Exits 1 where this takes more
than 0.45 of the time before.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEFORE = "8d0a20c"
AT_MOST = 0.45
STAGE = re.compile(r"^[\d:]+ (\w+: \d+ \w+ in [\d.]+ s)$", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--before", default=BEFORE, help="commit")
    parser.add_argument("--at-most", type=float, default=AT_MOST)
    arguments = parser.parse_args()
    inputs = [str(path.resolve()) for path in arguments.inputs]
    with tempfile.TemporaryDirectory() as work, checked_out(arguments.before, Path(work) / "code") as code:
        before = seconds(code, inputs, Path(work) / "before")
        now = seconds(ROOT, inputs, Path(work) / "now")
    print(f"before {before:.0f} s, now {now:.0f} s: {now / before:.2f} of the time before")
    if now > arguments.at_most * before:
        print(f"FALLS SHORT: {now / before:.2f} of the time before, not {arguments.at_most}")
        return 1
    return 0


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """Have a commit's files in a folder meanwhile."""
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--detach", str(folder), commit], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def seconds(code: Path, inputs: list[str], warehouse: Path) -> float:
    """Return how long a state of the code builds, and print what its stages take."""
    command = [sys.executable, "-m", "scimmir", "build", *inputs, "--warehouse", str(warehouse)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    start = time.perf_counter()
    # Its modules are found first in the folder where it starts.
    ran = subprocess.run(command, cwd=code, env=environment, capture_output=True, text=True)
    spent = time.perf_counter() - start
    if ran.returncode:
        sys.exit(f"{' '.join(command)} ended with {ran.returncode}:\n{ran.stderr[-2000:]}")
    print(
        f"{warehouse.name}: {spent:.1f} s; " + "; ".join(STAGE.findall(ran.stdout + ran.stderr)), flush=True
    )
    return spent


if __name__ == "__main__":
    sys.exit(main())
