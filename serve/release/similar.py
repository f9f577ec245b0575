"""Pairs nearest to an image, a text or another pair, by the embeddings that the build left in its stages."""

import functools
import hashlib
import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.embeddings import (
    Embedder,
    EmbedderError,
    embedder_identity,
    embedder_space,
    load_embedder,
    text_embedder_identity,
    without_device,
)
from serve.release.copies import Copies, copy_name
from serve.release.filters import Filter
from serve.release.index import ReleaseIndex
from serve.release.matching import Matching
from serve.release.vectors import Vectors, open_vectors, write_vectors
from warehouse.sql import sql_text
from warehouse.stages import COMPLETE, StageOutput, lineage_of, stage_output

MAX_UPLOAD = 32 * 1024 * 1024  # bytes
KEPT_IMAGES = 1000  # vectors of uploaded images, two kilobytes each
KEPT_SEARCHES = 64  # of which the pages of a list and the steps from pair to pair are answered
NEAREST = 240  # pairs listed: beyond, similarity says little

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Near:
    """Places of pairs in the release, first ones first, with their cosine similarity, None where it says nothing.

    `scores` is what a search in words ordered them by; empty for what is ordered by similarity.
    """

    positions: tuple[int, ...]
    similarities: tuple[float | None, ...]
    scores: tuple[float, ...] = ()


class Similar:
    """Search by similarity in one release.

    Args:
        index: the opened release.
        stages: outputs that hold its embeddings; without any nothing is compared.
        embedder: what embeds images and texts that are searched with; None where nothing can be had. It is
            loaded at its first use.
        copies: where the vectors are kept from start to start; for this process alone where None.
    """

    def __init__(
        self,
        index: ReleaseIndex,
        stages: Sequence[StageOutput] = (),
        embedder: str | None = None,
        copies: Copies | None = None,
    ) -> None:
        self.matching = Matching(index)
        self._index = index
        self._stages = stages
        self._spec = embedder
        self._copies = copies
        self._vectors: Vectors | None = None
        self._embedder: Embedder | None = None
        self._images: OrderedDict[str, Floats] = OrderedDict()
        self._embedding, self._reading = threading.Lock(), threading.Lock()
        self._nearest_to = functools.lru_cache(maxsize=KEPT_SEARCHES)(self._search)

    @property
    def has_vectors(self) -> bool:
        """Whether pairs can be compared with each other."""
        return bool(self._stages)

    @property
    def reads_images(self) -> bool:
        """Whether an image can be searched with."""
        return self.has_vectors and self._spec is not None

    @functools.cached_property
    def reads_texts(self) -> bool:
        """Whether a text can be searched with."""
        if not self.has_vectors or self._spec is None:
            return False
        try:
            return text_embedder_identity(self._spec) is not None
        except EmbedderError:
            return False

    def prepare(self, stopped: threading.Event) -> None:
        """Read the vectors before the first search asks for them."""
        if self._stages and not stopped.is_set():
            self._read()

    def load(self) -> Embedder:
        """Return the embedder.

        Raises:
            EmbedderError: it cannot be loaded.
        """
        assert self._spec is not None
        with self._embedding:
            if self._embedder is None:
                self._embedder = load_embedder(self._spec)
            return self._embedder

    def add_image(self, content: bytes) -> str:
        """Return the name under which `vector` knows an uploaded image.

        Raises:
            RecordError: it is no image (image_unreadable).
            EmbedderError: the embedder cannot be loaded.
        """
        embedder = self.load()
        name = hashlib.sha256(content).hexdigest()[:24]
        with self._embedding:
            if name not in self._images:
                self._images[name] = np.asarray(embedder.embed([content])[0], np.float32)
            self._images.move_to_end(name)
            while len(self._images) > KEPT_IMAGES:
                self._images.popitem(last=False)
        return name

    def vector(self, like: str) -> Floats | None:
        """Return the vector of `pair:<pair_id>`, `image:<name>` or `text:<words>`; None where there is none."""
        kind, _, name = like.partition(":")
        if kind == "pair" and self.has_vectors:
            position = self._index.position(name)
            vectors = self._read()
            known = position is not None and vectors.known[position]
            return np.array(vectors.matrix[position]) if known else None
        if kind == "image":
            return self._images.get(name)
        return self._text_vector(name) if kind == "text" and self.reads_texts and name.strip() else None

    def nearest(self, wanted: Filter) -> Near | None:
        """Return the pairs of a filter that are nearest to what it names; None where it names nothing known."""
        vector = self.vector(wanted.like) if wanted.like else None
        return None if vector is None else self.nearest_to(vector, wanted.without_like(), NEAREST)

    def nearest_to(self, vector: Floats, wanted: Filter, count: int) -> Near:
        """Return at most `count` pairs of a filter that are nearest to a vector."""
        return self._nearest_to(vector.tobytes(), wanted, count)

    def _search(self, vector_bytes: bytes, wanted: Filter, count: int) -> Near:
        found, similarities = self._read().nearest(
            np.frombuffer(vector_bytes, np.float32), self.matching.mask(wanted), count
        )
        return Near(tuple(found.tolist()), tuple(similarities.tolist()))

    def _text_vector(self, text: str) -> Floats | None:
        try:
            embedder = self.load()
        except EmbedderError:
            return None
        if embedder.embed_texts is None:
            return None
        with self._embedding:
            found = np.asarray(embedder.embed_texts([text])[0], np.float32)
        # Where an image has several vectors end to end, the text is compared with each of them.
        return np.tile(found, embedder.parts) / np.float32(np.sqrt(embedder.parts))

    def _read(self) -> Vectors:
        with self._reading:
            if self._vectors is None:
                self._vectors = self._open_vectors()
            return self._vectors

    def _open_vectors(self) -> Vectors:
        if self._copies is None:
            with tempfile.TemporaryDirectory() as folder:  # what is mapped stays readable
                write_vectors(self._index, self._stages, Path(folder))
                return open_vectors(Path(folder))
        keys = " ".join(stage.key for stage in self._stages)
        name = f"{copy_name(self._index.folder)}-{hashlib.sha256(keys.encode()).hexdigest()[:16]}"
        entry = self._copies.find(name) or self._copies.add(
            name, lambda aside: write_vectors(self._index, self._stages, aside)
        )
        return open_vectors(entry)


