"""Classes and image types against labels by hand, learnt and told by cross-validation over papers.

    python -m benchmarks.classes [../shared/pairs] [--labels tests/data/pair_labels.csv]
        [--more tests/data/table_labels.csv] [--folds 5] [--ocr FOLDER] [--own RELEASE] [--mistakes SHEET.html]

Nothing of a paper is learnt before it is told: vocabulary, scales, experts, heads, their calibration and what rare
types are capped at come from the other papers alone. Side by side from the same folds: the rules of wording, the
words alone and the picture alone. `--more` labels pairs that are learnt from as well, where their paper is not told,
and never told. `--ocr` keeps the words that are drawn in figures: those that are not there yet are read by OCR, 8 to
15 minutes of a processor for all 1,455; then the bounds are those of figures told with their words, and how they are
told without is printed too. What a pair costs is measured on evenly chosen ones. `--own` scores the shipped
classifier on the reporting half of the project's own labels (`tests/data/class_labels.csv`), given a release that
holds them, and says in which papers most mistakes are: every look makes it less of a reporting half. `--mistakes`
writes the 60 most confident mistakes as a page to be looked at. Exits 1 where a bound is missed.
"""

import argparse
import base64
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from benchmarks.classes.cost import print_cost
from curation import classes
from curation.classes import DRAWN_INPUTS, Example, KindModel, Opinion
from curation.classes.heads import KIND_CLASSES
from curation.classes.model import WRITTEN
from schemas.pair import IMAGE_TYPE_GROUPS, IMAGE_TYPES, SUBCATEGORIES
from scimmir.jobs.drawn_words import reader_into
from scimmir.jobs.train_classes import PairLabel, labelled_examples, read_pair_labels

NATURAL = IMAGE_TYPE_GROUPS["picture"]
NATURAL_FROM = 0.4  # probability from which a figure counts as a natural picture
SHOWN_MISTAKES = 60


@dataclass(frozen=True)
class Told:
    """What is said of one example whose paper was left out."""

    example: Example
    given: str
    sure: float
    by_rule: str
    by_text: str
    by_picture: str | None
    opinion: Opinion
    image_type: str | None


def main() -> int:
    arguments = _arguments()
    labels = read_pair_labels(arguments.labels)
    reader = reader_into(arguments.ocr) if arguments.ocr else None
    examples = list(labelled_examples([arguments.pairs], labels, reader))
    more = list(labelled_examples([arguments.pairs], read_pair_labels(arguments.more), reader))
    papers = len({item.paper for item in examples})
    print(f"{len(examples)} of {len(labels)} labels, {papers} papers; {len(more)} more are learnt from")
    told, without = cross_validate(examples, arguments.folds, more)
    if without:
        print("\nWITHOUT the words drawn in figures")
        print_classes(without, labels)
        print_types(without)
        print("\nWITH the words drawn in figures")
    misses = print_classes(told, labels) + print_types(told)
    if arguments.mistakes:
        write_mistakes(told, labels, arguments.pairs, arguments.mistakes)
    misses += print_cost(arguments.pairs)
    if arguments.own:
        misses += print_own(arguments.own)
    for miss in misses:
        print(f"FALLS SHORT: {miss}")
    return 1 if misses else 0


def cross_validate(
    examples: Sequence[Example], folds: int, more: Sequence[Example]
) -> tuple[list[Told], list[Told]]:
    """Return what is said of each example, and of each without the words in its picture where any has some."""
    told: list[Told] = []
    without: list[Told] = []
    read = any(item.dense.keys() & set(DRAWN_INPUTS) for item in examples)

    def judge(model: KindModel, left: Sequence[Example]) -> None:
        told.extend(tell_all(model, left))
        if read:
            without.extend(tell_all(model, [_without_words(item) for item in left]))

    classes.cross_validate(examples, folds, judge, more)
    return told, without


