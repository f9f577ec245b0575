"""Known-item search: does a sentence that mentions a figure find it among the pairs of many papers?

    python -m benchmarks.retrieval [--pairs ../shared/pairs] [--queries 300] [--ocr FILE] [--embedder NAME]

Takes real pairs (`pairs-*.parquet`, see the README beside them) and QUERIES sentences, each of which mentions one
figure or table; every such sentence is taken out of all mentions before the index is made, and the reference itself
("Fig. 3") out of the query. What is asked is the search of `scimmir search` and of the page, field by field, by the
vectors of the pictures alone, and fused. A panel of the figure counts as the figure; candidates are all pairs.

How much each field and the vectors count is chosen anew in five folds over papers, on the queries of the others, and
measured on the fold's own; beside it stand the weights that ship, which were chosen on all of them. `--ocr` names a
file of JSON lines (`pair_id`, `text`) with what OCR read in the pictures; the words of tables are known without it.
Without `--embedder` the vectors are those of the model that ships, fitted five times without the papers asked for (it
was fitted to all of these pairs); another embedder must not have been trained on them.

Exits 1 where the mean reciprocal rank of the fused search, in folds or as shipped, is below BOUND or not above each
part alone.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.retrieval.known_items import Query, RealPair, known_items, real_pairs
from benchmarks.retrieval.measure import Searcher, candidate_weights, reciprocal_ranks
from benchmarks.retrieval.nearest import nearest, nearest_apart
from curation.embeddings import load_embedder
from serve.search import FIELDS, PICTURE_WEIGHT

BOUND = 0.68
LEAST_PAIRS = 2000
FOLDS = 5


def parts(searcher: Searcher, queries: list[Query]) -> dict[str, float]:
    """Return the mean reciprocal rank of each part alone."""
    found = {}
    for field in FIELDS:
        found[field.title] = reciprocal_ranks(searcher, queries, {field.name: 1.0}, 0.0).mean()
    found["vectors of the pictures"] = reciprocal_ranks(searcher, queries, {}, 1.0).mean()
    return {name: float(value) for name, value in found.items()}


def in_folds(searcher: Searcher, queries: list[Query]) -> float:
    """Return the mean reciprocal rank where weights are chosen on other papers' queries."""
    ranks = [
        reciprocal_ranks(searcher, queries, weights, picture)
        for weights, picture in candidate_weights(searcher)
    ]
    table = np.stack(ranks)
    papers = sorted({query.paper for query in queries})
    order = np.random.default_rng(1).permutation(len(papers))
    fold_of = {papers[place]: number % FOLDS for number, place in enumerate(order)}
    folds = np.array([fold_of[query.paper] for query in queries])
    found = np.zeros(len(queries))
    for fold in range(FOLDS):
        best = table[:, folds != fold].mean(axis=1).argmax()
        found[folds == fold] = table[best, folds == fold]
    print(f"  {len(table)} choices of weights, each fold's made on the other papers")
    return float(found.mean())


def words_read(path: Path | None, pairs: list[RealPair]) -> dict[str, str]:
    """Return what OCR read, by pair."""
    if path is None:
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = {line["pair_id"]: line["text"] for line in lines}
    return {pair.pair_id: found[pair.pair_id] for pair in pairs if found.get(pair.pair_id)}


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=Path, default=Path("../shared/pairs"))
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--ocr", type=Path)
    parser.add_argument("--embedder")
    options = parser.parse_args()
    pairs = real_pairs(options.pairs)
    queries = known_items(pairs, options.queries)
    read = words_read(options.ocr, pairs)
    print(f"{len(queries)} sentences, {len(pairs):,} pairs, of which OCR has read {len(read):,}", flush=True)
    if options.embedder:
        near = nearest(pairs, queries, load_embedder(options.embedder))
    else:
        near = nearest_apart(options.pairs, pairs, queries, FOLDS)
    searcher = Searcher(pairs, queries, read, near)
    alone = parts(searcher, queries)
    for name, value in alone.items():
        print(f"  {name:28} alone  MRR {value:.3f}")
    shipped = reciprocal_ranks(searcher, queries, {f.name: f.weight for f in FIELDS}, PICTURE_WEIGHT)
    by_words = reciprocal_ranks(searcher, queries, {f.name: f.weight for f in FIELDS}, 0.0)
    folded = in_folds(searcher, queries)
    print(f"  {'all words, no vectors':28}        MRR {by_words.mean():.3f}")
    print(f"  fused, weights chosen in folds       MRR {folded:.3f}")
    print(
        f"  fused, as shipped                    MRR {shipped.mean():.3f}, first {(shipped == 1).mean():.3f}"
    )
    failures = [
        f"{name}: {value:.3f} < {BOUND}" for name, value in _both(folded, shipped.mean()) if value < BOUND
    ]
    failures += [
        f"{name} {value:.3f} is not above {part} alone, {best:.3f}"
        for name, value in _both(folded, shipped.mean())
        for part, best in alone.items()
        if value <= best
    ]
    failures += [f"only {len(queries)} sentences"] if len(queries) < options.queries else []
    failures += [f"only {len(pairs)} pairs"] if len(pairs) < LEAST_PAIRS else []
    for failure in failures:
        print(f"FALLS SHORT: {failure}")
    sys.exit(bool(failures))


def _both(folded: float, shipped: float) -> list[tuple[str, float]]:
    return [("fused in folds", folded), ("fused as shipped", float(shipped))]


if __name__ == "__main__":
    main()
