"""What differs between two releases, pair by pair, with the stage and the reason."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from schemas.columns import arrow_schema
from schemas.difference import CHANGES, DifferenceRow
from warehouse.place import WarehouseError
from warehouse.sql import one_line, sql_name, sql_text
from warehouse.versions import pair_files

# Which stage decides a column; what begins with none of these comes from the extractors.
STAGE_PREFIXES = (
    ("ocr", ("ocr_",)),
    ("classify", ("subcategory", "class_")),
    ("panels", ("panel_", "panels_")),
    ("images", ("image_", "width", "height", "pixel_", "phash", "origin")),
    ("dedupe", ("duplicate",)),
    ("split", ("split", "group_id")),
    (
        "papers",
        ("source", "paper_", "version", "title", "categories", "published", "license_", "allows_", "share_"),
    ),
)
FROM_EXTRACT = ("source_file",)
STAGES = ("extract", *(stage for stage, _ in STAGE_PREFIXES))

# A pair of one release that the other has not: rejected there, or its paper was, or its paper is not there.
_ONE_SIDED = """
SELECT own.pair_id, '{change}' AS change,
    CASE WHEN lost.pair_id IS NOT NULL THEN lost.stage
         WHEN papers.paper_key IS NOT NULL THEN coalesce(whole.stage, 'extract')
         ELSE coalesce(whole.stage, 'input') END AS stage,
    CASE WHEN lost.pair_id IS NOT NULL THEN lost.reason
         WHEN whole.paper_key IS NOT NULL THEN whole.reason
         WHEN papers.paper_key IS NOT NULL THEN 'float_absent'
         WHEN versions.paper_id IS NOT NULL THEN 'paper_other_version'
         ELSE 'paper_absent' END AS reason,
    coalesce(lost.detail, whole.detail) AS detail,
    []::VARCHAR[] AS columns, own.paper_key, own.subcategory
FROM {own}_pairs AS own
ANTI JOIN {other}_pairs AS other USING (pair_id)
LEFT JOIN (SELECT pair_id, min_by(stage, position) AS stage, min_by(reason, position) AS reason,
                  min_by(detail, position) AS detail
           FROM (SELECT *, row_number() OVER (ORDER BY stage, reason, detail) AS position FROM {other}_rejects)
           WHERE pair_id IS NOT NULL GROUP BY pair_id) AS lost ON lost.pair_id = own.pair_id
LEFT JOIN (SELECT paper_key, min(stage) AS stage, min(reason) AS reason, min(detail) AS detail
           FROM {other}_rejects WHERE pair_id IS NULL GROUP BY paper_key) AS whole
    ON whole.paper_key = own.paper_key
LEFT JOIN (SELECT DISTINCT paper_key FROM {other}_papers) AS papers ON papers.paper_key = own.paper_key
LEFT JOIN (SELECT DISTINCT source, paper_id FROM {other}_papers) AS versions
    ON versions.source = own.source AND versions.paper_id = own.paper_id
"""

_CHANGED = """
SELECT pair_id, 'changed' AS change, '{stage}' AS stage, array_to_string(columns, ', ') AS reason,
    NULL::VARCHAR AS detail, columns, paper_key, subcategory