def _without_words(item: Example) -> Example:
    return replace(item, dense={name: held for name, held in item.dense.items() if name not in DRAWN_INPUTS})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path, nargs="?", default=Path("../shared/pairs"))
    parser.add_argument("--labels", type=Path, default=Path("tests/data/pair_labels.csv"))
    parser.add_argument("--more", type=Path, default=Path("tests/data/table_labels.csv"))
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--ocr", type=Path)
    parser.add_argument("--own", type=Path)
    parser.add_argument("--mistakes", type=Path)
    return parser.parse_args()


def tell_all(model: KindModel, left: Sequence[Example]) -> list[Told]:
    """Return what a classifier says of examples of one kind that were left out, whole papers of them."""
    if not left:
        return []
    alone = [model.opinion(item.kind, item.terms, item.dense) for item in left]
    together = model.together(left[0].kind, [item.paper for item in left], alone)
    return [tell(model, item, said) for item, said in zip(left, together, strict=True)]


def tell(model: KindModel, item: Example, said: Opinion) -> Told:
    """Return what a classifier says of an example, with all and with part of what it hears."""

    def named(head: str) -> str:
        asked = said.classes if head == class_head else model.ask(item.kind, head, said.said, said.signals)
        return model.classes[int((asked * model.heads[head].votes).argmax())]

    class_head, type_head = ("class_drawn", "type_drawn") if said.drawn else ("class", "type")
    voted = {head: named(head) for head in model.heads if head in (class_head, "class_text", "class_picture")}
    (rule,) = item.terms["rule"].shown
    given = voted[class_head]
    return Told(
        item,
        given,
        float(said.classes[model.classes.index(given)]),
        classes.RULE_CLASSES[rule.removeprefix("rule ")],
        voted.get("class_text", given),
        voted.get("class_picture"),
        said,
        None
        if said.types is None
        else model.types[int((said.types * model.heads[type_head].votes).argmax())],
    )


def print_classes(told: Sequence[Told], labels: Mapping[str, PairLabel]) -> list[str]:
    """Print how the classes agree, all of them and those of which both passes were sure; return what falls short."""
    sure = [one for one in told if labels[one.example.pair_id].sure]
    papers = {one.example.pair_id: one.example.paper for one in told}

    def scored(part: Sequence[Told], given: Mapping[str, str]) -> classes.Scores:
        truth = {one.example.pair_id: one.example.subcategory for one in part if one.example.pair_id in given}
        return classes.score(truth, given, papers)

    ways = {
        "rules": {one.example.pair_id: one.by_rule for one in told},
        "written examples alone": {one.example.pair_id: _by_written(one) for one in told},
        "words alone": {one.example.pair_id: one.by_text for one in told},
        "learnt": {one.example.pair_id: one.given for one in told},
    }
    figures = [one for one in told if one.example.kind == "figure"]
    print(f"\nCLASSES, macro-F1{'all':>21}{'sure':>8}   " + " ".join(f"{name:>17}" for name in SUBCATEGORIES))
    for title, given in ways.items():
        whole, certain = scored(told, given), scored(sure, given)
        each = " ".join(f"{line.f1:>17.3f}" for line in whole.classes)
        print(f"  {title:<28}{whole.macro_f1:>8.3f}{certain.macro_f1:>8.3f}   {each}")
    for title, given in (
        ("figures: words alone", ways["words alone"]),
        ("figures: picture alone", {one.example.pair_id: str(one.by_picture) for one in figures}),
        ("figures: learnt", ways["learnt"]),
    ):
        print(f"  {title:<28}{scored(figures, given).macro_f1:>8.3f}")
    whole, certain = scored(told, ways["learnt"]), scored(sure, ways["learnt"])
    error = classes.calibration_error([(one.sure, one.given == one.example.subcategory) for one in told])
    low, high = whole.interval
    print(f"  95 % of draws of papers: {low:.2f} to {high:.2f}; calibration error {error:.3f}")
    _print_matrix(whole)
    least = min(line.f1 for line in whole.classes)
    return _missed(
        ("macro-F1 over all", whole.macro_f1, 0.84),
        ("macro-F1 over the sure", certain.macro_f1, 0.87),
        ("F1 of the worst class", least, 0.70),
    ) + ([] if error <= 0.05 else [f"calibration error is {error:.3f}, not at most 0.05"])


