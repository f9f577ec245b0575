"""The five classes against labels by hand: macro-F1, precision and recall per class, confusion matrix.

    python -m benchmarks.classes RELEASE [--labels tests/data/class_labels.csv] [--half tune|report|both]

RELEASE is the folder of a release of the labelled papers (`scimmir build` over them; a pair that is not in it is
counted as missing). Side by side from one run, on either half: the classes that the release holds, by the rules of
its time, and those of the rules as they are now.

The rules were written with the tuning half in view, so that half flatters them; they learn no weights, so there is
nothing to cross-validate. While rules are written, `--half tune` leaves the reporting half alone: every look at it
makes it a little more of a tuning half. Exits 1 where macro-F1 on the reporting half is below 0.80.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from curation.classes import RULES_VERSION, Scores, calibration_error, classify, read_labels, score
from schemas.floats import Float

BOUND = 0.80
TEXTS = ("pair_id", "paper_key", "kind", "number", "caption", "caption_raw", "parent_caption", "table_text")
Given = Mapping[str, tuple[str, float]]  # class and confidence by pair_id


@dataclass(frozen=True)
class Read:
    """The pairs of a release, and what it says of their classes."""

    floats: tuple[Float, ...]
    given: Given
    version: str


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", type=Path)
    parser.add_argument("--labels", type=Path, default=Path("tests/data/class_labels.csv"))
    parser.add_argument("--half", choices=["tune", "report", "both"], default="both")
    arguments = parser.parse_args()
    whole = _read(arguments.release)
    if arguments.half in ("tune", "both"):
        _print_half("tuning half", whole, read_labels(arguments.labels, half="tune").classes)
    if arguments.half == "tune":
        return 0
    before, now = _print_half("reporting half", whole, read_labels(arguments.labels).classes)
    gain = 100 * (now.macro_f1 - before.macro_f1)
    print(f"\nversion {RULES_VERSION} against version {whole.version}: {gain:+.1f} points")
    if now.macro_f1 < BOUND:
        print(f"FALLS SHORT: macro-F1 on the reporting half is {now.macro_f1:.3f}, not {BOUND}")
        return 1
    return 0


def _read(folder: Path) -> Read:
    """Return the pairs of a release as floats; graphics and sources, which no rule looks at, are left out."""
    columns = [*TEXTS, "mentions", "subcategory", "class_rules_version", "class_confidence"]
    rows = [
        row
        for path in sorted(folder.glob("pairs/*/*.parquet"))
        for row in pq.read_table(path, columns=columns, partitioning=None).to_pylist()
    ]
    if not rows:
        raise SystemExit(f"{folder} is no folder of a release")
    floats = [
        Float(
            **{name: row[name] for name in TEXTS},
            mentions=tuple(row["mentions"]),
            ref_keys=(),
            graphics=(),
            source_file="",
            snippet="",
        )
        for row in rows
    ]
    given = {row["pair_id"]: (row["subcategory"], row["class_confidence"]) for row in rows}
    return Read(tuple(floats), given, rows[0]["class_rules_version"])


def _print_half(name: str, whole: Read, labels: Mapping[str, str]) -> tuple[Scores, Scores]:
    """Print both versions' figures on the labels; return them, the release's first."""
    now = {row.pair_id: (row.subcategory, row.class_confidence) for row in map(classify, whole.floats)}
    papers = {item.pair_id: item.paper_key for item in whole.floats}
    print(f"\n{name.upper()}: {len(labels)} labels")
    found = []
    for title, given in (
        (f"rules version {whole.version}, as in the release", whole.given),
        (f"rules version {RULES_VERSION}", now),
    ):
        scores = score(labels, {pair_id: said for pair_id, (said, _) in given.items()}, papers)
        judged = [
            (sure, said == labels[pair_id]) for pair_id, (said, sure) in given.items() if pair_id in labels
        ]
        _print_scores(title, scores, calibration_error(judged))
        found.append(scores)
    return found[0], found[1]


def _print_scores(title: str, scores: Scores, error: float) -> None:
    low, high = scores.interval
    print(
        f"\n  {title}: macro-F1 {scores.macro_f1:.3f} (95 % of draws of papers: {low:.2f} to {high:.2f}), "
        f"{scores.pairs} pairs, {scores.missing} missing; calibration error {error:.3f}"
    )
    names = [line.name.replace("fig_", "f-").replace("table_", "t-")[:7] for line in scores.classes]
    head = f"    {'label':<17}{'precision':>22}{'recall':>22}{'F1':>7}   given as: "
    print(head + " ".join(names))
    for line, counts in zip(scores.classes, scores.matrix, strict=True):
        shares = "".join(
            f"{f'{value:.2f} ({low:.2f}-{high:.2f})':>22}"
            for value, (low, high) in (
                (line.precision, line.precision_interval),
                (line.recall, line.recall_interval),
            )
        )
        cells = " ".join(f"{count:>{len(name)}}" for count, name in zip(counts, names, strict=True))
        print(f"    {line.name:<17}{shares}{line.f1:>7.3f}{'':13}{cells}")


if __name__ == "__main__":
    sys.exit(main())
