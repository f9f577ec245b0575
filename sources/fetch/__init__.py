"""Fetches papers and their metadata over the network; what it writes, the inventory reads."""
