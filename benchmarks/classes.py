"""The five classes against labels by hand: macro-F1, precision and recall per class, confusion matrix.

    python -m benchmarks.classes RELEASE [--labels tests/data/class_labels.csv] [--write] [--tune-only]

RELEASE is the folder of a release of the labelled papers (`scimmir build` over them; a duplicate that was removed is
counted as missing). Side by side from one run: the classes that the release holds, those of the rules as they are
now, and those of all voices fused; on the tuning half by cross-validation over papers, on the reporting half by the
shipped model. `--write` fits the fusion to the tuning half first and writes `curation/models/classes/fused.json`.

The rules were written with the tuning half in view, so that half flatters them, and the fusion's cross-validation
with them. Exits 1 where the default's macro-F1 on the reporting half is below 0.80.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from curation import class_fit, class_fusion
from curation.class_rules import RULES_VERSION
from curation.class_scores import Labels, Scores, read_labels, score
from curation.classify import classify
from flows.build_options import BuildOptions
from schemas.floats import Float

BOUND = 0.80
MARGIN = 0.05
COLUMNS = [
    "pair_id",
    "paper_key",
    "kind",
    "number",
    "caption",
    "caption_raw",
    "parent_caption",
    "mentions",
    "table_text",
    "subcategory",
    "class_rules_version",
    "class_confidence",
]
Given = dict[str, tuple[str, float]]  # class and confidence by pair_id


@dataclass(frozen=True)
class Read:
    """The labelled pairs of a release, and what it says of their classes."""

    floats: tuple[Float, ...]
    given: Given
    version: str


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", type=Path)
    parser.add_argument("--labels", type=Path, default=Path("tests/data/class_labels.csv"))
    parser.add_argument("--write", action="store_true", help="fit the fusion and write its artefact")
    parser.add_argument("--tune-only", action="store_true", help="leave the reporting half alone")
    arguments = parser.parse_args()
    tune = read_labels(arguments.labels, half="tune")
    whole = _read(arguments.release)
    inside = tuple(item for item in whole.floats if item.pair_id in tune.classes)
    if arguments.write:
        _write(inside, tune, arguments.release.name)
    _print_half("tuning half", whole, tune, _crossed(inside, tune))
    if arguments.tune_only:
        return 0
    return _report(whole, read_labels(arguments.labels))


def _report(whole: Read, labels: Labels) -> int:
    model = class_fusion.load_model()
    fused: Given = {}
    for items in _by_paper(whole.floats):
        fused |= {
            row.pair_id: (row.subcategory, row.class_confidence) for row in class_fusion.fuse(items, model)
        }
    found = _print_half("reporting half", whole, labels, fused)
    default = BuildOptions().classifier
    gain = found["fused"].macro_f1 - found["release"].macro_f1
    print(
        f"\nfused against the release's rules: {100 * gain:+.1f} points (to become the default: {100 * MARGIN:g})"
    )
    reached = found[default].macro_f1
    if reached < BOUND:
        print(f"FALLS SHORT: macro-F1 of the default ({default}) is {reached:.3f}, not {BOUND}")
        return 1
    return 0


def _read(folder: Path) -> Read:
    """Return the pairs of a release as floats; graphics and sources, which no rule looks at, are left out."""
    rows = [
        row
        for path in sorted(folder.glob("pairs/*/*.parquet"))
        for row in pq.read_table(path, columns=COLUMNS, partitioning=None).to_pylist()
    ]
    if not rows:
        raise SystemExit(f"{folder} is no folder of a release")
    names = (
        "pair_id",
        "paper_key",
        "kind",
        "number",
        "caption",
        "caption_raw",
        "parent_caption",
        "table_text",
    )
    floats = [
        Float(
            **{name: row[name] for name in names},
            mentions=tuple(row["mentions"]),
            ref_keys=(),
            graphics=(),
            source_file="",
            snippet="",
        )
        for row in rows
    ]
    floats.sort(key=lambda item: item.pair_id)
    given = {row["pair_id"]: (row["subcategory"], row["class_confidence"]) for row in rows}
    return Read(tuple(floats), given, rows[0]["class_rules_version"])


def _by_paper(items: Sequence[Float]) -> list[list[Float]]:
    papers: dict[str, list[Float]] = {}
    for item in items:
        papers.setdefault(item.paper_key, []).append(item)
    return list(papers.values())


def _crossed(items: Sequence[Float], labels: Labels) -> Given:
    """Return classes by models that saw nothing of the paper."""
    temperature = class_fit.fit(items, labels.classes).temperature
    kinds = {item.pair_id: item.kind for item in items}
    given: Given = {}
    for pair_id, values in class_fit.held_out(items, labels.classes).items():
        likely = class_fit.softmax(values / temperature)
        best = int(likely.argmax())
        given[pair_id] = (class_fusion.CLASSES[kinds[pair_id]][best], float(likely[best]))
    return given


def _write(items: Sequence[Float], labels: Labels, release: str) -> None:
    model = class_fit.fit(items, labels.classes)
    judged = [
        (sure, name == labels.classes[pair_id]) for pair_id, (name, sure) in _crossed(items, labels).items()
    ]
    about: dict[str, object] = {
        "command": "python -m benchmarks.classes RELEASE --write",
        "labels_sha256": labels.sha256,
        "pairs": len(items),
        "release": release,
        "rules_version": RULES_VERSION,
        "version": class_fusion.VERSION,
    }
    text = json.dumps(
        class_fit.artefact(model, class_fit.reliability(judged), about), indent=1, sort_keys=True
    )
    class_fusion.SHIPPED.parent.mkdir(parents=True, exist_ok=True)
    class_fusion.SHIPPED.write_text(text + "\n", encoding="utf-8")
    class_fusion.load_model.cache_clear()
    print(f"written: {class_fusion.SHIPPED}")


def _print_half(name: str, whole: Read, labels: Labels, fused: Given) -> dict[str, Scores]:
    ruled = {row.pair_id: (row.subcategory, row.class_confidence) for row in map(classify, whole.floats)}
    papers = {item.pair_id: item.paper_key for item in whole.floats}
    systems: dict[str, tuple[str, Mapping[str, tuple[str, float]]]] = {
        "release": (f"rules version {whole.version}, as in the release", whole.given),
        "rules": (f"rules version {RULES_VERSION}", ruled),
        "fused": ("all voices fused", fused),
    }
    print(f"\n{name.upper()}: {len(labels.classes)} labels")
    found = {}
    for key, (title, given) in systems.items():
        found[key] = score(labels.classes, {pair_id: said[0] for pair_id, said in given.items()}, papers)
        judged = [
            (sure, given_class == labels.classes[pair_id])
            for pair_id, (given_class, sure) in given.items()
            if pair_id in labels.classes
        ]
        _print_scores(title, found[key], class_fit.calibration_error(judged))
    return found


def _print_scores(title: str, scores: Scores, error: float) -> None:
    low, high = scores.interval
    print(
        f"\n  {title}: macro-F1 {scores.macro_f1:.3f} (95 % of draws of papers: {low:.2f} to {high:.2f}), "
        f"{scores.pairs} pairs, {scores.missing} missing; calibration error {error:.3f}"
    )
    print(
        f"    {'':<17}{'precision':>22}{'recall':>22}{'F1':>7}   given as "
        + " ".join(_short(line.name) for line in scores.classes)
    )
    for line, counts in zip(scores.classes, scores.matrix, strict=True):
        print(
            f"    {line.name:<17}{_share(line.precision, line.precision_interval):>22}"
            f"{_share(line.recall, line.recall_interval):>22}{line.f1:>7.3f}            "
            + " ".join(
                f"{count:>{len(_short(other.name))}}"
                for count, other in zip(counts, scores.classes, strict=True)
            )
        )


def _short(name: str) -> str:
    return name.replace("fig_", "f-").replace("table_", "t-")[:7]


def _share(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.2f} ({interval[0]:.2f}-{interval[1]:.2f})"


if __name__ == "__main__":
    sys.exit(main())
