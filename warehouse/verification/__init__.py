"""Whether a release is what its manifest says: files, rows and images computed again."""
