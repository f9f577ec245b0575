"""Which papers are twins (a preprint and its journal article), and which split each group of them is in."""

from curation.splits.split import PROTECTED, SplitParameters, assign_splits
from curation.splits.split import VERSION as SPLIT_VERSION
from curation.splits.twins import VERSION as TWINS_VERSION
from curation.splits.twins import PaperIdentity, group_papers, normal_doi

__all__ = [
    "PROTECTED",
    "SPLIT_VERSION",
    "TWINS_VERSION",
    "PaperIdentity",
    "SplitParameters",
    "assign_splits",
    "group_papers",
    "normal_doi",
]