def _by_written(one: Told) -> str:
    """Return the class that the written examples name, which learnt from no paper."""
    return KIND_CLASSES[one.example.kind][int(one.opinion.said[WRITTEN].argmax())]


def _print_matrix(scores: classes.Scores) -> None:
    print(f"  {'label':<18}{'precision':>10}{'recall':>8}   given as")
    for line, counts in zip(scores.classes, scores.matrix, strict=True):
        print(f"  {line.name:<18}{line.precision:>10.3f}{line.recall:>8.3f}   {counts}")


def print_types(told: Sequence[Told]) -> list[str]:
    """Print how the image types agree, fine and coarse; return what falls short."""
    seen = [one for one in told if one.example.image_type is not None and one.opinion.types is not None]
    truth = np.array([IMAGE_TYPES.index(str(one.example.image_type)) for one in seen])
    given = np.array([IMAGE_TYPES.index(str(one.image_type)) for one in seen])
    shares = np.array([one.opinion.types for one in seen])
    each = {name: f1(truth == place, given == place) for place, name in enumerate(IMAGE_TYPES)}
    accuracy, macro = float((truth == given).mean()), float(np.mean(list(each.values())))
    groups = [[IMAGE_TYPES.index(name) for name in names] for names in IMAGE_TYPE_GROUPS.values()]
    of = {place: number for number, group in enumerate(groups) for place in group}
    summed = np.stack([shares[:, group].sum(axis=1) for group in groups], axis=1)
    coarse = float((summed.argmax(axis=1) == np.array([of[int(place)] for place in truth])).mean())
    natural = [IMAGE_TYPES.index(name) for name in NATURAL]
    pictured = f1(np.isin(truth, natural), shares[:, natural].sum(axis=1) > NATURAL_FROM)
    several = float(
        np.mean([(float(one.opinion.several or 0) > 0.5) == ((one.example.panels or 1) > 1) for one in seen])
    )
    counts = np.bincount(truth, minlength=len(IMAGE_TYPES))
    print(f"\nIMAGE TYPES of {len(seen)} figures: accuracy {accuracy:.3f}, macro-F1 {macro:.3f}")
    print(
        "  "
        + ", ".join(f"{name} {each[name]:.2f} ({count})" for name, count in zip(each, counts, strict=True))
    )
    print(
        f"  coarse, {len(IMAGE_TYPE_GROUPS)} types: accuracy {coarse:.3f}; natural picture or not: F1 {pictured:.3f}"
    )
    print(f"  more than one panel or not: accuracy {several:.3f}")
    return _missed(
        ("accuracy of image types", accuracy, 0.70),
        ("macro-F1 of image types", macro, 0.55),
        ("accuracy of coarse types", coarse, 0.82),
        ("F1 of natural pictures", pictured, 0.78),
        ("accuracy of several panels", several, 0.88),
    )


def f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    """Return F1 of what is given against what is true."""
    return float(2 * (truth & given).sum() / max(1, truth.sum() + given.sum()))


def _missed(*bounds: tuple[str, float, float]) -> list[str]:
    return [f"{name} is {value:.3f}, not {bound:.2f}" for name, value, bound in bounds if value < bound]


