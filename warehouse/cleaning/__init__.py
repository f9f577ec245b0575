"""What may be removed of a warehouse, on disk and in a bucket, and its removal."""
