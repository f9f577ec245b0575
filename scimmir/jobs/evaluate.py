"""Evaluates retrieval on a release or a published set: embeddings by the curation, scores by the evaluation."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.embeddings import Embedder, load_embedder
from evaluation import ranking, reranking
from evaluation.benchmark import Benchmark, RowGroup, open_benchmark, read_pairs
from evaluation.results import write_evaluation
from runtime.devices import Device
from runtime.progress import progress
from schemas.errors import UserError
from schemas.pair import SPLITS
from schemas.reject import RecordError, Reject
from schemas.retrieval import RetrievalRow
from scimmir.jobs.matching import Matching, Place
from scimmir.jobs.retrieval_scores import Pairs, Scored, Settings
from warehouse.releases import Vectors
from warehouse.stages import canonical_json

BATCH = 64


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
    if settings.rerank and embedder.match is None:
        raise UserError(
            f"{settings.model} has no image-text matching head to put candidates in order: BLIP and BLIP-2 have one"
        )
    images = Vectors(warehouse, "image", embedder.identity, dimension=embedder.dimension)
    texts = Vectors(warehouse, "text", embedder.text_identity, dimension=embedder.dimension // embedder.parts)
    pairs = _embed_all(benchmark, settings, embedder, images, texts)
    digest = pairs.sha256()
    matching = Matching(warehouse, embedder, pairs.places) if settings.rerank else None
    scored = Scored(
        settings=settings,
        about=(benchmark.name, digest, embedder.space),
        pairs=pairs,
        images=images,
        texts=texts,
        parts=embedder.parts,
        matching=matching,
    )
    rows, mixed = scored.all()
    identities: dict[str, object] = {"image": embedder.identity, "text": embedder.text_identity}
    about: dict[str, object] = {
        "benchmark": benchmark.name,
        "benchmark_sha256": digest,
        "settings": {**vars(settings), "pools": list(settings.pools)},
        "embedder": identities,
        "ranking": ranking.VERSION,
        "reranking": reranking.VERSION if settings.rerank else None,
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
) -> Pairs:
    splits = SPLITS if "all" in settings.pools else ("test",)
    pairs = Pairs()
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
    group: RowGroup, settings: Settings, embedder: Embedder, images: Vectors, texts: Vectors, pairs: Pairs
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
        if settings.rerank:
            pairs.places.append(Place(group, row, key))
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


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
