"""How well a model finds the figure for a caption, and back, among the pairs of papers that it has not seen.

    python -m benchmarks.retrieval.models [--pairs ../shared/pairs] [--embedder small] [--ocr FILE]

Cuts the papers of a folder of real pairs (`pairs-*.parquet`) into ten folds of about 250 pairs; a pair's rank is
among its own fold's. Prints mean reciprocal ranks, caption to picture and picture to caption, with pictures and
captions alone, beside chance. Without `--embedder` the model that ships is fitted ten times, each time without the
papers of a fold, for it was fitted to all of these pairs; another embedder must not have been trained on them.

`--ocr` names a file of JSON lines (`pair_id`, `text`) with what OCR read in the pictures. Where it holds all pairs of
some papers, those are measured a second time, by the words alone (BM25, caption against words read) and with the
model's list fused to them by rank.

Exits 1 where the mean reciprocal rank is below ALONE either way, or, with --ocr, below WITH_WORDS.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.retrieval.known_items import RealPair, real_pairs
from benchmarks.retrieval.nearest import embed, fitted_apart, folds_of
from curation.embeddings import load_embedder
from serve.search import PICTURE_WEIGHT, Ranked, build_words, fuse, parse_query

ALONE, WITH_WORDS = 0.09, 0.25
FOLDS = 10

Floats = npt.NDArray[np.float32]
Both = tuple[float, float]  # caption to picture, picture to caption


def reciprocal(orders: list[list[int]]) -> float:
    """Return the mean reciprocal rank of each list's own number in it, 0 where it is not there."""
    return float(np.mean([1 / (1 + order.index(n)) if n in order else 0.0 for n, order in enumerate(orders)]))


def order_of(similarities: Floats) -> list[list[int]]:
    """Return the candidates of each row, best first; equal ones rank the right one last."""
    worse = similarities - np.eye(*similarities.shape, dtype=np.float32) * 1e-6
    return [row.tolist() for row in np.argsort(-worse, axis=1, kind="stable")]


def by_vectors(images: Floats, texts: Floats) -> tuple[list[list[int]], list[list[int]]]:
    """Return the order of pictures for each caption, and of captions for each picture."""
    return order_of(texts @ images.T), order_of(images @ texts.T)


def by_words(captions: list[str], read: list[str]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the same orders by BM25 between captions and the words read in the pictures."""
    pictures = build_words((n, {"picture": [text]}) for n, text in enumerate(read))
    texts = build_words((n, {"caption": [text]}) for n, text in enumerate(captions))
    count = len(captions)
    return (
        [pictures.best(parse_query(_plain(text)), None, count) for text in captions],
        [texts.best(parse_query(_plain(text)), None, count) for text in read],
    )


def fused(words: list[list[int]], vectors: list[list[int]], weight: float) -> list[list[int]]:
    """Return two orders of each query made one."""
    return [
        [place for place, _ in fuse([Ranked(a), Ranked(b, weight)], len(vectors))]
        for a, b in zip(words, vectors, strict=True)
    ]


def _plain(text: str) -> str:
    return text.replace('"', " ").replace("-", " ")


def _mean(found: list[Both]) -> Both:
    there, back = np.mean(found, axis=0).tolist()
    return there, back


def _print(name: str, found: Both) -> None:
    print(f"  {name:40} caption to picture {found[0]:.3f}, picture to caption {found[1]:.3f}", flush=True)


def with_words(
    pairs: list[RealPair], read: dict[str, str], vectors: tuple[Floats, Floats]
) -> tuple[int, Both, Both]:
    """Return how many pairs have been read, and what words find alone and with the model, in lots of about 250."""
    papers = {pair.paper for pair in pairs} - {pair.paper for pair in pairs if pair.pair_id not in read}
    places = [place for place, pair in enumerate(pairs) if pair.paper in papers]
    known = [pairs[place] for place in places]
    lots = folds_of(known, max(1, round(len(known) * FOLDS / len(pairs))))
    alone, both = [], []
    for lot in lots:
        there, back = by_words([known[n].caption for n in lot], [read[known[n].pair_id] for n in lot])
        rows = [places[n] for n in lot]
        near = by_vectors(vectors[0][rows], vectors[1][rows])
        alone.append((reciprocal(there), reciprocal(back)))
        both.append(
            (
                reciprocal(fused(there, near[0], PICTURE_WEIGHT)),
                reciprocal(fused(back, near[1], PICTURE_WEIGHT)),
            )
        )
    return len(known), _mean(alone), _mean(both)


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=Path, default=Path("../shared/pairs"))
    parser.add_argument("--embedder")
    parser.add_argument("--ocr", type=Path)
    options = parser.parse_args()
    pairs = real_pairs(options.pairs)
    folds = folds_of(pairs, FOLDS)
    print(
        f"{len(pairs):,} pairs in {FOLDS} folds of {min(map(len, folds))} to {max(map(len, folds))}",
        flush=True,
    )
    name = options.embedder or "clip, fitted without the fold's papers"
    if options.embedder:
        embedder = load_embedder(options.embedder)
        assert embedder.embed_texts is not None
        vectors = embed(pairs, embedder), embedder.embed_texts([pair.caption for pair in pairs])
    else:
        vectors = fitted_apart(options.pairs, folds)
    orders = [by_vectors(vectors[0][fold], vectors[1][fold]) for fold in folds]
    alone = _mean([(reciprocal(there), reciprocal(back)) for there, back in orders])
    chance = float(np.mean([np.mean(1 / np.arange(1, len(fold) + 1)) for fold in folds]))
    _print("chance", (chance, chance))
    _print(name, alone)
    failures = [f"{value:.3f} < {ALONE} by pictures and captions alone" for value in alone if value < ALONE]
    if options.ocr:
        lines = [json.loads(line) for line in options.ocr.read_text(encoding="utf-8").splitlines()]
        count, words, both = with_words(pairs, {line["pair_id"]: line["text"] for line in lines}, vectors)
        print(f"{count:,} pairs of papers that OCR has read")
        _print("words read alone", words)
        _print(f"words read and {name}", both)
        failures += [
            f"{value:.3f} < {WITH_WORDS} with the words read" for value in both if value < WITH_WORDS
        ]
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
