"""Releases: joined from stage tables, published whole, never changed; listed, compared and watched."""
