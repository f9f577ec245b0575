"""Pairs nearest to an image, a text or another pair, by the embeddings that the build left in its stages."""

import functools
import hashlib
import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.embed import Embedder, EmbedderError, embedder_identity, embedder_space, load_embedder
from serve.filters import Filter, conditions
from serve.release_index import ReleaseIndex
from warehouse.lake import COMPLETE, StageOutput

MAX_UPLOAD = 32 * 1024 * 1024  # bytes
KEPT_IMAGES = 1000  # vectors of uploaded images, two kilobytes each
KEPT_SEARCHES = 64  # of which the pages of a list and the steps from pair to pair are answered
NEAREST = 240  # pairs listed: beyond, similarity says little
ROWS_AT_ONCE = 16_384  # rows multiplied at once: 32 MB at 512 dimensions

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Near:
    """Places of pairs in the release, nearest first, with their cosine similarity."""

    positions: tuple[int, ...]
    similarities: tuple[float, ...]


@dataclass(frozen=True)
class _Vectors:
    """The embeddings in the order of the release; `known` tells which rows hold one."""

    matrix: Floats
    known: npt.NDArray[np.bool_]


class Similar:
    """Search by similarity in one release; the embeddings are read at the first search."""

    def __init__(self, index: ReleaseIndex, stages: Sequence[StageOutput], embedder: Embedder | None) -> None:
        self._index = index
        self._stages = stages
        self._embedder = embedder
        self._vectors: _Vectors | None = None
        self._images: OrderedDict[str, Floats] = OrderedDict()
        self._lock = threading.Lock()
        self._nearest_to = functools.lru_cache(maxsize=KEPT_SEARCHES)(self._search)

    @property
    def has_vectors(self) -> bool:
        """Whether pairs can be compared with each other."""
        return bool(self._stages)

    @property
    def reads_images(self) -> bool:
        """Whether an image can be searched with."""
        return self.has_vectors and self._embedder is not None

    @property
    def reads_texts(self) -> bool:
        """Whether a text can be searched with."""
        return self.has_vectors and self._embed_texts() is not None

    def add_image(self, content: bytes) -> str:
        """Return the name under which `vector` knows an uploaded image.

        Raises:
            RecordError: it is no image (image_unreadable).
        """
        assert self._embedder is not None
        name = hashlib.sha256(content).hexdigest()[:24]
        with self._lock:
            if name not in self._images:
                self._images[name] = np.asarray(self._embedder.embed([content])[0], np.float32)
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
        embed_texts = self._embed_texts()
        if kind != "text" or embed_texts is None or not self.has_vectors or not name.strip():
            return None
        with self._lock:
            return np.asarray(embed_texts([name])[0], np.float32)

    def nearest(self, wanted: Filter) -> Near | None:
        """Return the pairs of a filter that are nearest to what it names; None where it names nothing known."""
        vector = self.vector(wanted.like) if wanted.like else None
        return None if vector is None else self._nearest_to(vector.tobytes(), wanted.without_like())

    def _search(self, vector_bytes: bytes, wanted: Filter) -> Near:
        vector = np.frombuffer(vector_bytes, np.float32)
        vectors = self._read()
        allowed = vectors.known
        chosen = conditions(wanted)
        if chosen:
            rows = self._index.rows(f"SELECT position FROM pairs WHERE {' AND '.join(chosen)}")
            allowed = np.zeros_like(vectors.known)
            allowed[[int(str(row[0])) for row in rows]] = True
            allowed &= vectors.known
        scores = np.full(len(allowed), -np.inf, np.float32)
        for start in range(0, len(allowed), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            if allowed[part].any():
                scores[part] = np.where(allowed[part], vectors.matrix[part] @ vector, -np.inf)
        count = min(NEAREST, int(allowed.sum()))
        best = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)
        order = best[np.lexsort((best, -scores[best]))]
        return Near(tuple(order.tolist()), tuple(scores[order].tolist()))

    def _embed_texts(self) -> Callable[[Sequence[str]], Floats] | None:
        return getattr(self._embedder, "embed_texts", None)

    def _read(self) -> _Vectors:
        with self._lock:
            if self._vectors is None:
                self._vectors = _read_vectors(self._index, self._stages)
        return self._vectors


def open_similar(index: ReleaseIndex, warehouse: Path, embedder: str | None) -> Similar:
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
        return Similar(index, stages, load_embedder(embedder))
    built_with = _stated(index.manifest, "parameters", "embedder")
    try:
        usable = bool(stages) and _is_same(index, built_with)
        return Similar(index, stages, load_embedder(built_with) if usable else None)
    except EmbedderError:
        return Similar(index, stages, None)


def _is_same(index: ReleaseIndex, embedder: str) -> bool:
    """Tell whether an embedder's vectors can be compared with the release's; most identities begin with the space."""
    stated = _stated(index.manifest, "stage_parameters", "embed", "embedder")
    return stated.startswith(embedder_space(embedder)) or stated == embedder_identity(embedder)


def _stated(manifest: Mapping[str, object], *path: str) -> str:
    value: object = manifest
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _embedding_stages(index: ReleaseIndex, warehouse: Path) -> list[StageOutput]:
    """Return the outputs of the stage `embed` that were made as the release's were, the latest first."""
    stated = index.manifest.get("stage_parameters")
    parameters = stated.get("embed") if isinstance(stated, Mapping) else None
    versions = index.manifest.get("stages")
    version = versions.get("embed") if isinstance(versions, Mapping) else None
    found = []
    for path in sorted(warehouse.glob(f"stages/embed/*/*/{COMPLETE}")):
        try:
            about = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        if about.get("parameters") == parameters and about.get("version") == version:
            found.append((path.stat().st_mtime, StageOutput(path.parent)))
    found.sort(key=lambda item: item[0], reverse=True)
    outputs = [output for _, output in found]
    return outputs if any(_holds_pairs(index, output) for output in outputs) else []


def _holds_pairs(index: ReleaseIndex, output: StageOutput) -> bool:
    names = output.table("embeddings", ["pair_id"]).column("pair_id").to_pylist()
    sql = "SELECT 1 FROM pairs WHERE list_contains(?, pair_id) LIMIT 1"
    return bool(names) and bool(index.rows(sql, [names]))


def _read_vectors(index: ReleaseIndex, stages: Sequence[StageOutput]) -> _Vectors:
    """Return the matrix in a file without a name, which goes with it: a gigabyte for half a million pairs."""
    positions = {str(name): int(str(n)) for name, n in index.rows("SELECT pair_id, position FROM pairs")}
    known = np.zeros(index.count, np.bool_)
    matrix: Floats = np.zeros((index.count, 1), np.float32)
    for output in stages:
        table = output.table("embeddings", ["pair_id", "embedding"])
        rows = [(row, positions.get(name)) for row, name in enumerate(table.column("pair_id").to_pylist())]
        taken = [(row, place) for row, place in rows if place is not None and not known[place]]
        if not taken:
            continue
        vectors = _rows(table.column("embedding"))
        if not known.any():
            matrix = _on_disk((index.count, vectors.shape[1]))
        places = [place for _, place in taken]
        matrix[places] = vectors[[row for row, _ in taken]]
        known[places] = True
    return _Vectors(matrix, known)


def _on_disk(shape: tuple[int, int]) -> Floats:
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, np.float32, "w+", shape=shape)


def _rows(column: pa.ChunkedArray) -> Floats:
    flat = np.concatenate([chunk.flatten().to_numpy(zero_copy_only=False) for chunk in column.chunks])
    return np.asarray(flat, np.float32).reshape(len(column), -1)
