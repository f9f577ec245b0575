"""Ranks and metrics agree with a few lines of numpy and with torchmetrics, however the work is cut."""

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from evaluation import ranking
from evaluation.groups import confusion, group_metrics
from evaluation.ranking import RankingParameters, Ranks, mean_features, metrics, rank
from evaluation.reranking import reranked

EXACT = ranking._Scores.exact


def unit(rng, count, dimension):
    vectors = rng.normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def plain_scores(queries, candidates):
    """Every score from whole numbers, in Python's own arithmetic where it matters."""
    whole = [
        np.rint(v.astype(np.float64) * 2**26).astype(np.int64).astype(object) for v in (queries, candidates)
    ]
    return whole[0] @ whole[1].T


@st.composite
def problems(draw):
    """Vectors among which many are equal, or equal but for the last bits."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    dimension = draw(st.sampled_from([2, 7, 64]))
    kinds = unit(rng, draw(st.integers(1, 12)), dimension)
    candidates = kinds[rng.integers(0, len(kinds), draw(st.integers(1, 60)))]
    if draw(st.booleans()):
        candidates = candidates + rng.normal(size=candidates.shape).astype(np.float32) * np.float32(1e-7)
    gold = rng.integers(0, len(candidates), draw(st.integers(1, 30)))
    queries = candidates[gold] if draw(st.booleans()) else unit(rng, len(gold), dimension)
    return queries, candidates, gold.astype(np.int64)


@given(problems(), st.integers(1, 70), st.integers(1, 35))
@examples(60)
def test_blocks_of_any_size_give_the_ranks_that_plain_numbers_give(problem, candidate_rows, query_rows):
    queries, candidates, gold = problem
    found = rank(
        queries, candidates, gold, RankingParameters(query_rows=query_rows, candidate_rows=candidate_rows)
    )
    scores = plain_scores(queries, candidates)
    own = scores[np.arange(len(gold)), gold]
    assert found.ranks.tolist() == [int(sum(row >= limit)) for row, limit in zip(scores, own, strict=True)]
    best = [sorted(range(len(row)), key=lambda place, row=row: (-row[place], place))[:10] for row in scores]
    assert found.top.tolist() == best


@pytest.fixture(scope="module")
def many():
    """Vectors, of which the first hundred have twins, with all their scores."""
    rng = np.random.default_rng(5)
    candidates = unit(rng, 1200, 32)
    candidates[600:700] = candidates[:100]
    queries = (candidates[:150] + 0.3 * unit(rng, 150, 32)) / 1.35
    return queries, candidates, plain_scores(queries, candidates)


@pytest.mark.parametrize("blocks", [(1024, 8192), (100, 333), (7, 1000)])
def test_blocks_agree_where_most_scores_are_settled_in_single_precision(many, blocks, monkeypatch):
    queries, candidates, scores = many
    gold = np.arange(150)
    whole = []
    monkeypatch.setattr(ranking._Scores, "exact", lambda self: whole.append(self) or EXACT(self))
    found = rank(queries, candidates, gold, RankingParameters(query_rows=blocks[0], candidate_rows=blocks[1]))
    own = scores[gold, gold]
    assert found.ranks.tolist() == [int(sum(row >= limit)) for row, limit in zip(scores, own, strict=True)]
    best = [sorted(range(1200), key=lambda place, row=row: (-row[place], place))[:10] for row in scores]
    assert found.top.tolist() == best
    assert (found.ranks[:100] >= 2).all(), "a twin of equal score counts against the model"
    if blocks[1] > 1000:  # ten best of a few hundred are many; of small blocks all scores are exact
        assert not whole, "most scores must be settled in single precision"


@pytest.mark.torch
def test_metrics_are_those_of_numpy_and_torchmetrics():
    torch = pytest.importorskip("torch")
    from torchmetrics.retrieval import RetrievalHitRate, RetrievalMRR

    rng = np.random.default_rng(11)
    kinds = unit(rng, 80, 16)
    for candidates in (unit(rng, 200, 16), kinds[rng.integers(0, 80, 200)]):  # all different, and many equal
        gold = rng.integers(0, 200, 90)
        queries = unit(rng, 90, 16)
        found = metrics(rank(queries, candidates, gold).ranks)
        scores = plain_scores(queries, candidates).astype(np.float64) / 2.0**52
        hit = np.zeros(scores.shape, bool)
        hit[np.arange(90), gold] = True
        ranks = (scores >= scores[hit][:, None]).sum(axis=1)
        assert found.mrr == pytest.approx((1 / ranks).mean(), abs=1e-12)
        assert [found.hits_1, found.hits_3, found.hits_10] == [float((ranks <= k).mean()) for k in (1, 3, 10)]
        # torchmetrics leaves the order of ties open, so the gold score is put just below its equals; and it
        # takes single precision, so scores are replaced by their places among the different scores.
        places = np.unique(scores, return_inverse=True)[1].reshape(scores.shape)
        lowered = torch.from_numpy((2 * places - hit).astype(np.float32)).flatten()
        target = torch.from_numpy(hit).flatten()
        indexes = torch.arange(90).repeat_interleave(200)
        assert RetrievalMRR()(lowered, target, indexes=indexes).item() == pytest.approx(found.mrr, abs=1e-6)
        for k, value in ((1, found.hits_1), (3, found.hits_3), (10, found.hits_10)):
            assert RetrievalHitRate(top_k=k)(lowered, target, indexes=indexes).item() == pytest.approx(
                value, abs=1e-6
            )


def test_a_model_that_says_the_same_of_everything_is_last():
    same = np.tile(unit(np.random.default_rng(1), 1, 8), (50, 1))
    found = rank(same, same, np.arange(50))
    assert (found.ranks == 50).all()
    assert metrics(found.ranks).hits_10 == 0
    assert metrics(np.array([], np.int64)).queries == 0


def test_what_cannot_be_ranked_is_refused():
    rng = np.random.default_rng(2)
    vectors, gold = unit(rng, 4, 8), np.arange(4)
    with pytest.raises(ValueError, match="finite and no longer than 1"):
        rank(vectors * 3, vectors, gold)
    with pytest.raises(ValueError, match="finite and no longer than 1"):
        rank(vectors, np.where(vectors > 0.3, np.nan, vectors), gold)
    with pytest.raises(ValueError, match="do not fit"):
        rank(vectors, vectors[:, :7], gold)
    with pytest.raises(ValueError, match="not among the candidates"):
        rank(vectors, vectors[:3], gold)


def test_an_image_with_its_ocr_text_is_their_mean_not_normalised():
    image, text = np.float32([[1, 0]]), np.float32([[0, 1]])
    assert mean_features(image, text).tolist() == [[0.5, 0.5]]
    assert mean_features(image, text).dtype == np.float32


def test_figure_and_table_pool_their_classes_queries():
    classes = ["fig_result", "fig_result", "fig_architecture", "table_result"]
    found = group_metrics(np.array([1, 2, 4, 10]), classes)
    assert found["figure"].queries == 3
    assert found["figure"].mrr == pytest.approx((1 + 1 / 2 + 1 / 4) / 3)
    assert found["ALL"].mrr == pytest.approx((1 + 1 / 2 + 1 / 4 + 1 / 10) / 4)
    assert (found["table"].hits_10, found["table"].hits_3) == (1.0, 0.0)
    assert found["table_parameter"].queries == 0


def test_confusion_counts_the_classes_of_the_best():
    pool = ["fig_result", "table_result", "table_result", "fig_result"]
    found = Ranks(np.array([1, 1]), np.array([[0, 1], [1, 2]]))
    rows = {
        (r.query_class, r.candidate_class): r
        for r in confusion(found, ["fig_result", "table_result"], pool, "txt2img")
    }
    assert len(rows) == 10
    assert (rows["fig_result", "table_result"].candidates, rows["fig_result", "table_result"].share) == (
        1,
        0.5,
    )
    assert rows["table_result", "table_result"].share == 1.0
    assert rows["table_result", "fig_result"].pool_share == 0.5


@pytest.mark.parametrize("side", ["queries", "candidates", "both"])
@pytest.mark.parametrize("block", [3, 64])
def test_of_several_vectors_the_nearest_counts(side, block):
    rng = np.random.default_rng(9)
    queries, candidates = (unit(rng, 40 * 3, 6).reshape(40, 3, 6) for _ in range(2))
    candidates[5] = candidates[4]  # a tie
    queries = queries[:, 0] if side == "candidates" else queries
    candidates = candidates[:, 0] if side == "queries" else candidates
    gold = rng.permutation(40)
    found = rank(queries, candidates, gold, RankingParameters(query_rows=block, candidate_rows=block))
    parts = [v[:, None] if v.ndim == 2 else v for v in (queries, candidates)]
    scores = np.max(
        [plain_scores(parts[0][:, i], parts[1][:, j]) for i in range(parts[0].shape[1]) for j in range(parts[1].shape[1])],
        axis=0,
    )  # fmt: skip
    own = scores[np.arange(40), gold]
    assert found.ranks.tolist() == (scores >= own[:, None]).sum(axis=1).tolist()
    best = [sorted(range(40), key=lambda place, row=row: (-row[place], place))[:10] for row in scores]
    assert found.top.tolist() == best


def test_an_ocr_text_joins_each_of_an_images_vectors():
    rng = np.random.default_rng(3)
    images, texts = unit(rng, 8, 4).reshape(4, 2, 4), unit(rng, 4, 4)
    mixed = mean_features(images, texts)
    assert mixed.shape == (4, 2, 4) and np.allclose(mixed[:, 1], (images[:, 1] + texts) / 2)


def test_another_order_of_the_first_changes_no_others():
    top = np.array([[3, 1, 0, 2], [0, 2, 1, 3], [2, 3, 0, 1], [1, 0, 2, 3]])
    found = Ranks(np.array([2, 4, 1, 3]), top)
    gold = np.array([1, 3, 2, 2])
    scores = np.array([[0.1, 0.9, 0.5], [0.3, 0.2, 0.1], [0.7, 0.7, 0.1], [0.5, 0.4, 0.5]], np.float32)
    again = reranked(found, gold, scores)
    assert again.ranks.tolist() == [1, 4, 2, 2]  # behind the first three; tied; tied
    assert again.top.tolist() == [[1, 0, 3, 2], [0, 2, 1, 3], [2, 3, 0, 1], [1, 2, 0, 3]]
    assert found.top is not again.top and found.top[0].tolist() == [3, 1, 0, 2]


def test_a_tie_across_the_border_leaves_a_rank_as_it_is():
    # The query's own stands third, but four candidates score as much, so it counts as the fourth.
    found = Ranks(np.array([4]), np.array([[0, 1, 2, 3]]))
    assert reranked(found, np.array([2]), np.array([[0.1, 0.2, 0.9]], np.float32)).ranks.tolist() == [4]


def test_scores_that_do_not_fit_are_refused():
    found = Ranks(np.array([1]), np.array([[0, 1]]))
    for scores in (np.zeros((1, 3)), np.zeros((2, 2)), np.array([[0.0, np.nan]])):
        with pytest.raises(ValueError, match="do not fit"):
            reranked(found, np.array([0]), scores.astype(np.float32))
