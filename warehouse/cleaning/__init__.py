"""What of a warehouse can go, and its removal: old releases, and stage tables that no kept one was made of."""

from warehouse.cleaning.clean import clean_warehouse
from warehouse.cleaning.plan import CleanParameters, CleanPlan

__all__ = [
    "CleanParameters",
    "CleanPlan",
    "clean_warehouse",
]
