"""Thresholds of similarity that belong to one embedder: found on copies and look-alikes, kept in a file."""

from curation.calibration.copies import COPIES, copies_of
from curation.calibration.copies import VERSION as COPIES_VERSION
from curation.calibration.levels import VERSION as CALIBRATION_VERSION
from curation.calibration.levels import CalibrateParameters, Sample, calibrate, curves, recall_by_origin
from curation.calibration.thresholds import (
    Thresholds,
    read_thresholds,
    shipped_thresholds,
    thresholds_of,
    write_thresholds,
)

__all__ = [
    "CALIBRATION_VERSION",
    "COPIES",
    "COPIES_VERSION",
    "CalibrateParameters",
    "Sample",
    "Thresholds",
    "calibrate",
    "copies_of",
    "curves",
    "read_thresholds",
    "recall_by_origin",
    "shipped_thresholds",
    "thresholds_of",
    "write_thresholds",
]
