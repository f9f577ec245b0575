"""The books of a build: every figure, table and panel that was found is a pair or a reject, once."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release.policy import withheld_images
from flows.release.selected import unselected
from flows.shards import BuildInputs
from flows.stages.rejects import REJECT_COLUMNS
from schemas.columns import arrow_schema, rows_of, table_of, with_long_strings
from schemas.errors import UserError
from schemas.pair import EVERYTHING, Selection
from schemas.paper import PaperFacts, PaperRow
from schemas.reject import Reject

CURATING = ("dedupe", "decontaminate")  # stages over the whole build that have one
REJECTING = ("extract", "images", "typeset", "embed")  # shard stages with a table of rejects


class BuildError(UserError):
    """The build came to a result that must not be published."""


def floats_found(inputs: BuildInputs) -> pa.Table:
    """Return `pair_id` and `paper_key` of every figure, table and panel: found in document order, then cut out."""
    columns = ["pair_id", "paper_key"]
    floats = inputs.shards.table("extract", "floats", columns)
    rejects = inputs.shards.table("extract", "rejects", columns)
    rejects = rejects.filter(pc.is_valid(rejects.column("pair_id"))).cast(floats.schema)
    return pa.concat_tables([floats, rejects, inputs.shards.table("panels", "floats", columns)])


def all_rejects(inputs: BuildInputs, found: pa.Table, wanted: Selection = EVERYTHING) -> pa.Table:
    """Return every reject of the build, of papers first, then in the order of the floats."""
    other = unselected(inputs, wanted, _gone(inputs))
    tables = [table_of(Reject, inputs.inventory.rejects)]
    tables += [inputs.shards.table(stage, "rejects") for stage in REJECTING]
    tables += [inputs.outputs["dedupe"].table("rejects"), inputs.outputs["decontaminate"].table("rejects")]
    tables += [other, table_of(Reject, [_orphan(row) for row in orphans(inputs, other).to_pylist()])]
    rejects = pa.concat_tables(
        with_long_strings(table).select(arrow_schema(Reject).names) for table in tables
    )
    places = pc.index_in(rejects.column("pair_id"), value_set=found.column("pair_id"), skip_nulls=True)
    keys = pa.table(
        {
            "place": pc.fill_null(places, -1),  # -1 for whole papers
            "paper_key": rejects.column("paper_key"),
            "row": pa.array(np.arange(rejects.num_rows)),
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return rejects.take(order)


def orphans(inputs: BuildInputs, other: pa.Table) -> pa.Table:
    """Return the panels that were cut out of figures which are rejected since, and are no rejects themselves.

    A panel is never more than its picture: where that must not be in the release, or repeats another one, nor may
    or does a part of it. `other` holds the rejects of pairs that are not wanted.
    """
    cut = inputs.shards.table("panels", "floats", [*REJECT_COLUMNS, "parent_id"])
    gone = pa.chunked_array([*_gone(inputs).chunks, *_together(other).chunks], pa.large_string())
    alone = pc.and_(
        pc.is_in(cut.column("parent_id"), value_set=gone),
        pc.invert(pc.is_in(cut.column("pair_id"), value_set=gone)),
    )
    return cut.filter(alone)


def _gone(inputs: BuildInputs) -> pa.ChunkedArray:
    return _together(inputs.shards.table("embed", "rejects", ["pair_id"]), *_curated(inputs))


def _curated(inputs: BuildInputs) -> list[pa.Table]:
    return [inputs.outputs[stage].table("rejects", ["pair_id"]) for stage in CURATING]


def _together(*tables: pa.Table) -> pa.ChunkedArray:
    """Return the names in tables of floats, one after the other."""
    columns = (with_long_strings(table.select(["pair_id"])).column("pair_id") for table in tables)
    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.large_string())


def _orphan(row: Mapping[str, str]) -> Reject:
    about = {name: row[name] for name in REJECT_COLUMNS}
    return Reject(**about, stage="release", reason="figure_rejected", detail=f"cut out of {row['parent_id']}")


def pairs_kept(inputs: BuildInputs, policy: str, wanted: Selection = EVERYTHING) -> pa.Table:
    """Return the pairs of the release: duplicate group, duplicates removed, and why an image stays out."""
    other = unselected(inputs, wanted, _gone(inputs))
    removed = _together(*_curated(inputs), other, orphans(inputs, other))
    names = inputs.shards.table("embed", "embeddings", ["pair_id"]).column("pair_id")
    names = names.filter(pc.invert(pc.is_in(names, value_set=removed)))
    repeated = with_long_strings(inputs.outputs["dedupe"].table("duplicates", ["duplicate_group"]))
    groups = repeated.column("duplicate_group").value_counts()
    place = pc.index_in(names, value_set=groups.field("values"))
    withheld = withheld_images(inputs.shards, inputs.outputs["papers"], policy)
    return pa.table(
        {
            "pair_id": names,
            "duplicate_group": pc.if_else(pc.is_valid(place), names, pa.scalar(None, names.type)),
            "duplicates_removed": pc.fill_null(groups.field("counts").take(place), 0).cast(pa.int32()),
            "image_withheld": _reasons(names, withheld),
        }
    )


def _reasons(names: pa.ChunkedArray, withheld: Mapping[str, str]) -> pa.ChunkedArray:
    place = pc.index_in(names, value_set=pa.array(list(withheld), names.type))
    return pa.array(list(withheld.values()), pa.string()).take(place)


def check_accounts(found: pa.Table, rejects: pa.Table, kept: pa.Table, max_unexpected_share: float) -> None:
    """Stop unless every float found is a pair or a reject, once.

    Raises:
        BuildError: floats got lost or doubled, or too many failed for unexpected reasons.
    """
    known = found.column("pair_id")
    rejected = rejects.column("pair_id").drop_null()
    ends = pa.chunked_array([*kept.column("pair_id").chunks, *rejected.chunks], known.type)
    counts = ends.value_counts()
    for what, names in (
        ("lost", known.filter(pc.invert(pc.is_in(known, value_set=ends)))),
        ("counted twice", counts.field("values").filter(pc.greater(counts.field("counts"), 1))),
        ("never found", ends.filter(pc.invert(pc.is_in(ends, value_set=known)))),
    ):
        if len(names):
            raise BuildError(
                f"the books do not balance: {len(names)} floats {what}, such as {pc.min(names)}; "
                "this is a defect, and nothing was published"
            )
    unexpected = rejects.filter(pc.equal(rejects.column("reason"), "unexpected"))
    total = pc.count_distinct(known).as_py()
    if unexpected.num_rows > max(2, max_unexpected_share * total):
        first = unexpected.slice(0, 1).to_pylist()[0]
        raise BuildError(
            f"{unexpected.num_rows} of {total} floats and papers failed for unexpected reasons, more than "
            f"{max_unexpected_share:.0%}; the first is {first['paper_key']}: {first['detail']}"
        )


def paper_rows(inputs: BuildInputs, found: pa.Table, rejects: pa.Table, kept: pa.Table) -> list[PaperRow]:
    """Return the papers of the release, each with its numbers of floats, pairs and rejects."""
    paper_of = found.column("paper_key").take(
        pc.index_in(kept.column("pair_id"), value_set=found.column("pair_id"))
    )
    of_floats = pc.is_valid(rejects.column("pair_id"))
    floats = count_values(found.column("paper_key"))
    pairs = count_values(paper_of)
    rejected = count_values(rejects.column("paper_key").filter(of_floats))
    warnings: dict[str, list[str]] = {}
    for row in inputs.shards.table("extract", "warnings").to_pylist():
        warnings.setdefault(row["paper_key"], []).append(row["warning"])
    return [
        PaperRow(
            **{name: getattr(facts, name) for name in PaperFacts.__dataclass_fields__},
            floats_found=floats[facts.paper_key],
            pairs=pairs[facts.paper_key],
            rejects=rejected[facts.paper_key],
            warnings=tuple(warnings.get(facts.paper_key, ())),
        )
        for facts in rows_of(PaperFacts, inputs.outputs["papers"].table("papers"))
    ]


def count_values(values: pa.ChunkedArray) -> Counter[str]:
    """Return how often each value stands in a column."""
    counted = values.value_counts()
    return Counter(
        dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
    )
