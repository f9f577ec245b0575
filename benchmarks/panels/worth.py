"""Whether panels pay: the text-image model that ships, fitted with the panels that a build cut out and without them.

    python -m benchmarks.panels.worth RELEASE... [--folds 5] [--rounds 3]

RELEASE are folders of releases that were built with `--panels lettered` or `all`; where two hold a pair, the first
one's counts. Papers are dealt out to folds, anew in every round; for each fold the model is fitted, by its own recipe
(`curation.meaning.learn`), to the pairs of all other papers: to all but the panels that were cut out, and to these
too. Then the fold's whole figures are looked for by their captions among all of them, and their captions by the
pictures; and so are its panels. Panels that a source itself gives count as whole figures: they are pairs with
`--panels none` too.

Prints mean reciprocal ranks, and what panels add to them, with the interval in which that lies in 95 % of random
draws of as many papers, and the least and the most that they add in a round.

Exits 1 where fitting with panels finds panels, or whole figures, worse than without, beyond that interval.
"""

import argparse
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from curation.embeddings import SHIPPED
from curation.meaning.learn import Material, fit, read_material
from curation.meaning.model import Floats, MeaningModel

SEED = 19
DRAWS = 2000  # of papers, for the interval
WITHOUT, WITH = WAYS = ("without panels", "with panels")
SETS = ("whole figures", "panels")
DIRECTIONS = ("caption to picture", "picture to caption")

