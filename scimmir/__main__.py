"""Lets `python -m scimmir` do what `scimmir` does."""

from scimmir.cli import main

main()
