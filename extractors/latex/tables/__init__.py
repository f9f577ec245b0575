"""Tabulars as rows and cells: column specifications, rules, spans, notes."""
