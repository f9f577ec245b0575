"""Measures how compound figures are divided: composed figures, real ones, single panels; trains the letter model."""
