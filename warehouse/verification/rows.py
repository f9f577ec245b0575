"""A release's rows against each other and against the manifest: counts, names, splits, references."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from schemas.license import WITHHELD
from schemas.pair import SPLITS, SUBCATEGORIES
from schemas.panel import UNSPLIT
from schemas.reject import REASONS
from warehouse.catalog import create_views
from warehouse.place import WarehouseError
from warehouse.sql import one_line, sql_text

VIEWS = "release"  # the schema of the views; a table of the same name stands before one


@dataclass(frozen=True)
class Rule:
    """Something that holds in every release: `sql` returns the names that break it, `broken` says how."""

    broken: str
    sql: str


def _names(values: object) -> str:
    assert isinstance(values, tuple | dict)
    return ", ".join(sql_text(value) for value in values)


RULES = (
    Rule(
        "pairs have a pair_id that another pair has too",
        "SELECT pair_id FROM pairs GROUP BY 1 HAVING count(*) > 1",
    ),
    Rule("papers are listed twice", "SELECT paper_key FROM papers GROUP BY 1 HAVING count(*) > 1"),
    Rule(
        "floats are rejected twice",
        "SELECT pair_id FROM rejects WHERE pair_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    ),
    Rule(
        "floats are pairs and rejects at once", "SELECT pair_id FROM pairs SEMI JOIN rejects USING (pair_id)"
    ),
    Rule(
        "papers have floats_found that is not pairs + rejects",
        "SELECT paper_key FROM papers WHERE floats_found <> pairs + rejects",
    ),
    Rule(
        "papers state another number of pairs than there are",
        "SELECT paper_key FROM papers LEFT JOIN (SELECT paper_key, count(*) AS n FROM pairs GROUP BY 1)"
        " USING (paper_key) WHERE coalesce(n, 0) <> papers.pairs",
    ),
    Rule(
        "papers state another number of rejects than there are",
        "SELECT paper_key FROM papers LEFT JOIN (SELECT paper_key, count(pair_id) AS n FROM rejects GROUP BY 1)"
        " USING (paper_key) WHERE coalesce(n, 0) <> papers.rejects",
    ),
    Rule(
        "papers have pairs in more than one split",
        "SELECT paper_key FROM pairs GROUP BY 1 HAVING count(DISTINCT split) > 1",
    ),
    Rule(
        "groups of versions and twins are in more than one split",
        "SELECT group_id FROM papers GROUP BY 1 HAVING count(DISTINCT split) > 1",
    ),
    Rule(
        "pairs are in another split than their paper",
        "SELECT pair_id FROM pairs JOIN papers USING (paper_key) WHERE pairs.split <> papers.split",
    ),
    Rule("pairs are in an unknown split", f"SELECT pair_id FROM pairs WHERE split NOT IN ({_names(SPLITS)})"),
    Rule(
        "pairs are of an unknown class",
        f"SELECT pair_id FROM pairs WHERE subcategory NOT IN ({_names(SUBCATEGORIES)})",
    ),
    Rule(
        "pairs are of a paper that is not listed",
        "SELECT pair_id FROM pairs ANTI JOIN papers USING (paper_key)",
    ),
    Rule(
        "rejected floats are of a paper that is not listed",
        "SELECT pair_id FROM rejects ANTI JOIN papers USING (paper_key) WHERE pair_id IS NOT NULL",
    ),
    Rule(
        "rejects have an unknown reason",
        f"SELECT paper_key FROM rejects WHERE reason NOT IN ({_names(REASONS)})",
    ),
    Rule(
        "panels are of a figure that was never found",
        "SELECT pair_id FROM pairs WHERE parent_id IS NOT NULL AND parent_id NOT IN (FROM known)",
    ),
    Rule("duplicates are no rejects", "SELECT pair_id FROM duplicates ANTI JOIN rejects USING (pair_id)"),
    Rule(
        "duplicates repeat something that was never found",
        "SELECT pair_id FROM duplicates WHERE duplicate_group NOT IN (FROM known)",
    ),
    Rule(
        "contaminated floats are no rejects",
        "SELECT pair_id FROM contamination ANTI JOIN rejects USING (pair_id)",
    ),
    Rule(
        "contaminated floats match a float that was never found",
        "SELECT pair_id FROM contamination WHERE against LIKE 'split:%' AND item NOT IN (FROM known)",
    ),
    Rule(
        "pairs state another number of duplicates than there are",
        "SELECT pair_id FROM pairs LEFT JOIN (SELECT duplicate_group AS pair_id, count(*) AS n FROM duplicates"
        " GROUP BY 1) USING (pair_id) WHERE coalesce(n, 0) <> duplicates_removed"
        " OR (duplicates_removed > 0) <> (duplicate_group IS NOT NULL)",
    ),
)
RULES_OF_POLICY = (
    Rule(
        "images are withheld for an unknown reason",
        f"SELECT pair_id FROM pairs WHERE image_withheld NOT IN ({_names(WITHHELD)})",
    ),
    Rule(
        "images are withheld and there all the same",
        "SELECT pair_id FROM images SEMI JOIN (FROM pairs WHERE image_withheld IS NOT NULL) USING (pair_id)"
        " WHERE image IS NOT NULL",
    ),
)
RULES_OF_CONTEXT = (
    Rule(
        "pairs have mentions without their sections, or sections without mentions",
        f"SELECT pair_id FROM {VIEWS}.pairs WHERE len(mentions) IS DISTINCT FROM len(mention_sections)",
    ),
    Rule(
        "papers have an abstract without its source, or a source without an abstract",
        f"SELECT paper_key FROM {VIEWS}.papers WHERE (abstract IS NULL) <> (abstract_source IS NULL)"
        " OR (abstract IS NULL AND abstract_license IS NOT NULL)",
    ),
)
RULES_OF_PANELS = (
    Rule(
        "panels were cut out without a box, or have one without that",
        "SELECT pair_id FROM pairs WHERE (origin = 'split') <> (panel_box IS NOT NULL)",
    ),
    Rule(
        "panels were cut out of a figure that is no pair",
        "SELECT pair_id FROM pairs WHERE origin = 'split' AND (parent_id IS NULL OR parent_id NOT IN"
        " (SELECT pair_id FROM pairs WHERE origin <> 'split'))",
    ),
    Rule(
        "panels have a box that is none inside a picture",
        "SELECT pair_id FROM pairs WHERE panel_box IS NOT NULL AND NOT coalesce(len(panel_box) = 4"
        " AND 0 <= panel_box[1] AND panel_box[1] < panel_box[3] AND panel_box[3] <= 1"
        " AND 0 <= panel_box[2] AND panel_box[2] < panel_box[4] AND panel_box[4] <= 1, false)",
    ),
    Rule(
        "panels show more than their figure",
        "SELECT panel.pair_id FROM pairs AS panel JOIN pairs AS whole ON whole.pair_id = panel.parent_id"
        " WHERE panel.origin = 'split' AND (panel.width > whole.width OR panel.height > whole.height)",
    ),
    Rule(
        "figures stayed whole for an unknown reason",
        f"SELECT pair_id FROM pairs WHERE panels_unsplit NOT IN ({_names(UNSPLIT)})",
    ),
    Rule(
        "figures stayed whole and were cut up all the same",
        "SELECT pair_id FROM pairs WHERE panels_unsplit IS NOT NULL AND pair_id IN"
        " (SELECT parent_id FROM pairs WHERE origin = 'split')",
    ),
)
# What must not be in a release under its licence policy.
FORBIDDEN = {
    "research": "false",
    "redistributable": "NOT allows_redistribution",
    "commercial": "NOT allows_redistribution OR license_group <> 'commercial'",
}

COUNTS = {
    "pairs": "SELECT count(*) FROM pairs",
    "papers": "SELECT count(*) FROM papers",
    "rejects_float": "SELECT count(pair_id) FROM rejects",
    "rejects_paper": "SELECT count(*) - count(pair_id) FROM rejects",
    "floats_found": "SELECT (SELECT count(*) FROM pairs) + (SELECT count(pair_id) FROM rejects)",
}
COUNTS_BY = {
    ("counts", "rejects_by_reason"): "SELECT reason, count(*) FROM rejects GROUP BY 1",
    (
        "counts",
        "rejects_by_stage",
    ): "SELECT stage, count(*) FROM rejects WHERE pair_id IS NOT NULL GROUP BY 1",
    ("license_policy", "withheld_by_reason"): (
        "SELECT withheld, sum(pairs)::BIGINT FROM license_mix WHERE withheld IS NOT NULL GROUP BY 1"
    ),
}


# What rules and counts ask for again and again; captions, tables and images are read once at most.
COLUMNS = {
    "pairs": (
        "pair_id", "paper_key", "split", "subcategory", "parent_id", "origin", "width", "height", "panel_box",
        "panels_unsplit", "image_withheld", "allows_redistribution", "license_group", "duplicate_group",
        "duplicates_removed",
    ),
    "papers": ("paper_key", "group_id", "split", "floats_found", "pairs", "rejects"),
    "rejects": ("pair_id", "paper_key", "stage", "reason"),
}  # fmt: skip


def check_rows(folder: Path, manifest: Mapping[str, object]) -> tuple[int, list[str]]:
    """Return the number of pairs, and the rules and counts that do not hold."""
    try:
        with duckdb.connect() as con:
            create_views(con, folder, schema=VIEWS, location=sql_text(folder.resolve()))
            con.execute(f"USE {VIEWS}")
            for table, columns in COLUMNS.items():
                _read_once(con, table, columns)
            con.execute(
                "CREATE TEMP TABLE known AS SELECT pair_id FROM pairs"
                " UNION SELECT pair_id FROM rejects WHERE pair_id IS NOT NULL"
            )
            (pairs,) = con.execute("SELECT count(*) FROM pairs").fetchall()[0]
            return pairs, [*_broken(con, _forbidden(manifest)), *_miscounted(con, manifest)]
    except (duckdb.Error, WarehouseError) as error:
        return 0, [f"the tables cannot be read together: {one_line(error)}"]


def _read_once(con: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
    """Put a table of the same name before the view, whose files each query would read anew."""
    known = {row[0] for row in con.execute(f"DESCRIBE {VIEWS}.{table}").fetchall()}
    held = ", ".join(f'"{name}"' for name in columns if name in known)
    con.execute(f"CREATE TEMP TABLE {table} AS SELECT {held} FROM {VIEWS}.{table}")


def _forbidden(manifest: Mapping[str, object]) -> Rule:
    policy = manifest.get("license_policy")
    name = policy.get("name") if isinstance(policy, dict) else "research"
    condition = FORBIDDEN.get(str(name), "true")
    return Rule(
        f"images are there that the licence policy {name} forbids",
        f"SELECT pair_id FROM pairs WHERE image_withheld IS NULL AND ({condition})",
    )


def _broken(con: duckdb.DuckDBPyConnection, forbidden: Rule) -> list[str]:
    columns = [row[0] for row in con.execute(f"DESCRIBE {VIEWS}.pairs").fetchall()]
    of_policy = (*RULES_OF_POLICY, forbidden) if "image_withheld" in columns else ()
    problems = []
    of_panels = RULES_OF_PANELS if "panel_box" in columns else ()
    of_context = RULES_OF_CONTEXT if "mention_sections" in columns else ()
    for rule in (*RULES, *of_policy, *of_panels, *of_context):
        (found,) = con.execute(f"SELECT count(*), min(name) FROM ({rule.sql}) AS broken(name)").fetchall()
        if found[0]:
            problems.append(f"{found[0]} {rule.broken}, such as {found[1]}")
    return problems


def _miscounted(con: duckdb.DuckDBPyConnection, manifest: Mapping[str, object]) -> list[str]:
    problems = []
    counts = manifest.get("counts")
    for name, sql in COUNTS.items():
        (found,) = con.execute(sql).fetchall()[0]
        stated = counts.get(name) if isinstance(counts, dict) else None
        if stated != found:
            problems.append(f"manifest.json states {stated} as {name}, and the tables hold {found}")
    for (part, name), sql in COUNTS_BY.items():
        stated_part = manifest.get(part)
        if isinstance(stated_part, dict):
            problems += _differing(name, stated_part.get(name), dict(con.execute(sql).fetchall()))
    problems += _panels_miscounted(con, manifest)
    rows = dict(con.execute("SELECT split, count(*) FROM pairs GROUP BY 1").fetchall())
    splits = manifest.get("rows_by_split")
    if isinstance(splits, dict):
        problems += _differing("rows_by_split", {s: n for s, n in splits.items() if n}, rows)
    return problems


def _panels_miscounted(con: duckdb.DuckDBPyConnection, manifest: Mapping[str, object]) -> list[str]:
    stated = manifest.get("panels")
    if not isinstance(stated, dict):
        return []  # made before there were panels
    reasons = "SELECT panels_unsplit, count(*) FROM pairs WHERE panels_unsplit IS NOT NULL GROUP BY 1"
    cut = "SELECT count(*), count(DISTINCT parent_id) FROM pairs WHERE origin = 'split'"
    (found,) = con.execute(cut).fetchall()
    problems = [
        f"manifest.json states {stated.get(name)} as panels: {name}, and the tables hold {count}"
        for name, count in zip(("panels", "figures"), found, strict=True)
        if stated.get(name) != count
    ]
    held = dict(con.execute(reasons).fetchall())
    return problems + _differing("unsplit_by_reason", stated.get("unsplit_by_reason"), held)


def _differing(name: str, stated: object, found: Mapping[str, int]) -> list[str]:
    if not isinstance(stated, dict):
        return [f"manifest.json states no {name}"]
    return [
        f"manifest.json states {stated.get(key, 0)} as {name}: {key}, and the tables hold {found.get(key, 0)}"
        for key in sorted({*stated, *found})
        if stated.get(key, 0) != found.get(key, 0)
    ]
