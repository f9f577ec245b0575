"""The command line of SciMMIR Builder."""

from importlib.metadata import version

__version__ = version("scimmir")
