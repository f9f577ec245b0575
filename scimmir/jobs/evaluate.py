"""Evaluates retrieval on a release or a published set: embeddings by the curation, scores by the evaluation."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.embeddings import Embedder, load_embedder
from evaluation import ranking
from evaluation.benchmark import Benchmark, RowGroup, open_benchmark, read_pairs
from evaluation.groups import confusion, group_metrics
from evaluation.results import write_evaluation
from runtime.devices import Device
from runtime.progress import progress
from schemas.errors import UserError
from schemas.pair import SPLITS
from schemas.reject import RecordError, Reject
from schemas.retrieval import ConfusionRow, RetrievalRow
from warehouse.releases import Vectors
from warehouse.stages import canonical_json

BATCH = 64

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to evaluate; OCR adds scores with it to those without."""

    model: str
    pools: tuple[str, ...] = ("test",)
    ocr: bool = False
    training: str = "zero-shot"


@dataclass
class _Pairs:
    """The pairs read so far, row by row; images and texts by their hashes."""

    splits: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ocr: list[str] = field(default_factory=list)
    with_ocr: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def sha256(self) -> str:
        """Return a hash of all that decides the scores, but for the model."""
        rows = zip(self.splits, self.names, self.classes, self.images, self.texts, self.ocr, strict=True)
        return hashlib.sha256(canonical_json([list(row) for row in rows])).hexdigest()


@dataclass(frozen=True)
class Evaluation:
    """The scores and where they were written."""

    folder: Path
    rows: tuple[RetrievalRow, ...]
    rejects: tuple[Reject, ...]


def evaluate_retrieval(
    source: Path,
    *,
    warehouse: Path,
    settings: Settings,
    output: Path | None = None,
    name: str | None = None,
    device: Device = "cpu",
) -> Evaluation:
    """Return the scores of a model, written to `output` or into the warehouse's `evaluations/`.

    Args:
        source: a release, or a folder of Parquet in the columns of the published SciMMIR set.
        warehouse: keeps the embeddings, so that another evaluation does not compute them again.
        settings: model, candidates, OCR.
        output: folder to write, replaced when it exists.
        name: what the results call the source; the folder's name by default.
        device: where the model runs.

    Raises:
        UserError: the model embeds no texts, or the source cannot be read.
    """
    benchmark = open_benchmark(source, with_ocr=settings.ocr, name=name)
    embedder = load_embedder(settings.model, device)
    if embedder.embed_texts is None or embedder.text_identity is None:
        raise UserError(
            f"{settings.model} embeds images only: name a CLIP model, such as onnx:FOLDER or "
            "open_clip:ViT-B-32/laion2b_s34b_b79k"
        )
    images = Vectors(warehouse, "image", embedder.identity, dimension=embedder.dimension)
    texts = Vectors(warehouse, "text", embedder.text_identity, dimension=embedder.dimension)
    pairs = _embed_all(benchmark, settings, embedder, images, texts)
    digest = pairs.sha256()
    rows, mixed = _scores(pairs, images, texts, settings, (benchmark.name, digest, embedder.space))
    identities: dict[str, object] = {"image": embedder.identity, "text": embedder.text_identity}
    about = {
        "benchmark": benchmark.name,
        "benchmark_sha256": digest,
        "settings": {**vars(settings), "pools": list(settings.pools)},
        "embedder": identities,
        "ranking": ranking.VERSION,
        "pairs": {split: pairs.splits.count(split) for split in SPLITS},
        "pairs_with_ocr_text": pairs.with_ocr,
        "rejects": len(pairs.rejects),
    }
    key = hashlib.sha256(canonical_json(about)).hexdigest()[:16]
    folder = output or warehouse / "evaluations" / benchmark.name / key
    write_evaluation(folder, rows, mixed, pairs.rejects, about)
    return Evaluation(folder, tuple(rows), tuple(pairs.rejects))


def _embed_all(
    benchmark: Benchmark, settings: Settings, embedder: Embedder, images: Vectors, texts: Vectors
) -> _Pairs:
    splits = SPLITS if "all" in settings.pools else ("test",)
    pairs = _Pairs()
    with progress("embed", len(benchmark.files), "files") as advance:
        last = None
        for group in read_pairs(benchmark, splits):
            if group.path != last:
                advance(1)
                last = group.path
            _embed_group(group, settings, embedder, images, texts, pairs)
    images.flush()
    texts.flush()
    if "test" not in pairs.splits:
        raise UserError(f"{benchmark.name} has no pair in its test split whose image can be read")
    if settings.ocr and not pairs.with_ocr:
        raise UserError(
            f"{benchmark.name} holds no OCR text: evaluate without OCR, or build with an OCR engine"
        )
    return pairs


