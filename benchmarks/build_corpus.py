"""Papers and pairs per second of every stage, with peak memory, on a folder of real papers.

    python -m benchmarks.build_corpus ../shared/corpus

Runs the stages of a build without a Prefect server, in a new warehouse: extraction with one process and with
two, which must be at least 1.7 times as fast; then everything else; then all of it again, which must find
everything done. Prints what the release holds and checks it: floats = pairs + rejects, at most 2 % unexpected,
at least 90 % of the figures whose file is there as pairs. Exits 1 where a bound falls short.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psutil

from flows.build_options import BuildOptions
from flows.release import join_release
from flows.shards import (
    BuildInputs,
    Shard,
    ShardWork,
    plan_shards,
    reader_pool,
    run_build_stage,
    shard_tables,
)
from flows.stages.order import BUILD_STAGES, SHARD_STAGES
from runtime.attempt import attempt, shared_pool, stop_shared_pools
from sources.inventory import Inventory, take_inventory
from warehouse.place import prepare
from warehouse.releases import read_manifest

SPEED_UP = 1.7
UNEXPECTED = 0.02
PAIRED = 0.90
AGAIN = 0.10


@dataclass
class Measured:
    """Wall-clock seconds and peak memory (bytes, all processes together) of one piece of work."""

    seconds: float
    peak: int


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path)
    parser.add_argument("--ocr-engine", default="rapidocr")
    parser.add_argument("--repeats", type=int, default=3, help="runs of the extraction, the best counts")
    arguments = parser.parse_args()
    if not arguments.papers.exists():
        print(f"{arguments.papers} does not exist: name a folder of papers", file=sys.stderr)
        return 1
    failures: list[str] = []
    inventory = take_inventory([arguments.papers])
    ratio = _extraction_ratio(inventory, arguments.repeats)
    if ratio < SPEED_UP:
        failures.append(f"extraction on two processes is {ratio:.2f} times as fast, not {SPEED_UP}")
    with tempfile.TemporaryDirectory() as folder:
        work = prepared(Path(folder), inventory, BuildOptions(ocr_engine=arguments.ocr_engine))
        print(f"\n{'stage':<14}{'seconds':>9}{'papers/s':>10}{'pairs/s':>9}{'peak MB':>9}")
        first = _build(work)
        again = _again(work)
        failures += _check_release(work, first)
    print(f"\nagain, nothing changed: {again:.2f} s, {again / first.seconds:.1%} of the first build")
    if again > AGAIN * first.seconds:
        failures.append(f"the second build takes {again / first.seconds:.0%} of the first one's time")
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    return 1 if failures else 0


@dataclass(frozen=True)
class Build:
    """A build of these papers in this warehouse."""

    warehouse: Path
    options: BuildOptions
    inventory: Inventory
    shards: tuple[Shard, ...]

    @property
    def inputs(self) -> BuildInputs:
        """What the stages over the whole build read."""
        tables = shard_tables(self.warehouse, self.options, SHARD_STAGES, self.shards)
        return BuildInputs(self.inventory, None, tables)


def prepared(folder: Path, inventory: Inventory, options: BuildOptions) -> Build:
    """Return a build of papers in a new warehouse, not yet begun."""
    prepare(folder)
    return Build(folder, options, inventory, tuple(plan_shards(inventory.papers, options.papers_per_shard)))


def _extraction_ratio(inventory: Inventory, repeats: int) -> float:
    """Return how much faster two processes extract than one; processes are started before the clock."""
    best: dict[int, float] = {}
    for _ in range(repeats):
        for workers in (1, 2):
            options = BuildOptions(workers=workers)
            with tempfile.TemporaryDirectory() as folder:
                work = prepared(Path(folder), inventory, options)
                _warm_up(work)
                seconds = measured(partial(run_stage, work, "extract")).seconds
                stop_shared_pools()
            best[workers] = min(seconds, best.get(workers, seconds))
    papers = len(inventory.papers)
    print(f"extraction of {papers} papers, best of {repeats}:")
    for workers, seconds in best.items():
        print(f"  {workers} process(es): {seconds:6.2f} s, {papers / seconds:6.1f} papers/s")
    print(f"  two against one: {best[1] / best[2]:.2f} times as fast")
    return best[1] / best[2]


def _warm_up(work: Build) -> None:
    pool = shared_pool(reader_pool(work.options))
    list(attempt(import_extractors, range(8 * work.options.workers), pool=pool, timeout_s=60))


def import_extractors(number: int) -> int:
    """Load in a worker what extraction needs."""
    import flows.stages.extract  # noqa: F401

    time.sleep(0.05)  # so that each worker gets some of these
    return number


def run_stage(work: Build, name: str) -> None:
    """Run one stage on all shards, as the flow does."""
    works = [ShardWork(work.warehouse, work.options, SHARD_STAGES[name], shard) for shard in work.shards]
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(ShardWork.run, works))


def _curate(work: Build) -> BuildInputs:
    inputs = work.inputs
    for stage in BUILD_STAGES.values():
        output = run_build_stage(stage, inputs, work.options)
        inputs = replace(inputs, outputs={**inputs.outputs, stage.name: output})
    return inputs


def steps(work: Build) -> list[tuple[str, Callable[[], object]]]:
    """Return the stages of a build in their order, by name; what works over all shards is one step, `curate`."""
    shards: list[tuple[str, Callable[[], object]]] = [
        (name, partial(run_stage, work, name)) for name in SHARD_STAGES
    ]
    return [
        *shards,
        ("curate", lambda: _curate(work)),
        ("release", lambda: join_release(_curate(work), work.options, None)),
    ]


def _build(work: Build) -> Measured:
    total = Measured(0.0, 0)
    lines: list[tuple[str, Measured]] = []
    for name, step in steps(work):
        took = measured(step)
        lines.append((name, took))
        total = Measured(total.seconds + took.seconds, max(total.peak, took.peak))
    counts = read_manifest(_release(work))["counts"]
    assert isinstance(counts, dict)
    papers, pairs = len(work.inventory.papers), counts["pairs"]
    assert isinstance(pairs, int)
    for name, took in [*lines, ("all", total)]:
        rates = f"{papers / took.seconds:>10.1f}{pairs / took.seconds:>9.1f}"
        print(f"{name:<14}{took.seconds:>9.2f}{rates}{took.peak / 1e6:>9.0f}")
    return total


def _again(work: Build) -> float:
    def everything() -> None:
        for _, step in steps(work):
            step()

    return measured(everything).seconds


def _release(work: Build) -> Path:
    name = (work.warehouse / "releases" / "latest").read_text().strip()
    return work.warehouse / "releases" / name


def _check_release(work: Build, took: Measured) -> list[str]:
    counts = read_manifest(_release(work))["counts"]
    assert isinstance(counts, dict)
    reasons = counts["rejects_by_reason"]
    assert isinstance(reasons, dict)
    found, pairs, rejects = counts["floats_found"], counts["pairs"], counts["rejects_float"]
    assert isinstance(found, int) and isinstance(pairs, int) and isinstance(rejects, int)
    unexpected = reasons.get("unexpected", 0)
    assert isinstance(unexpected, int)
    present, paired = _figures_with_a_file(work)
    print(f"\n{found} floats = {pairs} pairs + {rejects} rejects, {unexpected} of them unexpected")
    print(f"rejects: {', '.join(f'{reason} {count}' for reason, count in reasons.items())}")
    print(f"figures with a graphics file present: {present}, as pairs or their duplicates: {paired}")
    failures = []
    if found != pairs + rejects:
        failures.append("floats are not pairs + rejects")
    if unexpected > UNEXPECTED * found:
        failures.append(f"{unexpected / found:.1%} of the floats are unexpected rejects")
    if paired < PAIRED * present:
        failures.append(f"only {paired / present:.1%} of the figures with a file are pairs")
    return failures


def _figures_with_a_file(work: Build) -> tuple[int, int]:
    """Return the number of figures whose file is there, and how many of them are pairs.

    Figures without a caption count as well; a duplicate of a kept pair counts as paired.
    """
    tables = work.inputs.shards
    floats = tables.table("extract", "floats", ["pair_id", "kind", "graphics"]).to_pylist()
    with_file = {row["pair_id"] for row in floats if row["kind"] == "figure" and row["graphics"]}
    images = set(tables.table("images", "images", ["pair_id"]).column("pair_id").to_pylist())
    no_caption = [
        row
        for row in tables.table("extract", "rejects").to_pylist()
        if row["kind"] == "figure"
        and row["reason"] in ("caption_missing", "caption_empty")
        and ("\\includegraphics" in (row["snippet"] or "") or "<graphic" in (row["snippet"] or ""))
    ]
    return len(with_file) + len(no_caption), len(with_file & images)


def measured(work: Callable[[], object]) -> Measured:
    """Return how long a piece of work took and the most memory that all processes held at once."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        me = psutil.Process()
        while not done.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            peak = max(peak, total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    return Measured(seconds, peak)


if __name__ == "__main__":
    result = main()
    stop_shared_pools()
    sys.exit(result)
