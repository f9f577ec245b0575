"""Longer work that commands do without being a flow: evaluation of models and of OCR, calibration of thresholds."""
