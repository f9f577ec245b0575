"""Fits what pictures show and captions speak of (`curation.meaning`) to real pairs.

    python -m curation.meaning.learn PAIRS OUTPUT

PAIRS holds `pairs-*.parquet` with image, caption and mentions. The sentence encoder must lie in OUTPUT already
(`python -m training.sentence_graph OUTPUT`).
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from curation.classes import sentences_about
from curation.meaning.encoders import seen, sentence_vectors
from curation.meaning.model import (
    NUMBERS,
    PARTS,
    WORD_WEIGHT,
    Floats,
    MeaningModel,
    kernel,
    unit,
    word_shares,
    words_of,
    write_meaning,
)
from curation.pictures import open_rgb

WIDTH = 0.7  # of the kernel, by the root of mean squared differences in units of spread
RIDGE = 1.0
MENTION_CHARS, REST_CHARS = 800, 400  # of the sentences that name it, or of the paragraphs around it
MENTION_WEIGHT = 0.5  # of the sentences that mention a picture, beside its caption
LEAST_CAPTIONS = 3  # that hold a word, for it to be known
WORD_AXES = 200
EVENNESS = 0.3  # power by which directions in which captions differ much are made smaller
# Of each part's mean squared difference, half of what is together for either depth.
PART_WEIGHTS = {"features": 1.0, "together": 0.55, "texture": 0.2, "signals": 0.15}
VIEW = 256
DIMENSIONS = 159


@dataclass(frozen=True, eq=False)
class Material:
    """Pairs to learn from: pictures described, captions and what mentions them, with their sentence vectors.

    `pictures`: shape (n, 1386); `sentences`, `mention_sentences`: shape (n, 384), rows of zeros where nothing
    mentions a picture.
    """

    pictures: Floats
    captions: Sequence[str]
    sentences: Floats
    mentions: Sequence[str]
    mention_sentences: Floats

    def of(self, places: Sequence[int]) -> "Material":
        """Return some of the pairs."""
        return Material(
            self.pictures[places],
            [self.captions[place] for place in places],
            self.sentences[places],
            [self.mentions[place] for place in places],
            self.mention_sentences[places],
        )


def fit(material: Material, dimensions: int = DIMENSIONS) -> MeaningModel:
    """Return the model of some pairs; the same pairs in the same order give the same numbers on one machine."""
    m = material
    mean = m.pictures.mean(0)
    view = _view(m.pictures - mean)
    anchors = (m.pictures - mean) @ view
    words, idf = _vocabulary(m.captions)
    known = {word: place for place, word in enumerate(words)}
    shares = word_shares(m.captions, known, idf)
    word_mean = shares.mean(0)
    axes = _axes(shares - word_mean)
    spoken = unit(m.sentences + MENTION_WEIGHT * m.mention_sentences)
    mentioned = unit((word_shares(m.mentions, known, idf) - word_mean) @ axes)
    worded = unit(unit((shares - word_mean) @ axes) + MENTION_WEIGHT * mentioned)
    near = kernel(anchors, anchors, WIDTH)
    ridge = near + RIDGE * np.eye(len(near), dtype=np.float32)
    targets = np.concatenate([spoken - spoken.mean(0), worded - worded.mean(0)], 1)
    weights = np.linalg.solve(ridge, targets)
    weights *= _scales(near @ weights, m.sentences.shape[1])
    # What pictures can say lies in few directions; the rest of a text is told by its length outside of them.
    _, _, rows = np.linalg.svd(near @ weights, full_matrices=False)
    basis = np.ascontiguousarray(rows[:dimensions].T)
    return MeaningModel(
        mean=mean,
        view=view,
        anchors=anchors,
        width=np.array(WIDTH, np.float32),
        weights=weights @ basis,
        sentence_mean=m.sentences.mean(0),
        words=np.array(words),
        idf=idf,
        word_mean=word_mean,
        axes=axes,
        basis=basis,
    )


def _view(pictures: Floats) -> Floats:
    """Return the projection of centred pictures to a space of distances, shape (1386, VIEW).

    Squared distances there are mean squared differences in units of spread, of each part by its weight.
    """
    shares = np.concatenate([np.full(width, PART_WEIGHTS[name] / width) for name, width in PARTS.items()])
    scale = np.sqrt(shares) / (pictures.std(0) + 1e-3)
    values = (pictures * scale).astype(np.float64)
    lengths, vectors = np.linalg.eigh(values.T @ values)
    return np.asarray(scale[:, None] * vectors[:, np.argsort(-lengths)[:VIEW]], np.float32)


def _scales(said: Floats, sentence: int) -> Floats:
    """Return what gives both parts of what pictures say their share of its length, shape (384 + w,)."""
    halves = (said[:, :sentence], 1.0), (said[:, sentence:], WORD_WEIGHT**0.5)
    scales = [weight / np.sqrt((half**2).sum(1).mean()) for half, weight in halves]
    return np.repeat(scales, [sentence, said.shape[1] - sentence]).astype(np.float32)


def _vocabulary(captions: Sequence[str]) -> tuple[list[str], Floats]:
    counts = Counter(word for caption in captions for word in set(words_of(caption)))
    words = sorted(word for word, count in counts.items() if count >= LEAST_CAPTIONS)
    shares = np.array([counts[word] for word in words], np.float32) / len(captions)
    return words, -np.log(shares)


def _axes(shares: Floats) -> Floats:
    """Return the directions in which captions differ most by words, shape (v, WORD_AXES)."""
    values, vectors = np.linalg.eigh((shares @ shares.T).astype(np.float64))
    largest = np.argsort(-values)[:WORD_AXES]
    axes = shares.T @ vectors[:, largest] / np.sqrt(values[largest])
    lengths = np.sqrt(values[largest])
    axes *= (lengths / lengths.mean()) ** -EVENNESS
    signs = np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])  # one of the two that are as good
    return np.asarray(axes * signs, np.float32)


def read_material(folder: Path, encoder: Path) -> Material:
    """Return the pairs of a release, or of a folder with `pairs-*.parquet`, described and encoded.

    Args:
        folder: holds pairs in Parquet files: image, caption, kind, label, mentions.
        encoder: folder of the sentence encoder.
    """
    pictures, captions, mentions = [], [], []
    files = sorted(folder.glob("pairs/*/*.parquet")) or sorted(folder.glob("pairs-*.parquet"))
    for path in files:
        with pq.ParquetFile(path) as held:
            for batch in held.iter_batches(64, columns=["image", "caption", "kind", "label", "mentions"]):
                rows = [row for row in batch.to_pylist() if row["image"] is not None]
                pictures.append(seen([open_rgb(row["image"]["bytes"]) for row in rows]))
                captions += [row["caption"] or "" for row in rows]
                mentions += [_mentioned(row) for row in rows]
    if not captions:
        raise SystemExit(f"{folder} holds no pairs")
    described = np.concatenate(pictures)
    sentences = sentence_vectors(encoder, captions)
    mentioned = sentence_vectors(encoder, mentions) * np.array(
        [[bool(text)] for text in mentions], np.float32
    )
    return Material(described, captions, sentences, mentions, mentioned)


def _mentioned(row: dict[str, Any]) -> str:
    """Return the sentences that mention a picture, or the beginning of what else is said around it."""
    number = str(row["label"] or "").rpartition(" ")[2]
    sentences = sentences_about(row["kind"], number, row["mentions"] or ())
    return " ".join(sentences)[:MENTION_CHARS] or " ".join(row["mentions"] or ())[:REST_CHARS]


def main() -> None:
    """Fit the model to a folder of pairs and write its numbers."""
    pairs, output = (Path(name) for name in sys.argv[1:])
    write_meaning(fit(read_material(pairs, output)), output / NUMBERS)


if __name__ == "__main__":
    main()
