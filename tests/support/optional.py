"""Libraries of the extras, which tests use where they are installed."""

import importlib
import importlib.util
from typing import Any

import pytest


class _Lazy:
    """A module that is imported when something of it is used: some take seconds, in every process that collects."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith(("_", "pytest")):  # pytest looks at everything in a module while it collects
            raise AttributeError(attribute)
        return getattr(importlib.import_module(self._name), attribute)


def optional(name: str) -> Any:
    """Return a module by name; the tests of the file that asks for it are skipped where it is not installed."""
    if importlib.util.find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"{name} is not installed", allow_module_level=True)
    return _Lazy(name)


def needs(name: str) -> pytest.MarkDecorator:
    """Return the mark of a test that is skipped where a module is not installed, which others import for it."""
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"{name} is not installed")
