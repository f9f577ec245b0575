"""What each page shows of a release, before a template writes it."""

from serve.pages.environment import in_path, make_environment
from serve.pages.listing import PAIRS_PER_PAGE, Card, Listing
from serve.pages.pair import read_pair
from serve.pages.pictures import Picture, Pictures
from serve.pages.rejects import REJECTS_PER_PAGE, RejectFilter, Rejects, parse_reject_filter, reject_sql
from serve.pages.statistics import Statistics

__all__ = [
    "PAIRS_PER_PAGE",
    "REJECTS_PER_PAGE",
    "Card",
    "Listing",
    "Picture",
    "Pictures",
    "RejectFilter",
    "Rejects",
    "Statistics",
    "in_path",
    "make_environment",
    "parse_reject_filter",
    "read_pair",
    "reject_sql",
]
