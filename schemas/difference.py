"""What differs between two releases: one row for each pair that came, went, or changed in a stage."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column

CHANGES = ("added", "removed", "changed")
# Besides the reject reasons: why a pair stands in one release only, though neither rejected it.
DIFFERENCE_REASONS = {
    "paper_absent": "the other release was built without its paper",
    "paper_other_version": "the other release has another version of its paper",
    "float_absent": "the other release has its paper, and found no such figure, table or panel there",
}


@dataclass(frozen=True, kw_only=True)
class DifferenceRow:
    """One difference between an older and a newer release."""

    pair_id: str = column(pa.string(), "the pair")
    change: str = column(
        pa.string(), "added: only in the newer release; removed: only in the older; changed: in both"
    )
    stage: str = column(
        pa.string(), "stage that made the difference; a changed pair has a row for each such stage"
    )
    reason: str = column(
        pa.string(),
        "for a pair of one release, why the other has it not: a reject reason, paper_absent, "
        "paper_other_version or float_absent; for a changed pair, the columns that differ",
    )
    detail: str | None = column(
        pa.string(), "detail of that reject: the file named, the pair it duplicates", nullable=True
    )
    columns: tuple[str, ...] = column(pa.list_(pa.string()), "for a changed pair, the columns that differ")
    paper_key: str = column(pa.string(), "its paper, in the release that has it (the newer of two)")
    subcategory: str = column(pa.string(), "its class there")
