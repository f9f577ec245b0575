"""A release as training triplets: each pair with its hardest negatives, as Parquet that `datasets` reads."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.columns import arrow_schema
from schemas.sample import TripletRow
from warehouse.exports.plan import ExportPlan, Place, claim_folder, read_places, write_whole
from warehouse.releases import ROWS_PER_GROUP, hugging_face_feature
from warehouse.stages import Json, canonical_json

VERSION = "1"  # 1: data/<split>-<part>-of-<parts>.parquet
_OWN = ["pair_id", "paper_key", "group_id", "kind", "subcategory", "license_code", "image", "caption"]


@dataclass(frozen=True)
class Negatives:
    """The negatives of one pair, the most similar first: names of pairs with their cosines."""

    captions: tuple[tuple[str, float], ...]
    pictures: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Chosen:
    """The negatives of a split's pairs by name, and the captions of all that may be one."""

    negatives: Mapping[str, Negatives]
    captions: Mapping[str, str]


def export_triplets(
    plan: ExportPlan,
    folder: Path,
    choose: Callable[[Sequence[Place]], Chosen],
    *,
    about: Mapping[str, Json],
    per_file: int = 5_000,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, int]:
    """Write the files that are not there yet, then the card; return the pairs of each split.

    Args:
        plan: what to export.
        folder: where to; empty, or begun by the same export.
        choose: returns the negatives of a split's pairs; those that have no entry, such as pairs whose picture is
            withheld, are left out.
        about: all that the choice depends on; a folder begun with another is refused.
        per_file: pairs in a file.
        advance: is told the number of pairs done.

    Raises:
        WarehouseError: the folder holds something else, or a file of the release cannot be read.
    """
    claim_folder(folder, {**plan.about("triplets", VERSION), "rows_per_file": per_file, **about})
    (folder / "data").mkdir(exist_ok=True)
    rows: dict[str, int] = {}
    for split, places in plan.splits.items():
        shards = plan.shards(split, per_file)
        names = [f"{split}-{number:05d}-of-{len(shards):05d}.parquet" for number in range(len(shards))]
        paths = [folder / "data" / name for name in names]
        chosen = choose(places) if not all(path.is_file() for path in paths) else None
        for path, part in zip(paths, shards, strict=True):
            if chosen is not None and not path.is_file():
                write_whole(path, _parquet(part, chosen))
            advance(len(part))
            rows[split] = rows.get(split, 0) + int(pq.read_metadata(path).num_rows)
    write_whole(folder / "README.md", _card(plan, rows, about).encode())
    return rows


def _parquet(places: Sequence[Place], chosen: Chosen) -> bytes:
    schema = arrow_schema(TripletRow)
    features: dict[str, Json] = {field.name: hugging_face_feature(field) for field in schema}
    schema = schema.with_metadata({"huggingface": canonical_json({"info": {"features": features}})})
    out = io.BytesIO()
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for table in read_places(places):
            rows = [
                {**row, **_negatives(chosen, row["pair_id"])}
                for row in table.select(_OWN).to_pylist()
                if row["pair_id"] in chosen.negatives
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=ROWS_PER_GROUP)
    return out.getvalue()


def _negatives(chosen: Chosen, pair_id: str) -> dict[str, object]:
    found = chosen.negatives[pair_id]
    return {
        "negative_caption_ids": [name for name, _ in found.captions],
        "negative_captions": [chosen.captions[name] for name, _ in found.captions],
        "negative_caption_scores": [score for _, score in found.captions],
        "negative_image_ids": [name for name, _ in found.pictures],
        "negative_image_scores": [score for _, score in found.pictures],
    }


def _card(plan: ExportPlan, rows: Mapping[str, int], about: Mapping[str, Json]) -> str:
    files = [{"split": split, "path": f"data/{split}-*"} for split, count in rows.items() if count]
    columns = "\n".join(
        f"| `{field.name}` | {field.metadata[b'description'].decode()} |"
        for field in arrow_schema(TripletRow)
    )
    return CARD.format(
        version=plan.version,
        configs=json.dumps([{"config_name": "default", "data_files": files}]),
        rows=", ".join(f"{split} {count:,}" for split, count in rows.items() if count),
        policy=plan.policy,
        licences=", ".join(f"{code} {count:,}" for code, count in plan.kept.items()),
        about=json.dumps(about, indent=2, sort_keys=True),
        columns=columns,
    )


CARD = """---
pretty_name: Scientific figures and tables with hard negatives, {version}
configs: {configs}
---

# Scientific figures and tables with hard negatives, release {version}

Each pair with the captions and the pictures of other works that are most like its own. Pairs: {rows}. Licence policy:
{policy} ({licences}). Chosen with:

```json
{about}
```

| column | what it holds |
|---|---|
{columns}
"""
