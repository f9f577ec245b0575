"""The page that a release brings along: counts, charts, examples of every class, rejects by reason."""
