"""What the stages over the whole build read of all pairs: narrow columns in Arrow, and vectors in files.

Read shard by shard, and never into Python objects: in memory are the texts, and of each vector the copies that a
search makes. Vectors and thumbnails, ten kilobytes a pair, lie in files without a name that go with them.
"""

import dataclasses
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation import contamination, duplicates, embeddings, licenses, similarity
from flows.shards import FLOAT_STAGES, ShardTables
from flows.stages.floats import PICTURE_STAGES
from schemas.columns import with_long_strings
from warehouse.place import WarehouseError
from warehouse.stages import StageOutput

SCHEMA = pa.unify_schemas([duplicates.COLUMNS, contamination.COLUMNS])
PAPER_COLUMNS = ["source", "version", "split", "paper_id", "doi"]
FLOAT_COLUMNS = ["paper_key", "parent_id", "kind", "caption", "table_text"]
IMAGE_COLUMNS = ["origin", "width", "height", "original_width", "original_height", "pixel_sha256", "phash"]
FACETS = [facet.name for facet in dataclasses.fields(licenses.LicenseFacets)]


@dataclass(frozen=True)
class Narrow:
    """All pairs that have an image, in the order of the shards.

    `table` has the columns of SCHEMA, `embeddings` the shape (pairs, dimension): of each vector what finds copies.
    """

    table: pa.Table
    embeddings: npt.NDArray[np.float32]
    thumbnails: similarity.Thumbnails


def read_narrow(shards: ShardTables, papers: StageOutput, embedder: str) -> Narrow:
    """Return what curation compares of the build's pairs, whose vectors are by `embedder`.

    Raises:
        WarehouseError: the files, ten kilobytes a pair, do not fit on the warehouse's disk.
    """
    try:
        return _read_narrow(shards, papers, embedder)
    except OSError as error:
        raise WarehouseError(f"cannot write to the warehouse: {error}") from error


def _read_narrow(shards: ShardTables, papers: StageOutput, embedder: str) -> Narrow:
    of_papers = papers.table("papers", ["paper_key", *PAPER_COLUMNS, *FACETS])
    ranks = _ranked(of_papers.select(["paper_key", *FACETS]))
    of_papers = of_papers.drop_columns(FACETS).append_column("license_rank", ranks)
    own = papers.table("float_licenses", ["pair_id", *FACETS])
    own = own.select(["pair_id"]).append_column("license_rank", _ranked(own))
    papers_of, own_of = shards.by_paper(of_papers), shards.by_float(own)
    parts = [SCHEMA.empty_table()]
    dimension = 1
    # On the warehouse's disk: a machine's folder for temporary files is often small, or in memory.
    place = shards.warehouse
    with tempfile.TemporaryFile(dir=place) as vectors, tempfile.TemporaryFile(dir=place) as thumbnails:
        for index in range(len(shards)):
            embedded = shards.output("embed", index).table("embeddings")
            dimension = _append(embedded, embedder, vectors) or dimension
            names = with_long_strings(embedded.select(["pair_id"])).column("pair_id")
            images = _images(shards, index, names)
            for value in images.column("thumbnail"):
                thumbnails.write(value.as_buffer())
            parts.append(_columns(shards, index, names, images, papers_of[index], own_of[index]))
        table = pa.concat_tables(parts)
        side = similarity.SIDE
        return Narrow(
            table,
            _mapped(vectors, np.dtype(np.float32), (table.num_rows, dimension)),
            similarity.Thumbnails(_mapped(thumbnails, np.dtype(np.uint8), (table.num_rows, side, side))),
        )


def _append(embedded: pa.Table, embedder: str, vectors: IO[bytes]) -> int | None:
    """Write the vectors of a shard to the file; return the dimension, None of an empty shard."""
    if embedded.num_rows == 0:
        return None
    values = embedded.column("embedding").combine_chunks().flatten().to_numpy()
    found = embeddings.copies_part(embedder, values.reshape(embedded.num_rows, -1))
    vectors.write(np.ascontiguousarray(found, np.float32).tobytes())
    return int(found.shape[1])


def _mapped(file: IO[bytes], dtype: np.dtype, shape: tuple[int, ...]) -> npt.NDArray:  # type: ignore[type-arg]
    if shape[0] == 0:
        return np.zeros(shape, dtype)
    file.flush()
    return np.memmap(file, dtype, "r", shape=shape)


def _images(shards: ShardTables, index: int, names: pa.ChunkedArray) -> pa.Table:
    """Return the images of a shard's pairs of these names, in their order."""
    columns = ["pair_id", "thumbnail", *IMAGE_COLUMNS]
    made = [shards.output(stage, index).table("images", columns) for stage in PICTURE_STAGES]
    return _of(pa.concat_tables(made), names)


def _columns(
    shards: ShardTables,
    index: int,
    names: pa.ChunkedArray,
    images: pa.Table,
    of_papers: pa.Table,
    own: pa.Table,
) -> pa.Table:
    """Return the rows of SCHEMA of one shard's embedded pairs."""
    found = [
        shards.output(stage, index).table("floats", ["pair_id", *FLOAT_COLUMNS]) for stage in FLOAT_STAGES
    ]
    floats = _of(pa.concat_tables(found), names)
    facts = _of(of_papers, floats.column("paper_key"), by="paper_key")
    ocr = _of(shards.output("ocr", index).table("ocr", ["pair_id", "ocr_text"]), names, optional=True)
    own_rank = _of(own, names, optional=True).column("license_rank")
    columns = {
        "pair_id": names,
        **{name: floats.column(name) for name in FLOAT_COLUMNS},
        **{name: facts.column(name) for name in PAPER_COLUMNS},
        **{name: images.column(name) for name in ("origin", "pixel_sha256", "phash")},
        "ocr_text": _none_if_empty(ocr.column("ocr_text")),
        "pixels": _pixels(images),
        "license_rank": pc.coalesce(own_rank, facts.column("license_rank")),
    }
    return pa.table({name: columns[name] for name in SCHEMA.names}).cast(SCHEMA)


def _of(table: pa.Table, names: pa.ChunkedArray, *, by: str = "pair_id", optional: bool = False) -> pa.Table:
    """Return a table's rows of these names, in their order; with `optional`, nulls where there is none."""
    table = with_long_strings(table)
    places = pc.index_in(names, value_set=table.column(by))
    if not optional and places.null_count:
        missing = names.filter(pc.is_null(places))[0]
        raise KeyError(f"no row of {missing} among the {table.num_rows} of a stage table")
    return table.take(places)


def _ranked(facets: pa.Table) -> pa.Array:
    """Return how open each row's licence is, 0 for the most open."""
    rows: Sequence[dict[str, object]] = facets.select(FACETS).to_pylist()
    ranks = [licenses.openness(licenses.LicenseFacets(**row)) for row in rows]  # type: ignore[arg-type]
    return pa.array(ranks, pa.int8())


def _none_if_empty(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _pixels(images: pa.Table) -> pa.ChunkedArray:
    """Return the pixels of the originals; of the stored images where an original states no size."""
    sides = []
    for name in ("width", "height"):
        stored = images.column(name).cast(pa.float64())
        original = images.column(f"original_{name}")
        sides.append(pc.if_else(pc.equal(pc.fill_null(original, 0), 0), stored, original))
    return pc.floor(pc.multiply(*sides)).cast(pa.int64())
