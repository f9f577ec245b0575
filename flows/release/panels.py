"""What a release's manifest says of the panels that were cut out of figures."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from flows.release.nothing_lost import count_values
from flows.shards import ShardTables
from warehouse.stages import Json


def panels_account(shards: ShardTables, mode: str, kept: pa.Table) -> dict[str, Json]:
    """Return which panels were asked for, how many were cut out, and of the release: how many, and what stayed whole.

    `cut_out` counts panels before curation; `panels` and `figures` those among the pairs, and the figures that they
    are of; `whole` the pairs that are figures which stayed whole, `unsplit_by_reason` the same by the reason why.
    """
    names = kept.column("pair_id")
    cut = shards.table("panels", "floats", ["pair_id", "parent_id"])
    there = cut.filter(pc.is_in(cut.column("pair_id"), value_set=names))
    whole = shards.table("panels", "unsplit")
    whole = whole.filter(pc.is_in(whole.column("pair_id"), value_set=names))
    return {
        "mode": mode,
        "cut_out": cut.num_rows,
        "panels": there.num_rows,
        "figures": pc.count_distinct(there.column("parent_id")).as_py(),
        "whole": whole.num_rows,
        "unsplit_by_reason": dict(sorted(count_values(whole.column("panels_unsplit")).items())),
    }


def panels_line(manifest: Mapping[str, Json]) -> str:
    """Return the summary's line on panels, empty where none were cut out."""
    stated = manifest.get("panels")
    if not isinstance(stated, dict) or not stated["panels"]:
        return ""
    return (
        f"- panels: {stated['panels']} cut out of {stated['figures']} figures; {stated['whole']} figures stayed "
        "whole\n"
    )
