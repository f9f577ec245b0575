"""Scores of an image-text matching head, kept in the warehouse: a pair is read by the model once."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.embeddings import Embedder
from evaluation.benchmark import RowGroup
from runtime.progress import progress
from warehouse.releases import Vectors

VERSION = "1"  # 1: the logit of a match less that of none


@dataclass(frozen=True)
class Place:
    """Where a pair stands: a row of a row group, with the hash of its image file."""

    group: RowGroup
    row: int
    image_sha256: str

    @property
    def text(self) -> str:
        """The pair's caption."""
        return self.group.texts[self.row]


class Matching:
    """How well images and captions of some pairs match, by an embedder that has a head for it."""

    def __init__(self, warehouse: Path, embedder: Embedder, places: Sequence[Place]) -> None:
        assert embedder.match is not None
        self._match = embedder.match
        self._places = places
        identity = f"{embedder.text_identity} matching={VERSION}"
        self._kept = Vectors(warehouse, "match", identity, dimension=1)

    def scores(
        self, queries: npt.NDArray[np.int64], candidates: npt.NDArray[np.int64], direction: str
    ) -> npt.NDArray[np.float32]:
        """Return the scores of queries with their candidates, of the candidates' shape (n, k).

        Args:
            queries: numbers of pairs, whose captions (txt2img) or images (img2txt) ask.
            candidates: numbers of pairs, k for each query.
            direction: txt2img or img2txt.
        """
        asked = np.repeat(queries, candidates.shape[1])
        images, texts = (candidates.ravel(), asked) if direction == "txt2img" else (asked, candidates.ravel())
        keys = [self._key(image, text) for image, text in zip(images.tolist(), texts.tolist(), strict=True)]
        self._read(images, texts, keys)
        return self._kept.gather(keys).reshape(candidates.shape)

    def _read(self, images: npt.NDArray[np.int64], texts: npt.NDArray[np.int64], keys: Sequence[str]) -> None:
        missing = set(self._kept.missing(keys))
        wanted: dict[int, dict[str, str]] = defaultdict(dict)
        for image, text, key in zip(images.tolist(), texts.tolist(), keys, strict=True):
            if key in missing:
                missing.discard(key)
                wanted[image][key] = self._places[text].text
        with progress("match", len(wanted), "images") as advance:
            files, of = list[bytes | None](), None
            for image in sorted(wanted):  # pairs are numbered as they are read, so a row group is read once
                place = self._places[image]
                if place.group is not of:
                    files, of = place.group.images(), place.group
                found = self._match(files[place.row] or b"", list(wanted[image].values()))
                self._kept.add(list(wanted[image]), found[:, None])
                advance(1)
        self._kept.flush()

    def _key(self, image: int, text: int) -> str:
        caption = self._places[text].text.encode()
        return hashlib.sha256(
            f"{self._places[image].image_sha256} {hashlib.sha256(caption).hexdigest()}".encode()
        ).hexdigest()
