"""What panels cost a build: processor time of each stage of a default build of real papers, OCR included.

    python -m benchmarks.panels.cost [PAPERS] [--papers 25]

Builds a sample of the papers of a folder (`../shared/corpus`), drawn by number, into a new warehouse, stage after
stage, and counts the processor time of all processes in each. Exits 1 where the stage `panels` takes more than 80 ms
for each figure and more than 15 % of the build.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pyarrow.compute as pc

from benchmarks.build_corpus import Build, prepared, steps
from flows.build_options import BuildOptions
from runtime.attempt import stop_shared_pools
from sources.inventory import take_inventory

MOST_MS, MOST_SHARE = 80.0, 0.15
PAPERS = Path("../shared/corpus")
SAMPLE = 25
SEED = 19


@dataclass(frozen=True)
class Cost:
    """Processor seconds of each stage of a build, and how many whole figures with an image it has."""

    seconds: Mapping[str, float]
    figures: int

    @property
    def share(self) -> float:
        """Return the share of the build that the stage `panels` takes."""
        return self.seconds["panels"] / sum(self.seconds.values())

    @property
    def milliseconds(self) -> float:
        """Return what the stage `panels` takes for each figure, whether its caption names panels or not."""
        return 1000 * self.seconds["panels"] / max(1, self.figures)

    def lines(self) -> list[str]:
        """Return what it cost, in words."""
        stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.seconds.items())
        return [
            f"a build: {sum(self.seconds.values()):.1f} s of a processor ({stages})",
            f"panels: {100 * self.share:.1f} % of it, {self.milliseconds:.0f} ms for each of {self.figures} figures",
        ]


def cost_of_build(papers: Path, count: int = SAMPLE) -> Cost:
    """Return what a default build of some papers of a folder costs."""
    inventory = take_inventory([papers])
    chosen = random.Random(SEED).sample(range(len(inventory.papers)), min(count, len(inventory.papers)))
    sample = replace(inventory, papers=tuple(inventory.papers[place] for place in sorted(chosen)))
    with tempfile.TemporaryDirectory() as folder:
        work = prepared(Path(folder), sample, BuildOptions())
        seconds = {}
        for name, step in steps(work):
            before = processor_seconds()
            step()
            seconds[name] = processor_seconds() - before
        figures = _figures(work)
    stop_shared_pools()
    return Cost(seconds, figures)


def processor_seconds() -> float:
    """Return the processor time so far of this process, of all that it started, and of those of them that ended."""
    me = psutil.Process()
    total = 0.0
    for process in [me, *me.children(recursive=True)]:
        try:
            total += sum(
                process.cpu_times()[:4]
            )  # its own and that of its children that ended, user and system
        except psutil.Error:
            continue
    return total


def _figures(work: Build) -> int:
    """Return how many whole figures have an image."""
    tables = work.inputs.shards
    floats = tables.table("extract", "floats", ["pair_id", "kind", "parent_id"])
    whole = floats.filter(pc.and_(pc.equal(floats["kind"], "figure"), pc.is_null(floats["parent_id"])))
    images = tables.table("images", "images", ["pair_id"])
    return int(pc.sum(pc.is_in(whole["pair_id"], images["pair_id"].combine_chunks())).as_py() or 0)


def shortfall(milliseconds: float, share: float) -> list[str]:
    """Return what is said where panels cost more than both bounds allow, of which the higher one holds."""
    if milliseconds <= MOST_MS or share <= MOST_SHARE:
        return []
    return [
        f"{milliseconds:.0f} ms a figure and {100 * share:.1f} % of a build, not {MOST_MS:.0f} ms or "
        f"{100 * MOST_SHARE:.0f} %"
    ]


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=PAPERS, metavar="PAPERS")
    parser.add_argument("--papers", type=int, default=SAMPLE)
    arguments = parser.parse_args()
    cost = cost_of_build(arguments.folder, arguments.papers)
    for line in cost.lines():
        print(line)
    short = shortfall(cost.milliseconds, cost.share)
    for line in short:
        print(f"FALLS SHORT: {line}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
