"""Collects the tests twice, under different hash seeds, and fails where the two lists differ.

    python .ci/collect_twice.py

Processes that share the tests between them must agree on what they are called: an id that is made of bytes with a
random part, of an address, a time or the order of a set makes them run nothing at all.
"""

import difflib
import os
import subprocess
import sys

COMMAND = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=", "-p", "no:cacheprovider"]


def start(seed: str) -> "subprocess.Popen[str]":
    """Start collecting with a hash seed."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def main() -> None:
    """Compare two collections; the exit code is 1 where they differ and 2 where one fails."""
    processes = [start(seed) for seed in ("1", "2")]
    outputs = [process.communicate()[0] for process in processes]
    for process, output in zip(processes, outputs, strict=True):
        if process.returncode:
            print(output[-4000:])
            raise SystemExit(2)
    one, other = ([line for line in output.splitlines() if "::" in line] for output in outputs)
    if one != other:
        print("the tests' ids differ from one collection to the next:")
        print("\n".join(list(difflib.unified_diff(one, other, "first", "second", lineterm="", n=0))[:40]))
        raise SystemExit(1)
    print(f"{len(one)} tests, collected twice alike")


if __name__ == "__main__":
    main()
