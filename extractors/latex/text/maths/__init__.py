"""Formulae as text: how they read, what their commands mean, where blanks stand, and those of chemistry."""
