"""A release in the formats that others read.

WebDataset shards, Parquet for Hugging Face's `datasets`, retrieval tasks for MTEB, and triplets with hard negatives.
"""

from warehouse.exports.hugging_face import export_hugging_face
from warehouse.exports.mteb import export_mteb
from warehouse.exports.plan import ExportPlan, Place, plan_export, read_places
from warehouse.exports.triplets import Chosen, Negatives, export_triplets
from warehouse.exports.webdataset import export_webdataset, shard_pattern

__all__ = [
    "Chosen",
    "ExportPlan",
    "Negatives",
    "Place",
    "export_hugging_face",
    "export_mteb",
    "export_triplets",
    "export_webdataset",
    "plan_export",
    "read_places",
    "shard_pattern",
]
