"""Processor seconds and errors of OCR on tables of known text: before, on ONNX Runtime, and on the fastest runtime.

    python -m benchmarks.ocr WAREHOUSE/releases/VERSION --tables 100

Every way reads all tables in turn, as many at once as a build does, in this one process on one thread, so that
whatever else the machine does weighs on all alike; ours read each lot twice, of which the lesser time counts, and
must give the same bytes. The time inside the models is the limit. Exits 1 where a bound falls short: seconds against
those before, 0.80 on ONNX Runtime and 0.35 on the fastest runtime, at most 1.15 times the bare models, and errors of
characters and cells at most 0.1 points above those before.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.ocr import before
from evaluation.ocr_quality import KnownTable, measure, quality
from extractors import ocr
from extractors.ocr import networks, rapidocr_engine, recogniser, student
from flows.shards import parts
from flows.stages.ocr import PICTURES_PER_BATCH
from schemas.annotations import OcrRow
from schemas.ocr_quality import OcrQualityRow
from schemas.reject import RecordError
from warehouse.versions import pair_files

AT_MOST = {"onnxruntime": 0.80, "fastest": 0.35}
OVER_BARE = 1.15
MORE_ERRORS = 0.001


@dataclass
class Way:
    """One way of reading tables, and what it did: seconds by lot, of which inside the models, and rows."""

    name: str
    engine: ocr.OcrEngine
    inside: list[float]
    repeats: int = 2
    seconds: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    rows: list[OcrQualityRow] = field(default_factory=list)
    differ: int = 0

    def first(self, lots: int, tables: int) -> "Way":
        """Return the same with what it did on the first lots, of so many tables, alone."""
        return replace(self, seconds=self.seconds[:lots], bare=self.bare[:lots], rows=self.rows[:tables])

    def read(self, tables: Sequence[tuple[KnownTable, bytes]]) -> None:
        """Read a lot of tables, and note how long it took and how well it went."""
        found: list[tuple[float, float]] = []
        read: list[list[OcrRow | RecordError]] = []
        for _ in range(self.repeats):
            self.inside.clear()
            start = time.process_time()
            read.append(ocr.ocr_rows(self.engine, [(table.pair_id, image) for table, image in tables]))
            found.append((time.process_time() - start, sum(self.inside)))
        self.seconds.append(min(found)[0])
        self.bare.append(min(found)[1])
        for (table, _), *rows in zip(tables, *read, strict=True):
            self.differ += any(row != rows[0] for row in rows)
            assert isinstance(rows[0], OcrRow)
            self.rows.append(measure(table, rows[0]))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", type=Path)
    parser.add_argument("--tables", type=int, default=100)
    arguments = parser.parse_args()
    tables = known_tables(arguments.release, arguments.tables)
    random.Random(0).shuffle(tables)
    if not tables:
        print(f"{arguments.release} holds no table of known text", file=sys.stderr)
        return 1
    ways = [Way("before", before.load(), [], repeats=1), _way("onnxruntime", networks.ONNX_RUNTIME)]
    fastest = networks.choose_runtime()
    if fastest.name != networks.ONNX_RUNTIME:
        ways.append(_way("fastest", None))
    for way in ways:
        way.engine.read_file(tables[0][1])  # kernels are prepared at the first picture
    lots = list(parts(tables, PICTURES_PER_BATCH))
    done = 0
    with suppress(KeyboardInterrupt):  # what was read until then counts
        for lot in lots:
            for way in ways:
                way.read(lot)
            done += 1
    count = sum(map(len, lots[:done]))
    return _report([way.first(done, count) for way in ways], count)


def known_tables(release: Path, count: int) -> list[tuple[KnownTable, bytes]]:
    """Return tables whose source text is known, spread evenly over a release, with their images."""
    names = ["pair_id", "subcategory", "origin", "width", "height", "table_text", "image"]
    rows = [row for path in pair_files(release) for row in pq.read_table(path, columns=names).to_pylist()]
    known = sorted((row for row in rows if row["table_text"]), key=lambda row: row["pair_id"])
    if len(known) > count:
        known = [known[round(place)] for place in np.linspace(0, len(known) - 1, count)]
    return [
        (
            KnownTable(**{name: row[name] for name in names[:5]}, text=row["table_text"]),
            row["image"]["bytes"],
        )
        for row in known
    ]


def _way(name: str, runtime: str | None) -> Way:
    inside: list[float] = []
    with _timed_networks(inside):
        engine = ocr.load_engine("rapidocr", ocr.OcrParameters(runtime=runtime))
    return Way(name, engine, inside)


@contextmanager
def _timed_networks(inside: list[float]) -> Iterator[None]:
    """Have networks that are loaded meanwhile note the processor seconds of every run."""
    load = networks.load_network

    def timed(model: bytes, runtime: networks.Runtime, **rest: Any) -> networks.Network:
        network = load(model, runtime, **rest)

        def run(values: networks.Floats) -> networks.Floats:
            start = time.process_time()
            result = network(values)
            inside.append(time.process_time() - start)
            return result

        return run

    users = (rapidocr_engine, recogniser, student)
    for module in users:
        module.load_network = timed  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in users:
            module.load_network = load  # type: ignore[attr-defined]


def _report(ways: Sequence[Way], tables: int) -> int:
    print(f"{tables} tables, {fmean(row.cells for row in ways[0].rows):.0f} cells each on average")
    header = (
        f"{'':<13}{'s/table':>9}{'of before':>11}{'of bare':>9}{'characters':>12}{'cells':>8}{'numbers':>9}"
    )
    print(header)
    failures = []
    first = ways[0]
    for way in ways:
        q, seconds = quality(way.rows), sum(way.seconds)
        ratio, bare = seconds / sum(first.seconds), sum(way.bare)
        over = f"{seconds / bare:>9.2f}" if bare else f"{'':>9}"
        rates = f"{q.character_error:>12.2%}{q.cell_error:>8.2%}{q.number_error:>9.2%}"
        print(f"{way.name:<13}{seconds / tables:>9.3f}{ratio:>11.2f}{over}{rates}  {way.engine.identity}")
        if way is not first:
            failures += _shortfalls(way, first, ratio, seconds / bare)
    if len(ways) == 2:
        failures.append("no runtime but ONNX Runtime is installed, so the fastest was not measured")
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    return 1 if failures else 0


def _shortfalls(way: Way, first: Way, ratio: float, over: float) -> list[str]:
    q, before_ = quality(way.rows), quality(first.rows)
    found = []
    if ratio > AT_MOST[way.name]:
        found.append(f"{way.name} takes {ratio:.2f} of the time before, not {AT_MOST[way.name]}")
    if over > OVER_BARE:
        found.append(f"{way.name} takes {over:.2f} times the bare models, not {OVER_BARE}")
    for what, now, then in (
        ("characters", q.character_error, before_.character_error),
        ("cells", q.cell_error, before_.cell_error),
    ):
        if now > then + MORE_ERRORS:
            found.append(f"{way.name} errs in {now:.2%} of the {what}, before in {then:.2%}")
    if way.differ:
        found.append(f"{way.name} read {way.differ} tables differently the second time")
    return found


if __name__ == "__main__":
    sys.exit(main())
