"""A release: stage tables joined into Parquet by split, with a manifest, published whole or not at all.

`publication.py` writes it, its pairs by `pair_files.py`; `description.py` describes it to other tools, in the form
of `croissant.py`; `vectors.py` keeps the embeddings of evaluations, and `alerts.py` compares its rejects with those
of the release before.
"""

from warehouse.releases.alerts import Jump, jumps, latest_manifest
from warehouse.releases.croissant import (
    CROISSANT_JSON,
    Described,
    Records,
    as_bytes,
    described_files,
    descriptions,
)
from warehouse.releases.pair_files import ROWS_PER_GROUP, hugging_face_feature, pair_file_schema, pair_writer
from warehouse.releases.publication import (
    LATEST,
    ROWS_PER_FILE,
    VERSION,
    ReleasePlan,
    ShardTables,
    check_version,
    find_release,
    point_latest,
    publish,
    publishing,
    read_manifest,
)
from warehouse.releases.vectors import Vectors

__all__ = [
    "CROISSANT_JSON",
    "LATEST",
    "ROWS_PER_FILE",
    "ROWS_PER_GROUP",
    "VERSION",
    "Described",
    "Jump",
    "Records",
    "ReleasePlan",
    "ShardTables",
    "Vectors",
    "as_bytes",
    "check_version",
    "described_files",
    "descriptions",
    "find_release",
    "hugging_face_feature",
    "jumps",
    "latest_manifest",
    "pair_file_schema",
    "pair_writer",
    "point_latest",
    "publish",
    "publishing",
    "read_manifest",
]
