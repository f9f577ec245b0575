"""The last step of a build: the books are balanced, the policy is applied, and the stage tables become a release.

`nothing_lost.py` counts every float, `policy.py` leaves images out, `manifest.py` says how all of it was made, and
`join.py` publishes.
"""

from flows.release.join import join_release
from flows.release.nothing_lost import BuildError
from flows.release.summary import release_summary

__all__ = ["BuildError", "join_release", "release_summary"]
