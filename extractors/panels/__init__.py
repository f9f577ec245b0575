"""Divides compound figures: the words of a caption by panel, the picture by panel, and both together.

`contract.py` says what the halves tell each other.
"""
