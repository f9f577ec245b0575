"""How right compound figures are divided, on composed figures, single panels, LaTeX figures and real ones.

    python -m benchmarks.panels [RELEASE] [--figures 3000] [--share test] [--half tune] [--sheet FILE]
                                [--papers ../shared/corpus]

Composed figures: pictures of one panel of papers that no training saw, 2 to 20 of them, by random layouts, gutters,
letters. Single panels: the same pictures, asked for the panels that their caption names, and, harder than what a
build asks, for the panels a and b that none of them has. LaTeX figures: floats whose panels are files of their own.
Real figures: those marked by eye, with RELEASE, the folder of a release of ../shared/corpus; `--half last` are the
papers on whose figures nothing was tuned: every look at them makes them a little less of a measure.

Where a figure takes more than 80 ms of a processor on average, a default build of 25 of the papers of `--papers` says
what share of it the stage `panels` takes (see `cost.py`); that of real figures may be up to 15 %.

Exits 1 where a bound falls short.
"""

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image

from benchmarks.panels.bleu import corpus_bleu
from benchmarks.panels.composed import Composed, compose
from benchmarks.panels.cost import MOST_MS, PAPERS, cost_of_build, shortfall
from benchmarks.panels.latex import latex_figures
from benchmarks.panels.measures import Counts, mean_average_precision
from benchmarks.panels.pictures import Single, singles
from benchmarks.panels.real import Marked, marked_figures
from benchmarks.panels.sheet import Shown, contact_sheet
from extractors.panels import split_caption
from extractors.panels.contract import Box, PicturePanel, PicturePanels
from extractors.panels.pictures import find_panels

COMPOSED_IOU, REAL_IOU = 0.75, 0.6
PRECISION, RECALL_OF_SPLIT = 0.97, 0.90  # composed figures
REAL_PRECISION, REAL_RECALL = 0.95, 0.75
SINGLES_SPLIT = 0.02


