"""The card of an exported dataset: what it holds and under which licences, with YAML that machines read."""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from schemas.columns import arrow_schema
from schemas.pair import SUBCATEGORIES, Pair
from warehouse.exports.plan import POLICIES, ExportPlan
from warehouse.stages import Json

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST = "1M<n<10M"
# The hub's names of licences; all others, and several together, are called other.
HUB_LICENSES = {
    "CC0 1.0": "cc0-1.0",
    "CC BY 4.0": "cc-by-4.0",
    "CC BY 3.0": "cc-by-3.0",
    "CC BY 2.0": "cc-by-2.0",
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "CC BY-NC 4.0": "cc-by-nc-4.0",
    "CC BY-NC-SA 4.0": "cc-by-nc-sa-4.0",
    "CC BY-ND 4.0": "cc-by-nd-4.0",
    "CC BY-NC-ND 4.0": "cc-by-nc-nd-4.0",
}
SCIMMIR_COLUMNS = {
    "image": "the picture of the figure or table",
    "file_name_index": "name of the image file",
    "text": "the caption",
    "class": "one of the five classes",
    "super_class": "figure or table",
    "sub_class": "the class without its super class: architecture, illustration, result or parameter",
}

Statistics = Mapping[str, Mapping[str, Any]]


def card(plan: ExportPlan, schema: pa.Schema, statistics: Statistics, rows: Mapping[str, int]) -> str:
    """Return the card as Markdown with YAML before it.

    Args:
        plan: what was exported.
        schema: columns of the files.
        statistics: per split bytes, memory, classes, sources and characters.
        rows: per split the number of pairs.
    """
    splits = [split for split in rows if rows[split]]
    head = _yaml(plan, schema, statistics, {split: rows[split] for split in splits})
    descriptions = {f.name: f.metadata[b"description"].decode() for f in arrow_schema(Pair)} | SCIMMIR_COLUMNS
    total = sum(rows.values())
    lines = [
        "---",
        *(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()),
        "---",
        "",
        f"# Scientific figures and tables with their captions, release {plan.version}",
        "",
        f"{total:,} images with captions from arXiv and PubMed Central, in the five classes and the columns of "
        "SciMMIR, with everything else that is known of each pair in further columns. Built by SciMMIR Builder.",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'pairs = load_dataset("FOLDER")',
        "```",
        "",
        "## Splits",
        "",
        "No paper, and no paper with its twin in the other source, stands in two splits.",
        "",
        _line("class", splits),
        "|---|" + "---|" * len(splits),
        *(
            _line(name, [f"{statistics[split]['classes'].get(name, 0):,}" for split in splits])
            for name in SUBCATEGORIES
        ),
        _line("all", [f"{rows[split]:,}" for split in splits]),
        _line(
            "mean characters of a caption",
            [f"{statistics[split]['characters'] / rows[split]:.0f}" for split in splits],
        ),
        "",
        *_licences(plan),
        "",
        "## Columns",
        "",
        "| column | what it holds |",
        "|---|---|",
        *(f"| `{name}` | {descriptions[name].replace('|', chr(92) + '|')} |" for name in schema.names),
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, values: list[str]) -> str:
    return f"| {' | '.join([name, *values])} |"


def _licences(plan: ExportPlan) -> list[str]:
    lines = [
        "## Licences",
        "",
        f"Licence policy: {plan.policy} ({POLICIES[plan.policy]}). Each image is under the licence of its paper, "
        "or its own where the source states one: columns `license_code` and `license_url`. Give credit to the "
        "paper that `paper_key` and `title` name.",
        "",
        "| licence | pairs |",
        "|---|---|",
        *(f"| {code} | {count:,} |" for code, count in plan.kept.items()),
    ]
    if plan.left_out:
        named = ", ".join(f"{code} {count:,}" for code, count in plan.left_out.items())
        lines += ["", f"Left out by this policy: {sum(plan.left_out.values()):,} pairs ({named})."]
    return lines


def _yaml(
    plan: ExportPlan, schema: pa.Schema, statistics: Statistics, rows: Mapping[str, int]
) -> dict[str, Json]:
    """Return the card's head; its values are written as JSON, which YAML holds as it is."""
    total = sum(rows.values())
    codes = list(plan.kept)
    license_id = HUB_LICENSES.get(codes[0], "other") if len(codes) == 1 else "other"
    named: dict[str, Json] = {"license_name": "per-image"} if license_id == "other" else {}
    splits: list[Json] = [
        {"name": split, "num_bytes": statistics[split]["memory"], "num_examples": rows[split]}
        for split in rows
    ]
    files: list[Json] = [{"split": split, "path": f"data/{split}-*"} for split in rows]
    features: list[Json] = [_feature(field.name, field.type) for field in schema]
    return {
        "pretty_name": f"Scientific figures and tables, {plan.version}",
        "license": license_id,
        **named,
        "task_categories": ["image-to-text", "text-to-image", "visual-document-retrieval"],
        "tags": ["science", "figures", "tables", "captions", "retrieval"],
        "size_categories": [next((name for limit, name in SIZES if total < limit), LARGEST)],
        "configs": [{"config_name": "default", "data_files": files}],
        "dataset_info": {
            "features": features,
            "splits": splits,
            "download_size": sum(statistics[split]["bytes"] for split in rows),
            "dataset_size": sum(statistics[split]["memory"] for split in rows),
        },
    }


def _feature(name: str, kind: pa.DataType) -> dict[str, Json]:
    """Return a column as the card's YAML names its type."""
    if name == "image":
        return {"name": name, "dtype": "image"}
    return {"name": name, **_type(kind)}


def _type(kind: pa.DataType) -> dict[str, Json]:
    if pa.types.is_list(kind):
        inner = _type(kind.value_type)
        return {"list": inner["struct"] if "struct" in inner else inner["dtype"]}
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_type(field.type)} for field in kind]}
    names = {"float": "float32", "double": "float64"}
    return {"dtype": names.get(str(kind), str(kind))}
