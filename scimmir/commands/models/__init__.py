"""Commands that train, calibrate and measure models and OCR."""
