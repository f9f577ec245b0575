"""What the stages on a shard have in common: its floats, the images made of them, and rejects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from flows.shards import ShardInputs
from runtime.attempt import Failure
from schemas.columns import rows_of
from schemas.floats import Float
from schemas.reject import Reject

IMAGE_STAGES = ("images", "typeset")
PICTURE_STAGES = (*IMAGE_STAGES, "panels")  # with the panels that were cut out of those images


@dataclass(frozen=True)
class Picture:
    """An encoded image with the float it belongs to."""

    pair_id: str
    image: bytes


@dataclass(frozen=True)
class SmallCopy:
    """The small copy of a float's image (`runtime.pictures`)."""

    pair_id: str
    packed: bytes


def floats_in(inputs: ShardInputs) -> list[Float]:
    """Return the shard's floats in document order."""
    return list(rows_of(Float, inputs.table("extract", "floats")))


def floats_with_panels(inputs: ShardInputs) -> list[Float]:
    """Return the shard's floats in document order, then the panels that were cut out of them."""
    return [*floats_in(inputs), *rows_of(Float, inputs.table("panels", "floats"))]


def pictures_in(inputs: ShardInputs, stages: Iterable[str] = IMAGE_STAGES) -> list[Picture]:
    """Return the images that these stages made of the shard, stage by stage."""
    return [
        Picture(row["pair_id"], row["image"])
        for stage in stages
        for row in inputs.table(stage, "images", ["pair_id", "image"]).to_pylist()
    ]


def small_copies_in(inputs: ShardInputs, stages: Iterable[str] = IMAGE_STAGES) -> list[SmallCopy]:
    """Return the small copies of the images that these stages made of the shard, stage by stage."""
    return [
        SmallCopy(row["pair_id"], row["small_copy"])
        for stage in stages
        for row in inputs.table(stage, "images", ["pair_id", "small_copy"]).to_pylist()
    ]


def ids_with_image(inputs: ShardInputs, stages: Iterable[str] = IMAGE_STAGES) -> set[str]:
    """Return the names of the floats that these stages made an image of."""
    tables = (inputs.table(stage, "images", ["pair_id"]) for stage in stages)
    return {name for table in tables for name in table.column("pair_id").to_pylist()}


def float_facts(inputs: ShardInputs) -> list[Mapping[str, object]]:
    """Return of each float `pair_id`, `kind`, the number of `graphics` and whether it `has_table`."""
    table = inputs.table("extract", "floats", ["pair_id", "kind", "graphics", "table_html"])
    columns = {
        "pair_id": table.column("pair_id").to_pylist(),
        "kind": table.column("kind").to_pylist(),
        "graphics": pc.list_value_length(table.column("graphics")).to_pylist(),
        "has_table": pc.is_valid(table.column("table_html")).to_pylist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def by_paper(floats: Sequence[Float]) -> dict[str, list[Float]]:
    """Return the floats of each paper."""
    papers: dict[str, list[Float]] = {}
    for item in floats:
        papers.setdefault(item.paper_key, []).append(item)
    return papers


def float_reject(item: Float, stage: str, failure: Failure) -> Reject:
    """Return the reject that stands for a float from here on."""
    return Reject(
        paper_key=item.paper_key,
        pair_id=item.pair_id,
        stage=stage,
        reason=failure.reason,
        detail=failure.detail,
        kind=item.kind,
        label=item.label,
        caption=item.caption,
        snippet=item.snippet,
    )
