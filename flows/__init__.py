"""Prefect flows, and the stages they run."""
