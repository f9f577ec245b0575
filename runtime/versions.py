"""The versions of installed packages, each looked up once."""

import functools
import importlib.metadata


@functools.cache  # keys of stages ask again and again, and each time a file of metadata would be parsed
def installed_version(package: str) -> str:
    """Return the version of an installed package. Raises PackageNotFoundError."""
    return importlib.metadata.version(package)