class Timed:
    """Finds panels and notes the processor time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.figures = 0

    def find(self, picture: Image.Image, labels: Sequence[str]) -> PicturePanels:
        """Return what `find_panels` returns."""
        start = time.process_time()
        found = find_panels(picture, labels)
        self.seconds += time.process_time() - start
        self.figures += 1
        return found

    @property
    def milliseconds(self) -> float:
        """Return the processor time of a figure on average."""
        return 1000 * self.seconds / max(1, self.figures)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "release", type=Path, nargs="?", help="a release of ../shared/corpus, for the real figures"
    )
    parser.add_argument("--figures", type=int, default=3000)
    parser.add_argument("--share", choices=["tune", "test"], default="test", help="papers of the pictures")
    parser.add_argument("--half", choices=["tune", "last"], default="tune", help="papers of the real figures")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument(
        "--sheet", type=Path, help="draw 100 random figures that were split into this PNG file"
    )
    parser.add_argument(
        "--papers", type=Path, default=PAPERS, help="papers of the build that may be measured"
    )
    arguments = parser.parse_args()
    pictures = singles(arguments.share)
    timed = Timed()
    short = _composed(pictures, arguments.figures, arguments.seed, timed, arguments.sheet)
    short += _singles(pictures, timed)
    short += _latex(arguments.share, timed)
    if arguments.release:
        short += _real(marked_figures(arguments.release, arguments.half), arguments.half, timed)
    short += _cost(timed, arguments.papers)
    for line in short:
        print(f"FALLS SHORT: {line}")
    return 1 if short else 0


def _cost(timed: Timed, papers: Path) -> list[str]:
    print(f"processor time of a figure: {timed.milliseconds:.0f} ms on average over {timed.figures}")
    if timed.milliseconds <= MOST_MS:
        return []
    cost = cost_of_build(papers)
    for line in cost.lines():
        print(line)
    return shortfall(timed.milliseconds, cost.share)


def composed_figures(pictures: Sequence[Single], count: int, seed: int) -> Iterable[Composed]:
    """Yield composed figures: half of them of 2 to 6 panels, the others of up to 20."""
    opened = [picture.opened() for picture in pictures]
    for number in range(count):
        chance = random.Random(seed * 1_000_003 + number)
        panels = chance.randint(2, 6) if chance.random() < 0.5 else chance.randint(2, 20)
        yield compose(chance.sample(opened, panels), chance)


def _composed(
    pictures: Sequence[Single], count: int, seed: int, timed: Timed, sheet: Path | None
) -> list[str]:
    whole = Counts()
    parts: dict[str, Counts] = defaultdict(Counts)
    reasons: Counter[str] = Counter()
    ranked = []
    shown = []
    for figure in composed_figures(pictures, count, seed):
        found = timed.find(figure.image, figure.labels)
        truth = list(zip(figure.labels, figure.boxes, strict=True))
        right = whole.add(truth, found.panels, COMPOSED_IOU)
        for trait in figure.traits:
            parts[trait].add(truth, found.panels, COMPOSED_IOU)
        ranked.append((figure.boxes, found.panels))
        reasons[found.reason or "split"] += 1
        if found.panels and sheet:
            shown.append(Shown(figure.image, found.panels, right == len(truth)))
    print(f"composed: {whole.line()}; mAP@0.50 {mean_average_precision(ranked):.3f}")
    print("  " + ", ".join(f"{reason} {n}" for reason, n in reasons.most_common()))
    for trait, counts in sorted(parts.items()):
        print(f"  {trait:16} {counts.line()}")
    if sheet:
        random.Random(seed).shuffle(shown)
        contact_sheet(shown[:100]).save(sheet)
    return _below("composed", whole.precision, PRECISION, "precision") + _below(
        "composed", whole.recall_of_split, RECALL_OF_SPLIT, "recall of those split"
    )


def _singles(pictures: Sequence[Single], timed: Timed) -> list[str]:
    kinds: Counter[str] = Counter()
    named = forced = asked = 0
    for picture in pictures:
        opened = picture.opened()
        labels = [panel.label for panel in split_caption(picture.caption).panels]
        asked += len(labels) > 1
        named += bool(len(labels) > 1 and timed.find(opened, labels).panels)
        if timed.find(opened, ["a", "b"]).panels:
            forced += 1
            kinds[picture.kind] += 1
    share = named / len(pictures)
    print(
        f"single panels: {named} of {len(pictures)} split by what their captions name ({asked} name panels); "
        f"{forced} where a and b are asked for {dict(kinds)}"
    )
    worst = max(share, forced / len(pictures))
    return (
        [f"single panels: {100 * worst:.1f} % split, not {100 * SINGLES_SPLIT:.0f} %"]
        if worst > SINGLES_SPLIT
        else []
    )


def _latex(share: str, timed: Timed) -> list[str]:
    counts = Counts()
    ranked = []
    for figure in latex_figures(share):
        found = timed.find(figure.image, figure.labels)
        counts.add(list(zip(figure.labels, figure.boxes, strict=True)), found.panels, REAL_IOU)
        ranked.append((figure.boxes, found.panels))
    print(f"LaTeX figures: {counts.line()}; mAP@0.50 {mean_average_precision(ranked):.3f}")
    return _below("LaTeX figures", counts.precision, REAL_PRECISION, "precision") + _below(
        "LaTeX figures", counts.recall, REAL_RECALL, "recall"
    )


def _real(figures: Sequence[Marked], half: str, timed: Timed) -> list[str]:
    counts = Counts()
    ranked: list[tuple[list[Box], Sequence[PicturePanel]]] = []
    words: list[tuple[str, str]] = []
    for figure in figures:
        found = timed.find(figure.image, [label for label, _ in figure.panels])
        right = counts.add(figure.panels, found.panels, REAL_IOU)
        ranked.append(([box for _, box in figure.panels], found.panels))
        if found.panels:
            words += _words(figure)
        print(f"  {figure.pair_id}: {right} of {len(figure.panels)} {found.reason or ''}")
    name = f"real figures ({half})"
    print(
        f"{name}: {counts.line()}; mAP@0.50 {mean_average_precision(ranked):.3f}; BLEU of the words of "
        f"{len(words)} panels {corpus_bleu(words):.3f}"
    )
    return _below(name, counts.precision, REAL_PRECISION, "precision") + _below(
        name, counts.recall, REAL_RECALL, "recall"
    )


def _words(figure: Marked) -> list[tuple[str, str]]:
    """Return the words of each panel as marked, and as the caption is divided; none where they are not marked."""
    found = split_caption(figure.caption, figure.caption_raw).panels
    have = {p.label: " ".join(figure.caption[start:end] for start, end in p.spans) for p in found}
    return [(want, have.get(label, "")) for label, want in figure.words.items() if want]


def _below(name: str, value: float, bound: float, what: str) -> list[str]:
    return [f"{name}: {what} {value:.3f}, not {bound}"] if value < bound else []


if __name__ == "__main__":
    sys.exit(main())
