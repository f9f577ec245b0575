"""Builds of many papers: is memory flat, time linear, and does a rerun after a kill go on?

    python -m benchmarks.ten_thousand_papers [--small 1000] [--large 10000] [--corpus FOLDER] [--json FILE]

Builds a small and a large number of invented papers (or of a corpus's, repeated under new ids) without OCR, with
one Prefect server for all builds. Then the large build is killed in the middle of its images and started again.
Fails where memory grows by more than a quarter, where a paper costs more than a quarter more time in the large
build, or where the rerun does anything again or comes to another release.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.invented_papers import write_bulk_tars
from benchmarks.services import ROOT, clean_environment, prefect_server

GROWTH = 1.25  # of memory, and of the time per paper
SAMPLE_S = 0.5


@dataclass(frozen=True)
class Measured:
    """One build: what it made, how long it took, and the most memory of the flow's process and of all."""

    papers: int
    pairs: int
    seconds: float
    flow_mb: float
    all_mb: float
    release_hash: str


@dataclass
class _Peak:
    flow: int = 0
    all: int = 0


def build(
    papers: Path, warehouse: Path, environment: Mapping[str, str], *, papers_per_shard: int = 64
) -> Measured:
    """Build the papers and return the figures."""
    start = time.monotonic()
    process = _start(papers, warehouse, environment, papers_per_shard)
    peak = _Peak()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    _, errors = process.communicate()
    seconds = time.monotonic() - start
    watcher.join()
    if process.returncode:
        raise SystemExit(errors[-3000:])
    manifest = _manifest(warehouse)
    counts = manifest["counts"]
    assert isinstance(counts, dict)
    return Measured(
        counts["papers"],
        counts["pairs"],
        seconds,
        peak.flow / 2**20,
        peak.all / 2**20,
        str(manifest["release_hash"]),
    )


def _start(
    papers: Path, warehouse: Path, environment: Mapping[str, str], papers_per_shard: int
) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "scimmir", "build", str(papers), "--warehouse", str(warehouse)]
    command += ["--ocr-engine", "none", "--workers", "2", "--papers-per-shard", str(papers_per_shard)]
    return subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
    )  # fmt: skip


def _watch(pid: int, peak: _Peak) -> None:
    """Note the largest sums of unique and proportionally shared memory, until the process ends."""
    with contextlib.suppress(psutil.NoSuchProcess):
        flow = psutil.Process(pid)
        while flow.is_running() and flow.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for process in [flow, *flow.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    used = process.memory_full_info().pss
                    total += used
                    if process is flow:
                        peak.flow = max(peak.flow, used)
            peak.all = max(peak.all, total)
            time.sleep(SAMPLE_S)


def killed_and_built(
    papers: Path, warehouse: Path, environment: Mapping[str, str]
) -> tuple[float, Measured, int]:
    """Kill a build amid its images, build again; return the first's seconds, the second, and what it redid."""
    start = time.monotonic()
    process = _start(papers, warehouse, environment, 64)
    shards = 0
    while process.poll() is None:
        shards = len(list(warehouse.glob("stages/extract/*/*/stage.json")))
        if shards and len(list(warehouse.glob("stages/images/*/*/stage.json"))) >= max(1, shards // 2):
            break
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    first = time.monotonic() - start
    before = _stages(warehouse)
    again = build(papers, warehouse, environment)
    after = _stages(warehouse)
    return first, again, sum(after.get(name) != written for name, written in before.items())


def _stages(warehouse: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in warehouse.glob("stages/*/*/*/stage.json")}


def _manifest(warehouse: Path) -> dict[str, object]:
    latest = (warehouse / "releases" / "latest").read_text(encoding="utf-8").strip()
    found: dict[str, object] = json.loads((warehouse / "releases" / latest / "manifest.json").read_bytes())
    return found


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[dict[str, str]]:
    environment = clean_environment(folder / "prefect")
    with prefect_server(environment, folder) as (_, api):
        yield {**environment, "PREFECT_API_URL": api}


def _checks(
    small: Measured, large: Measured, first: float, again: Measured, redone: int
) -> Sequence[tuple[str, Callable[[], bool]]]:
    per_paper = (small.seconds / small.papers, large.seconds / large.papers)
    return (
        (f"memory grows by no more than {GROWTH - 1:.0%}", lambda: large.all_mb <= GROWTH * small.all_mb),
        (
            f"a paper takes no more than {GROWTH - 1:.0%} longer",
            lambda: per_paper[1] <= GROWTH * per_paper[0],
        ),
        ("the rerun repeats no shard", lambda: redone == 0),
        ("the rerun comes to the same release", lambda: again.release_hash == large.release_hash),
        (
            "killed and rerun take little longer than at once",
            lambda: first + again.seconds < 1.3 * large.seconds + 30,
        ),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=10_000)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _server(Path(name)) as environment:
        folder = Path(name)
        built = []
        for count in (arguments.small, arguments.large):
            write_bulk_tars(folder / f"papers-{count}", count, corpus=arguments.corpus)
            built.append(build(folder / f"papers-{count}", folder / f"warehouse-{count}", environment))
            print(_line(f"{count} papers", built[-1]), flush=True)
        small, large = built
        first, again, redone = killed_and_built(
            folder / f"papers-{arguments.large}", folder / "warehouse-killed", environment
        )
    print(f"killed after {first:.0f} s; {_line('again', again)}; {redone} shards done twice")
    grown = (large.flow_mb - small.flow_mb) / max(1, large.pairs - small.pairs) * 1e6 / 1024
    print(f"the flow's own process grows by {grown:.1f} GB per million pairs")
    if arguments.json:
        figures = {
            "small": asdict(small),
            "large": asdict(large),
            "again": asdict(again),
            "killed_after_s": first,
        }
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    failed = [what for what, holds in _checks(small, large, first, again, redone) if not holds()]
    for what in failed:
        print(f"FAILED: {what}")
    if failed:
        raise SystemExit(1)


def _line(what: str, m: Measured) -> str:
    return (
        f"{what:<14} {m.pairs} pairs, {m.seconds:.0f} s, {1000 * m.seconds / max(1, m.papers):.0f} ms a paper, "
        f"{m.flow_mb:.0f} MB in the flow, {m.all_mb:.0f} MB in all processes"
    )


if __name__ == "__main__":
    main()
