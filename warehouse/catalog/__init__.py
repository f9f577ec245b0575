"""The DuckDB file with views over all releases, which any DuckDB of the last years opens."""

from warehouse.catalog.build import PARQUET_TABLES, create_views, rebuild

__all__ = [
    "PARQUET_TABLES",
    "create_views",
    "rebuild",
]
