"""Chooses hard negatives for an export: vectors by an embedder, the choice by the curation."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.calibration import shipped_thresholds
from curation.embeddings import Embedder, copies_embedder, copies_part, embedder_space, load_embedder
from curation.negatives import VERSION, Candidates, Found, NegativeParameters, hard_negatives
from curation.similarity import Thumbnail, thumbnail
from schemas.errors import UserError
from schemas.reject import RecordError
from warehouse.exports import Chosen, ExportPlan, Negatives, Place, export_triplets, read_places
from warehouse.releases import Vectors
from warehouse.stages import Json

COLUMNS = [
    "pair_id", "paper_key", "group_id", "kind", "caption", "table_text", "image", "image_sha256", "pixel_sha256",
    "phash",
]  # fmt: skip
BATCH = 64

Floats = npt.NDArray[np.float32]
SIMILARITY = 0.9  # of an embedder without measured thresholds


def write_triplets(
    plan: ExportPlan,
    folder: Path,
    warehouse: Path,
    embedder: str,
    count: int,
    *,
    per_file: int = 5_000,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Write pairs with `count` hard negatives each; return the pairs of each split.

    Raises:
        UserError: the embedder embeds pictures only, or the folder holds something else.
    """
    chooser = Chooser(warehouse, embedder, count)
    return export_triplets(
        plan, folder, chooser.choose, about=chooser.about(), per_file=per_file, advance=advance
    )


@dataclass(frozen=True)
class _Row:
    """A pair without its picture."""

    values: dict[str, Any]
    thumbnail: Thumbnail
    text_key: str


class Chooser:
    """Chooses negatives with one embedder, whose vectors the warehouse keeps.

    Args:
        warehouse: the folder of releases and vectors.
        embedder: as in `scimmir build`; it must embed texts, too.
        count: negatives for each pair.

    Raises:
        UserError: the embedder embeds pictures only.
    """

    def __init__(self, warehouse: Path, embedder: str, count: int) -> None:
        self.spec = embedder
        self.embedder: Embedder = load_embedder(embedder)
        if self.embedder.embed_texts is None or self.embedder.text_identity is None:
            raise UserError(f"{embedder} embeds images only: name a CLIP model, such as clip")
        dimension = self.embedder.dimension
        self.pictures = Vectors(warehouse, "image", self.embedder.identity, dimension=dimension)
        self.texts = Vectors(warehouse, "text", self.embedder.text_identity, dimension=dimension)
        known = shipped_thresholds(embedder_space(copies_embedder(embedder)))
        similarity = known.for_duplicates().agreed.similarity if known is not None else SIMILARITY
        self.parameters = NegativeParameters(count=count, similarity=similarity)

    def about(self) -> dict[str, Json]:
        """Return all that the choice depends on beside the pairs."""
        return {
            "negatives_version": VERSION,
            "embedder": self.embedder.identity,
            "text_embedder": self.embedder.text_identity,
            "negatives": dict(asdict(self.parameters)),
        }

    def choose(self, places: Sequence[Place]) -> Chosen:
        """Return the negatives of a split's pairs; figures are held against figures, tables against tables."""
        rows = self._read(places)
        negatives: dict[str, Negatives] = {}
        for kind in ("figure", "table"):
            chosen = [row for row in rows if row.values["kind"] == kind]
            if chosen:
                negatives.update(self._of_kind(chosen))
        captions = {row.values["pair_id"]: row.values["caption"] for row in rows}
        return Chosen(negatives, captions)

    def _of_kind(self, rows: list[_Row]) -> dict[str, Negatives]:
        def column(name: str) -> list[Any]:
            return [row.values[name] for row in rows]

        names = column("pair_id")
        seen = self.pictures.gather(column("image_sha256"))
        pairs = Candidates(
            groups=column("group_id"),
            papers=column("paper_key"),
            captions=column("caption"),
            table_texts=column("table_text"),
            pixels=column("pixel_sha256"),
            hashes=column("phash"),
            thumbnails=[row.thumbnail for row in rows],
            pictures=_unit(seen),
            copies=_unit(copies_part(self.spec, seen)),
            caption_vectors=_unit(self.texts.gather([row.text_key for row in rows])),
        )

        def named(found: Found) -> tuple[tuple[str, float], ...]:
            return tuple((names[place], score) for place, score in found)

        pictures, captions = hard_negatives(pairs, self.parameters)
        return {
            name: Negatives(named(said), named(shown))
            for name, said, shown in zip(names, captions, pictures, strict=True)
        }

    def _read(self, places: Sequence[Place]) -> list[_Row]:
        """Return the pairs that have a picture that can be read, and see that all have vectors."""
        rows: list[_Row] = []
        for table in read_places(places):
            values = table.select(COLUMNS).to_pylist()
            for start in range(0, len(values), BATCH):
                rows += self._embedded(values[start : start + BATCH])
        self.pictures.flush()
        self.texts.flush()
        return rows

    def _embedded(self, values: list[dict[str, Any]]) -> list[_Row]:
        files: dict[str, bytes] = {}
        rows: list[_Row] = []
        for row in values:
            image = row.pop("image")
            if image is None or image["bytes"] is None:
                continue
            try:
                small = thumbnail(image["bytes"])
            except RecordError:
                continue
            files[row["image_sha256"]] = image["bytes"]
            rows.append(_Row(row, small, hashlib.sha256(row["caption"].encode()).hexdigest()))
        missing = self.pictures.missing(list(files))
        if missing:
            self.pictures.add(missing, self.embedder.embed([files[key] for key in missing]))
        texts = {row.text_key: row.values["caption"] for row in rows}
        unread = self.texts.missing(list(texts))
        assert self.embedder.embed_texts is not None
        if unread:  # no more than a batch: one caption a pair
            self.texts.add(unread, self.embedder.embed_texts([texts[key] for key in unread]))
        return rows


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)