Ranks = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs to fit to and to look for: their material, and of each its name, paper and what it is, shape (pairs,).

    `is_panel`: it was cut out of a figure; `is_figure`: it is a whole figure, no table.
    """

    material: Material
    names: npt.NDArray[np.str_]
    papers: npt.NDArray[np.str_]
    is_panel: Bools
    is_figure: Bools


def read_pairs(releases: Sequence[Path]) -> Pairs:
    """Return the pairs of releases, each once, pictures described and captions encoded."""
    rows = [row for release in releases for row in _rows(release)]
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row["pair_id"], place)
    kept = list(first.values())
    of = [rows[place] for place in kept]
    return Pairs(
        _joined([read_material(release, SHIPPED) for release in releases]).of(kept),
        np.array([row["pair_id"] for row in of]),
        np.array([row["group_id"] for row in of]),
        np.array([row["panel_box"] is not None for row in of]),
        np.array([row["kind"] == "figure" and row["panel_box"] is None for row in of]),
    )


def _rows(release: Path) -> list[dict[str, Any]]:
    """Return the pairs with an image, in the order of `read_material`."""
    columns = ["pair_id", "group_id", "parent_id", "kind", "panel_box", "image"]
    return [
        row
        for file in sorted(release.glob("pairs/*/*.parquet"))
        for row in pq.read_table(file, columns=columns, partitioning=None).to_pylist()
        if row["image"] is not None
    ]


def _joined(materials: Sequence[Material]) -> Material:
    return Material(
        np.concatenate([material.pictures for material in materials]),
        [caption for material in materials for caption in material.captions],
        np.concatenate([material.sentences for material in materials]),
        [mention for material in materials for mention in material.mentions],
        np.concatenate([material.mention_sentences for material in materials]),
    )


def folds_of(papers: npt.NDArray[np.str_], count: int, chance: random.Random) -> list[Bools]:
    """Return which pairs are in each fold: papers as they are drawn, each to the fold that has the fewest pairs."""
    names, sizes = np.unique(papers, return_counts=True)
    order = list(range(len(names)))
    chance.shuffle(order)
    dealt: list[list[int]] = [[] for _ in range(count)]
    for place in order:
        min(dealt, key=lambda fold: int(sizes[fold].sum())).append(place)
    return [np.isin(papers, names[fold]) for fold in dealt]


def learnt_from(pairs: Pairs) -> Mapping[str, Bools]:
    """Return by the name of each way of fitting which pairs it learns from."""
    return {WITHOUT: ~pairs.is_panel, WITH: np.ones(len(pairs.names), bool)}


def reciprocal_ranks(model: MeaningModel, asked: Material) -> Ranks:
    """Return one divided by the rank of the right picture for each caption, and of the caption for each picture.

    Of shape (2, asked); equal ones rank the right one last.
    """
    texts = model.text_vectors(asked.sentences, asked.captions)
    near = texts @ model.image_vectors(asked.pictures).T
    return np.stack([reciprocal(near), reciprocal(near.T)])


def reciprocal(near: Floats) -> Ranks:
    """Return one divided by the rank that each row gives the one of its own number; equal ones come before it."""
    return np.asarray(1 / (near >= np.diag(near)[:, None]).sum(1), np.float64)


@dataclass(frozen=True, eq=False)
class Found:
    """Reciprocal ranks in each round: of shape (rounds, 2, pairs of the set) by way and set; by chance, by set."""

    ranks: Mapping[tuple[str, str], Ranks]
    chance: Mapping[str, float]


def measured(pairs: Pairs, folds: int, rounds: int) -> Found:
    """Return how the pairs of each fold are found by models that were fitted to the others."""
    sets = dict(zip(SETS, (pairs.is_figure, pairs.is_panel), strict=True))
    ranks = {(way, name): np.zeros((rounds, 2, len(pairs.names))) for way in WAYS for name in SETS}
    chance: dict[str, list[float]] = {name: [] for name in SETS}
    for number in range(rounds):
        for fold in folds_of(pairs.papers, folds, random.Random(SEED + number)):
            held = {name: np.nonzero(of & fold)[0] for name, of in sets.items()}
            for name, places in held.items():
                chance[name] += [float(np.mean(1 / np.arange(1, len(places) + 1)))] * len(places)
            for way, of in learnt_from(pairs).items():
                model = fit(pairs.material.of(np.nonzero(of & ~fold)[0].tolist()))
                for name, places in held.items():
                    asked = pairs.material.of(places.tolist())
                    ranks[way, name][number][:, places] = reciprocal_ranks(model, asked)
        print(f"  round {number + 1} of {rounds}", flush=True)
    return Found(
        {(way, name): found[:, :, sets[name]] for (way, name), found in ranks.items()},
        {name: float(np.mean(values)) for name, values in chance.items()},
    )


def interval(added: Ranks, papers: npt.NDArray[np.str_]) -> tuple[float, float]:
    """Return between what the mean of a figure of each query lies in 95 % of random draws of as many papers."""
    _, paper = np.unique(papers, return_inverse=True)
    sums, counts = np.bincount(paper, added), np.bincount(paper)
    draws = np.random.default_rng(SEED).integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.quantile(means, (0.025, 0.975)).tolist()
    return low, high


def _report(pairs: Pairs, found: Found) -> list[str]:
    short = []
    for name, of in zip(SETS, (pairs.is_figure, pairs.is_panel), strict=True):
        papers = pairs.papers[of]
        print(f"{of.sum()} {name} of {len(np.unique(papers))} papers; by chance {found.chance[name]:.3f}")
        for place, direction in enumerate(DIRECTIONS):
            without, with_panels = (found.ranks[way, name][:, place] for way in WAYS)
            added = with_panels - without
            low, high = interval(added.mean(0), papers)
            rounds = added.mean(1)
            print(
                f"  {direction}: {without.mean():.3f} without panels, {with_panels.mean():.3f} with them: "
                f"{added.mean():+.3f} ({low:+.3f} to {high:+.3f}; rounds {rounds.min():+.3f} to {rounds.max():+.3f})"
            )
            if high < 0:
                short.append(f"{name}, {direction}: panels take {-added.mean():.3f} away")
    return short


def main() -> int:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("releases", type=Path, nargs="+", metavar="RELEASE")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    pairs = read_pairs(arguments.releases)
    print(
        f"{len(pairs.names)} pairs of {len(np.unique(pairs.papers))} papers, {pairs.is_panel.sum()} of them panels "
        f"that were cut out; {arguments.folds} folds, {arguments.rounds} rounds",
        flush=True,
    )
    if not pairs.is_panel.any():
        raise SystemExit("no panels were cut out: build with --panels lettered or all")
    short = _report(pairs, measured(pairs, arguments.folds, arguments.rounds))
    for line in short:
        print(f"FALLS SHORT: {line}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
