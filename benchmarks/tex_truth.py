"""Compare what we read of LaTeX papers with what TeX itself lists, labels and opens when it compiles them.

    python -m benchmarks.tex_truth [--folders ../shared/papers ../shared/corpus] [--cache DIR] [--only SLUG …]

Each paper is compiled as it needs (pdflatex, xelatex, lualatex or latex) in a sandbox, without shell escape, at
most 120 s a run, one at a time. Of those that TeX reads to their end: every caption that TeX lists (found, with
its kind and printed number), every label's number, and every graphics file that TeX opened inside a float (in a
pair, or in a reject with its reason). Differences are listed with the verdict of a reader where
`benchmarks/tex/verdicts.json` has one. Leaves with status 1 where a bound is missed; skips with a plain sentence
where TeX or the papers are not there. With --cache a second run only compares.
"""

import argparse
import importlib
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.tex.comparison import Comparison, Tally, compare, labels_in_floats
from benchmarks.tex.compilation import Source, collected, record_of
from extractors.latex import extract
from extractors.latex.walk.state import Walk
from schemas.floats import Extraction
from schemas.paper import Paper, PaperHeader
from schemas.reject import RecordError

SHARED = Path(__file__).parents[1].parent / "shared"
VERDICTS = Path(__file__).parent / "tex" / "verdicts.json"
PACKAGES = (
    "texlive-latex-extra texlive-science texlive-publishers texlive-fonts-extra texlive-xetex texlive-luatex "
    "texlive-pstricks texlive-bibtex-extra texlive-humanities texlive-lang-all"
)
_TEXTS = (".tex", ".sty", ".cls", ".ltx")
COMPILED = 90
SHARES = {"captions": 0.99, "numbers": 0.99, "labels": 0.99, "graphics": 0.99}


def read_verdicts() -> dict[tuple[str, str], tuple[str, str]]:
    """Return verdict (`ours` or `tex` is right) and reason of each difference that was read.

    A verdict on `*` holds for all of a paper's differences that have none of their own.
    """
    rows = json.loads(VERDICTS.read_text()) if VERDICTS.is_file() else []
    return {(row["paper"], row["what"]): (row["verdict"], row["why"]) for row in rows}


def own_reading(source: Source) -> tuple[Extraction, dict[str, str]]:
    """Return what we extract of a paper, and the number that references to each label print."""
    module = importlib.import_module("extractors.latex.extract")
    walks: list[Walk] = []

    def walk_text(*arguments: Any, **named: Any) -> Walk:
        walks.append(module_walk(*arguments, **named))
        return walks[-1]

    module_walk = module.walk_text
    with patch.object(module, "walk_text", walk_text):
        try:
            found = extract(Paper(f"arxiv:{source.key}", dict(source.files)))
        except RecordError as problem:
            print(f"    {source.slug}: {problem}")
            # Nothing is read, so that all that TeX has of the paper counts as lost.
            header = PaperHeader(paper_key=f"arxiv:{source.key}", categories=(), is_retracted=False)
            return Extraction(header, (), (), ()), {}
    labels: dict[str, str] = {}
    for walk in walks:
        for key, label in walk.references.labels.items():
            labels.setdefault(key, label.number)
    return found, labels


def report(name: str, tally: Tally, verdicts: Mapping[tuple[str, str], tuple[str, str]]) -> float:
    """Print a measure with its differences; return the share in which we are right after the verdicts."""
    read = {d: verdicts.get((d.paper, d.what)) or verdicts.get((d.paper, "*")) for d in tally.differences}
    excused = sum(v is not None and v[0] == "ours" for v in read.values())
    wrong = len(tally.differences) - excused
    share = 1 - wrong / max(1, tally.total)
    unread = sum(v is None for v in read.values())
    print(
        f"{name:10} {tally.total - len(tally.differences)} of {tally.total} as TeX has them; of the "
        f"{len(tally.differences)} others {excused} are right by reading, {unread} not read: {share:.4f}"
    )
    for d, verdict in sorted(read.items(), key=lambda item: (item[0].paper, item[0].what)):
        told = f"\n        {verdict[0]} right: {verdict[1]}" if verdict else ""
        print(f"    {d.paper} {d.what}\n        TeX  {d.theirs}\n        ours {d.ours}{told}")
    return share


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folders", type=Path, nargs="+", default=[SHARED / "papers", SHARED / "corpus"])
    parser.add_argument("--cache", type=Path, help="keeps what TeX said of each paper between runs")
    parser.add_argument("--only", nargs="+", default=(), help="only papers with one of these in their slug")
    options = parser.parse_args()
    folders = [f for f in options.folders if (f / "manifest.jsonl").is_file()]
    if not folders:
        print(f"skipped: no papers in {', '.join(map(str, options.folders))}")
        return 0
    absent = [
        engine for engine in ("pdflatex", "xelatex", "lualatex", "latex") if shutil.which(engine) is None
    ]
    if absent:
        print(
            f"skipped: {', '.join(absent)} not installed (apt-get install --no-install-recommends {PACKAGES})"
        )
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch)
        (cache / "texmf-var").mkdir(parents=True, exist_ok=True)
        sources = [s for folder in folders for s in collected(folder)]
        if options.only:
            sources = [s for s in sources if any(part in s.slug for part in options.only)]
        return measure(sources, cache, whole=not options.only)


def measure(sources: list[Source], cache: Path, *, whole: bool) -> int:
    total, engines, failed = Comparison(), Counter[str](), []
    elsewhere: list[str] = []
    start = time.monotonic()
    for source in sources:
        record = record_of(source, cache)
        if not record.ended:
            failed.append((source, record))
            continue
        engines[record.engine] += 1
        found, labels = own_reading(source)
        if found.header is not None and found.header.main_file != source.main:
            elsewhere.append(f"{source.slug}: {source.main}, ours {found.header.main_file}")
        texts = (data.decode("latin-1") for name, data in source.files.items() if name.endswith(_TEXTS))
        total.add(compare(source.slug, record, found, labels, labels_in_floats(texts)))
    took = time.monotonic() - start
    print(f"compiled   {engines.total()} of {len(sources)} papers {dict(engines)} in {took:.0f} s")
    for source, record in failed:
        print(f"    {source.slug}: {record.engine}: {record.problem}")
    print("main file  other than the collection's:", *elsewhere, sep="\n    ")
    verdicts = read_verdicts()
    shares = {name: report(name, getattr(total, name), verdicts) for name in SHARES}
    report("others", total.others, verdicts)
    unknown = report("unknown", total.unknown, verdicts)
    print(f"of our {total.unknown.total} captions TeX lists {unknown:.4f}")
    short = [f"{name} {share:.4f} < {SHARES[name]}" for name, share in shares.items() if share < SHARES[name]]
    if whole and engines.total() < COMPILED:
        short.append(f"{engines.total()} compiled < {COMPILED}")
    print("missed: " + ", ".join(short) if short else "every bound is kept")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
