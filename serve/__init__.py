"""A local page over one release: pairs to filter and search, rejects, statistics."""
