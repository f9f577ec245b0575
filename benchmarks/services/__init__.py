"""The services of a production set-up as plain processes, and an S3 server that fails on demand: for tests, too."""
