"""The rejects of a stage over the whole build."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from flows.shards import ShardTables
from runtime.attempt import Failure
from schemas.columns import table_of, with_long_strings
from schemas.reject import Reject

R = TypeVar("R")

REJECT_COLUMNS = ["paper_key", "pair_id", "kind", "label", "caption", "snippet"]


def reject_table(
    shards: ShardTables, stage: str, rows: Mapping[str, R], failure: Callable[[R], Failure]
) -> pa.Table:
    """Return the rejects of a stage: of each pair_id, with what the extractors found of the float."""
    names = pa.array(list(rows), pa.large_string())
    tables = [table_of(Reject, [])]
    for part in shards.float_parts(REJECT_COLUMNS):
        floats = with_long_strings(part)
        rejects = []
        for row in floats.filter(pc.is_in(floats.column("pair_id"), value_set=names)).to_pylist():
            found = failure(rows[row["pair_id"]])
            rejects.append(Reject(**row, stage=stage, reason=found.reason, detail=found.detail))
        tables.append(table_of(Reject, rejects))
    return pa.concat_tables(tables)
