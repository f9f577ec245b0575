"""What evaluations leave behind: metrics of retrieval, the confusion of classes, cached vectors, scores on tasks."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column
from schemas.errors import UserError
from schemas.pair import selection

POOLS = ("test", "all")
DIRECTIONS = ("txt2img", "img2txt")
TRAININGS = ("zero-shot", "fine-tuned")
GROUPS = (
    "ALL",
    "figure",
    "table",
    "fig_architecture",
    "fig_illustration",
    "fig_result",
    "table_parameter",
    "table_result",
)


def training_name(text: str) -> str:
    """Return what a user says of a model's training, with the parts that it was fine-tuned on.

    Raises:
        UserError: it is neither zero-shot nor fine-tuned, or there is no such part of a release.
    """
    kind, _, parts = text.partition(":")
    if kind not in TRAININGS or (parts and kind == "zero-shot"):
        raise UserError(
            f"a model is zero-shot, fine-tuned, or fine-tuned on a part such as fine-tuned:figure, and not {text!r}"
        )
    if parts:
        selection(only=parts.split(","))
    return text


@dataclass(frozen=True, kw_only=True)
class RetrievalRow:
    """Metrics of one group of queries in one direction: a row of an evaluation's `results.parquet`."""

    benchmark: str = column(pa.string(), "the release's version, or the name of the data set's folder")
    benchmark_sha256: str = column(
        pa.string(), "hash over names, images, texts and classes of all pairs that were read"
    )
    model: str = column(pa.string(), "model as it was named")
    model_space: str = column(pa.string(), "model, weights, preprocessing and metric")
    training: str = column(
        pa.string(),
        "zero-shot, fine-tuned, or fine-tuned on a part of the pairs (fine-tuned:figure), as the user states it",
    )
    ocr: bool = column(pa.bool_(), "true where an image's vector is the mean of image and OCR text")
    reranked: int = column(
        pa.int64(),
        "first candidates of each query that the model's image-text matching head put in a new order; 0 for none",
    )
    pool: str = column(pa.string(), "candidates: test, the test split alone, or all splits")
    pool_size: int = column(pa.int64(), "number of candidates")
    direction: str = column(
        pa.string(), "txt2img: a caption looks for its image; img2txt: an image for its caption"
    )
    group: str = column(
        pa.string(), "queries: ALL, figure, table or one of the five classes; candidates are not restricted"
    )
    queries: int = column(pa.int64(), "number of queries, pairs of the test split")
    mrr: float = column(pa.float64(), "mean of 1/rank, 0 to 1; ties count against the model")
    hits_1: float = column(pa.float64(), "share of queries whose rank is 1")
    hits_3: float = column(pa.float64(), "share of queries whose rank is 3 or better")
    hits_10: float = column(pa.float64(), "share of queries whose rank is 10 or better")


@dataclass(frozen=True, kw_only=True)
class ConfusionRow:
    """How often a class stands among the best candidates of queries of another: `confusion.parquet`."""

    direction: str = column(pa.string(), "txt2img or img2txt")
    query_class: str = column(pa.string(), "class of the query's pair")
    candidate_class: str = column(pa.string(), "class of the candidate's pair")
    candidates: int = column(pa.int64(), "candidates of that class among the ten best of all those queries")
    share: float = column(pa.float64(), "their share among the ten best of those queries, 0 to 1")
    pool_share: float = column(pa.float64(), "share of that class in the pool: what chance would give")


@dataclass(frozen=True, kw_only=True)
class VectorRow:
    """A vector kept for later evaluations, in `embeddings/<image, text or match>/<embedder>/part-*.parquet`."""

    sha256: str = column(
        pa.string(), "sha256 of the image file, of the text's UTF-8 bytes, or of both for a match"
    )
    embedding: tuple[float, ...] = column(
        pa.list_(pa.float32()), "vector, length 1 in the L2 norm; of a match its score alone"
    )


@dataclass(frozen=True, kw_only=True)
class SourceScoreRow:
    """One condition's score on one task: a row of `results.parquet` of `scimmir compare-sources`."""

    condition: str = column(pa.string(), "the condition, as it was named; the first one is the baseline")
    sources: str = column(pa.string(), "folders of shards that it learnt from, with the share of each")
    model: str = column(pa.string(), "architecture")
    seed: int = column(pa.int64(), "seed of draws, order and weights")
    samples_seen: int = column(pa.int64(), "pictures seen in training, repetitions among them")
    task: str = column(pa.string(), "name of the task's folder")
    metric: str = column(
        pa.string(), "accuracy, mean average precision (several labels), or mean recall@1 of both directions"
    )
    score: float = column(pa.float64(), "that metric, 0 to 1, as clip_benchmark computed it")
