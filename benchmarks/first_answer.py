"""Time to the first answer of every query in README.md and on the pages of docs/, and the bytes it reads.

    python -m benchmarks.first_answer [--pairs 100000] [--image-kb 40] [--tries 5] [--folder DIR] [--json FILE]

Over a release of synthetic rows with real images, each query is asked in processes of its own: by DuckDB alone on
`catalog.duckdb`, with the one setting that the cookbook names, and by `scimmir query`. The clock runs from the start
of the process to its end. What the process read is counted by the kernel (`rchar` of /proc/<pid>/io), less what
Python and the libraries read to start; DuckDB reads by system calls and maps nothing. The one query that asks for
images is the proof that this counts them.

Exits 1 where a query over 100,000 pairs or fewer takes more than BOUND_S (of the view table_ocr: WORDS_BOUND_S) in
all tries, by the clock and by the work of the processors, which is more than the clock shows on a machine that does
nothing else; where one that names no image reads more than a tenth of the images' bytes; or where the one that does
reads less than an image.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.invented.release import VERSION, write_release

ROOT = Path(__file__).parents[1]
BOUND_S, BOUND_PAIRS = 1.0, 100_000
# Queries of the view table_ocr find the words of 80,000 texts first: no column of the release counts them.
WORDS_BOUND_S = 3.0
ALONE = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SET disable_parquet_prefetching = true")
print(len(con.execute(sys.argv[2]).fetchall()))
"""
NOTHING = "SELECT 1"


@dataclass(frozen=True)
class Question:
    """One query of the documents and where it stands."""

    page: str
    title: str
    sql: str


@dataclass(frozen=True)
class Asked:
    """How one query was answered: seconds by the clock and of the processors, and the bytes that were read."""

    seconds: float
    cpu: float
    bytes: int


def questions() -> list[Question]:
    """Return all queries of README.md and of the pages in docs/."""
    found = []
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        page, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        for block in re.findall(r"```sql\n(.*?)```", text, re.DOTALL):
            for sql in filter(None, map(str.strip, re.split(r";\s*(?:\n|$)", block))):
                title = next(line for line in sql.splitlines() if line.startswith("--"))
                found.append(Question(page, title.lstrip("- "), sql))
    return found


def ask(command: Sequence[str]) -> Asked:
    """Run a command to its end, and return what it took."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        # The process stays a zombie, whose counts can still be read, until it is waited for.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - start
        read = int(re.search(r"rchar: (\d+)", Path(f"/proc/{process.pid}/io").read_text())[1])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{command}: {process.stderr.read().decode()}")
    return Asked(seconds, usage.ru_utime + usage.ru_stime, read)


def quickest(command: Sequence[str], tries: int) -> Asked:
    """Return the quickest of some tries: what else the machine does makes the others slower."""
    return min((ask(command) for _ in range(tries)), key=lambda asked: asked.seconds)


def image_bytes(warehouse: Path) -> int:
    """Return how many bytes the image columns of the latest release take in its files."""
    total = 0
    for path in (warehouse / "releases" / VERSION).glob("pairs/*/*.parquet"):
        meta = pq.ParquetFile(path).metadata
        place = next(n for n in range(meta.num_columns) if meta.schema.column(n).path == "image.bytes")
        groups = range(meta.num_row_groups)
        total += sum(meta.row_group(g).column(place).total_compressed_size for g in groups)
    return total


def measure(
    warehouse: Path, pairs: int, image_kb: int, tries: int
) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Print and return the figures of every query, and what is above its bound."""
    images, late, figures = image_bytes(warehouse), [], {}
    ways = {
        "DuckDB": [sys.executable, "-I", "-c", ALONE, str(warehouse / "catalog.duckdb")],
        "scimmir query": [sys.executable, "-m", "scimmir", "query", "-w", str(warehouse)],
    }
    print(f"{pairs:,} pairs, images of {images / 1e6:,.0f} MB; seconds (of the processors), MB read")
    empty = {way: quickest([*command, NOTHING], tries) for way, command in ways.items()}
    started = ", ".join(f"{way} {a.seconds:.2f} s ({a.cpu:.2f})" for way, a in empty.items())
    print(f"  start alone: {started}")
    for question in questions():
        line = []
        for way, command in ways.items():
            asked = quickest([*command, question.sql], tries)
            read = asked.bytes - empty[way].bytes
            line.append(f"{way} {asked.seconds:5.2f} ({asked.cpu:4.2f}) {read / 1e6:6.1f} MB")
            figures[f"{question.title} | {way}"] = {"seconds": asked.seconds, "cpu": asked.cpu, "bytes": read}
            bound = WORDS_BOUND_S if "table_ocr" in question.sql else BOUND_S
            if min(asked.seconds, asked.cpu) > bound and pairs <= BOUND_PAIRS:
                late.append(f"{question.title} ({way}): {asked.seconds:.2f} s")
            if "image.bytes" in question.sql:
                if read < 1024 * image_kb:
                    late.append(f"{question.title} ({way}): read {read:,} bytes, less than one image")
            elif read > images / 10:
                late.append(f"{question.title} ({way}): read {read:,} bytes")
        print(f"  {'; '.join(line)}  {question.title}", flush=True)
    return figures, late


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--image-kb", type=int, default=40)
    parser.add_argument("--tries", type=int, default=5, help="of which the quickest counts")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        warehouse = options.folder or Path(temporary)
        if not (warehouse / "releases" / "latest").is_file():
            write_release(warehouse, options.pairs, options.image_kb)
        figures, late = measure(warehouse, options.pairs, options.image_kb, options.tries)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    print("all bounds are kept" if not late else "\n".join(["above their bounds:", *late]))
    raise SystemExit(1 if late else 0)


if __name__ == "__main__":
    main()
