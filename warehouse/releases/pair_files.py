"""The Parquet files of pairs with their images: schema, row groups and codecs."""

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.columns import arrow_schema
from schemas.pair import Pair
from warehouse.stages import Json, canonical_json

ROWS_PER_GROUP = 100  # DuckDB reads whole row groups: one image must not cost hundreds of others


def pair_writer(where: Path | BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    """Return a writer of pairs with their images, for row groups of `ROWS_PER_GROUP`."""
    # Images are compressed already; trying again costs time and saves nothing.
    codecs = {name: "zstd" for name in schema.names if name != "image"} | {"image.bytes": "none"}
    return pq.ParquetWriter(where, schema, compression=codecs, write_page_index=True)


def pair_file_schema() -> pa.Schema:
    """Return the schema of the pair files: that of `Pair` without the split, which is the folder's name.

    The metadata tells Hugging Face's `datasets` that `image` is an image, and not a struct.
    """
    schema = arrow_schema(Pair)
    schema = schema.remove(schema.get_field_index("split"))
    features = {f.name: hugging_face_feature(f) for f in schema}
    return schema.with_metadata({"huggingface": canonical_json({"info": {"features": features}})})


def hugging_face_feature(field: pa.Field) -> Json:
    """Return a column as Hugging Face's `datasets` describes it in a file's metadata."""
    return {"_type": "Image"} if field.name == "image" else _hugging_face_type(field.type)


def _hugging_face_type(arrow_type: pa.DataType) -> Json:
    if pa.types.is_list(arrow_type):
        return {"feature": _hugging_face_type(arrow_type.value_type), "_type": "List"}
    if pa.types.is_struct(arrow_type):
        return {f.name: _hugging_face_type(f.type) for f in arrow_type}
    names = {"float": "float32", "double": "float64"}
    return {"dtype": names.get(str(arrow_type), str(arrow_type)), "_type": "Value"}
