"""The release that is shown, opened: facets, SQL over narrow columns, vectors; and what a reader finds in it.

`filters.py` is what the reader asks for, `parts.py` the files of the release, `copies.py` what stays between two
starts.
"""

from serve.release.copies import Copies, copy_name, copying, default_cache, open_with_copy
from serve.release.facets import Mask
from serve.release.filters import (
    FACETS,
    NOT_STATED,
    Facet,
    Filter,
    conditions,
    parse_filter,
    select_sql,
    where_sql,
)
from serve.release.index import ReleaseIndex, open_release
from serve.release.matching import Matching
from serve.release.similar import MAX_UPLOAD, Near, Similar, open_similar

__all__ = [
    "FACETS",
    "MAX_UPLOAD",
    "NOT_STATED",
    "Copies",
    "Facet",
    "Filter",
    "Mask",
    "Matching",
    "Near",
    "ReleaseIndex",
    "Similar",
    "conditions",
    "copy_name",
    "copying",
    "default_cache",
    "open_release",
    "open_similar",
    "open_with_copy",
    "parse_filter",
    "select_sql",
    "where_sql",
]
