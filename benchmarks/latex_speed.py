"""Compares the LaTeX extractor's speed with LaTeXML's and with that of TexSoup + pylatexenc, in one run.

Run from the repository's root: `.venv/bin/python -m benchmarks.latex_speed`. LaTeXML comes from
`apt-get install latexml`; TexSoup from `pip install --target <folder> texsoup` with that folder in PYTHONPATH.
What is absent is skipped with a sentence. Images are left out on every side: the extractor decodes none,
LaTeXML stops at its XML. Times are processor seconds, which other work on the machine changes little; the
start of each program (interpreter and imports, LaTeXML's empty document) is measured and taken off.
"""

import argparse
import json
import os
import posixpath
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.latex_fidelity.corpus import CORPUS, read_corpus
from extractors.latex import extract
from extractors.latex.source.main_file import open_project
from schemas.paper import Paper
from schemas.reject import RecordError

# Papers of each size and style, fixed so that runs compare; LaTeXML needs minutes for the longest ones.
SUBSET = (
    "good-enough-practices-in-scientific-computing", "miniasm", "minimap2", "paper-author-disambiguation",
    "cloud-repro", "latex-paper", "magnetic-ellipsoid", "pygbe-lspr-paper", "latexml-aastex631-deluxetable",
    "latexml-ieee", "latexml-figure-grids", "latexml-french",
)  # fmt: skip
EMPTY = "\\documentclass{article}\\begin{document}x\\end{document}\n"


@dataclass(frozen=True)
class Bounds:
    """How many times faster the extractor has to be, and what another program may spend."""

    latexml: float = 100.0
    texsoup: float = 10.0
    paper_cpu_s: int = 60
    paper_wall_s: float = 240.0
    all_wall_s: float = 480.0


def extract_one(slug: str, files: dict[str, bytes]) -> str:
    """Read a paper with the extractor; return what came of it."""
    try:
        found = extract(Paper(f"arxiv:{slug}", files))
    except RecordError as error:
        return error.reason
    return f"{len(found.floats) + len(found.rejects)} floats"


def texsoup_one(slug: str, files: dict[str, bytes]) -> str:
    """Parse the TeX files with TexSoup and render the captions of their figures with pylatexenc."""
    from pylatexenc.latex2text import LatexNodes2Text
    from TexSoup import TexSoup

    captions = 0
    renderer = LatexNodes2Text()
    for name in sorted(n for n in files if n.lower().endswith(".tex")):
        soup = TexSoup(files[name].decode("utf-8", "replace"), tolerance=1)
        for figure in soup.find_all(["figure", "figure*", "table", "table*"]):
            for caption in figure.find_all("caption"):
                renderer.latex_to_text(str(caption))
                captions += 1
    return f"{captions} captions"


WORKERS: dict[str, Callable[[str, dict[str, bytes]], str]] = {"ours": extract_one, "texsoup": texsoup_one}


def worker(name: str, slugs: list[str]) -> None:
    """Print, as a JSON object, processor seconds and outcome of each paper, all read by this process."""
    papers = read_corpus()
    out: dict[str, tuple[float, str]] = {}
    for slug in slugs:
        start = time.process_time()
        try:
            outcome = WORKERS[name](slug, papers[slug])
        except (
            EOFError,
            AssertionError,
            TypeError,
            ValueError,
            IndexError,
            AttributeError,
            KeyError,
        ) as error:
            outcome = f"failed: {type(error).__name__}"
        except RecursionError:
            outcome = "failed: RecursionError"
        out[slug] = (time.process_time() - start, outcome)
    print(json.dumps(out))


def run_worker(name: str, slugs: list[str]) -> dict[str, tuple[float, str]]:
    """Return what a worker process of its own printed; its first paper is read twice, to warm it up."""
    command = [sys.executable, "-m", "benchmarks.latex_speed", "--worker", name, *slugs]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no result'}")
        return {}
    return {slug: (cost, outcome) for slug, (cost, outcome) in json.loads(done.stdout).items()}


