"""The DuckDB file over all releases, and SQL asked of it: read-only, with answers for people and programs."""
