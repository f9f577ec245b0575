"""Where the floats of an article stand, which files their graphics mean, and what becomes of each."""
