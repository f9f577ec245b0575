"""Builds of many papers: is memory flat, time linear, and does a rerun after a kill go on?

    python -m benchmarks.ten_thousand_papers [--small 1000] [--large 10000] [--corpus FOLDER] [--json FILE]

Builds a small and a large number of invented papers (or of a corpus's, repeated under new ids) without OCR, with
one Prefect server for all builds. Both are killed in the middle of their images and started again; the small one is
built undisturbed, too. Fails where the workers' memory grows by more than a quarter, where the flow's own process,
which sorts out duplicates and splits among all, would take more than 12 GB for a million figures and tables, where a
paper costs more than a quarter more time in the large build, where a rerun does anything again, or where the killed
small build is another release.
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
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from benchmarks.invented.papers import write_bulk_tars
from benchmarks.services.processes import ROOT, clean_environment, prefect_server

GROWTH = 1.25  # of the time per paper
WORKERS_GROWTH = 1.1  # of their memory
GB_PER_MILLION = 6  # of the flow's own process: a million figures in a quarter of 24 GB
SAMPLE_S = 0.5


@dataclass(frozen=True)
class Measured:
    """One build: what it made, how long it took, and the most memory of the flow's process and of all."""

    papers: int
    floats: int
    pairs: int
    seconds: float
    flow_mb: float
    workers_mb: float
    all_mb: float
    release_hash: str


@dataclass
class _Peak:
    flow: int = 0
    workers: int = 0
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
        counts["floats_found"],
        counts["pairs"],
        seconds,
        peak.flow / 2**20,
        peak.workers / 2**20,
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
            total = own = 0
            for process in [flow, *flow.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    used = process.memory_full_info().pss
                    total += used
                    own += used if process is flow else 0
            peak.flow, peak.workers = max(peak.flow, own), max(peak.workers, total - own)
            peak.all = max(peak.all, total)
            time.sleep(SAMPLE_S)


@dataclass(frozen=True)
class Resumed:
    """A build that was killed amid its images and started again, and how many shards that did twice.

    `whole` has the seconds of both, and the most memory of the second.
    """

    killed_after_s: float
    whole: Measured
    redone: int


def killed_and_built(papers: Path, warehouse: Path, environment: Mapping[str, str]) -> Resumed:
    """Kill a build amid its images, and build again."""
    start = time.monotonic()
    process = _start(papers, warehouse, environment, 64)
    shards = 0
    while process.poll() is None:
        shards = len(list(warehouse.glob("stages/extract/*/[!.]*/stage.json")))
        if shards and len(list(warehouse.glob("stages/images/*/*/stage.json"))) >= max(1, shards // 2):
            break
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    first = time.monotonic() - start
    before = _stages(warehouse)
    again = build(papers, warehouse, environment)
    after = _stages(warehouse)
    redone = sum(after.get(name) != written for name, written in before.items())
    return Resumed(first, replace(again, seconds=first + again.seconds), redone)


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


def _checks(small: Measured, resumed: Resumed, large: Resumed) -> Mapping[str, bool]:
    one, many = resumed.whole, large.whole
    return {
        f"the workers' memory grows by no more than {WORKERS_GROWTH - 1:.0%}": (
            many.workers_mb <= WORKERS_GROWTH * one.workers_mb
        ),
        f"the flow takes no more than {GB_PER_MILLION} GB per million figures": (
            _growth(one, many) <= GB_PER_MILLION
        ),
        f"a paper takes no more than {GROWTH - 1:.0%} longer": (
            many.seconds / many.papers <= GROWTH * one.seconds / one.papers
        ),
        "the reruns repeat no shard": resumed.redone == large.redone == 0,
        "the rerun comes to the same release": one.release_hash == small.release_hash,
        "killed and rerun take little longer than at once": one.seconds < 1.3 * small.seconds + 30,
    }


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
        folder, resumed = Path(name), []
        for count in (arguments.small, arguments.large):
            papers = folder / f"papers-{count}"
            write_bulk_tars(papers, count, corpus=arguments.corpus)
            if not resumed:
                small = build(papers, folder / "warehouse", environment)
                print(_line(f"{count} papers", small), flush=True)
            resumed.append(killed_and_built(papers, folder / f"warehouse-{count}", environment))
            told = f"{count} papers, killed after {resumed[-1].killed_after_s:.0f} s"
            print(f"{_line(told, resumed[-1].whole)}; {resumed[-1].redone} shards done twice", flush=True)
    one, many = (each.whole for each in resumed)
    print(f"the flow's own process grows by {_growth(one, many):.1f} GB per million figures and tables")
    if arguments.json:
        figures = {"small": asdict(small), "resumed": [asdict(each) for each in resumed]}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    failed = [what for what, holds in _checks(small, *resumed).items() if not holds]
    for what in failed:
        print(f"FAILED: {what}")
    if failed:
        raise SystemExit(1)


def _growth(one: Measured, many: Measured) -> float:
    """Return by how many GB the flow's own process, which holds narrow columns of all, grows per million floats."""
    return (many.flow_mb - one.flow_mb) / max(1, many.floats - one.floats) * 1e6 / 1024


def _line(what: str, m: Measured) -> str:
    per_paper = 1000 * m.seconds / max(1, m.papers)
    return (
        f"{what}: {m.floats} figures and tables, {m.pairs} pairs, {m.seconds:.0f} s, {per_paper:.0f} ms a paper, "
        f"{m.flow_mb:.0f} MB in the flow, {m.workers_mb:.0f} MB in its workers, {m.all_mb:.0f} MB in all"
    )


if __name__ == "__main__":
    main()