def _embed_group(
    group: RowGroup, settings: Settings, embedder: Embedder, images: Vectors, texts: Vectors, pairs: _Pairs
) -> None:
    keys, problems = _image_keys(group, embedder, images)
    ocr = [text or "" for text in group.ocr_texts] if settings.ocr else []
    wanted = {_sha256(text): text for text in [*group.texts, *ocr]}
    missing = texts.missing(list(wanted))
    assert embedder.embed_texts is not None
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        texts.add(part, embedder.embed_texts([wanted[key] for key in part]))
    for row, key in enumerate(keys):
        if row in problems:
            pairs.rejects.append(_reject(group, row, problems[row]))
            continue
        pairs.splits.append(group.split)
        pairs.names.append(group.names[row])
        pairs.classes.append(group.classes[row])
        pairs.images.append(key)
        pairs.texts.append(_sha256(group.texts[row]))
        pairs.ocr.append(_sha256(ocr[row]) if settings.ocr else "")
        pairs.with_ocr += bool(group.ocr_texts[row])


def _image_keys(
    group: RowGroup, embedder: Embedder, images: Vectors
) -> tuple[list[str], dict[int, RecordError]]:
    """Return the images' hashes and, by row, why some have no vector; images are read only where one lacks."""
    if group.image_sha256 is not None and not images.missing(group.image_sha256):
        return group.image_sha256, {}
    files = [content or b"" for content in group.images()]
    keys = group.image_sha256 or [hashlib.sha256(content).hexdigest() for content in files]
    by_key = dict(zip(keys, files, strict=True))
    missing = images.missing(keys)
    broken: dict[str, RecordError] = {}
    for start in range(0, len(missing), BATCH):
        _embed_images(missing[start : start + BATCH], by_key, embedder, images, broken)
    return keys, {row: broken[key] for row, key in enumerate(keys) if key in broken}


def _embed_images(
    keys: Sequence[str],
    files: dict[str, bytes],
    embedder: Embedder,
    images: Vectors,
    broken: dict[str, RecordError],
) -> None:
    try:
        images.add(keys, embedder.embed([files[key] for key in keys]))
    except RecordError as error:
        if len(keys) == 1:
            broken[keys[0]] = error
            return
        for key in keys:
            _embed_images([key], files, embedder, images, broken)


def _reject(group: RowGroup, row: int, error: RecordError) -> Reject:
    return Reject(
        paper_key=group.path.name,
        pair_id=group.names[row],
        stage="evaluate",
        reason=error.reason,
        detail=error.detail,
        caption=group.texts[row],
    )


def _scores(
    pairs: _Pairs, images: Vectors, texts: Vectors, settings: Settings, about: tuple[str, str, str]
) -> tuple[list[RetrievalRow], list[tuple[str, list[ConfusionRow]]]]:
    rows: list[RetrievalRow] = []
    mixed: list[tuple[str, list[ConfusionRow]]] = []
    is_test = np.array([split == "test" for split in pairs.splits])
    for pool in settings.pools:
        members = np.flatnonzero(is_test) if pool == "test" else np.arange(len(is_test))
        gold = np.flatnonzero(is_test[members])
        classes = [pairs.classes[i] for i in members]
        captions = texts.gather([pairs.texts[i] for i in members])
        plain = images.gather([pairs.images[i] for i in members])
        for ocr in (False, True) if settings.ocr else (False,):
            pictures = plain
            if ocr:
                pictures = ranking.mean_features(plain, texts.gather([pairs.ocr[i] for i in members]))
            confused: list[ConfusionRow] = []
            for direction, (queries, candidates) in {
                "txt2img": (captions, pictures),
                "img2txt": (pictures, captions),
            }.items():
                found = ranking.rank(queries[gold], candidates, gold)
                asked = [classes[i] for i in gold]
                confused += confusion(found, asked, classes, direction)
                for group, values in group_metrics(found.ranks, asked).items():
                    rows.append(
                        RetrievalRow(
                            benchmark=about[0],
                            benchmark_sha256=about[1],
                            model=settings.model,
                            model_space=about[2],
                            training=settings.training,
                            ocr=ocr,
                            pool=pool,
                            pool_size=len(members),
                            direction=direction,
                            group=group,
                            **vars(values),
                        )
                    )
            mixed.append((f"{pool}{'-ocr' if ocr else ''}", confused))
    return rows, mixed


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
