"""How many examples of a property are tried: what a test says, or thousands where the profile `explore` is asked for."""

import os
from typing import Any

from hypothesis import settings

SAME, EXPLORE = "same", "explore"
EXPLORED = 2000

# Properties are tried on the same examples in every run, so that a run that fails does so again, and passes where the
# last one did; HYPOTHESIS_PROFILE=explore tries others.
settings.register_profile(SAME, derandomize=True, deadline=None, max_examples=60)
settings.register_profile(EXPLORE, deadline=None, max_examples=EXPLORED)


def profile() -> str:
    """Return the name of the profile in force."""
    return os.environ.get("HYPOTHESIS_PROFILE", SAME)


def examples(count: int, **options: Any) -> settings:
    """Return the settings of a property that is tried on so many examples, for it is slow or they are few."""
    return settings(max_examples=count if profile() == SAME else EXPLORED, deadline=None, **options)
