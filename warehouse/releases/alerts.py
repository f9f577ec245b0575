"""Reject reasons whose share jumped against an earlier release: a broken tool or source shows there first."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.cache import place_behind
from warehouse import remote
from warehouse.place import WarehouseError
from warehouse.releases.publication import read_manifest
from warehouse.versions import latest_version

ALL = "all reasons"


@dataclass(frozen=True, kw_only=True)
class JumpParameters:
    """When a reject reason's share counts as having jumped; all three conditions must hold.

    points: rise in percentage points from which somebody should look, whatever the statistics say.
    ratio: rise relative to the earlier share; a frequent reason drifts by a tenth from month to month.
    deviations: rise in standard errors of the difference of two shares. The floats of one paper fail together
        (a missing folder of graphics costs all of them), so a paper counts as one observation, not a float.

    Found by halving 134 real papers at random, 1,000 times, and comparing the halves as two releases: with two
    standard errors 3.8 % of the pairs of halves gave a false alert, with three 0.6 %, with four none. A reason
    that rises from 1 to 10 % is found, with three, in releases of 150 papers (not yet in those of 100).
    """

    points: float = 2.0
    ratio: float = 1.5
    deviations: float = 3.0


@dataclass(frozen=True)
class Jump:
    """One reject reason with its share, in percent of what was found, in the earlier and in this release."""

    reason: str
    before: float
    now: float
    count: int
    against: str

    @property
    def sentence(self) -> str:
        """The alert in words."""
        return (
            f"rejects for {self.reason} rose from {self.before:.1f} % in release {self.against} to {self.now:.1f} % "
            f"({self.count:,} of them)"
        )


def latest_manifest(warehouse: Path) -> dict[str, object] | None:
    """Return the manifest of the latest release, None where there is none that can be read.

    Raises:
        StorageError: the bucket that the warehouse lies in does not answer.
    """
    place = place_behind(warehouse)
    if place is not None:
        return remote.latest_manifest(place)
    try:
        return dict(read_manifest(warehouse / "releases" / latest_version(warehouse)))
    except WarehouseError:
        return None


def jumps(
    earlier: Mapping[str, object], now: Mapping[str, object], parameters: JumpParameters | None = None
) -> tuple[Jump, ...]:
    """Return the reasons whose share jumped, the largest rise first, from the manifests of two releases.

    Shares are of all floats found and papers rejected whole. A manifest that lacks its counts gives no alert.
    """
    p = parameters or JumpParameters()
    before, after = _shares(earlier), _shares(now)
    if before is None or after is None:
        return ()
    found = list(_jumps(before, after, str(earlier.get("version")), p))
    return tuple(sorted(found, key=lambda jump: (jump.before - jump.now, jump.reason)))


@dataclass(frozen=True)
class _Counts:
    by_reason: Mapping[str, int]
    whole: int
    papers: int


def _shares(manifest: Mapping[str, object]) -> _Counts | None:
    counts = manifest.get("counts")
    if not isinstance(counts, dict) or not isinstance(counts.get("rejects_by_reason"), dict):
        return None
    reasons = counts["rejects_by_reason"]
    whole = counts.get("floats_found", 0) + counts.get("rejects_paper", 0)
    papers = counts.get("papers", 0)
    if not whole or not papers:
        return None
    return _Counts({**reasons, ALL: sum(reasons.values())}, whole, papers)


def _jumps(before: _Counts, after: _Counts, version: str, p: JumpParameters) -> Iterator[Jump]:
    for reason, count in after.by_reason.items():
        old, new = before.by_reason.get(reason, 0) / before.whole, count / after.whole
        pooled = (before.by_reason.get(reason, 0) + count) / (before.whole + after.whole)
        pooled = min(pooled, 1.0)  # more rejects than floats are in a damaged manifest only
        error = math.sqrt(pooled * (1 - pooled) * (1 / before.papers + 1 / after.papers))
        rise = new - old
        if 100 * rise >= p.points and new >= p.ratio * old and rise >= p.deviations * error:
            yield Jump(reason, 100 * old, 100 * new, count, version)
