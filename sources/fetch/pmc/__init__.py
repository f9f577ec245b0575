"""PubMed Central: its daily inventory, what it says of each article version, and the articles themselves."""

from sources.fetch.pmc.article import PmcPolicy
from sources.fetch.pmc.articles import PmcParameters, fetch_pmc
from sources.fetch.pmc.inventory import PMC_BASE, InventoryRow, changed_articles, read_inventory

__all__ = [
    "PMC_BASE",
    "InventoryRow",
    "PmcParameters",
    "PmcPolicy",
    "changed_articles",
    "fetch_pmc",
    "read_inventory",
]
