"""Compares the LaTeX extractor with LaTeXML's reading of the shared corpus; measures speed and growth.

Run from the repository's root: `.venv/bin/python -m benchmarks.latex_fidelity --differences --scale`.
Prints the figures and, if asked, every difference with its verdict; exits with 1 where a bound is missed.
"""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

from benchmarks.latex_fidelity.captions import Score, compare, seen_ours, seen_theirs
from benchmarks.latex_fidelity.corpus import CORPUS, read_corpus
from benchmarks.latex_fidelity.speed import scale, speed
from benchmarks.latex_fidelity.verdicts import judged
from extractors.latex.extract import read_paper
from schemas.paper import Paper
from schemas.reject import RecordError


@dataclass(frozen=True)
class Bounds:
    """The project's targets for fidelity on this corpus."""

    recall: float = 0.98
    wrong_extra: float = 0.01
    similarity: float = 0.95
    pairing: float = 0.98
    numbers: float = 0.97


def report(score: Score, bounds: Bounds, *, differences: bool) -> bool:
    """Print the figures as compared and by the verdicts; return whether the latter keep all bounds."""
    verdicts = judged(score.differences)
    ours = Counter(d[1] for d, v in zip(score.differences, verdicts, strict=True) if v.startswith("ours"))
    rows = [
        ("caption recall", score.matched, ours["missed"], score.reference, bounds.recall),
        ("extra captions", score.extra, -ours["extra"], score.ours, bounds.wrong_extra),
        ("text similarity", score.similarity, 0, score.matched, bounds.similarity),
        ("image pairing", score.pairs_right, ours["graphics"], score.pairs, bounds.pairing),
        ("printed numbers", score.numbers_right, ours["number"], score.numbers, bounds.numbers),
    ]
    for (slug, what, place, detail), verdict in zip(score.differences, verdicts, strict=True):
        if differences:
            print(f"{slug:40} {what:9} {place.split(':', 1)[-1]:28} [{verdict}] {detail}")
    print(
        f"\n{score.reference} reference captions, {score.ours} of ours in the same papers, "
        f"{len(verdicts)} differences, {verdicts.count('open')} of them open"
    )
    good = True
    for name, value, by_verdict, of, bound in rows:
        plain, adjusted = value / max(1, of), (value + by_verdict) / max(1, of)
        kept = adjusted <= bound if name.startswith("extra") else adjusted >= bound
        good = good and kept
        print(
            f"{name:20} as compared {plain:7.4f}   by the verdicts {adjusted:7.4f}   bound {bound:.2f}   "
            f"{'kept' if kept else 'MISSED'}"
        )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="slug of a paper (repeatable)")
    parser.add_argument("--differences", action="store_true", help="list every difference with its verdict")
    parser.add_argument("--scale", action="store_true", help="also measure growth on generated sources")
    parser.add_argument("--no-speed", action="store_true", help="leave the timing out")
    arguments = parser.parse_args()
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}", file=sys.stderr)
        return 1
    papers = read_corpus()
    if arguments.only:
        papers = {slug: files for slug, files in papers.items() if slug in arguments.only}
    score = Score()
    for slug, files in papers.items():
        theirs = seen_theirs(slug)
        if theirs is None:
            continue
        try:
            ours = seen_ours(read_paper(Paper(f"arxiv:{slug}", files), resolve=False))
        except RecordError as error:
            print(f"{slug}: rejected as a whole: {error}")
            ours = []
        compare(slug, ours, theirs, score)
    good = report(score, Bounds(), differences=arguments.differences)
    if not arguments.no_speed:
        speed(papers)
    if arguments.scale:
        good = scale() and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
