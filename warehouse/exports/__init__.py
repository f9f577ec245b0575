"""A release in the formats that others read: WebDataset shards, and Parquet for Hugging Face's `datasets`."""

from warehouse.exports.hugging_face import export_hugging_face
from warehouse.exports.plan import plan_export
from warehouse.exports.webdataset import export_webdataset, shard_pattern

__all__ = [
    "export_hugging_face",
    "export_webdataset",
    "plan_export",
    "shard_pattern",
]
