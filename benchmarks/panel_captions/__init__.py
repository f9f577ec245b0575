"""Captions divided by panel, measured against a second reading of the same captions."""