def latexml_one(files: dict[str, bytes], main: str, bounds: Bounds) -> float | None:
    """Return LaTeXML's processor seconds for a paper, None where it did not finish."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        inside = Path(folder, posixpath.dirname(main))
        command = ["latexml", "--quiet", "--nocomments", "--dest=out.xml", posixpath.basename(main)]
        before = os.times()
        process = subprocess.Popen(
            ["/bin/sh", "-c", 'ulimit -t "$1"; shift; exec "$@"', "sh", str(bounds.paper_cpu_s), *command],
            cwd=inside, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            status = process.wait(bounds.paper_wall_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return None
        after = os.times()
        cost = after.children_user + after.children_system - before.children_user - before.children_system
        return cost if status == 0 and (inside / "out.xml").exists() else None


def run_latexml(papers: dict[str, dict[str, bytes]], bounds: Bounds) -> tuple[float, dict[str, float]]:
    """Return the cost of an empty document and that of each paper that LaTeXML finishes in time."""
    start = latexml_one({"main.tex": EMPTY.encode()}, "main.tex", bounds) or 0.0
    costs: dict[str, float] = {}
    began = time.monotonic()
    for slug, files in papers.items():
        if time.monotonic() - began > bounds.all_wall_s:
            print(f"latexml: {slug} left out, the time for all papers is used up")
            continue
        cost = latexml_one(files, open_project(files).main, bounds)
        if cost is None:
            print(f"latexml: {slug} not finished within {bounds.paper_cpu_s} processor seconds")
        else:
            costs[slug] = cost
    return start, costs


def compare(name: str, ours: dict[str, float], theirs: dict[str, float], bound: float) -> bool:
    """Print throughput on the papers that both finish; return whether the bound is kept."""
    both = [slug for slug in ours if slug in theirs]
    if not both:
        print(f"{name}: no paper that both finish")
        return False
    for slug in both:
        print(f"  {slug:48} ours {ours[slug] * 1000:8.1f} ms   {name} {theirs[slug]:8.2f} s")
    mine, other = sum(ours[s] for s in both), sum(theirs[s] for s in both)
    ratio = other / max(1e-9, mine)
    print(
        f"{name}: {len(both)} papers, ours {mine:.2f} s ({len(both) / mine:.1f} papers/s), "
        f"{name} {other:.1f} s ({len(both) / other:.3f} papers/s): {ratio:.0f} times   "
        f"bound {bound:.0f}   {'kept' if ratio >= bound else 'MISSED'}"
    )
    return ratio >= bound


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--worker", choices=sorted(WORKERS), help=argparse.SUPPRESS)
    parser.add_argument("slugs", nargs="*", help="papers to use instead of the fixed subset")
    arguments = parser.parse_args()
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}", file=sys.stderr)
        return 1
    slugs = arguments.slugs or list(SUBSET)
    if arguments.worker:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        sys.setrecursionlimit(20_000)
        worker(arguments.worker, slugs)
        return 0
    bounds, good = Bounds(), True
    papers = {slug: files for slug, files in read_corpus().items() if slug in slugs}
    ours = {slug: cost for slug, (cost, _) in run_worker("ours", list(papers)).items()}
    try:
        import TexSoup  # noqa: F401
    except ImportError:
        print("TexSoup is not installed: pip install --target <folder> texsoup, with <folder> in PYTHONPATH")
    else:
        read = run_worker("texsoup", list(papers))
        for slug, (_, outcome) in read.items():
            if outcome.startswith("failed"):
                print(f"texsoup: {slug} {outcome}")
        finished = {s: cost for s, (cost, outcome) in read.items() if not outcome.startswith("failed")}
        good = compare("texsoup", ours, finished, bounds.texsoup) and good
    if shutil.which("latexml") is None:
        print("LaTeXML is not installed: apt-get install latexml")
    else:
        start, costs = run_latexml(papers, bounds)
        print(f"latexml: {start:.2f} s for an empty document, taken off each paper")
        less = {slug: max(0.0, cost - start) for slug, cost in costs.items()}
        good = compare("latexml", ours, less, bounds.latexml) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
