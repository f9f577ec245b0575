"""Invented figures and tables by the thousand, each from its number alone: for training and for benchmarks."""

from samples.invented.figures import Invented, invent

__all__ = ["Invented", "invent"]
