"""What lies on disk: stage tables, releases, and the catalog that DuckDB opens."""
