"""A PDF opened safely, and its pages as pieces of text, ink, columns and blocks."""
