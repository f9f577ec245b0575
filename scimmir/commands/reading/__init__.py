"""Commands that read releases: SQL, search, the page, and what differs between two."""
