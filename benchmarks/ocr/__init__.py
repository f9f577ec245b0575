"""Time and errors of OCR: as it was, as it is on each runtime, and the bare models as the limit."""