def open_similar(
    index: ReleaseIndex, warehouse: Path, embedder: str | None, copies: Copies | None = None
) -> Similar:
    """Return the search by similarity for a release.

    Without `embedder`, the one that the release was built with searches images, where it can be had here; the
    release's pairs are compared with each other in any case, where their stages still exist. Later stage
    outputs win where two hold the same pair.

    Raises:
        EmbedderError: the embedder that was asked for is not the release's, or cannot be loaded.
    """
    stages = _embedding_stages(index, warehouse)
    if embedder is not None:
        if not stages:
            raise EmbedderError(
                f"the embeddings of release {index.version} are not in {warehouse / 'stages'}"
            )
        if not _is_same(index, embedder):
            raise EmbedderError(
                f"release {index.version} was not built with {embedder}: its vectors mean others"
            )
        similar = Similar(index, stages, embedder, copies)
        similar.load()
        return similar
    built_with = _stated(index.manifest, "parameters", "embedder")
    try:
        usable = bool(stages) and _is_same(index, built_with)
    except EmbedderError:
        usable = False
    return Similar(index, stages, built_with if usable else None, copies)


def _is_same(index: ReleaseIndex, embedder: str) -> bool:
    """Tell whether an embedder's vectors can be compared with the release's; most identities begin with the space."""
    stated = _stated(index.manifest, "stage_parameters", "embed", "embedder")
    return stated.startswith(embedder_space(embedder)) or without_device(stated) == embedder_identity(
        embedder
    )


def _stated(manifest: Mapping[str, object], *path: str) -> str:
    value: object = manifest
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _embedding_stages(index: ReleaseIndex, warehouse: Path) -> list[StageOutput]:
    """Return the outputs of the stage `embed` that the release was made of, the latest first.

    Where that was not recorded, those that were made as the release's were.
    """
    recorded = lineage_of(warehouse, index.version)
    if recorded is not None:
        named = [stage_output(warehouse, "embed", key) for stage, key in recorded if stage == "embed"]
        return _latest_first([output for output in named if output.is_complete])
    stated = index.manifest.get("stage_parameters")
    parameters = stated.get("embed") if isinstance(stated, Mapping) else None
    versions = index.manifest.get("stages")
    version = versions.get("embed") if isinstance(versions, Mapping) else None
    found = []
    for path in warehouse.glob(f"stages/embed/*/*/{COMPLETE}"):
        try:
            about = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if about.get("parameters") == parameters and about.get("version") == version:
            found.append(StageOutput(path.parent))
    outputs = _latest_first(found)
    return outputs if any(_holds_pairs(index, output) for output in outputs) else []


def _latest_first(outputs: Sequence[StageOutput]) -> list[StageOutput]:
    return sorted(outputs, key=lambda o: (-(o.folder / COMPLETE).stat().st_mtime, o.key))


def _holds_pairs(index: ReleaseIndex, output: StageOutput) -> bool:
    source = f"read_parquet({sql_text(output.folder / 'embeddings.parquet')}, hive_partitioning = false)"
    return bool(index.rows(f"SELECT 1 FROM pairs WHERE pair_id IN (SELECT pair_id FROM {source}) LIMIT 1"))
