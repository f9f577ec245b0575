"""The fault table: what happens when something breaks in the middle of a build, and what is lost: nothing.

    python -m benchmarks.faults [--times 3] [--only NAME …]

Every fault is brought about for real, against the production set-up as plain processes (PostgreSQL, Prefect's
server, process workers, an S3 server), and each time the release that comes out in the end is held against the
one of an undisturbed build. Fails where one of them differs.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fault_injection.builds import (
    Bench,
    bench,
    disk_full,
    poisoned_archive,
    s3_errors,
    s3_outage,
    s3_slow,
    two_builds,
)
from benchmarks.fault_injection.services import database_killed, server_killed, worker_killed


@dataclass(frozen=True)
class Fault:
    """One row of the table: what breaks, and the function that breaks it and tells what happened."""

    name: str
    what: str
    bring_about: Callable[[Bench, int], str]


FAULTS = (
    Fault("s3-errors", "every third answer of S3 is a 500", s3_errors),
    Fault("s3-outage", "S3 answers nothing but 500 for 20 s", s3_outage),
    Fault("s3-slow", "every answer of S3 takes 0.3 s longer", s3_slow),
    Fault("disk-full", "the disk is full in mid-build", disk_full),
    Fault("two-builds", "two builds of one version at once", two_builds),
    Fault("poison", "a poisoned archive in a shard of a hundred good ones", poisoned_archive),
    Fault("server", "kill -9 of Prefect's server", server_killed),
    Fault("database", "kill -9 of PostgreSQL", database_killed),
    Fault("worker", "kill -9 of a worker with its build", worker_killed),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=[fault.name for fault in FAULTS])
    arguments = parser.parse_args()
    wanted = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as name, bench(Path(name)) as here:
        print(
            f"undisturbed: {here.expected['release_hash'][:12]}, {here.expected['counts']['pairs']} pairs",
            flush=True,
        )
        for fault in wanted:
            for number in range(1, arguments.times + 1):
                start = time.monotonic()
                try:
                    happened = fault.bring_about(here, number)
                    lost = "nothing"
                except (AssertionError, RuntimeError, TimeoutError) as error:
                    happened, lost = f"{type(error).__name__}: {str(error)[-600:]}", "SOMETHING"
                    failures += 1
                seconds = time.monotonic() - start
                print(f"{fault.what} | {number} | {happened} | lost: {lost} | {seconds:.0f} s", flush=True)
    if failures:
        raise SystemExit(f"{failures} times something was lost")


if __name__ == "__main__":
    main()
