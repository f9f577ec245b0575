"""The pictures nearest to a text, by vectors: those of an embedder, or of the shipped model fitted apart."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.retrieval.known_items import Query, RealPair
from benchmarks.retrieval.measure import DEPTH, Near
from curation.embeddings import SHIPPED, Embedder
from curation.meaning import sentence_vectors
from curation.meaning.learn import DIMENSIONS, fit, read_material

BATCH = 64

Floats = npt.NDArray[np.float32]


def folds_of(pairs: Sequence[RealPair], count: int) -> list[list[int]]:
    """Return the places of the pairs of each fold; a paper is in one, and all are of about one size."""
    of_paper: dict[str, list[int]] = {}
    for place, pair in enumerate(pairs):
        of_paper.setdefault(pair.paper, []).append(place)
    folds: list[list[int]] = [[] for _ in range(count)]
    for paper in sorted(of_paper, key=lambda name: (-len(of_paper[name]), name)):
        min(folds, key=len).extend(of_paper[paper])
    return folds


def embed(pairs: Sequence[RealPair], embedder: Embedder) -> Floats:
    """Return the vectors of the pairs' pictures."""
    parts = [pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH)]
    return np.concatenate(
        [
            embedder.embed([Image.open(io.BytesIO(pair.image)).convert("RGB") for pair in part])
            for part in parts
        ]
    )


def nearest(pairs: Sequence[RealPair], queries: Sequence[Query], embedder: Embedder) -> Near | None:
    """Return what is nearest to each query among all pictures; None where the embedder reads no text."""
    if embedder.embed_texts is None:
        return None
    texts = embedder.embed_texts([query.text for query in queries])
    return _ordered(queries, np.asarray(texts) @ embed(pairs, embedder).T)


def nearest_apart(folder: Path, pairs: Sequence[RealPair], queries: Sequence[Query], count: int) -> Near:
    """Return the same by the shipped model, fitted `count` times without the papers that are asked for."""
    material = read_material(folder, SHIPPED)
    near: dict[str, list[int]] = {}
    for fold in folds_of(pairs, count):
        papers = {pairs[place].paper for place in fold}
        asked = [query for query in queries if query.paper in papers]
        model = fit(material.of(np.setdiff1d(np.arange(len(pairs)), fold).tolist()))
        texts = [query.text for query in asked]
        found = model.text_vectors(sentence_vectors(SHIPPED, texts), texts)
        near.update(_ordered(asked, found @ model.image_vectors(material.pictures).T))
    return near


def fitted_apart(folder: Path, folds: Sequence[list[int]]) -> tuple[Floats, Floats]:
    """Return the vectors of pictures and captions by models that were fitted without their fold."""
    material = read_material(folder, SHIPPED)
    images = np.empty((len(material.captions), DIMENSIONS + 1), np.float32)
    texts = np.empty_like(images)
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(images)), fold)
        model = fit(material.of(rest.tolist()))
        held = material.of(fold)
        images[fold] = model.image_vectors(held.pictures)
        texts[fold] = model.text_vectors(held.sentences, held.captions)
    return images, texts


def _ordered(queries: Sequence[Query], similarities: Floats) -> dict[str, list[int]]:
    order = np.argsort(-similarities, axis=1, kind="stable")
    return {query.text: row[:DEPTH].tolist() for query, row in zip(queries, order, strict=True)}
