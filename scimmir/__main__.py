"""Lets `python -m scimmir` do what `scimmir` does."""

from scimmir.cli import main

# Worker processes import the main module under another name, and must not run the command again.
if __name__ == "__main__":
    main()
