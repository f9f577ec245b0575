"""A release as retrieval tasks in the form that MTEB and MIEB read: corpus, queries and qrels, in both directions."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.exports.plan import ExportPlan, Place, claim_folder, read_places, write_whole
from warehouse.releases import ROWS_PER_GROUP
from warehouse.stages import Json, canonical_json

VERSION = "1"  # 1: images/, texts/, qrels/ with <split>-<part>-of-<parts>.parquet

# Each direction is a subset of the data set, named as MTEB names one: <subset>-corpus, -queries, -qrels.
DIRECTIONS = {"text-to-image": ("texts", "images"), "image-to-text": ("images", "texts")}
_TEXT = pa.field("text", pa.string())
_IMAGE = pa.field("image", pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())]))
_COLUMNS = {
    "images": [pa.field("id", pa.string()), pa.field("modality", pa.string()), _IMAGE],
    "texts": [pa.field("id", pa.string()), pa.field("modality", pa.string()), _TEXT],
}
_MODALITY = {"images": "image", "texts": "text"}
_QRELS = pa.schema(
    [pa.field("query-id", pa.string()), pa.field("corpus-id", pa.string()), pa.field("score", pa.int32())]
)


def export_mteb(
    plan: ExportPlan, folder: Path, *, per_file: int = 5_000, advance: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Write the files that are not there yet, then the card; return the pairs of each split.

    Pictures and captions are written once; in one direction the captions are the queries and the pictures the corpus,
    in the other the reverse. A pair's picture is `<pair_id>:image`, its caption `<pair_id>:text`, and each is the one
    relevant answer to the other. A file is there whole or not at all; equal pairs give equal bytes.

    Args:
        plan: what to export.
        folder: where to; empty, or begun by the same export.
        per_file: pairs in a file.
        advance: is told the number of pairs done.

    Raises:
        WarehouseError: the folder holds something else, or a file of the release cannot be read.
    """
    claim_folder(folder, {**plan.about("mteb", VERSION), "rows_per_file": per_file})
    rows: dict[str, int] = {}
    for split in plan.splits:
        shards = plan.shards(split, per_file)
        for number, places in enumerate(shards):
            name = f"{split}-{number:05d}-of-{len(shards):05d}.parquet"
            if not all((folder / part / name).is_file() for part in _parts()):
                for part, table in _tables(places).items():
                    (folder / part).mkdir(parents=True, exist_ok=True)
                    write_whole(folder / part / name, _parquet(table))
            advance(len(places))
            rows[split] = rows.get(split, 0) + _rows(folder / "texts" / name)
    write_whole(folder / "README.md", _card(plan, rows).encode())
    return rows


def _parts() -> list[str]:
    return [*_COLUMNS, *(f"qrels/{direction}" for direction in DIRECTIONS)]


def _tables(places: tuple[Place, ...]) -> dict[str, pa.Table]:
    """Return the pictures, captions and qrels of some pairs; those whose picture is withheld have no part in it."""
    names: list[str] = []
    texts: list[str] = []
    images: list[dict[str, object]] = []
    for table in read_places(places):
        for row in table.select(["pair_id", "caption", "image"]).to_pylist():
            if row["image"] is not None and row["image"]["bytes"] is not None:
                names.append(row["pair_id"])
                texts.append(row["caption"])
                images.append(row["image"])
    values: dict[str, list[str] | list[dict[str, object]]] = {"images": images, "texts": texts}
    ids = {part: [f"{name}:{_MODALITY[part]}" for name in names] for part in _COLUMNS}
    tables = {
        part: pa.Table.from_arrays(
            [ids[part], [_MODALITY[part]] * len(names), pa.array(values[part], fields[2].type)],
            schema=_with_features(fields),
        )
        for part, fields in _COLUMNS.items()
    }
    for direction, (queries, corpus) in DIRECTIONS.items():
        columns = [ids[queries], ids[corpus], pa.array([1] * len(names), pa.int32())]
        tables[f"qrels/{direction}"] = pa.Table.from_arrays(columns, schema=_QRELS)
    return tables


def _with_features(fields: list[pa.Field]) -> pa.Schema:
    """Return the schema with what `datasets` needs to give pictures as pictures."""
    features: dict[str, Json] = {
        field.name: {"_type": "Image"} if field is _IMAGE else {"dtype": "string", "_type": "Value"}
        for field in fields
    }
    return pa.schema(fields).with_metadata({"huggingface": canonical_json({"info": {"features": features}})})


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd", row_group_size=ROWS_PER_GROUP)
    return out.getvalue()


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def configs(rows: dict[str, int]) -> list[dict[str, Json]]:
    """Return the card's list of configurations: which files are which part of which direction."""
    found: list[dict[str, Json]] = []
    for direction, (queries, corpus) in DIRECTIONS.items():
        for part, place in (("corpus", corpus), ("queries", queries), ("qrels", f"qrels/{direction}")):
            files: list[Json] = [{"split": s, "path": f"{place}/{s}-*.parquet"} for s, n in rows.items() if n]
            found.append({"config_name": f"{direction}-{part}", "data_files": files})
    return found


def _card(plan: ExportPlan, rows: dict[str, int]) -> str:
    """Return the card as Markdown, with YAML that says where each part lies."""
    licences = ", ".join(f"{code} {count:,}" for code, count in plan.kept.items())
    return CARD.format(
        version=plan.version,
        configs=json.dumps(configs(rows)),
        rows=", ".join(f"{split} {count:,}" for split, count in rows.items() if count),
        policy=plan.policy,
        licences=licences,
        release_hash=plan.release_hash,
    )


CARD = """---
pretty_name: Scientific figures and tables as retrieval tasks, {version}
tags: ["mteb", "image", "text", "retrieval"]
configs: {configs}
---

# Scientific figures and tables as retrieval tasks, release {version}

Captions find pictures (`text-to-image`) and pictures find captions (`image-to-text`), as in SciMMIR: each has one
relevant answer, its own. Pairs: {rows}. Licence policy: {policy} ({licences}). Release hash: {release_hash}.

```python
import mteb
from mteb.abstasks import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata


class FindPictures(AbsTaskRetrieval):
    metadata = TaskMetadata(
        name="SciMMIRTextToImage",
        description="Find the figure or table that a caption describes.",
        dataset={{"path": "FOLDER", "revision": "main"}},
        type="Any2AnyRetrieval",
        category="t2i",
        modalities=["text", "image"],
        eval_splits=["test"],
        eval_langs={{"text-to-image": ["eng-Latn"]}},
        main_score="ndcg_at_10",
    )


mteb.evaluate(MODEL, tasks=[FindPictures()])
```

For the other direction, `image-to-text` and the category `i2t`.
"""
