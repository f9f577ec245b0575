"""The search among vectors finds every pair at or above its threshold, in one table or in lists."""

import numpy as np

from curation.similarity.neighbours import SearchParameters, build_index, matches, matches_within


def test_matches_are_all_pairs_at_or_above_the_threshold():
    vectors = np.random.default_rng(5).normal(size=(50, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    search = SearchParameters(hits_limit=200)
    index = build_index(vectors, threshold=0.5, parameters=search)
    blocks = list(matches(index, vectors, threshold=0.5, parameters=search))
    assert len(blocks) > 1
    found = {(q, m) for block in blocks for q, m in zip(block.query, block.match, strict=True)}
    exact = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    expected = set(zip(*np.nonzero(exact >= 0.5), strict=True))
    assert found == expected
    blocks, name, recall = matches_within(vectors, threshold=0.5, parameters=search)
    within = {(q, m) for block in blocks for q, m in zip(block.query, block.match, strict=True)}
    assert {(q, m) for q, m in expected if m <= q} <= within <= expected
    assert (name, recall) == ("flat", None)
    for limit in (100_000, 10):  # flat, and in lists
        found, _, _ = matches_within(
            vectors,
            threshold=0.5,
            parameters=SearchParameters(hits_limit=200, flat_limit=limit, recall=1.0),
            likely=lambda query, match: (match < query) & (match % 2 == 0),
        )
        wanted = {(q, m) for block in found for q, m in zip(block.query, block.match, strict=True)}
        assert wanted == {(q, m) for q, m in expected if m < q and m % 2 == 0}
