"""arXiv: bulk tars from its requester-pays bucket, single e-prints, and metadata over OAI-PMH."""

from sources.fetch.arxiv.bulk import ARXIV, BulkParameters, BulkPlan, fetch_plan, plan_bulk, read_manifest
from sources.fetch.arxiv.eprint import EprintParameters, fetch_eprints
from sources.fetch.arxiv.manifest import BulkSelection
from sources.fetch.arxiv.metadata import Harvested, MetadataStore
from sources.fetch.arxiv.oai import OaiParameters

__all__ = [
    "ARXIV",
    "BulkParameters",
    "BulkPlan",
    "BulkSelection",
    "EprintParameters",
    "Harvested",
    "MetadataStore",
    "OaiParameters",
    "fetch_eprints",
    "fetch_plan",
    "plan_bulk",
    "read_manifest",
]
