"""The page over one release that opens from disk: counts, rejects, duplicates, agreement of classes, a gallery."""

from warehouse.report.charts import CAPTION_STEP, CAPTION_STEP_SQL, CAPTION_STEPS, small_image
from warehouse.report.page import write_report
from warehouse.report.templates import page_environment

__all__ = [
    "CAPTION_STEP",
    "CAPTION_STEPS",
    "CAPTION_STEP_SQL",
    "page_environment",
    "small_image",
    "write_report",
]