FROM (
    SELECT pair_id, new.paper_key, new.subcategory,
        list_filter([{columns}], lambda name: name IS NOT NULL) AS columns
    FROM old_pairs AS old JOIN new_pairs AS new USING (pair_id)
)
WHERE len(columns) > 0
"""


@dataclass(frozen=True)
class Difference:
    """All that differs between two releases, by change, stage, reason and pair.

    `columns_old` and `columns_new` are columns that only one of the two has, which were not compared.
    """

    old: str
    new: str
    pairs_old: int
    pairs_new: int
    table: pa.Table
    columns_old: tuple[str, ...]
    columns_new: tuple[str, ...]


def compare_releases(old: Path, new: Path) -> Difference:
    """Return what differs between two releases' folders; no image is read, their hashes are compared.

    Raises:
        WarehouseError: a file of one of them cannot be read.
    """
    try:
        with duckdb.connect() as con:
            names = [_views(con, side, folder) for side, folder in (("old", old), ("new", new))]
            common = [name for name in names[1] if name in names[0] and name != "pair_id"]
            parts = [
                _ONE_SIDED.format(change="added", own="new", other="old"),
                _ONE_SIDED.format(change="removed", own="old", other="new"),
                *(_changed_sql(stage, common) for stage in STAGES),
            ]
            sql = " UNION ALL ".join(f"({part})" for part in parts if part)
            order = f"list_position({list(CHANGES)}, change), stage, reason, pair_id"
            table = con.sql(f"FROM ({sql}) ORDER BY {order}").to_arrow_table()
            counts = [
                con.execute(f"SELECT count(*) FROM {side}_pairs").fetchall()[0][0] for side in ("old", "new")
            ]
    except duckdb.Error as error:
        raise WarehouseError(one_line(error)) from error
    return Difference(
        old=old.name,
        new=new.name,
        pairs_old=counts[0],
        pairs_new=counts[1],
        table=table.cast(arrow_schema(DifferenceRow)),
        columns_old=tuple(name for name in names[0] if name not in names[1]),
        columns_new=tuple(name for name in names[1] if name not in names[0]),
    )


def stage_of(column: str) -> str:
    """Return the stage that decides a column of `pairs`."""
    if column in FROM_EXTRACT:
        return "extract"
    return next((stage for stage, prefixes in STAGE_PREFIXES if column.startswith(prefixes)), "extract")


def summary(difference: Difference) -> list[tuple[str, str, str, int]]:
    """Return change, stage, reason and number of pairs; for changed pairs each column is a reason of its own."""
    counts = Counter[tuple[str, str, str]]()
    for row in difference.table.to_pylist():
        for reason in row["columns"] or [row["reason"]]:
            counts[row["change"], row["stage"], reason] += 1
    order = {change: place for place, change in enumerate(CHANGES)}
    ordered = sorted(counts.items(), key=lambda item: (order[item[0][0]], item[0][1], -item[1], item[0][2]))
    return [(*key, count) for key, count in ordered]


def rich_summary(difference: Difference) -> RenderableType:
    """Return the summary for a terminal."""
    grid = Table("change", "stage", "reason or column")
    grid.add_column("pairs", justify="right")
    for change, stage, reason, count in summary(difference):
        grid.add_row(change, stage, reason, f"{count:,}")
    return Group(Text(head(difference)), grid)


def head(difference: Difference) -> str:
    """Return the totals as a few lines."""
    touched = _touched(difference)
    lines = [
        f"{difference.old}: {difference.pairs_old:,} pairs; {difference.new}: {difference.pairs_new:,} pairs",
        ", ".join(f"{touched[change]:,} {change}" for change in CHANGES),
    ]
    for side, names in ((difference.old, difference.columns_old), (difference.new, difference.columns_new)):
        if names:
            lines.append(f"only {side} has the columns {', '.join(names)}")
    return "\n".join(lines)


def json_text(difference: Difference) -> str:
    """Return totals, summary and all differences as JSON."""
    content = {
        "old": difference.old,
        "new": difference.new,
        "pairs_old": difference.pairs_old,
        "pairs_new": difference.pairs_new,
        "columns_only_old": list(difference.columns_old),
        "columns_only_new": list(difference.columns_new),
        "pairs": dict(_touched(difference)),
        "summary": [
            dict(zip(("change", "stage", "reason", "pairs"), line, strict=True))
            for line in summary(difference)
        ],
        "differences": difference.table.to_pylist(),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _touched(difference: Difference) -> dict[str, int]:
    found: dict[str, set[str]] = {change: set() for change in CHANGES}
    for row in difference.table.select(["change", "pair_id"]).to_pylist():
        found[row["change"]].add(row["pair_id"])
    return {change: len(pairs) for change, pairs in found.items()}


def _changed_sql(stage: str, common: list[str]) -> str:
    names = [name for name in common if stage_of(name) == stage]
    if not names:
        return ""
    cases = ", ".join(
        f"CASE WHEN old.{sql_name(name)} IS DISTINCT FROM new.{sql_name(name)} THEN {sql_text(name)} END"
        for name in names
    )
    return _CHANGED.format(stage=stage, columns=cases)


def _views(con: duckdb.DuckDBPyConnection, side: str, folder: Path) -> list[str]:
    """Make a release's pairs, papers and rejects views of this name; return the columns of its pairs."""
    parts = pair_files(folder)
    if not parts:
        raise WarehouseError(f"release {folder.name} holds no pairs to compare")
    try:
        names = [name for name in pq.read_schema(parts[0]).names if name != "image"]
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{parts[0]} cannot be read: {one_line(error)}") from error
    columns = ", ".join(sql_name(name) for name in names)
    one_split = [
        f"SELECT {columns}, {sql_text(split)} AS split FROM read_parquet("
        f"[{', '.join(sql_text(p) for p in parts if p.parent.name == f'split={split}')}], hive_partitioning = false)"
        for split in dict.fromkeys(p.parent.name.removeprefix("split=") for p in parts)
    ]
    con.execute(f"CREATE VIEW {side}_pairs AS {' UNION ALL '.join(one_split)}")
    for name in ("papers", "rejects"):
        file = sql_text(folder / f"{name}.parquet")
        con.execute(f"CREATE VIEW {side}_{name} AS FROM read_parquet({file}, hive_partitioning = false)")
    return [*names, "split"]
