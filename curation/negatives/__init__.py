"""Hard negatives: what looks or reads most like a pair without being it, for models that learn to tell them apart."""

from curation.negatives.hardest import VERSION, Candidates, Found, NegativeParameters, hard_negatives

__all__ = ["VERSION", "Candidates", "Found", "NegativeParameters", "hard_negatives"]
