"""The page over one release that opens from disk: counts, rejects, duplicates, agreement of classes, a gallery."""

from warehouse.report.charts import small_image
from warehouse.report.page import CLASS_TITLES, write_report

__all__ = [
    "CLASS_TITLES",
    "small_image",
    "write_report",
]
