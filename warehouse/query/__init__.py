"""SQL asked of the catalog: read-only, of nothing but the releases, with answers for people and for programs.

It loads neither Arrow nor numpy, which take longer than most queries.
"""

from warehouse.query.output import csv_text, json_text, rich_view
from warehouse.query.run import QUICK, QueryError, QueryResult, SmallTable, parquet_bytes, run_query

__all__ = [
    "QUICK",
    "QueryError",
    "QueryResult",
    "SmallTable",
    "csv_text",
    "json_text",
    "parquet_bytes",
    "rich_view",
    "run_query",
]
