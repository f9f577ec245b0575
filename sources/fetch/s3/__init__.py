"""What is read of S3 buckets: their listings over HTTPS, and single objects from where an earlier try ended."""

from sources.fetch.s3.listing import list_bucket, object_url
from sources.fetch.s3.object import CHUNK, Budget, S3Access, Trouble, pause_s, read_object, s3_client

__all__ = [
    "CHUNK",
    "Budget",
    "S3Access",
    "Trouble",
    "list_bucket",
    "object_url",
    "pause_s",
    "read_object",
    "s3_client",
]
