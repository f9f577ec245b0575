"""The second paper's experiment at toy size: four mixtures of two sources, equal samples, two tasks.

    python -m benchmarks.sources FOLDER [--pairs 1000] [--steps 200] [--batch-size 32]

Draws shapes with short captions, which stand for the web, and invents figures and tables, which stand for papers;
writes a task of each kind from pictures that no source has; and runs `scimmir compare-sources` on the web alone,
papers alone, both, and both without plots. Numbers of a toy: they say that the commands work, nothing of real data.
Exits 1 where a model is not above chance on the task of its own source.
"""

import argparse
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.sources.toys import SHAPES, figures, shapes, write_source, write_tasks
from scimmir.cli import main as scimmir

TASK_PICTURES = 240


def write_data(folder: Path, pairs: int, pictures: int = TASK_PICTURES) -> None:
    """Write three sources of equally many pairs, and two tasks, where they are not there."""
    if (folder / "tasks").is_dir():
        return
    write_source(folder / "web", shapes(0, pairs))
    write_source(folder / "papers", figures(0, pairs))
    write_source(folder / "papers-without-plots", figures(0, pairs, plots=False))
    write_tasks(folder / "tasks", pictures)


def command(folder: Path, steps: int, batch_size: int) -> list[str]:
    """Return the call of scimmir that compares the sources of a folder."""
    web, papers, drawn = (str(folder / name) for name in ("web", "papers", "papers-without-plots"))
    conditions = {
        "web": web,
        "papers": papers,
        "both": f"{web},{papers}",
        "both without plots": f"{web},{drawn}",
    }
    words = ["compare-sources", str(folder / "compared")]
    for name, sources in conditions.items():
        words += ["--condition", f"{name}={sources}"]
    for task in ("shapes", "figures"):
        words += ["--task", str(folder / "tasks" / task)]
    words += ["--samples", str(steps * batch_size), "--batch-size", str(batch_size), "--warmup", "60"]
    return words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch-size", type=int, default=32)
    arguments = parser.parse_args()
    begin = time.monotonic()
    write_data(arguments.folder, arguments.pairs)
    print(f"data: {time.monotonic() - begin:.0f} s", flush=True)
    begin = time.monotonic()
    sys.argv = ["scimmir", *command(arguments.folder, arguments.steps, arguments.batch_size)]
    try:
        scimmir()
    except SystemExit as done:
        if done.code:
            raise
    print(f"comparison: {time.monotonic() - begin:.0f} s")
    rows = pq.read_table(arguments.folder / "compared" / "results.parquet").to_pylist()
    scores = {(row["condition"], row["task"]): row["score"] for row in rows}
    chance = {("web", "shapes"): 1 / len(SHAPES), ("papers", "figures"): 1 / TASK_PICTURES}
    below = [place for place, least in chance.items() if not scores[place] > 2 * least]
    for condition, task in below:
        print(f"{condition} is not twice above chance on {task}")
    sys.exit(bool(below))


if __name__ == "__main__":
    main()
