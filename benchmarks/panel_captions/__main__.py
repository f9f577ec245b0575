"""How well captions are divided by panel: the letters found, and the words given to each.

    python -m benchmarks.panel_captions ../shared

Reads captions of `pairs/` and `corpus/` of that folder and compares what `split_caption` finds with
`labels.jsonl`: a second reading of the same captions, as letters and character ranges, in which a caption is known
by its hash. Half `tuned` was looked at while the rules were written, half `kept` (other papers) was read once before
and then used too. Where the folder holds `compound/truth.jsonl` (marked by others), its words are compared as well:
how alike they are, also as BLEU, and how many panels hold words that are another panel's alone.

Exits 1 where precision or recall of letters is below 0.97, words are less than 0.95 alike, or more than 3 % of the
panels hold words of another.
"""

import argparse
import difflib
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import pyarrow.parquet as pq

from benchmarks.panels.bleu import corpus_bleu
from extractors.extract import ExtractParameters, extract
from extractors.panels import split_caption
from runtime.attempt import Failure, each
from schemas.paper import PaperRef
from sources.inventory import take_inventory
from sources.read import read_paper

LETTERS = 0.97
ALIKE = 0.95
FOREIGN = 0.03
RUN = 5  # words in a row that only another panel's truth holds
LABELS = Path(__file__).with_name("labels.jsonl")


@dataclass
class Counts:
    """Letters found, missed and invented, and how alike the words of the found ones are."""

    found: int = 0
    missed: int = 0
    invented: int = 0
    alike: list[float] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    foreign: int = 0

    def add(self, want: Mapping[str, str], have: Mapping[str, str]) -> None:
        """Compare the words of the panels of one caption; words that are empty in the truth are not compared."""
        self.found += len(want.keys() & have.keys())
        self.missed += len(want.keys() - have.keys())
        self.invented += len(have.keys() - want.keys())
        for label in want.keys() & have.keys():
            if want[label]:
                self.alike.append(alike(want[label], have[label]))
                self.texts.append((want[label], have[label]))
                self.foreign += holds_foreign_words(label, have[label], want)

    @property
    def precision(self) -> float:
        """The share of the letters found that are right."""
        return self.found / max(1, self.found + self.invented)

    @property
    def recall(self) -> float:
        """The share of the letters that are found."""
        return self.found / max(1, self.found + self.missed)


def alike(want: str, have: str) -> float:
    """Return how alike two texts are, 0 to 1, without regard to blanks and punctuation marks."""
    return difflib.SequenceMatcher(
        None, *(" ".join(words(text)) for text in (want, have)), autojunk=False
    ).ratio()


def words(text: str) -> list[str]:
    """Return the words of a text without the punctuation marks between them."""
    return re.sub(r"[\s.,;:]+", " ", text).split()


def holds_foreign_words(label: str, have: str, want: Mapping[str, str]) -> bool:
    """Return whether the words of a panel hold a run of words that only another panel's truth holds."""
    own = runs(want[label])
    others = {run for other, text in want.items() if other != label for run in runs(text)}
    return bool(runs(have) & (others - own))


def runs(text: str) -> set[tuple[str, ...]]:
    """Return all runs of RUN words of a text."""
    parts = words(text)
    return {tuple(parts[at : at + RUN]) for at in range(len(parts) - RUN + 1)}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path, help="the folder that holds pairs/ and corpus/")
    parser.add_argument("--show", action="store_true", help="print each caption whose letters differ")
    arguments = parser.parse_args()
    captions = dict(captions_of(arguments.shared))
    failed = report("second reading", read_again(captions, arguments.show))
    truth = arguments.shared / "compound" / "truth.jsonl"
    if truth.is_file():
        failed |= report("compound figures", compound(truth, captions))
    return int(failed)


def captions_of(shared: Path) -> Iterator[tuple[str, str]]:
    """Yield the pair_id and caption of every figure of the shared folders."""
    for path in sorted((shared / "pairs").glob("pairs-*.parquet")):
        table = pq.read_table(path, columns=["pair_id", "caption"])
        yield from zip(table["pair_id"].to_pylist(), table["caption"].to_pylist(), strict=True)
    papers = take_inventory([shared / "corpus"]).papers
    for found in each(_captions, papers):
        if not isinstance(found, Failure):
            yield from found


def _captions(ref: PaperRef) -> list[tuple[str, str]]:
    found = extract(read_paper(ref), ref.source, ExtractParameters())
    return [(item.pair_id, item.caption) for item in found.floats]


def read_again(captions: Mapping[str, str], show: bool) -> Counts:
    """Return how the division compares with the second reading."""
    counts, gone = Counts(), 0
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        caption = captions.get(row["pair_id"], "")
        if hashlib.sha256(caption.encode()).hexdigest()[:16] != row["sha256"]:
            gone += 1
            continue
        want = {label: _text(caption, (row["spans"] or {}).get(label, ())) for label in row["labels"]}
        have = letters_of(caption)
        counts.add(want, have)
        if show and want.keys() != have.keys():
            print(f"{row['pair_id']}: {' '.join(row['labels']) or '-'} not {' '.join(sorted(have)) or '-'}")
    print(
        f"{gone} captions read differently since they were labelled"
        if gone
        else "all labelled captions are there"
    )
    return counts


def letters_of(caption: str) -> dict[str, str]:
    """Return the words of each panel that a caption names by a letter."""
    found = split_caption(caption).panels
    return {panel.label: _text(caption, panel.spans) for panel in found if not panel.is_position}


def compound(truth: Path, captions: Mapping[str, str]) -> Counts:
    """Return how the division compares with the marked compound figures."""
    counts = Counts()
    for line in truth.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        want = {panel["label"].lower(): panel["caption"] for panel in row["panels"]}
        counts.add(want, letters_of(captions.get(row["pair_id"], "")))
    return counts


def _text(caption: str, spans: Iterable[Sequence[int]]) -> str:
    return " ".join(caption[start:end] for start, end in spans)


def report(name: str, counts: Counts) -> bool:
    """Print the figures; return whether one is out of bounds."""
    similar = fmean(counts.alike) if counts.alike else 0.0
    foreign = counts.foreign / max(1, len(counts.alike))
    print(
        f"{name}: {counts.found + counts.missed} letters, precision {counts.precision:.4f}, recall "
        f"{counts.recall:.4f}; words of {len(counts.alike)} panels {similar:.4f} alike, BLEU "
        f"{corpus_bleu(counts.texts):.3f}, {foreign:.1%} hold another's"
    )
    return counts.precision < LETTERS or counts.recall < LETTERS or similar < ALIKE or foreign > FOREIGN


if __name__ == "__main__":
    sys.exit(main())
