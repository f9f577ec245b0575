"""Fetches papers: a local archive, byte for byte as the sources serve it."""
