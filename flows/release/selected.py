"""Pairs of classes and image types that a build was not asked for: they are rejects, as all that is left out."""

import pyarrow as pa
import pyarrow.compute as pc

from flows.build_options import BuildOptions
from flows.shards import BuildInputs
from flows.stages.rejects import reject_table
from runtime.attempt import Failure
from schemas.pair import EVERYTHING, Selection, selection

_COLUMNS = ("pair_id", "subcategory", "image_type")


def selection_of(options: BuildOptions) -> Selection:
    """Return which classes and image types a build is to hold. Raises UserError where one is unknown."""
    return selection(options.classes, options.image_types)


def unselected(inputs: BuildInputs, wanted: Selection, gone: pa.ChunkedArray) -> pa.Table:
    """Return the rejects of pairs that are not wanted, of those that are not gone already."""
    found: dict[str, str] = {}
    if wanted != EVERYTHING:
        named = inputs.shards.table("classify", "classes", list(_COLUMNS))
        for row in named.filter(pc.invert(pc.is_in(named.column("pair_id"), value_set=gone))).to_pylist():
            if not wanted.takes(row["subcategory"], row["image_type"]):
                found[row["pair_id"]] = ", ".join(filter(None, (row["subcategory"], row["image_type"])))
    return reject_table(inputs.shards, "release", found, lambda said: Failure("not_selected", said))
