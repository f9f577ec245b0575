"""How a build's classes agree with labels by hand, for its manifest and its page."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from curation import classes
from flows.shards import ShardTables
from warehouse.stages import Json


def labels_key(file: str | None) -> dict[str, Json]:
    """Return what labels add to a release's key: their content, wherever their file lies; nothing without any."""
    labels = _labels(file)
    return {} if labels is None else {"labels": {"half": labels.half, "sha256": labels.sha256}}


def class_account(shards: ShardTables, file: str | None, kept: pa.Table) -> dict[str, Json]:
    """Return the manifest's entry on the classes of the release's pairs, empty where no labels are given."""
    labels = _labels(file)
    if labels is None:
        return {}
    there = set(kept.column("pair_id").to_pylist())
    given = shards.table("classify", "classes", ["pair_id", "subcategory"]).to_pylist()
    floats = shards.floats(["pair_id", "paper_key"]).to_pylist()
    scores = classes.score(
        labels.classes,
        {row["pair_id"]: row["subcategory"] for row in given if row["pair_id"] in there},
        {row["pair_id"]: row["paper_key"] for row in floats},
    )
    return {
        "class_scores": {
            "half": labels.half,
            "labels_sha256": labels.sha256,
            "pairs": scores.pairs,
            "missing": scores.missing,
            "macro_f1": round(scores.macro_f1, 4),
            "macro_f1_interval": [round(bound, 4) for bound in scores.interval],
            "matrix": [list(line) for line in scores.matrix],
            "classes": [
                {name: _rounded(value) for name, value in asdict(line).items()} for line in scores.classes
            ],
        }
    }


def agreement_line(manifest: Mapping[str, Json]) -> str:
    """Return the summary's line on the classes, empty where the build was given no labels."""
    stated = manifest.get("class_scores")
    if not isinstance(stated, dict):
        return ""
    return f"- classes against {stated['pairs']} labels by hand: macro-F1 {stated['macro_f1']:.3f}\n"


def _labels(file: str | None) -> classes.Labels | None:
    return None if file is None else classes.read_labels(Path(file))


def _rounded(value: str | float | tuple[float, ...]) -> Json:
    if isinstance(value, tuple):
        return [round(part, 4) for part in value]
    return round(value, 4) if isinstance(value, float) else value
