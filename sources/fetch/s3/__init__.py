"""What is read of S3 buckets: their listings over HTTPS, and single objects from where an earlier try ended."""
