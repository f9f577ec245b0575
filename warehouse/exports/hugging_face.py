"""A release as a Hugging Face dataset folder: Parquet in SciMMIR's columns beside the full ones, and a card."""

import io
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from runtime.hashes import file_sha256
from schemas.columns import arrow_schema
from schemas.pair import SUBCATEGORIES, Pair
from warehouse.exports.card import SCIMMIR_COLUMNS, card
from warehouse.exports.plan import ExportPlan, Place, claim_folder, read_places, write_whole
from warehouse.releases import (
    CROISSANT_JSON,
    ROWS_PER_GROUP,
    Described,
    Records,
    as_bytes,
    described_files,
    descriptions,
    hugging_face_feature,
    pair_file_schema,
    pair_writer,
)
from warehouse.stages import Json, canonical_json

VERSION = "2"  # 1: data/<split>-<part>-of-<parts>.parquet; 2: croissant.json

# SciMMIR's columns, in its order: image stands first, these after it.
_TEXTS = ("file_name_index", "text", "class", "super_class", "sub_class")


def export_hugging_face(
    plan: ExportPlan, folder: Path, *, per_file: int = 5_000, advance: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Write the files that are not there yet, then the card; return the rows of each split.

    A file is there whole or not at all; equal pairs give equal bytes.

    Args:
        plan: what to export.
        folder: where to; empty, or begun by the same export.
        per_file: rows in a file.
        advance: is told the number of pairs done.

    Raises:
        WarehouseError: the folder holds something else, or a file of the release cannot be read.
    """
    claim_folder(folder, {**plan.about("hugging-face", VERSION), "rows_per_file": per_file})
    (folder / "data").mkdir(exist_ok=True)
    rows: dict[str, int] = {}
    for split, places in plan.splits.items():
        shards = plan.shards(split, per_file)
        for number, part in enumerate(shards):
            path = folder / "data" / f"{split}-{number:05d}-of-{len(shards):05d}.parquet"
            if not path.is_file():
                write_whole(path, _parquet(part))
            advance(len(part))
        rows[split] = len(places)
    text = card(plan, export_schema(), _statistics(folder), rows)
    write_whole(folder / "README.md", text.encode())
    write_whole(folder / CROISSANT_JSON, as_bytes(_described(plan, folder)))
    return rows


def _described(plan: ExportPlan, folder: Path) -> dict[str, Json]:
    """Return the exported files as a Croissant dataset."""
    paths = sorted((folder / "data").glob("*.parquet"))
    files: dict[str, Json] = {
        path.relative_to(folder).as_posix(): {"sha256": file_sha256(path), "bytes": path.stat().st_size}
        for path in paths
    }
    urls = {url for path in paths for url in _column(path, "license_url") if url}
    pairs = Records(
        name="pairs",
        description="Pictures with their captions in SciMMIR's columns, and everything else that is known of them.",
        files="data/*.parquet",
        schema=export_schema(),
        descriptions=descriptions(arrow_schema(Pair)) | SCIMMIR_COLUMNS,
        split_of=r".*data/([a-z]+)-.*",
    )
    about = Described(plan.version, plan.release_hash, plan.policy, sorted(urls))
    return described_files(about, files, [pairs])


def _column(path: Path, name: str) -> list[str | None]:
    return list(pq.read_table(path, columns=[name], partitioning=None).column(name).to_pylist())


def export_schema() -> pa.Schema:
    """Return the columns of the exported files: SciMMIR's, then all others of a pair."""
    own = pair_file_schema()
    first = [own.field("image"), *(pa.field(name, pa.string(), nullable=False) for name in _TEXTS)]
    schema = pa.schema([*first, *(field for field in own if field.name != "image")])
    features = {field.name: hugging_face_feature(field) for field in schema}
    return schema.with_metadata({"huggingface": canonical_json({"info": {"features": features}})})


def _parquet(places: tuple[Place, ...]) -> bytes:
    schema = export_schema()
    out = io.BytesIO()
    with pair_writer(out, schema) as writer:
        for table in read_places(places):
            whole = _with_scimmir_columns(table, schema).combine_chunks()
            writer.write_table(whole, row_group_size=ROWS_PER_GROUP)
    return out.getvalue()


def _with_scimmir_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    classes = table.column("subcategory").to_pylist()
    texts: Mapping[str, Any] = {
        "file_name_index": [image["path"] for image in table.column("image").to_pylist()],
        "text": table.column("caption"),
        "class": classes,
        "super_class": table.column("kind"),
        "sub_class": [name.partition("_")[2] for name in classes],
    }
    columns = [texts[name] if name in texts else table.column(name) for name in schema.names]
    arrays = [
        column.cast(field.type) if isinstance(column, pa.ChunkedArray) else pa.array(column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _statistics(folder: Path) -> dict[str, dict[str, Json]]:
    """Return per split what the card states: bytes, classes, lengths of captions; read from the files."""
    found: dict[str, dict[str, Json]] = {}
    for path in sorted((folder / "data").glob("*.parquet")):
        split = path.name.split("-")[0]
        table = pq.read_table(path, columns=["class", "text", "source"], partitioning=None)
        entry = found.setdefault(
            split, {"bytes": 0, "memory": 0, "classes": {}, "sources": {}, "characters": 0}
        )
        entry["bytes"] = _number(entry["bytes"]) + path.stat().st_size
        metadata = pq.read_metadata(path)
        groups = range(metadata.num_row_groups)
        entry["memory"] = _number(entry["memory"]) + sum(
            metadata.row_group(i).total_byte_size for i in groups
        )
        entry["characters"] = _number(entry["characters"]) + sum(map(len, table.column("text").to_pylist()))
        for name, key in (("class", "classes"), ("source", "sources")):
            counts = entry[key]
            assert isinstance(counts, dict)
            for value, count in Counter(table.column(name).to_pylist()).items():
                counts[value] = _number(counts.get(value, 0)) + count
    for entry in found.values():
        classes = entry["classes"]
        assert isinstance(classes, dict)
        entry["classes"] = {name: classes[name] for name in SUBCATEGORIES if name in classes}
    return found


def _number(value: Json) -> int:
    assert isinstance(value, int)
    return value