def print_own(release: Path) -> list[str]:
    """Score the shipped classifier on the reporting half of the project's own labels; return what falls short."""
    from scimmir.jobs.train_classes import float_of

    labels = classes.read_labels(Path("tests/data/class_labels.csv")).classes
    # Of a labelled figure's paper the others are heard, too.
    wanted = {pair_id.rpartition(":")[0] for pair_id in labels}
    papers, heard = {}, []
    for path in sorted(release.glob("pairs/*/*.parquet")):
        for row in pq.read_table(path, partitioning=None).to_pylist():
            if row["pair_id"].rpartition(":")[0] in wanted:
                image = row["image"]["bytes"] if row["image"] else None
                heard.append(classes.hear(float_of(row), image, origin=row["origin"]))
                papers[row["pair_id"]] = row["paper_key"]
    rows = [row for row in classes.decide(heard) if row.pair_id in labels]
    given = {row.pair_id: row.subcategory for row in rows}
    judged = [(row.class_confidence, row.subcategory == labels[row.pair_id]) for row in rows]
    scores = classes.score(labels, given, papers)
    low, high = scores.interval
    print(
        f"\nREPORTING HALF of the project's own labels: macro-F1 {scores.macro_f1:.3f} (95 % of draws of papers: "
        f"{low:.2f} to {high:.2f}), {scores.pairs} pairs, {scores.missing} missing; calibration error "
        f"{classes.calibration_error(judged):.3f}"
    )
    _print_matrix(scores)
    _print_worst_papers(labels, given, papers)
    return _missed(("macro-F1 on the reporting half", scores.macro_f1, 0.80))


def _print_worst_papers(
    labels: Mapping[str, str], given: Mapping[str, str], papers: Mapping[str, str]
) -> None:
    """Print in which papers most mistakes are, and how the others are told."""
    wrong = Counter(papers[pair_id] for pair_id, name in given.items() if name != labels[pair_id])
    left = dict(labels)
    for paper, count in wrong.most_common(2):
        left = {pair_id: name for pair_id, name in left.items() if papers.get(pair_id) != paper}
        scores = classes.score(left, given, papers)
        print(
            f"  {count} of the {wrong.total()} mistakes are in {paper}: macro-F1 of the {scores.pairs} pairs left "
            f"{scores.macro_f1:.3f}"
        )


def write_mistakes(told: Sequence[Told], labels: Mapping[str, PairLabel], pairs: Path, output: Path) -> None:
    """Write the most confident mistakes as a page, each with its picture, its caption and what was said."""
    wrong = [one for one in told if one.given != one.example.subcategory]
    shown = sorted(wrong, key=lambda one: -one.sure)[:SHOWN_MISTAKES]
    wanted = {one.example.pair_id for one in shown}
    rows = {
        row["pair_id"]: row
        for path in sorted([*pairs.glob("pairs*.parquet"), *pairs.glob("pairs/*/*.parquet")])
        for row in pq.read_table(path, columns=["pair_id", "caption", "image"], partitioning=None).to_pylist()
        if row["pair_id"] in wanted
    }
    cards = []
    for number, one in enumerate(shown, start=1):
        row = rows[one.example.pair_id]
        picture = base64.b64encode(row["image"]["bytes"]).decode()
        sure = "sure" if labels[one.example.pair_id].sure else "not sure"
        cards.append(
            f"<figure><img src='data:;base64,{picture}'><figcaption>{number}. {escape(one.example.pair_id)}<br>"
            f"label <b>{one.example.subcategory}</b> ({sure}), given <b>{one.given}</b> {one.sure:.2f}<br>"
            f"{escape(str(row['caption'])[:300])}</figcaption></figure>"
        )
    style = "body{display:grid;grid-template-columns:repeat(6,1fr);gap:8px;font:11px sans-serif}img{max-width:100%}"
    output.write_text(
        f"<!doctype html><meta charset='utf-8'><style>{style}</style>{''.join(cards)}", encoding="utf-8"
    )
    print(f"\n{len(wrong)} mistakes, the {len(shown)} most confident in {output}")


if __name__ == "__main__":
    sys.exit(main())
